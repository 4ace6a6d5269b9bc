"""Mails to an organisation's members about their listings."""

from __future__ import annotations

from typing import Any

from app import clock, mail
from app.employers.services import members_to_notify
from app.jobs.documents import is_past_close
from app.jobs.lifecycle import standing
from app.jobs.models import Job, JobRevision, JobState


def send_in_review(job: Job) -> None:
    _to_members("job_in_review", job)


def send_approved(job: Job) -> None:
    _to_members("job_approved", job)


def send_rejected(job: Job) -> None:
    _to_members("job_rejected", job)


def send_change_decided(job: Job, change: JobRevision) -> None:
    _to_members(
        "job_change_decided",
        job,
        approved=change.state == "approved",
        reason=change.reason,
        is_up=standing(job, clock.now()) is JobState.LIVE and not is_past_close(job),
    )


def send_renewed(job: Job, *, days: int) -> None:
    _to_members("job_renewed", job, days=days)


def send_expiring(job: Job) -> None:
    _to_members("job_expiring", job)


def send_removed(job: Job, *, refunded_cents: int = 0) -> None:
    _to_members("job_removed", job, refunded_cents=refunded_cents)


def _to_members(name: str, job: Job, **context: Any) -> None:
    for member in members_to_notify(job.organisation):
        mail.send(name, member.email, member=member, job=job, **context)
