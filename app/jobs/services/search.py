"""Finding listings: the question, what the engine found re-read, what to try when nothing is."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import clock
from app.employers.models import Organisation
from app.engine import engine
from app.extensions import db
from app.jobs.services.cards import Card, cards_of
from app.jobs.services.criteria import FILTERS, Choice, Criteria
from app.jobs.services.naming import jobs_naming
from app.jobs.services.plain_listing import list_plainly
from app.jobs.services.ranking import BROWSE, MOST_FEATURED, order_of, pins_featured
from search.contract import (
    MAX_TOTAL,
    All,
    Eq,
    Filter,
    In,
    Range,
    SearchError,
    SearchQuery,
    SearchResult,
)
from search.indexes import JOBS

log = logging.getLogger(__name__)

PAGE_SIZE = 20
MOST_ANSWERS = 500  # kept in a process

APPRENTICE = "apprentice"
_FACETS = (*(f.field for f in FILTERS.values()), "apprentice_welcome")


@dataclass(frozen=True, slots=True)
class Employer:
    """The one whose listings were asked for."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Drop:
    """A way out of an empty result: the choice to leave out, and how many are found then."""

    choice: Choice
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What was found, before it is read from the database. Equal only to itself."""

    criteria: Criteria  # as answered: its page exists
    job_ids: tuple[int, ...]
    total: int
    featured_ids: tuple[int, ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # filter -> slug -> count
    employer: Employer | None = None
    limited: bool = False  # the engine is down: no counts, and `ignored` was not searched
    ignored: str = ""
    drops: tuple[Drop, ...] = ()

    @property
    def is_clamped(self) -> bool:
        return self.total >= MAX_TOTAL

    @property
    def last_page(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Found:
    answer: Answer
    featured: list[Card]
    cards: list[Card]


def find_jobs(criteria: Criteria) -> Found:
    """One page of listings. Never fails because the engine does."""
    answer = _recent_answer(criteria)
    cards = cards_of([*answer.featured_ids, *answer.job_ids])
    # What the index still counts as featured may have ended since.
    featured = [card for card in cards if card.featured and card.id in answer.featured_ids]
    return Found(answer, featured, [card for card in cards if card not in featured])


# The answers of the current second: a busy page asks the engine once, not hundreds of times. A
# listing is searchable within two seconds all the same, and listings are re-read from the
# database before they are shown.
_answers: dict[tuple[object, ...], Answer] = {}


def _recent_answer(criteria: Criteria) -> Answer:
    key = (clock.unix(clock.now()), *criteria.parameters())
    answer = _answers.get(key)
    if answer is None:
        if len(_answers) >= MOST_ANSWERS:
            _answers.clear()
        answer = _answers[key] = _answer(criteria)
    return answer


@event.listens_for(Session, "after_commit")
def forget_answers(_session: Session | None = None) -> None:
    """What this process changes it also sees at once."""
    _answers.clear()


def _answer(criteria: Criteria) -> Answer:
    employer = _employer(criteria.employer)
    if criteria.employer and employer is None:
        return Answer(criteria.on_page(1), (), 0)
    try:
        return _ask(criteria, employer)
    except SearchError as error:
        log.warning("listings are searched without the engine: %s", error)
    found = list_plainly(criteria, employer.id if employer else None, PAGE_SIZE)
    return Answer(
        criteria.on_page(found.page),
        found.job_ids,
        found.total,
        employer=employer,
        limited=True,
        ignored=found.ignored,
    )


def _ask(criteria: Criteria, employer: Employer | None) -> Answer:
    where = _where(criteria, employer)
    questions = [_query(criteria, where)]
    if pins_featured(criteria):
        questions.append(_featured(criteria, where))
    result, *others = engine().multi_search(questions)
    last = max(1, -(-result.total // PAGE_SIZE))
    if criteria.page > last:
        criteria = criteria.on_page(last)
        result = engine().search(_query(criteria, where))
    pinned = _ids(others[0]) if others else ()
    return Answer(
        criteria,
        tuple(job_id for job_id in _ids(result) if job_id not in pinned),
        result.total,
        featured_ids=pinned if criteria.page == 1 else (),
        counts=_counts(result),
        employer=employer,
        drops=() if result.total else _drops(criteria, employer),
    )


def _query(criteria: Criteria, where: Filter) -> SearchQuery:
    return SearchQuery(
        index=JOBS.name,
        text=criteria.text,
        where=where,
        groups=_groups(criteria),
        facets=_FACETS,
        order=order_of(criteria),
        offset=min((criteria.page - 1) * PAGE_SIZE, MAX_TOTAL - PAGE_SIZE),
        limit=PAGE_SIZE,
    )


def find_ids(criteria: Criteria, limit: int) -> tuple[int, ...]:
    """The first listings of a search in the order of its page, whatever the state of the engine.

    They are as the index has them: whoever shows them reads them from the database again.
    """
    first = criteria.on_page(1)
    employer = _employer(first.employer)
    if first.employer and employer is None:
        return ()
    try:
        where = _where(first, employer)
        questions = [replace(_query(first, where), facets=(), limit=limit)]
        if pins_featured(first):
            questions.append(_featured(first, where))
        result, *others = engine().multi_search(questions)
    except SearchError as error:
        log.warning("listings are found without the engine: %s", error)
        return list_plainly(first, employer.id if employer else None, limit).job_ids
    pinned = _ids(others[0]) if others else ()
    return tuple(dict.fromkeys((*pinned, *_ids(result))))[:limit]


def search_query(criteria: Criteria, *, limit: int) -> SearchQuery:
    """The question for the best few, without counts."""
    return replace(_query(criteria, _where(criteria, None)), facets=(), limit=limit)


def _featured(criteria: Criteria, where: Filter) -> SearchQuery:
    return SearchQuery(
        index=JOBS.name,
        where=All((where, Eq("featured", 1))),
        groups=_groups(criteria),
        order=BROWSE,
        limit=MOST_FEATURED,
    )


def _where(criteria: Criteria, employer: Employer | None) -> Filter:
    moment = clock.unix(clock.now())
    parts: list[Filter] = [Range("published", high=moment), Range("expires", low=moment + 1)]
    if employer is not None and criteria.employer:
        parts.append(Eq("organisation_id", employer.id))
    if criteria.pay_floor:
        parts.append(Range("pay_high", low=criteria.pay_floor))
    if criteria.code:
        parts.append(In("id", tuple(str(job_id) for job_id in jobs_naming(criteria.code))))
    return All(tuple(parts))


def _groups(criteria: Criteria) -> dict[str, Filter]:
    groups: dict[str, Filter] = {
        FILTERS[name].field: In(FILTERS[name].field, values)
        for name, values in criteria.chosen.items()
    }
    if criteria.apprentice:
        groups["apprentice_welcome"] = Eq("apprentice_welcome", True)
    return groups


def _counts(result: SearchResult) -> dict[str, Mapping[str, int]]:
    counts = {name: result.facets.get(f.field, {}) for name, f in FILTERS.items()}
    welcome = result.facets.get("apprentice_welcome", {})
    return {**counts, APPRENTICE: {"1": welcome.get("true", 0)}}


def _ids(result: SearchResult) -> tuple[int, ...]:
    return tuple(int(hit.id) for hit in result.hits)


def _drops(criteria: Criteria, employer: Employer | None) -> tuple[Drop, ...]:
    """For each choice what would be found without it, in one round trip, the most helpful first."""
    choices = list(criteria.choices(employer.name if employer else ""))
    questions = [
        replace(
            _query(choice.without, _where(choice.without, employer)), facets=(), offset=0, limit=0
        )
        for choice in choices
    ]
    results = engine().multi_search(questions) if questions else ()
    drops = [
        Drop(choice, result.total)
        for choice, result in zip(choices, results, strict=True)
        if result.total
    ]
    return tuple(sorted(drops, key=lambda drop: -drop.count))


def _employer(slug: str) -> Employer | None:
    if not slug:
        return None
    row = db.session.execute(
        select(Organisation.id, Organisation.slug, Organisation.name).where(
            Organisation.slug == slug, Organisation.suspended_at.is_(None)
        )
    ).one_or_none()
    return Employer(row.id, row.slug, row.name) if row else None
