"""Putting listings on the map that were written before the map knew their town."""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.jobs.content import put_on_the_map
from app.jobs.models import Job, JobState
from app.jobs.services.index import announce

CHUNK = 500  # listings read at a time


def place_listings() -> int:
    """Give open listings in a town their coordinates. Returns how many got some.

    A town that no gazetteer knows is looked up again each time: a later one may know it.
    """
    missing = db.session.scalars(
        select(Job.id).where(
            Job.state.in_([JobState.LIVE, JobState.SCHEDULED, JobState.PAUSED]),
            Job.place_kind != "remote",
            Job.city != "",
            Job.lat.is_(None),
        )
    ).all()
    placed = 0
    for start in range(0, len(missing), CHUNK):
        for job in db.session.scalars(
            select(Job).where(Job.id.in_(missing[start : start + CHUNK]))
        ):
            put_on_the_map(job)
            if job.lat is not None:
                job.revision += 1
                announce(job)
                placed += 1
    return placed
