"""An organisation's listings: beginning one, copying one, finding them on the dashboard."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import selectinload

from app import clock
from app.accounts.models import Account
from app.employers.models import Organisation
from app.employers.services import hold_membership, member_of
from app.employers.signals import owner_leaving
from app.errors import Conflict, NotFound
from app.extensions import db
from app.jobs.content import Content, content_of, write_content
from app.jobs.documents import is_past_close
from app.jobs.lifecycle import STATE_LABELS, Action, Role
from app.jobs.models import ImportedJob, Job, JobRevision, JobState
from app.jobs.services.moves import actions_for, carry_out, job_for, record, state_of
from app.jobs.services.named_codes import copy_codes
from app.jobs.signals import Interest, interest_asked

PAGE_SIZE = 50
MOST_AT_ONCE = 200
MOST_DRAFTS = 100
BULK_ACTIONS = (Action.PAUSE, Action.FILL)

GROUPS = {
    "open": "Open",
    "waiting": "Waiting",
    "drafts": "Drafts",
    "ended": "Ended",
    "archived": "Archived",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the dashboard."""

    job: Job
    state: JobState
    days_left: int | None
    actions: list[Action]
    has_proposal: bool
    interest: Interest

    @property
    def is_past_close(self) -> bool:
        """Up and paid for, and yet shown to nobody: coders could not apply any more."""
        return self.state is JobState.LIVE and is_past_close(self.job)

    @property
    def label(self) -> str:
        return STATE_LABELS[self.state][0]

    @property
    def tone(self) -> str:
        return STATE_LABELS[self.state][1]


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    done: int
    skipped: int


def start_listing(account: Account, organisation: Organisation) -> Job:
    """A new draft, or the one just begun in which nothing was written yet."""
    hold_membership(account, organisation.id)
    for draft in _untouched_drafts(account, organisation):
        if content_of(draft) == Content():
            return draft
    return _new_draft(account, organisation, Content())


def duplicate_listing(account: Account, job: Job) -> Job:
    """A draft with the same content, to be dated and paid for by itself."""
    content = content_of(job_for(account, job.id)).changed(closes_on=None, publish_on=None)
    hold_membership(account, job.organisation_id)
    for draft in _untouched_drafts(account, job.organisation):
        if content_of(draft) == content:
            return draft
    copy = _new_draft(account, job.organisation, content)
    copy_codes(job, copy)
    record("job.duplicated", copy, actor_id=account.id, detail={"of": job.id})
    return copy


def _untouched_drafts(account: Account, organisation: Organisation) -> Sequence[Job]:
    """What a second click of the same button would make again."""
    return db.session.scalars(
        select(Job).where(
            Job.organisation_id == organisation.id,
            Job.created_by == account.id,
            Job.state == JobState.DRAFT,
            Job.changed_at == Job.created_at,
        )
    ).all()


def _new_draft(account: Account, organisation: Organisation, content: Content) -> Job:
    member_of(account, organisation.id)
    if organisation.suspended_at:
        raise Conflict(f"{organisation.name} is suspended, so it cannot post.")
    drafts = db.session.scalar(
        select(func.count(Job.id)).where(
            Job.organisation_id == organisation.id,
            Job.state == JobState.DRAFT,
            Job.id.not_in(select(ImportedJob.job_id)),  # those are as many as the feed has
        )
    )
    if (drafts or 0) >= MOST_DRAFTS:
        raise Conflict(f"There are {MOST_DRAFTS} drafts already. Finish or archive some first.")
    moment = clock.now()
    job = Job(
        organisation_id=organisation.id,
        created_by=account.id,
        created_at=moment,
        changed_at=moment,
    )
    write_content(job, content)
    db.session.add(job)
    db.session.flush()
    record("job.started", job, actor_id=account.id)
    return job


