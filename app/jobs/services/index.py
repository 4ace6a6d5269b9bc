"""What the search index of listings holds, and who tells it of changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, update
from sqlalchemy.orm import Session, contains_eager, selectinload

from app import clock, index_checks, index_keeper, indexing, tasks
from app.employers.models import Organisation
from app.employers.signals import organisation_changed
from app.extensions import db
from app.jobs.documents import search_document
from app.jobs.models import Job, JobState
from app.jobs.services.announcing import announce_outside
from search.indexes import JOBS

OF_AN_ORGANISATION = "jobs.index_organisation"
PAGE = 10_000  # rows read at once where only numbers are read

# Longer than the interval: a featured listing whose time ran out just before the last comparison
# is looked at again.
LOOK_BACK = 3 * index_keeper.IN_STEP


def announce(job: Job) -> None:
    """Have the index hear of a change to a listing, once the change is committed."""
    indexing.announce(JOBS.name, [str(job.id)])
    announce_outside(job.id, job.published_at)


@organisation_changed.connect
def announce_organisation(organisation: Organisation, **_: Any) -> None:
    """The same for every listing of an organisation: its name or its standing changed.

    One row, however many listings: nobody waits for what the worker can do.
    """
    tasks.defer(OF_AN_ORGANISATION, {"organisation_id": organisation.id})


@tasks.handles(OF_AN_ORGANISATION)
def _announce_its_listings(payload: Mapping[str, Any]) -> None:
    """Each gets a new revision: without one, no comparison would see that its document changed."""
    own = and_(
        Job.organisation_id == int(payload["organisation_id"]),
        _belongs(clock.now(), any_standing=True),
    )
    db.session.execute(
        update(Job).where(own).values(revision=Job.revision + 1),
        execution_options={"synchronize_session": False},
    )
    rows = db.session.execute(select(Job.id, Job.published_at).where(own).order_by(Job.id)).all()
    indexing.announce(JOBS.name, [str(job_id) for job_id, _ in rows])
    for job_id, published_at in rows:
        announce_outside(job_id, published_at)


def update_index(job_ids: Collection[int]) -> None:
    """Write the listings as the database has them now; take away those that no search may find."""
    indexing.update(JOBS.name, {str(job_id) for job_id in job_ids})


def rebuild_index(progress: Callable[[int], None] | None = None) -> int:
    """Build the index anew beside the one in use. Returns how many listings it holds."""
    return index_keeper.rebuild_now(JOBS.name, progress)


def correct_index() -> int:
    """Compare the index with the database and mend what differs. Returns how many did."""
    return index_checks.compare(JOBS.name).mended


def listing_count() -> int:
    """How many listings the index should hold."""
    counted = select(func.count(Job.id)).join(Job.organisation).where(_belongs(clock.now()))
    return db.session.scalar(counted) or 0


def _revisions(ids: Collection[str] | None) -> Iterator[tuple[str, int]]:
    wanted = select(Job.id, Job.revision).join(Job.organisation).where(_belongs(clock.now()))
    if ids is not None:
        rows = db.session.execute(wanted.where(Job.id.in_([int(i) for i in ids])))
        yield from ((str(job_id), revision) for job_id, revision in rows)
        return
    last = 0
    while page := db.session.execute(
        wanted.where(Job.id > last).order_by(Job.id).limit(PAGE)
    ).all():
        yield from ((str(job_id), revision) for job_id, revision in page)
        last = page[-1][0]


def _some(ids: Collection[str]) -> list[dict[str, Any]]:
    # A session of its own for each chunk: a million listings do not fit in one.
    with Session(db.engine) as reading:
        found = reading.scalars(_listings(clock.now()).where(Job.id.in_([int(i) for i in ids])))
        return [search_document(job) for job in found]


def _just_ended() -> list[str]:
    """Listings whose featuring ended lately: nothing else changed, and no revision tells."""
    moment = clock.now()
    ended = and_(Job.featured_until > moment - LOOK_BACK, Job.featured_until <= moment)
    found = select(Job.id).join(Job.organisation).where(_belongs(moment), ended)
    return [str(job_id) for job_id in db.session.scalars(found)]


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
    )


indexing.register(
    indexing.Kept(
        spec=JOBS,
        title="Listings",
        revisions=_revisions,
        some=_some,
        count=listing_count,
        doubtful=_just_ended,
        other_kinds=(OF_AN_ORGANISATION,),
    )
)
