"""The order of listings, in one place: for the page, for feeds and for mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.jobs.services.searching.criteria import RELEVANCE, Criteria, Near
from search.contract import All, Eq, Filter, GeoRadius, In, Not
from search.indexes import JOBS

BROWSE = "browse"  # where nothing is typed: quality, then date
SAID_IN_TITLES = ("credential", "role", "setting", "specialty", "code_set", "tool")
MOST_FEATURED = 3  # shown above the others where nothing is typed

# What is searched and what settles ties, as people call it; the index says how much each counts.
_PLACES = {
    "title": "Title",
    "usual_title": "Title in the words most titles use: a coding specialist is a coder",
    "credential_words": "Credentials",
    "code_words": "Codes the listing names",
    "organisation": "Employer",
    "keywords": "Role, setting, specialty, code sets, tools, kind of employment",
    "place": "Place",
    "body": "Description and benefits",
}
_TIES = {
    "featured": "Featured listings.",
    "quality": "The listing that states more of what coders decide by.",
    "published": "The newer listing.",
}


@dataclass(frozen=True, slots=True)
class Searched:
    """A part of a listing in which typed words are looked for."""

    what: str
    weight: int


def searched_places() -> list[Searched]:
    """Where typed words count, the heaviest first."""
    return [Searched(_PLACES[field.name], field.weight) for field in JOBS.searched]


def ties_in_words() -> list[str]:
    """What decides between listings that match typed words equally well, in turn."""
    return [_TIES[name] for name, _ in JOBS.tie_breakers]


def order_of(criteria: Criteria) -> str | None:
    """A name among JOBS.orders; None ranks by the typed text, and equal matches by tie-breakers."""
    if criteria.sort != RELEVANCE:
        return criteria.sort
    return None if criteria.text else BROWSE


def pins_featured(criteria: Criteria) -> bool:
    """Whether up to MOST_FEATURED featured listings stand above the others, labelled."""
    return order_of(criteria) == BROWSE


def preferences_of(criteria: Criteria) -> list[Filter]:
    """What the title of a listing may say, for each filter that is about the work itself.

    Who looks for cardiology means the cardiology coder before the coder of twelve specialties:
    titles that say all of it come first, then those that say some of it.
    """
    if criteria.sort != RELEVANCE:
        return []
    said: list[Filter] = [
        In("said", tuple(f"{name}:{value}" for value in values))
        for name, values in criteria.chosen.items()
        if name in SAID_IN_TITLES and (name, len(values) > 1) != ("credential", True)
    ]
    credentials = criteria.chosen.get("credential", ())
    if len(credentials) > 1:
        # Any of them will do, and who holds several looks for work that takes them all.
        said.append(All(tuple(Eq(criteria.credential_field, slug) for slug in credentials)))
    return said


def nearness_of(criteria: Criteria) -> list[Filter]:
    """From near to far: in the circle, remote and naming the state, remote and open to all."""
    if criteria.sort != RELEVANCE or not (criteria.near or "state" in criteria.chosen):
        return []
    everywhere = Eq("everywhere", True)
    if criteria.near is None:
        return [Not(everywhere), everywhere]
    inside = circle(criteria.near)
    return [inside, All((Not(inside), Not(everywhere))), All((Not(inside), everywhere))]


def circle(near: Near) -> Filter:
    return GeoRadius("point", near.place.lat, near.place.lng, near.metres)


def rank_key(document: Mapping[str, Any], order: str | None = BROWSE) -> tuple[Any, ...]:
    """Sorts search documents as both engines do; with no order, as equal matches are sorted.

    A document without a value comes last either way, and ids settle the rest, as text.
    """
    keys = JOBS.orders[order] if order else JOBS.tie_breakers
    values = ((document.get(name), descending) for name, descending in keys)
    ranks = [
        (value is None, (value or 0) * (-1 if descending else 1)) for value, descending in values
    ]
    return (*ranks, str(document["id"]))
