"""A search of listings as questions to the engine, and its counts read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from app import clock, taxonomy
from app.jobs.services.searching.criteria import FILTERS, FLAGS, SINCE, Criteria, Near
from app.jobs.services.searching.naming import jobs_naming
from app.jobs.services.searching.ranking import (
    BROWSE,
    MOST_FEATURED,
    circle,
    nearness_of,
    order_of,
    preferences_of,
)
from search.contract import (
    MAX_TOTAL,
    All,
    AnyOf,
    Eq,
    Filter,
    In,
    Not,
    Range,
    SearchQuery,
    SearchResult,
)
from search.indexes import JOBS

PAGE_SIZE = 20
A_DAY = 86_400
EMPLOYER = "employer"

Counts = dict[str, Mapping[str, int]]  # filter -> slug -> listings


def page_query(criteria: Criteria) -> SearchQuery:
    """The question for one page, with the counts of every filter but those of `count_queries`."""
    return SearchQuery(
        index=JOBS.name,
        text=criteria.text,
        where=_where(criteria),
        groups=_groups(criteria),
        facets=(*(_field(name, criteria) for name in FILTERS), *FLAGS, EMPLOYER),
        order=order_of(criteria),
        offset=min((criteria.page - 1) * PAGE_SIZE, MAX_TOTAL - PAGE_SIZE),
        limit=PAGE_SIZE,
        fields=(),  # listings are read from the database
    )


def search_query(criteria: Criteria, *, limit: int) -> SearchQuery:
    """The question for the best few, without counts."""
    return replace(page_query(criteria), facets=(), offset=0, limit=limit)


def tiers_of(criteria: Criteria) -> list[SearchQuery]:
    """The same question in parts that follow each other: nearest first, then by what titles say."""
    query = replace(page_query(criteria), facets=(), offset=0)
    near = nearness_of(criteria)
    parts = [
        All((_where(criteria), *both))
        for both in product(near or [All(())], _by_titles(criteria, few=bool(near)))
    ]
    return [replace(query, where=part) for part in parts] if len(parts) > 1 else [query]


def _by_titles(criteria: Criteria, *, few: bool) -> list[Filter]:
    """Titles that say all of what was chosen, some of it, none; with `few`, all or not all."""
    said = preferences_of(criteria)
    if not said:
        return [All(())]
    every, some = All(tuple(said)), AnyOf(tuple(said))
    if few or len(said) == 1:
        return [every, Not(every)]
    return [every, All((some, Not(every))), Not(some)]


def windows(
    tiers: Sequence[SearchQuery], totals: Sequence[int], offset: int, limit: int
) -> list[SearchQuery]:
    """What to ask of each part for one page of the whole, in order."""
    asked = []
    for query, total in zip(tiers, totals, strict=True):
        taken = max(0, min(limit, total - offset))
        if taken:
            asked.append(replace(query, offset=offset, limit=taken))
        offset, limit = max(0, offset - total), limit - taken
    return asked


def featured_query(criteria: Criteria) -> SearchQuery:
    """The question for what stands above the others where nothing is typed; near, if asked so."""
    here = (circle(criteria.near),) if criteria.near else ()
    return SearchQuery(
        index=JOBS.name,
        where=All((_where(criteria), Eq("featured", 1), *here)),
        groups=_groups(criteria),
        order=BROWSE,
        limit=MOST_FEATURED,
        fields=(),
    )


def count_queries(criteria: Criteria) -> list[SearchQuery]:
    """How many were posted since each day: no facet of the index holds that."""
    return [search_query(replace(criteria, since=days), limit=0) for days in SINCE]


def counts_of(criteria: Criteria, result: SearchResult, since: Sequence[SearchResult]) -> Counts:
    counts: Counts = {
        name: result.facets.get(_field(name, criteria), {}) for name in (*FILTERS, EMPLOYER)
    }
    for name in FLAGS:
        counts[name] = {"1": result.facets.get(name, {}).get("true", 0)}
    counts["since"] = {str(days): found.total for days, found in zip(SINCE, since, strict=False)}
    return counts


def _field(name: str, criteria: Criteria) -> str:
    """The facet of the index in which a filter is looked for."""
    if name == "credential":
        return criteria.credential_field
    return FILTERS[name].field if name in FILTERS else name


def _where(criteria: Criteria) -> Filter:
    moment = clock.unix(clock.now())
    first = moment - criteria.since * A_DAY if criteria.since else None
    parts: list[Filter] = [
        Range("published", low=first, high=moment),
        Range("expires", low=moment + 1),
    ]
    if criteria.near:
        parts.append(_within(criteria.near))
    if criteria.pay_min:
        parts.append(_paying(criteria))
    if criteria.code:
        parts.append(In("id", tuple(str(job_id) for job_id in jobs_naming(criteria.code))))
    return All(tuple(parts))


def _within(near: Near) -> Filter:
    """In the circle, or remote and open to its state: nobody there need move for that either."""
    return AnyOf(
        (
            circle(near),
            All((Eq("place_kind", "remote"), Eq("states", near.place.state))),
        )
    )


def _paying(criteria: Criteria) -> Filter:
    """Hours and years compare; a rate per chart is only compared with its like."""
    if criteria.pay_per in taxonomy.TIMES_A_YEAR:
        return Range("pay_high", low=criteria.pay_floor)
    return All((Eq("pay_unit", criteria.pay_per), Range("rate_high", low=criteria.pay_min)))


def _groups(criteria: Criteria) -> dict[str, Filter]:
    groups: dict[str, Filter] = {
        _field(name, criteria): In(_field(name, criteria), values)
        for name, values in criteria.chosen.items()
    }
    groups |= {name: Eq(name, True) for name in criteria.flags}
    if criteria.employer:
        groups[EMPLOYER] = Eq(EMPLOYER, criteria.employer)
    return groups
