"""Where the jobs of a search are: counted by town, gathered into spots that a map can show."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import floor

from app import taxonomy
from app.engine import engine
from app.jobs.services.searching.asking import search_query
from app.jobs.services.searching.criteria import RELEVANCE, Criteria, Near
from app.places import Place, find_city
from search.contract import (
    MAX_FACET_VALUES,
    MAX_TOTAL,
    All,
    Eq,
    Filter,
    SearchError,
    SearchQuery,
)
from search.sphere import METRES_A_MILE, metres_between

log = logging.getLogger(__name__)

MILES = 50  # what lies within is one spot: an hour's drive
MOST_TOWNS = MAX_FACET_VALUES
MOST_SPOTS = 200
REMOTE = "remote"


@dataclass(frozen=True, slots=True)
class Spot:
    """A town and those around it."""

    place: Place
    count: int
    search: Criteria  # the same search, near it


@dataclass(frozen=True, slots=True)
class JobMap:
    spots: tuple[Spot, ...]  # the most jobs first
    remote: int
    remote_search: Criteria
    open_to: tuple[str, ...]  # names of the states that the remote ones are open to, if asked for
    unknown: Mapping[str, int]  # towns that are in no gazetteer, with their jobs
    cut: bool  # there are more places, with fewer jobs


def map_of(criteria: Criteria) -> JobMap | None:
    """The places of a search. None where the engine, which counts them, does not answer."""
    asked = replace(criteria, page=1, sort=RELEVANCE)
    try:
        towns, remote, cut = _counted(search_query(asked, limit=0))
    except SearchError as error:
        log.warning("jobs are not put on a map: %s", error)
        return None
    known, unknown = _located(towns)
    spots = gathered(known.items())
    return JobMap(
        spots=tuple(Spot(place, count, _near(asked, place)) for place, count in spots[:MOST_SPOTS]),
        remote=remote,
        remote_search=replace(asked, chosen={**asked.chosen, "place": (REMOTE,)}),
        open_to=_open_to(asked),
        unknown=unknown,
        cut=cut or len(spots) > MOST_SPOTS,
    )


def _counted(query: SearchQuery) -> tuple[Mapping[str, int], int, bool]:
    """Jobs by town, how many are remote, and whether there are towns beyond those counted.

    An engine counts so many values and no more. Where they are not enough each state is asked for
    its own, unless there are so many jobs that this would be slow.
    """
    first = engine().search(replace(query, facets=("town", "place_kind", "states")))
    towns, remote = first.facets.get("town", {}), first.facets.get("place_kind", {}).get(REMOTE, 0)
    if len(towns) < MOST_TOWNS or first.total >= MAX_TOTAL:
        return towns, remote, len(towns) >= MOST_TOWNS
    by_state = [
        replace(query, facets=("town",), where=All((*_parts(query), Eq("states", state))))
        for state in first.facets.get("states", {})
    ]
    found = [result.facets.get("town", {}) for result in engine().multi_search(by_state)]
    every = {town: count for counted in found for town, count in counted.items()}
    return every, remote, any(len(counted) >= MOST_TOWNS for counted in found)


def _parts(query: SearchQuery) -> tuple[Filter, ...]:
    return (query.where,) if query.where else ()


def gathered(towns: Iterable[tuple[Place, int]]) -> list[tuple[Place, int]]:
    """Towns with those around them, each town in one spot or more: the largest are the middles.

    A town between two cities counts for both, as it does in a search near either.
    """
    by_size = sorted(towns, key=lambda town: (-town[1], town[0].label))
    squares: dict[tuple[int, int], list[tuple[Place, int]]] = defaultdict(list)
    for place, count in by_size:
        squares[_square(place)].append((place, count))
    spots: list[tuple[Place, int]] = []
    taken: set[Place] = set()
    for middle, _ in by_size:
        if middle not in taken:
            around = [
                (place, count)
                for square in _squares_around(middle)
                for place, count in squares.get(square, ())
                if miles_between(middle, place) <= MILES
            ]
            taken.update(place for place, _ in around)
            spots.append((middle, sum(count for _, count in around)))
    return sorted(spots, key=lambda spot: (-spot[1], spot[0].label))


def _square(place: Place) -> tuple[int, int]:
    """A degree each way: only towns of squares near each other are measured."""
    return floor(place.lat), floor(place.lng)


def _squares_around(place: Place) -> Iterator[tuple[int, int]]:
    """All that MILES may reach into, to the north of Alaska where degrees are narrow."""
    lat, lng = _square(place)
    yield from product(range(lat - 1, lat + 2), range(lng - 3, lng + 4))


def miles_between(one: Place, other: Place) -> float:
    """As the crow flies."""
    metres = metres_between(one.lat, one.lng, other.lat, other.lng)
    return metres / METRES_A_MILE


def _located(towns: Mapping[str, int]) -> tuple[dict[Place, int], dict[str, int]]:
    known: dict[Place, int] = {}
    unknown: dict[str, int] = {}
    for town, count in towns.items():
        name, _, state = town.rpartition(", ")
        place = find_city(name, state)
        if place:
            known[place] = known.get(place, 0) + count
        else:
            unknown[town] = count
    return known, unknown


def _near(criteria: Criteria, place: Place) -> Criteria:
    """Without the remote jobs, which are on no map: the number found is the number shown."""
    kinds = criteria.chosen.get("place", tuple(taxonomy.PLACE_KINDS))
    chosen = {**criteria.chosen, "place": tuple(kind for kind in kinds if kind != REMOTE)}
    return replace(criteria, near=Near(place, MILES), nowhere="", chosen=chosen)


def _open_to(criteria: Criteria) -> tuple[str, ...]:
    states = criteria.chosen.get("state", ())
    if criteria.near and not states:
        states = (criteria.near.place.state,)
    return tuple(taxonomy.STATES[state] for state in states)
