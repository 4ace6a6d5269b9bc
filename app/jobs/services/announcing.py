"""Having search engines hear of listings that went up, changed or closed, where that is turned on.

Every change of a listing defers one row, which waits for the day the listing goes up. What is told
is decided when the row is due, from the listing as it is then; and whoever is told that a listing
is open is told, by a further row, that it closed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from app import clock, tasks
from app.employers.models import Organisation
from app.extensions import db
from app.jobs import gateway
from app.jobs.documents import last_moment
from app.jobs.models import Job, visible
from app.jobs.services.cards import slug_of
from app.mail import absolute_url

log = logging.getLogger(__name__)

# Changes often come in twos and threes, and listings in hundreds: they are told of together.
SETTLED = timedelta(minutes=1)
GOOGLE = "jobs.tell_google"
GOOGLES_DAY = ZoneInfo("America/Los_Angeles")  # where the quota begins anew at midnight


def announce_outside(job_id: int, published_at: datetime | None) -> None:
    """Tell of a listing that is or was public, a minute later or once it becomes so."""
    if published_at is None or not (gateway.tells_indexnow() or gateway.tells_google()):
        return
    wait = max(published_at - clock.now(), SETTLED)
    tasks.defer("jobs.announce", {"job_id": job_id}, after=wait)


@tasks.handles("jobs.announce", batch=True)
def _announce(payloads: Sequence[Mapping[str, Any]]) -> None:
    # A row that waited for the end says nothing while the listing is still open: it was renewed.
    only_ends = {int(p["job_id"]) for p in payloads if p.get("at_the_end")}
    changed = {int(p["job_id"]) for p in payloads if not p.get("at_the_end")}
    told: dict[str, bool] = {}
    for job, is_open in _published(changed | only_ends):
        if is_open and job.id not in changed:
            continue
        address = absolute_url("jobs.show", job_id=job.id, slug=slug_of(job.title))
        told[address] = not is_open
        if is_open:
            _announce_end(job)
    if told and gateway.tells_indexnow():
        tasks.defer("jobs.tell_indexnow", {"urls": list(told)})
    if gateway.tells_google():
        for address, gone in told.items():
            tasks.defer(GOOGLE, {"url": address, "gone": gone})


def _published(ids: Collection[int]) -> Sequence[tuple[Job, bool]]:
    """Those of real employers that have been public, and whether they are now."""
    rows = db.session.execute(
        select(Job, case((visible(), 1), else_=0))
        .join(Job.organisation)
        .options(joinedload(Job.organisation))
        .where(Job.id.in_(ids), Job.published_at <= clock.now(), Organisation.is_sample.is_(False))
        .order_by(Job.id)
        .execution_options(populate_existing=True)
    )
    return [(job, bool(is_open)) for job, is_open in rows]


def _announce_end(job: Job) -> None:
    end = last_moment(job)
    if end is not None:
        wait = end - clock.now() + timedelta(seconds=1)
        tasks.defer("jobs.announce", {"job_id": job.id, "at_the_end": True}, after=wait)


@tasks.handles("jobs.tell_indexnow")
def _tell_indexnow(payload: Mapping[str, Any]) -> None:
    if gateway.tells_indexnow():
        gateway.tell_indexnow(payload["urls"])
        log.info("IndexNow told", extra={"urls": len(payload["urls"])})


@tasks.handles(GOOGLE)
def _tell_google(payload: Mapping[str, Any]) -> None:
    if not gateway.tells_google():
        return
    quota = current_app.config["GOOGLE_INDEXING_QUOTA"]
    if _told_google_today() >= quota:
        log.info("Google's quota is used up, the sitemap has to do", extra={"url": payload["url"]})
        return
    gateway.tell_google(payload["url"], gone=bool(payload["gone"]))


def _told_google_today() -> int:
    """Counted by the rows that were done, so that every worker counts the same."""
    day = clock.now().astimezone(GOOGLES_DAY).date()
    midnight = datetime.combine(day, time(), GOOGLES_DAY)
    row = tasks.OutboxRow
    done = select(func.count()).where(row.kind == GOOGLE, row.done_at >= midnight)
    return db.session.scalar(done) or 0