def dashboard(
    account: Account, organisation: Organisation, *, text: str = "", group: str = "", page: int = 1
) -> tuple[list[Row], int]:
    """One page of the listings, the last touched first, and the number of the last page."""
    member_of(account, organisation.id)
    chosen = select(Job).where(Job.organisation_id == organisation.id, _in_group(group))
    if text:
        chosen = chosen.where(
            or_(
                Job.title.icontains(text, autoescape=True),
                Job.requisition.icontains(text, autoescape=True),
            )
        )
    count = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    last_page = max(1, math.ceil(count / PAGE_SIZE))
    jobs = db.session.scalars(
        chosen.options(selectinload(Job.terms))
        .order_by(Job.changed_at.desc(), Job.id.desc())
        .limit(PAGE_SIZE)
        .offset((min(page, last_page) - 1) * PAGE_SIZE)
    ).all()
    proposals = set(
        db.session.scalars(
            select(JobRevision.job_id).where(
                JobRevision.job_id.in_([job.id for job in jobs]), JobRevision.state == "pending"
            )
        )
    )
    drawn = _interest([job.id for job in jobs])
    none = Interest()
    return [_row(job, job.id in proposals, drawn.get(job.id, none)) for job in jobs], last_page


def _interest(job_ids: Sequence[int]) -> Mapping[int, Interest]:
    """Applications know of listings and not the other way: they are asked, and answer."""
    answers = interest_asked.send(None, job_ids=job_ids)
    return {job_id: found for _, answer in answers for job_id, found in answer.items()}


def _row(job: Job, has_proposal: bool, interest: Interest) -> Row:
    state = state_of(job)
    counting = state in (JobState.LIVE, JobState.PAUSED, JobState.SCHEDULED)
    return Row(
        job=job,
        state=state,
        days_left=days_left(job) if counting else None,
        actions=actions_for(job, Role.MEMBER),
        has_proposal=has_proposal,
        interest=interest,
    )


def days_left(job: Job) -> int | None:
    """Begun days count: what ends tonight has one day left."""
    if job.expires_at is None:
        return None
    return max(0, math.ceil((job.expires_at - clock.now()) / timedelta(days=1)))


def _in_group(group: str) -> ColumnElement[bool]:
    up = Job.state.in_([JobState.LIVE, JobState.SCHEDULED, JobState.PAUSED])
    running = or_(Job.expires_at.is_(None), Job.expires_at > clock.now())
    groups = {
        "open": and_(up, running),
        "waiting": Job.state.in_([JobState.AWAITING_PAYMENT, JobState.IN_REVIEW]),
        "drafts": Job.state.in_([JobState.DRAFT, JobState.REJECTED]),
        "ended": or_(
            Job.state.in_([JobState.FILLED, JobState.EXPIRED, JobState.REMOVED]),
            and_(up, Job.expires_at <= clock.now()),
        ),
        "archived": Job.state == JobState.ARCHIVED,
    }
    return groups.get(group, Job.state != JobState.ARCHIVED)


def act_on_many(
    account: Account, organisation: Organisation, job_ids: Sequence[int], action: Action
) -> BulkOutcome:
    """Do one thing to several listings; those it does not fit are left as they are."""
    member_of(account, organisation.id)
    if action not in BULK_ACTIONS:
        raise NotFound("There is no such action.")
    wanted = sorted(set(job_ids))
    if not wanted:
        raise Conflict("Tick the listings first.")
    if len(wanted) > MOST_AT_ONCE:
        raise Conflict(f"Tick {MOST_AT_ONCE} listings at most.")
    jobs = db.session.scalars(
        select(Job).where(Job.organisation_id == organisation.id, Job.id.in_(wanted))
    ).all()
    if len(jobs) != len(wanted):
        raise NotFound("There is no such listing among yours.")
    done = 0
    # By number, so that two colleagues at once wait for each other and never in a circle.
    for job in sorted(jobs, key=lambda j: j.id):
        try:
            done += carry_out(job, action, Role.MEMBER, actor_id=account.id)
        except Conflict:
            continue
    return BulkOutcome(done=done, skipped=len(wanted) - done)


@owner_leaving.connect
def _keep_owner_of_live_listings(organisation: Organisation) -> None:
    unfinished = db.session.scalar(
        select(Job.id)
        .where(Job.organisation_id == organisation.id)
        .where(or_(_in_group("open"), _in_group("waiting")))
        .limit(1)
    )
    if unfinished is not None:
        raise Conflict(
            f"You are the only owner of {organisation.name}, which has listings that are live, "
            "in review or waiting for payment. Close them first, then close your account."
        )
