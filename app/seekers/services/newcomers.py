"""New listings put to all saved searches, each listing once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Integer, bindparam, case, delete, func, select

from app import clock, tasks
from app.extensions import UtcDateTime, db, insert_each_once, insert_selected_once
from app.jobs.models import Job, visible, visible_row
from app.jobs.services.searching.criteria import CodeNamed
from app.jobs.services.searching.standing import (
    best_since,
    codes_asked,
    document_of,
    listings,
    question_of,
)
from app.seekers.models import AlertMatch, AlertRecipient, Frequency, MatchedJob, SavedSearch
from app.seekers.services.calendar import due_at
from app.seekers.services.saved_searches import criteria_of
from search.indexes import JOBS
from search.standing import Question, StandingQuestions

AT_ONCE = 100  # listings between two commits
IN_ONE_STATEMENT = 5_000  # searches
LOOK_BACK = timedelta(days=7)  # what is older is not news, whoever has not heard of it
LOOK_BACK_MOST = 40
TOLD_KEPT = timedelta(days=30)

_SOONEST: dict[str, int] = {Frequency.INSTANT: 0, Frequency.DAILY: 1, Frequency.WEEKLY: 2}
_Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class _Asker:
    search_id: int
    recipient_id: int
    frequency: str
    rank: tuple[int, int]  # the sooner it tells, the lower; then the older search


@dataclass(frozen=True, slots=True)
class Standing:
    """All saved searches, compiled."""

    stamp: tuple[int, ...]
    askers: list[_Asker]
    questions: StandingQuestions
    codes: list[CodeNamed]
    read: Mapping[_Parameters, Question] = field(repr=False)

    def matches_of(self, job: Job) -> list[_Asker]:
        """For each person the search that tells of the listing soonest."""
        best: dict[int, _Asker] = {}
        for number in self.questions.answered_by(document_of(job, self.codes)):
            asker = self.askers[number]
            held = best.get(asker.recipient_id)
            if held is None or asker.rank < held.rank:
                best[asker.recipient_id] = asker
        return list(best.values())


def match_new_listings(at_once: int = AT_ONCE) -> int:
    """Put the next new listings to all saved searches. Returns how many there were.

    Two workers may look at the same ones: the row of a listing says who was first, and a listing
    is found once for each person.
    """
    moment = clock.now()
    jobs = _newcomers(moment, at_once)
    if not jobs:
        return 0
    standing = compiled()
    found = [(job.id, [asker.search_id for asker in standing.matches_of(job)]) for job in jobs]
    insert_each_once(MatchedJob, [{"id": job.id, "matched_at": moment} for job in jobs])
    for job_id, search_ids in found:
        _note(job_id, search_ids, moment)
    return len(jobs)


@tasks.handles("seekers.look_back")
def look_back(payload: Mapping[str, Any]) -> None:
    """Give a search that was just saved the best of the last seven days."""
    search = db.session.get(SavedSearch, payload["search_id"])
    if search is None or search.confirmed_at is None or search.paused_at is not None:
        return
    moment = clock.now()
    criteria = criteria_of(search.parameters)
    likely = best_since(criteria, LOOK_BACK.days, LOOK_BACK_MOST)
    question = question_of(criteria)
    questions, codes = StandingQuestions(JOBS, [question]), codes_asked([question])
    found = db.session.scalars(listings().where(Job.id.in_(likely), visible())).unique().all()
    for job in found:
        if questions.answered_by(document_of(job, codes)):  # the engine forgives wrong letters
            _note(job.id, [search.id], moment)


def compiled() -> Standing:
    """All saved searches, compiled anew where one was added, changed or taken away."""
    held: Standing | None = current_app.extensions.get("standing_searches")
    stamp = _stamp()
    if held is None or held.stamp != stamp:
        held = _compile(stamp, held.read if held else {})
        current_app.extensions["standing_searches"] = held
    return held


def forget_told() -> None:
    """Delete what was told of long ago: no listing that old is found again."""
    moment = clock.now()
    db.session.execute(delete(AlertMatch).where(AlertMatch.done_at < moment - TOLD_KEPT))
    db.session.execute(delete(MatchedJob).where(MatchedJob.matched_at < moment - 2 * LOOK_BACK))


def active() -> tuple[ColumnElement[bool], ...]:
    """The searches that tell of something; needs a join to the recipient."""
    return (
        SavedSearch.confirmed_at.is_not(None),
        SavedSearch.paused_at.is_(None),
        AlertRecipient.stopped_at.is_(None),
        AlertRecipient.suppressed_at.is_(None),
    )


def _stamp() -> tuple[int, ...]:
    row = db.session.execute(
        select(
            func.count(SavedSearch.id),
            func.sum(SavedSearch.id),
            func.sum(SavedSearch.revision),
            func.sum(SavedSearch.recipient_id),
        )
        .join(SavedSearch.recipient)
        .where(*active())
    ).one()
    return tuple(int(number or 0) for number in row)


def _compile(stamp: tuple[int, ...], known: Mapping[_Parameters, Question]) -> Standing:
    """`known` spares reading again what did not change."""
    askers: list[_Asker] = []
    read: dict[_Parameters, Question] = {}

    def questions() -> Iterator[Question]:
        rows = db.session.execute(
            select(
                SavedSearch.id,
                SavedSearch.recipient_id,
                SavedSearch.frequency,
                SavedSearch.parameters,
            )
            .join(SavedSearch.recipient)
            .where(*active())
            .order_by(SavedSearch.id)
        )
        for search_id, recipient_id, frequency, parameters in rows:
            rank = _SOONEST[frequency], search_id
            askers.append(_Asker(search_id, recipient_id, frequency, rank))
            key = tuple((name, value) for name, value in parameters)
            question = read.get(key)
            if question is None:
                question = read[key] = known.get(key) or question_of(criteria_of(key))
            yield question

    compiled_questions = StandingQuestions(JOBS, questions())
    return Standing(stamp, askers, compiled_questions, codes_asked(read.values()), read)


_ROW = ("recipient_id", "job_id", "search_id", "due_at")
_FOUND = (
    select(
        SavedSearch.recipient_id,
        bindparam("job_id", type_=Integer),
        SavedSearch.id,
        case(
            *(
                (SavedSearch.frequency == each, bindparam(each.value, type_=UtcDateTime))
                for each in Frequency
            )
        ),
    )
    # Written out: as values, thousands of numbers would be more than a database takes.
    .where(SavedSearch.id.in_(bindparam("search_ids", expanding=True, literal_execute=True)))
    # As the index of the table lies: each of its pages is touched once for a listing.
    .order_by(SavedSearch.recipient_id, SavedSearch.id)
)


def _note(job_id: int, search_ids: Sequence[int], moment: datetime) -> None:
    """Keep that searches found a listing. Of two of one person the first to be kept counts."""
    due = {frequency.value: due_at(frequency, moment) for frequency in Frequency}
    for start in range(0, len(search_ids), IN_ONE_STATEMENT):
        part = search_ids[start : start + IN_ONE_STATEMENT]
        asked = {"job_id": job_id, "search_ids": part, **due}
        insert_selected_once(AlertMatch, _ROW, _FOUND, asked)


def _newcomers(moment: datetime, limit: int) -> Sequence[Job]:
    matched = select(MatchedJob.id).where(MatchedJob.id == Job.id)
    ids = db.session.scalars(
        select(Job.id)
        .join(Job.organisation)
        .where(
            Job.published_at > moment - LOOK_BACK,
            Job.published_at <= moment,
            visible_row(),
            ~matched.exists(),
        )
        .order_by(Job.published_at, Job.id)
        .limit(limit)
    ).all()
    if not ids:
        return []
    found = {job.id: job for job in db.session.scalars(listings().where(Job.id.in_(ids)))}
    return [found[job_id] for job_id in ids if job_id in found]
