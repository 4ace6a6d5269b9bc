"""The desk's decisions: who may decide, about what they have read, and what follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import audit, clock
from app.accounts.models import Account
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.extensions import db
from app.jobs import services
from app.jobs.lifecycle import Action
from app.jobs.models import Job, JobRevision, JobState, visible
from app.jobs.services.review import seen_mark
from app.jobs.services.rules import STEPS
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_member
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft, make_submitted
from tests.payments import mails_queued

pytestmark = pytest.mark.usefixtures("app")

REASON = "Say which hospital it is."


def owner_of(job: Job) -> Account:
    return db.session.get_one(Account, job.created_by)


def approve(job: Job, moderator: Account | None = None) -> bool:
    changed = services.approve(moderator or make_moderator(), job.id, seen=seen_mark(job))
    db.session.commit()
    return changed


def edit(job: Job, step: str, **values: Any) -> None:
    services.save_step(owner_of(job), job.id, STEPS[step], values)
    db.session.commit()


def is_visible(job: Job) -> bool:
    found = select(Job.id).join(Job.organisation).where(Job.id == job.id, visible())
    return db.session.scalar(found) is not None


def test_approval_starts_the_clock_and_tells_the_members() -> None:
    job = make_submitted(featured=True)
    with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
        assert approve(job)
        assert job.published_at == clock.now()
        assert job.expires_at == clock.now() + timedelta(days=30)
        assert job.featured_until == clock.now() + timedelta(days=30)
        assert is_visible(job)
    assert job.organisation.verified_at is not None
    (mail,) = mails_queued("job_approved")
    assert (mail["to"], mail["subject"]) == (owner_of(job).email, "Live: Inpatient coder")


def test_a_later_start_is_kept_and_needs_nobody_on_the_day() -> None:
    job = make_submitted()
    start = (clock.now() + timedelta(days=10)).replace(hour=0, minute=0, second=0, microsecond=0)
    job.publish_at = start
    db.session.commit()
    assert approve(job)
    assert (job.state, job.published_at) == (JobState.SCHEDULED, start)
    assert job.expires_at == start + timedelta(days=30)
    assert not is_visible(job)
    assert mails_queued("job_approved")[0]["subject"] == "Scheduled: Inpatient coder"
    with time_machine.travel(start + timedelta(minutes=1)):
        assert is_visible(job)
        assert services.state_of(job) is JobState.LIVE
    with time_machine.travel(start + timedelta(days=31)):
        assert not is_visible(job)
        assert services.state_of(job) is JobState.EXPIRED


def test_a_start_that_has_passed_is_now() -> None:
    job = make_submitted()
    job.publish_at = clock.now() - timedelta(days=1)
    db.session.commit()
    approve(job)
    assert job.state == JobState.LIVE
    assert clock.now() - job.published_at < timedelta(minutes=1)


def test_a_second_approval_changes_nothing() -> None:
    job = make_submitted()
    approve(job)
    expires = job.expires_at
    assert not approve(job)
    assert not services.approve(make_operator(), job.id, seen="whatever")
    assert job.expires_at == expires
    assert len(mails_queued("job_approved")) == 1


def test_nothing_is_approved_that_was_not_read() -> None:
    job = make_submitted()
    seen = seen_mark(job)
    services.act(owner_of(job), job.id, Action.REVISE)
    edit(job, "basics", title="Something else entirely")
    services.act(owner_of(job), job.id, Action.SUBMIT)
    db.session.commit()
    for decide in (
        lambda: services.approve(make_moderator(), job.id, seen=seen),
        lambda: services.reject(make_moderator(), job.id, reason=REASON, seen=seen),
    ):
        with pytest.raises(Conflict, match="Read it again"):
            decide()
    assert approve(job)


def test_a_change_that_changed_meanwhile_is_read_again() -> None:
    job = make_submitted()
    approve(job)
    edit(job, "pay", pay_high_cents=50_00)
    seen = seen_mark(job)
    edit(job, "pay", pay_high_cents=99_00)
    with pytest.raises(Conflict, match="Read it again"):
        services.approve(make_moderator(), job.id, seen=seen)


def test_what_became_incomplete_by_waiting_is_not_approved() -> None:
    job = make_submitted()
    with time_machine.travel(clock.now() + timedelta(days=60)), pytest.raises(Conflict):
        approve(job)


def test_a_rejection_reaches_the_employer_in_words() -> None:
    job = make_submitted()
    services.reject(make_moderator(), job.id, reason=f"  {REASON}  ", seen=seen_mark(job))
    assert (job.state, job.rejection) == (JobState.REJECTED, REASON)
    (mail,) = mails_queued("job_rejected")
    assert REASON in mail["text"]
    assert mail["to"] == owner_of(job).email


@pytest.mark.parametrize("reason", ["", "   ", "too short", "x" * 2_001])
def test_a_reason_is_required_and_reasonable(reason: str) -> None:
    job = make_submitted()
    moderator = make_moderator()
    for decide in (
        lambda: services.reject(moderator, job.id, reason=reason, seen=seen_mark(job)),
        lambda: services.remove(moderator, job.id, reason=reason),
    ):
        with pytest.raises(Invalid) as refused:
            decide()
        assert refused.value.field == "reason"
    assert job.state == JobState.IN_REVIEW


def test_nobody_decides_about_their_own_organisation() -> None:
    job = make_submitted()
    for staff in (make_moderator(), make_operator()):
        make_member(job.organisation, staff)
        for decide in (
            lambda who=staff: services.approve(who, job.id, seen=seen_mark(job)),
            lambda who=staff: services.reject(who, job.id, reason=REASON, seen=seen_mark(job)),
            lambda who=staff: services.remove(who, job.id, reason=REASON),
        ):
            with pytest.raises(NotPermitted):
                decide()
    assert job.state == JobState.IN_REVIEW


def test_those_who_are_not_staff_find_no_desk() -> None:
    job = make_submitted()
    for account in (make_account(), owner_of(job)):
        for decide in (
            lambda who=account: services.approve(who, job.id, seen=seen_mark(job)),
            lambda who=account: services.reject(who, job.id, reason=REASON, seen=seen_mark(job)),
            lambda who=account: services.remove(who, job.id, reason=REASON),
        ):
            with pytest.raises(NotFound):
                decide()


def test_drafts_are_not_the_desks_affair() -> None:
    for state in (JobState.DRAFT, JobState.AWAITING_PAYMENT):
        with pytest.raises(NotFound):
            services.approve(make_moderator(), make_draft(state=state).id, seen="1")


def test_an_approved_change_is_shown_and_keeps_the_dates() -> None:
    job = make_submitted()
    approve(job)
    published, expires = job.published_at, job.expires_at
    edit(job, "basics", title="Senior inpatient coder")
    assert is_visible(job)
    assert approve(job)
    assert job.title == "Senior inpatient coder"
    assert (job.published_at, job.expires_at) == (published, expires)
    (mail,) = mails_queued("job_change_decided")
    assert mail["subject"] == "Change approved: Senior inpatient coder"
    # From now on small edits are measured from the new content.
    edit(job, "basics", requisition="R-7")
    assert job.requisition == "R-7"


def test_a_rejected_change_leaves_the_listing_as_it_was() -> None:
    job = make_submitted()
    approve(job)
    edit(job, "pay", pay_high_cents=90_00)
    services.reject(make_moderator(), job.id, reason=REASON, seen=seen_mark(job))
    db.session.commit()
    assert (job.state, job.pay_high_cents) == (JobState.LIVE, 36_00)
    (mail,) = mails_queued("job_change_decided")
    assert REASON in mail["text"]
    states = db.session.scalars(select(JobRevision.state).order_by(JobRevision.id)).all()
    assert states == ["approved", "rejected"]


def test_a_removal_takes_a_live_listing_and_its_change_away_with_a_reason() -> None:
    job = make_submitted()
    approve(job)
    edit(job, "pay", pay_high_cents=90_00)
    moderator = make_moderator()
    assert services.remove(moderator, job.id, reason=REASON)
    assert not services.remove(moderator, job.id, reason=REASON)
    db.session.commit()
    assert (job.state, job.rejection) == (JobState.REMOVED, REASON)
    assert services.pending_proposal(job) is None
    assert len(mails_queued("job_removed")) == 1
    entry = db.session.scalars(
        select(audit.AuditEntry).where(audit.AuditEntry.action == "job.remove")
    ).one()
    assert entry.detail == {"from": "live", "to": "removed"}
    assert entry.actor_id == moderator.id


def test_the_queue_is_oldest_first_and_marks_ones_own() -> None:
    moderator = make_moderator()
    now = clock.now()
    with time_machine.travel(now - timedelta(hours=5)):
        old = make_submitted()
    with time_machine.travel(now - timedelta(hours=9)):
        change = make_submitted()
        approve(change)
    with time_machine.travel(now - timedelta(hours=7)):
        edit(change, "pay", pay_high_cents=50_00)
    with time_machine.travel(now - timedelta(hours=1)):
        own = make_submitted()
        make_member(own.organisation, moderator)
    make_draft()
    make_job()
    waiting, count = services.review_queue(moderator)
    assert count == 3
    assert [(w.job.id, w.is_change, w.is_own) for w in waiting] == [
        (change.id, True, False),
        (old.id, False, False),
        (own.id, False, True),
    ]
