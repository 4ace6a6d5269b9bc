"""Finding listings: the question, what the engine found re-read, what to try when nothing is."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import clock
from app.employers.models import Organisation
from app.engine import engine
from app.extensions import db
from app.jobs.services.cards import Card, cards_of
from app.jobs.services.searching.asking import (
    PAGE_SIZE,
    Counts,
    count_queries,
    counts_of,
    featured_query,
    page_query,
    search_query,
    tiers_of,
    windows,
)
from app.jobs.services.searching.criteria import Choice, Criteria
from app.jobs.services.searching.plain_listing import list_plainly
from app.jobs.services.searching.ranking import pins_featured
from search.contract import MAX_TOTAL, All, In, SearchError, SearchQuery, SearchResult

log = logging.getLogger(__name__)

MOST_ANSWERS = 500  # kept in a process
MOST_EMPLOYERS = 12  # offered as a filter
NAMES_KEPT = 60  # seconds


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
    counts: Counts = field(default_factory=dict)
    employers: Mapping[str, str] = field(default_factory=dict)  # slug -> name, of those counted
    employer: Employer | None = None
    limited: bool = False  # the engine is down: no counts, and `ignored` was not searched
    ignored: str = ""
    drops: tuple[Drop, ...] = ()
    wider: Drop | None = None  # the next circle around the place in which anything is found

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
_names: dict[tuple[object, ...], dict[str, str]] = {}


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
    _names.clear()


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


def best_ids(criteria: Criteria, limit: int, among: Sequence[int] | None = None) -> list[int]:
    """The first listings of a search in the order of its page; of `among`, where that is given.

    Raises SearchError where the engine is down.
    """
    tiers = tiers_of(criteria)
    if among is not None:
        only = In("id", tuple(str(job_id) for job_id in among))
        tiers = [replace(t, where=All((t.where, only) if t.where else (only,))) for t in tiers]
    results = engine().multi_search([replace(tier, limit=limit) for tier in tiers])
    return [job_id for result in results for job_id in _ids(result)][:limit]


def find_ids(criteria: Criteria, limit: int) -> list[int]:
    """The first listings of a search in the order of its page, whatever the state of the engine.

    They are as the index has them: whoever shows them reads them from the database again.
    """
    first = criteria.on_page(1)
    employer = _employer(first.employer)
    if first.employer and employer is None:
        return []
    try:
        pinned = _ids(engine().search(featured_query(first))) if pins_featured(first) else ()
        return list(dict.fromkeys((*pinned, *best_ids(first, limit))))[:limit]
    except SearchError as error:
        log.warning("listings are found without the engine: %s", error)
    return list(list_plainly(first, employer.id if employer else None, limit).job_ids)


def _ask(criteria: Criteria, employer: Employer | None) -> Answer:
    tiers = tiers_of(criteria)
    whole = page_query(criteria)
    if len(tiers) > 1:
        whole = replace(whole, limit=0)  # only counted: its parts are asked for what they hold
    questions = [whole, *count_queries(criteria)]
    if pins_featured(criteria):
        questions.append(featured_query(criteria))
    result, *others = engine().multi_search(questions)
    last = max(1, -(-result.total // PAGE_SIZE))
    featured = _ids(others[-1]) if pins_featured(criteria) else ()
    found = _ids(result)
    if criteria.page > last or len(tiers) > 1:
        criteria = criteria.on_page(min(criteria.page, last))
        found = _page(tiers, criteria.page)
    counts = counts_of(criteria, result, others)
    drops, wider = ((), None) if result.total else _ways_out(criteria, employer)
    return Answer(
        criteria,
        tuple(job_id for job_id in found if job_id not in featured),
        result.total,
        featured_ids=featured if criteria.page == 1 else (),
        counts=counts,
        employers=_employer_names(counts["employer"]),
        employer=employer,
        drops=drops,
        wider=wider,
    )


def _page(tiers: Sequence[SearchQuery], page: int) -> tuple[int, ...]:
    """A page of parts that follow each other."""
    if page > 1:
        # Where one part ends and the next begins is known only when they have been counted.
        counted = engine().multi_search([replace(tier, limit=0) for tier in tiers])
        totals = [part.total for part in counted]
        tiers = windows(tiers, totals, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    results = engine().multi_search(tiers) if tiers else ()
    return tuple(job_id for part in results for job_id in _ids(part))[:PAGE_SIZE]


def _ids(result: SearchResult) -> tuple[int, ...]:
    return tuple(int(hit.id) for hit in result.hits)


def _ways_out(
    criteria: Criteria, employer: Employer | None
) -> tuple[tuple[Drop, ...], Drop | None]:
    """For each choice what would be found without it, the most helpful first, and the next circle
    that holds anything; in one round trip."""
    choices = list(criteria.choices(employer.name if employer else ""))
    circles = list(criteria.wider())
    questions = [search_query(choice.without, limit=0) for choice in (*choices, *circles)]
    results = engine().multi_search(questions) if questions else ()
    counted = [
        Drop(choice, result.total)
        for choice, result in zip((*choices, *circles), results, strict=True)
    ]
    drops = [drop for drop in counted[: len(choices)] if drop.count]
    wider = next((drop for drop in counted[len(choices) :] if drop.count), None)
    return tuple(sorted(drops, key=lambda drop: -drop.count)), wider


def _employer_names(counts: Mapping[str, int]) -> dict[str, str]:
    """Of the employers with the most listings, by slug."""
    slugs = list(counts)[:MOST_EMPLOYERS]
    key = (clock.unix(clock.now()) // NAMES_KEPT, *slugs)
    found = _names.get(key)
    if found is None:
        if len(_names) >= MOST_ANSWERS:
            _names.clear()
        rows = db.session.execute(
            select(Organisation.slug, Organisation.name).where(Organisation.slug.in_(slugs))
        )
        names = {row.slug: row.name for row in rows}
        found = _names[key] = {slug: names[slug] for slug in slugs if slug in names}
    return found


def _employer(slug: str) -> Employer | None:
    if not slug:
        return None
    row = db.session.execute(
        select(Organisation.id, Organisation.slug, Organisation.name).where(
            Organisation.slug == slug, Organisation.suspended_at.is_(None)
        )
    ).one_or_none()
    return Employer(row.id, row.slug, row.name) if row else None
