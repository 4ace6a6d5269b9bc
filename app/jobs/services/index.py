"""Keeping the search index equal to the listings in the database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from app import clock, tasks, worker
from app.employers.models import Organisation
from app.employers.signals import organisation_changed
from app.engine import engine
from app.extensions import db
from app.jobs.documents import search_document
from app.jobs.models import Job, JobState
from search.contract import Outcome, SearchError, Ticket
from search.indexes import JOBS

CHUNK = 500
PATIENCE = 20.0  # seconds given to the engine to carry out a write

IN_STEP = timedelta(minutes=15)
# Longer than the interval: a featured listing whose time ran out just before the last comparison
# is looked at again.
LOOK_BACK = 3 * IN_STEP


def announce(job: Job) -> None:
    """Have the index hear of a change to a listing, once the change is committed."""
    tasks.defer("jobs.index", {"job_id": job.id})


@organisation_changed.connect
def announce_organisation(organisation: Organisation, **_: Any) -> None:
    """The same for every listing of an organisation: its name or its standing changed."""
    ids = db.session.scalars(
        select(Job.id).where(
            Job.organisation_id == organisation.id, _belongs(clock.now(), any_standing=True)
        )
    )
    for job_id in ids:
        tasks.defer("jobs.index", {"job_id": job_id})


@tasks.handles("jobs.index", batch=True)
def _index_announced(payloads: Sequence[Mapping[str, Any]]) -> None:
    if not prepare_index():
        update_index({int(payload["job_id"]) for payload in payloads})


@worker.every(IN_STEP)
def keep_index_in_step() -> None:
    """Mend what was missed: a restored database, an engine that lost data, featuring that ended."""
    if not prepare_index():
        correct_index()


def prepare_index(progress: Callable[[int], None] | None = None) -> bool:
    """Create the index where it is missing. Returns whether it had to be built."""
    if JOBS.name not in engine().ensure((JOBS,)):
        return False
    rebuild_index(progress)
    return True


def update_index(job_ids: Collection[int]) -> None:
    """Write the listings as the database has them now; take away those that no search may find."""
    pending = sorted(job_ids)
    for start in range(0, len(pending), CHUNK):
        chunk = pending[start : start + CHUNK]
        found = db.session.scalars(_listings(clock.now()).where(Job.id.in_(chunk))).all()
        documents = [search_document(job) for job in found]
        gone = set(chunk) - {job.id for job in found}
        if documents:
            _settle(engine().upsert(JOBS.name, documents))
        if gone:
            _settle(engine().delete(JOBS.name, [str(job_id) for job_id in sorted(gone)]))


def rebuild_index(progress: Callable[[int], None] | None = None) -> int:
    """Build the index anew beside the one in use. Returns how many listings it holds."""
    engine().ensure((JOBS,))
    count = engine().rebuild(JOBS.name, _documents(), progress=progress)
    correct_index()  # what was written to the old index meanwhile
    return count


def correct_index() -> int:
    """Compare the index with the database and mend what differs. Returns how many did."""
    moment = clock.now()
    indexed = {int(key): revision for key, revision in engine().revisions(JOBS.name)}
    rows = db.session.execute(
        select(Job.id, Job.revision, Job.featured_until)
        .join(Job.organisation)
        .where(_belongs(moment))
    )
    differing = set(indexed)
    for job_id, revision, featured_until in rows:
        if indexed.get(job_id) == revision and not _just_ended(featured_until, moment):
            differing.discard(job_id)
        else:
            differing.add(job_id)
    update_index(differing)
    return len(differing)


def _just_ended(featured_until: datetime | None, moment: datetime) -> bool:
    return featured_until is not None and moment - LOOK_BACK < featured_until <= moment


def _belongs(moment: datetime, *, any_standing: bool = False) -> ColumnElement[bool]:
    """Visible, or going to be without anyone touching it; the search itself asks the time."""
    conditions = [
        Job.state.in_([JobState.LIVE, JobState.SCHEDULED]),
        Job.published_at.is_not(None),
        Job.expires_at > moment,
    ]
    if not any_standing:
        conditions.append(Organisation.suspended_at.is_(None))
    return and_(*conditions)


def _listings(moment: datetime) -> Select[Job]:
    return (
        select(Job)
        .join(Job.organisation)
        .where(_belongs(moment))
        .options(contains_eager(Job.organisation), selectinload(Job.terms), selectinload(Job.codes))
        .execution_options(populate_existing=True)
    )


def _documents() -> Iterator[dict[str, Any]]:
    last = 0
    while True:
        chunk = _listings(clock.now()).where(Job.id > last).order_by(Job.id).limit(CHUNK)
        # A session of its own for each chunk: a million listings do not fit in one.
        with Session(db.engine) as reading:
            found = reading.scalars(chunk).all()
            if not found:
                return
            last = found[-1].id
            yield from [search_document(job) for job in found]


def _settle(ticket: Ticket) -> None:
    if engine().outcome(ticket, timeout=PATIENCE) is Outcome.FAILED:
        raise SearchError(f"{ticket.index} refused the write {ticket.number}")
