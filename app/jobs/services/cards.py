"""A listing as one entry of a list: read anew each time, and only what the public may see."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, select

from app import clock, taxonomy
from app.employers.models import Organisation
from app.extensions import UtcDateTime, db
from app.filters import pay_range
from app.jobs.models import Facet, Job, JobTerm, visible
from app.jobs.services.pay.pay_scale import PayBar, pay_bar

MOST_KNOWN = 5_000  # cards kept in a process, some two kilobytes each
STATES_SPELLED = 4  # a remote job's states are named up to here, then counted

_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
_SHOWN_FACETS = (Facet.CREDENTIAL, Facet.SETTING, Facet.STATE)


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """Equal only to itself: what is drawn from a card is kept by it."""

    id: int
    slug: str
    title: str
    organisation: str
    is_sample: bool
    place: str
    engagement: str
    pay: str
    bar: PayBar | None
    apprentice: bool
    featured: bool
    published_at: datetime
    closes_on: date | None
    credentials: tuple[str, ...]  # labels of the required ones
    settings: tuple[str, ...]


_COLUMNS = (
    Job.id,
    Job.revision,
    Job.changed_at,
    Job.title,
    Job.place_kind,
    Job.city,
    Job.state_code,
    Job.engagement,
    Job.pay_unit,
    Job.pay_low_cents,
    Job.pay_high_cents,
    Job.apprentice_welcome,
    Job.featured_until,
    Job.published_at,
    Job.closes_on,
    Organisation.name,
    Organisation.is_sample,
)


# Whether each may be seen is a column: as a condition it would lead SQLite through an index of all
# live listings. Built once, for every list asks it.
_QUESTION = (
    select(visible(bindparam("moment", type_=UtcDateTime), bindparam("day", type_=Date)), *_COLUMNS)
    .join(Job.organisation)
    .where(Job.id.in_(bindparam("job_ids", expanding=True)))
)

# Cards by all they are made from; terms change only with a new revision. A change makes another
# key, so nothing old is ever shown.
_known: dict[tuple[Any, ...], Card] = {}


def cards_of(job_ids: Sequence[int]) -> list[Card]:
    """The listings among these that the public may see now, in the order given."""
    if not job_ids:
        return []
    moment = clock.now()
    asked = {"job_ids": job_ids, "moment": moment, "day": clock.today()}
    rows = db.session.execute(_QUESTION, asked).all()
    keys = {row.id: (_is_featured(row, moment), row) for row in rows if row[0]}
    found = {job_id: _known.get(key) for job_id, key in keys.items()}
    new = [job_id for job_id, card in found.items() if card is None]
    if new:
        if len(_known) > MOST_KNOWN:
            _known.clear()
        terms = _terms(new)
        for job_id in new:
            featured, row = keys[job_id]
            found[job_id] = _known[keys[job_id]] = _card(row, terms.get(job_id, ()), featured)
    return [card for job_id in job_ids if (card := found.get(job_id))]


def _is_featured(row: Any, moment: datetime) -> bool:
    return row.featured_until is not None and row.featured_until > moment


def slug_of(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_A_SLUG.sub("-", plain)[:60].strip("-") or "listing"


def place_line(kind: str, city: str, state: str, eligible: Sequence[str]) -> str:
    """Where the work is done, in a few words; `eligible` are the states of a remote job."""
    if kind != "remote":
        place = f"{city}, {state}".strip(", ")
        return f"Hybrid, {place}" if kind == "hybrid" else place
    if not eligible:
        return "Remote, any US state"
    if len(eligible) > STATES_SPELLED:
        return f"Remote, {len(eligible)} states"
    return f"Remote, {', '.join(eligible)}"


def _terms(job_ids: Sequence[int]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    rows = db.session.execute(
        select(JobTerm.job_id, JobTerm.facet, JobTerm.value, JobTerm.need)
        .where(JobTerm.job_id.in_(job_ids), JobTerm.facet.in_(_SHOWN_FACETS))
        .order_by(JobTerm.id)
    )
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    return grouped


def _card(row: Any, terms: Iterable[Any], featured: bool) -> Card:
    credentials, settings, states = [], [], []
    for _, facet, value, need in terms:
        if facet == Facet.STATE:
            states.append(value)
        elif facet == Facet.SETTING:
            settings.append(taxonomy.SETTINGS.get(value, value))
        elif need == "required" and value in taxonomy.CREDENTIALS:
            credentials.append(taxonomy.CREDENTIALS[value].label)
    return Card(
        id=row.id,
        slug=slug_of(row.title),
        title=row.title,
        organisation=row.name,
        is_sample=row.is_sample,
        place=place_line(row.place_kind, row.city, row.state_code, states),
        engagement=taxonomy.ENGAGEMENTS.get(row.engagement, row.engagement),
        pay=pay_range(row.pay_low_cents, row.pay_high_cents, row.pay_unit),
        bar=pay_bar(row.pay_low_cents, row.pay_high_cents, row.pay_unit),
        apprentice=row.apprentice_welcome,
        featured=featured,
        published_at=row.published_at,
        closes_on=row.closes_on,
        credentials=tuple(credentials),
        settings=tuple(settings),
    )
