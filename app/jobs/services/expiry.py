"""Telling members that a listing is about to expire; expiring itself is computed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select, update

from app import clock
from app.extensions import db
from app.jobs import emails
from app.jobs.models import Job, JobState

WARN_BEFORE = timedelta(days=5)
AT_ONCE = 500


def warn_of_expiry() -> int:
    """Mail the members of listings that have five days left, once for each expiry."""
    moment = clock.now()
    due = (
        Job.state.in_([JobState.LIVE, JobState.SCHEDULED, JobState.PAUSED]),
        Job.expires_at > moment,
        Job.expires_at <= moment + WARN_BEFORE,
        or_(Job.warned_of.is_(None), Job.warned_of != Job.expires_at),
    )
    warned = 0
    for job_id in db.session.scalars(select(Job.id).where(*due).order_by(Job.id).limit(AT_ONCE)):
        # One UPDATE decides, so that two workers do not both write to the same people.
        taken = db.session.scalar(
            update(Job)
            .where(Job.id == job_id, *due)
            .values(warned_of=Job.expires_at)
            .returning(Job.id),
            execution_options={"synchronize_session": False},
        )
        if taken is not None:
            emails.send_expiring(db.session.get_one(Job, job_id, populate_existing=True))
            warned += 1
    return warned
