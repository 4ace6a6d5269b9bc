"""Listings an operator puts up free of charge: the same moves as when one is paid for and read."""

from __future__ import annotations

from app import clock
from app.accounts.models import Account
from app.errors import Conflict, NotPermitted
from app.jobs.content import content_of
from app.jobs.lifecycle import Action, Role
from app.jobs.models import Job, JobState
from app.jobs.services.moves import carry_out, lock_job, record, staff_role, state_of
from app.jobs.services.proposals import apply_proposal, pending_proposal
from app.jobs.services.review import publish
from app.jobs.services.rules import missing

GRANTED_DAYS = 60


def publish_granted(operator: Account, job: Job) -> bool:
    """Put a complete draft up, or approve the change that waits. Returns whether it did.

    The rules of the desk hold: only an operator may, and for no organisation of their own.
    """
    if not operator.is_operator:
        raise NotPermitted("Only an operator can publish free of charge.")
    role = staff_role(operator, job)
    if job.organisation.suspended_at is not None:
        raise Conflict("This organization is suspended.")
    job = lock_job(job.id)
    proposal = pending_proposal(job)
    if proposal is not None:
        apply_proposal(operator, job, proposal)
        return True
    if state_of(job) is not JobState.DRAFT or missing(content_of(job)):
        return False
    if job.paid_days == 0:
        job.paid_days = GRANTED_DAYS
        record("job.granted", job, actor_id=operator.id, detail={"days": GRANTED_DAYS})
    carry_out(job, Action.PAID, Role.SYSTEM, actor_id=operator.id)
    job.submitted_at = clock.now()
    return publish(operator, job, role, tell=False)
