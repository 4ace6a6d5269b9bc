"""The moderators' desk: what waits, and deciding about a listing or a change to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app import clock
from app.accounts.models import Account
from app.billing.services import cancel_open_order
from app.employers.models import Membership
from app.employers.services import SHORTEST_REASON, confirm_organisation
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.jobs import emails
from app.jobs.lifecycle import Action, Role
from app.jobs.models import Job, JobRevision, JobState
from app.jobs.services.fulfilment import give_back_standing
from app.jobs.services.moves import SUBJECT, carry_out, lock_job, record, staff_role
from app.jobs.services.proposals import apply_proposal, keep_approved, pending_proposal

FEATURED_DAYS = 30
LONGEST_REASON = 2_000
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line of the queue."""

    job: Job
    since: datetime
    is_change: bool
    is_own: bool  # the moderator is a member: somebody else decides


def review_queue(moderator: Account) -> tuple[list[Waiting], int]:
    """What waits longest comes first; and how much waits in all."""
    own = set(
        db.session.scalars(
            select(Membership.organisation_id).where(Membership.account_id == moderator.id)
        )
    )
    new = db.session.scalars(
        select(Job)
        .options(joinedload(Job.organisation))
        .where(Job.state == JobState.IN_REVIEW)
        .order_by(Job.submitted_at, Job.id)
        .limit(MOST_SHOWN)
    ).all()
    changes = db.session.scalars(
        select(JobRevision)
        .options(joinedload(JobRevision.job).joinedload(Job.organisation))
        .where(JobRevision.state == "pending")
        .order_by(JobRevision.created_at, JobRevision.id)
        .limit(MOST_SHOWN)
    ).all()
    waiting = [
        Waiting(job, job.submitted_at or job.changed_at, False, job.organisation_id in own)
        for job in new
    ] + [
        Waiting(change.job, change.created_at, True, change.job.organisation_id in own)
        for change in changes
    ]
    return sorted(waiting, key=lambda w: (w.since, w.job.id))[:MOST_SHOWN], count_waiting()


def count_waiting() -> int:
    new = select(func.count(Job.id)).where(Job.state == JobState.IN_REVIEW)
    changes = select(func.count(JobRevision.id)).where(JobRevision.state == "pending")
    return (db.session.scalar(new) or 0) + (db.session.scalar(changes) or 0)


def listing_on_desk(moderator: Account, job_id: int) -> Job:
    """A listing as the desk opens it: drafts are their authors' own affair."""
    job = db.session.get(Job, job_id, options=[joinedload(Job.organisation)])
    if not moderator.is_moderator or job is None:
        raise NotFound("There is no such listing.")
    if job.state in (JobState.DRAFT, JobState.AWAITING_PAYMENT):
        raise NotFound("There is no such listing on the desk.")
    return job


def seen_mark(job: Job) -> str:
    """Stands for what the moderator's page shows, so that nothing unread is approved."""
    proposal = pending_proposal(job)
    if proposal is None:
        return str(job.revision)
    return f"{job.revision}-{proposal.id}-{proposal.created_at.timestamp():.6f}"


def approve(moderator: Account, job_id: int, *, seen: str) -> bool:
    """Approve a new listing, or the change that waits. Returns whether anything changed."""
    job = lock_job(listing_on_desk(moderator, job_id).id)
    role = staff_role(moderator, job)
    if job.organisation.suspended_at is not None:
        raise Conflict("This organization is suspended. Lift that first, or send the listing back.")
    proposal = pending_proposal(job)
    if proposal is not None:
        _must_have_seen(job, seen)
        apply_proposal(moderator, job, proposal)
        emails.send_change_decided(job, proposal)
        return True
    if job.state == JobState.IN_REVIEW:
        _must_have_seen(job, seen)
    return publish(moderator, job, role)


def publish(moderator: Account, job: Job, role: Role, *, tell: bool = True) -> bool:
    """Put a locked listing up that was read. `tell`: whether its members get a mail about it."""
    moment = clock.now()
    later = job.publish_at is not None and job.publish_at > moment
    action = Action.SCHEDULE if later else Action.APPROVE
    if not carry_out(job, action, role, actor_id=moderator.id):
        return False
    if job.published_at is None:
        # The clock starts here, once.
        job.published_at = max(moment, job.publish_at or moment)
        job.expires_at = job.published_at + timedelta(days=job.paid_days)
        if job.is_featured:
            job.featured_until = job.published_at + timedelta(days=FEATURED_DAYS)
    job.rejection = ""
    keep_approved(job)
    confirm_organisation(moderator, job.organisation)
    if tell:
        emails.send_approved(job)
    return True


def reject(moderator: Account, job_id: int, *, reason: str, seen: str) -> bool:
    """Send a new listing, or a proposed change, back with the reason."""
    job = lock_job(listing_on_desk(moderator, job_id).id)
    role = staff_role(moderator, job)
    reason = _reason(reason)
    proposal = pending_proposal(job)
    if proposal is not None:
        _must_have_seen(job, seen)
        proposal.state = "rejected"
        proposal.reason = reason
        proposal.decided_at = clock.now()
        record("job.change_rejected", job, actor_id=moderator.id)
        emails.send_change_decided(job, proposal)
        return True
    if job.state == JobState.IN_REVIEW:
        _must_have_seen(job, seen)
    if not carry_out(job, Action.REJECT, role, actor_id=moderator.id):
        return False
    job.rejection = reason
    emails.send_rejected(job)
    return True


def remove(moderator: Account, job_id: int, *, reason: str) -> bool:
    """Take a listing down for good, whatever state it is in.

    What was paid for one that never went up is given back.
    """
    job = listing_on_desk(moderator, job_id)
    role = staff_role(moderator, job)
    reason = _reason(reason)
    cancel_open_order(moderator, subject_kind=SUBJECT, subject_id=job.id)
    job = lock_job(job.id)
    never_up = job.published_at is None or job.published_at > clock.now()
    if not carry_out(job, Action.REMOVE, role, actor_id=moderator.id):
        return False
    job.rejection = reason
    emails.send_removed(job, refunded_cents=give_back_standing(job) if never_up else 0)
    return True


def history_of(job: Job) -> Sequence[JobRevision]:
    """Earlier decisions about changes, the newest first."""
    return db.session.scalars(
        select(JobRevision)
        .where(JobRevision.job_id == job.id, JobRevision.state.in_(["approved", "rejected"]))
        .order_by(JobRevision.id.desc())
        .limit(10)
    ).all()


def _must_have_seen(job: Job, seen: str) -> None:
    if seen != seen_mark(job):
        raise Conflict(
            "The employer changed the listing after you opened it. Read it again, then decide."
        )


def _reason(typed: str) -> str:
    reason = typed.strip()
    if len(reason) < SHORTEST_REASON:
        raise Invalid(
            f"Write {SHORTEST_REASON} characters or more. The employer gets the reason by e-mail.",
            field="reason",
        )
    if len(reason) > LONGEST_REASON:
        raise Invalid(
            f"The reason must have {LONGEST_REASON:,} characters or fewer.", field="reason"
        )
    return reason
