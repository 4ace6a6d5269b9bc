"""Carrying out the moves of a listing's life: one at a time, recorded, told to the search index."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app import audit, clock
from app.accounts.models import Account
from app.billing.services import cancel_open_order
from app.employers.models import Membership
from app.employers.services import is_member
from app.errors import Conflict, NotFound, NotPermitted
from app.extensions import db
from app.jobs import emails, lifecycle
from app.jobs.content import content_of
from app.jobs.lifecycle import Action, Fact, Role
from app.jobs.models import Job, JobRevision, JobState
from app.jobs.services.index import announce
from app.jobs.services.rules import missing

SUBJECT = "job"


def job_for(account: Account, job_id: int) -> Job:
    """A listing of one of the account's organisations; to others it does not exist."""
    job = db.session.scalar(
        select(Job)
        .options(joinedload(Job.organisation))
        .join(Membership, Membership.organisation_id == Job.organisation_id)
        .where(Job.id == job_id, Membership.account_id == account.id)
    )
    if job is None:
        raise NotFound("There is no such listing among yours.")
    return job


def staff_role(account: Account, job: Job) -> Role:
    """In what capacity a moderator acts on a listing. Nobody moderates their own organisation."""
    if not account.is_moderator:
        raise NotFound("There is no such page.")
    if is_member(account, job.organisation_id):
        raise NotPermitted(
            "You are a member of this organization, so another moderator has to decide."
        )
    return Role.OPERATOR if account.is_operator else Role.MODERATOR


def lock_job(job_id: int) -> Job:
    """The listing as it is now, held against every other transaction until this one ends.

    An UPDATE that changes nothing takes the lock on every database. Whoever needs the lock of an
    order too takes that one first.
    """
    db.session.flush()
    db.session.execute(
        update(Job).where(Job.id == job_id).values(state=Job.state),
        execution_options={"synchronize_session": False},
    )
    job = db.session.scalar(
        select(Job).where(Job.id == job_id), execution_options={"populate_existing": True}
    )
    if job is None:
        raise NotFound("There is no such listing.")
    return job


def state_of(job: Job) -> JobState:
    return lifecycle.standing(job, clock.now())


def facts_about(job: Job) -> frozenset[Fact]:
    return lifecycle.facts_of(job, clock.now(), complete=not missing(content_of(job)))


def actions_for(job: Job, role: Role) -> list[Action]:
    """The buttons to show someone in that role."""
    return lifecycle.buttons(state_of(job), role, facts_about(job))


def may(job: Job, action: Action, role: Role) -> bool:
    return action in actions_for(job, role)


def carry_out(job: Job, action: Action, role: Role, *, actor_id: int | None) -> bool:
    """Make one move. Returns whether anything changed: doing it twice is harmless.

    Raises Conflict with a clear sentence where the table knows no such move.
    """
    job = lock_job(job.id)
    state = state_of(job)
    if lifecycle.is_done(state, action, role):
        return False
    move = lifecycle.move_for(state, action, role, facts_about(job))
    if job.state == move.to:
        return False
    job.state = move.to
    if move.to in (JobState.REMOVED, JobState.ARCHIVED):
        _withdraw_proposal(job)
    note_change(job)
    record(f"job.{action}", job, actor_id=actor_id, detail={"from": state, "to": move.to})
    return True


def _withdraw_proposal(job: Job) -> None:
    """A change to what is over waits for nobody."""
    db.session.execute(
        update(JobRevision)
        .where(JobRevision.job_id == job.id, JobRevision.state == "pending")
        .values(state="withdrawn", decided_at=clock.now())
    )


def note_change(job: Job) -> None:
    """What every change ends with: a new revision, which the search index hears of."""
    job.revision += 1
    job.changed_at = clock.now()
    announce(job)


def record(
    action: str, job: Job, *, actor_id: int | None, detail: Mapping[str, Any] | None = None
) -> None:
    audit.record(action, actor_id=actor_id, subject_kind=SUBJECT, subject_id=job.id, detail=detail)


def act(account: Account, job_id: int, action: Action) -> bool:
    """A member presses one of the listing's buttons."""
    job = job_for(account, job_id)
    if action in lifecycle.PURCHASES:
        raise Conflict("That is done on the pay page.")
    if action is Action.ARCHIVE or (
        action is Action.REVISE and state_of(job) is JobState.AWAITING_PAYMENT
    ):
        cancel_open_order(account, subject_kind=SUBJECT, subject_id=job.id)
    changed = carry_out(job, action, Role.MEMBER, actor_id=account.id)
    if changed and action is Action.SUBMIT:
        enter_review(job)
    return changed


def enter_review(job: Job) -> None:
    job.submitted_at = clock.now()
    job.rejection = ""
    emails.send_in_review(job)
