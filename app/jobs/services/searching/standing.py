"""A search of listings as a standing question, and a new listing as what may answer it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, selectinload

from app.extensions import db
from app.jobs.documents import search_document
from app.jobs.models import Job
from app.jobs.services.searching.asking import search_query
from app.jobs.services.searching.criteria import CodeNamed, Criteria, read_code
from app.jobs.services.searching.ranking import rank_key
from app.jobs.services.searching.search import best_ids
from search.contract import MAX_LIMIT, All, Eq, Filter, Range, SearchError
from search.standing import Question

log = logging.getLogger(__name__)

CODE = "asked_code"  # not of the index: the database knows which codes a listing covers
_TIMED = ("published", "expires")  # a new listing is visible, and young enough for any search


def question_of(criteria: Criteria) -> Question:
    """What a search asks of a listing, whatever the time and the order."""
    query = search_query(replace(criteria, code=None, since=0, page=1), limit=1)
    filters = [part for part in _parts(query.where) if not _is_timed(part)]
    filters += query.groups.values()
    if criteria.code:
        filters.append(Eq(CODE, f"{criteria.code.system}:{criteria.code.key}"))
    return Question(query.text, tuple(filters))


def codes_asked(questions: Iterable[Question]) -> list[CodeNamed]:
    """Every code that some of the questions ask for."""
    values = {
        str(part.value)
        for question in questions
        for part in question.filters
        if isinstance(part, Eq) and part.field == CODE
    }
    return [code for value in sorted(values) if (code := read_code(value))]


def document_of(job: Job, asked: Sequence[CodeNamed]) -> dict[str, Any]:
    """The listing as the index holds it, with those of the codes asked for that it names."""
    codes = [f"{c.system}:{c.key}" for c in asked if _names(job, c)] if job.codes else []
    return {**search_document(job), CODE: codes}


def ranked(criteria: Criteria, job_ids: Sequence[int]) -> list[int]:
    """These listings in the order in which the page of the search shows them.

    What the engine does not give, because it is down or does not know it yet, follows by quality
    and date.
    """
    try:
        known = best_ids(criteria.on_page(1), min(len(job_ids), MAX_LIMIT), among=job_ids)
    except SearchError as error:
        log.warning("an alert is put in order without the engine: %s", error)
        known = []
    left = set(job_ids).difference(known)
    others = db.session.scalars(listings().where(Job.id.in_(left))).all() if left else ()
    documents = sorted(map(search_document, others), key=rank_key)
    return [*known, *(int(document["id"]) for document in documents)]


def best_since(criteria: Criteria, days: int, limit: int) -> list[int]:
    """The best listings of a search among those of the last days. Raises SearchError."""
    days = min(days, criteria.since or days)
    return best_ids(replace(criteria, since=days, page=1), limit)


def listings() -> Select[Job]:
    """Listings with all that a document is made of."""
    return (
        select(Job)
        .join(Job.organisation)
        .options(contains_eager(Job.organisation), selectinload(Job.terms), selectinload(Job.codes))
        .execution_options(populate_existing=True)
    )


def _parts(condition: Filter | None) -> Iterator[Filter]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _parts(part)
    elif condition is not None:
        yield condition


def _is_timed(condition: Filter) -> bool:
    return isinstance(condition, Range) and condition.field in _TIMED


def _names(job: Job, code: CodeNamed) -> bool:
    """As `naming` asks the database."""
    first, _, last = code.key.partition("-")
    end = f"{last}~" if last else first
    return any(
        held.system == code.system and held.first_key <= end and held.last_key >= first
        for held in job.codes
    )
