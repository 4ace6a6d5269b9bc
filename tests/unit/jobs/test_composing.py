"""Saving answers: into a draft, as a small edit of what is up, or as a proposal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app import audit, clock
from app.accounts.models import Account
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.jobs import services
from app.jobs.content import content_of
from app.jobs.models import Job, JobRevision, JobState
from app.jobs.services.composing import Saved
from app.jobs.services.review import seen_mark
from app.jobs.services.rules import STEPS
from app.tasks import OutboxRow
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.jobs import make_job
from tests.factories.listings import make_codes, make_draft, make_submitted

pytestmark = pytest.mark.usefixtures("app")


def save(job: Job, step: str, **values: Any) -> Saved:
    owner = db.session.get_one(Account, job.created_by)
    saved = services.save_step(owner, job.id, STEPS[step], values)
    db.session.commit()
    return saved


def revisions(state: str) -> list[JobRevision]:
    return list(db.session.scalars(select(JobRevision).where(JobRevision.state == state)))


def approved(**fields: Any) -> Job:
    """Up, by the whole way: its approved content is on record."""
    job = make_submitted(**fields)
    moderator = make_moderator()
    services.approve(moderator, job.id, seen=seen_mark(job))
    db.session.commit()
    return job


def test_a_draft_keeps_answers_page_by_page_and_may_stay_incomplete() -> None:
    owner = make_account()
    job = make_draft(owner=owner, title="", benefits="")
    assert save(job, "basics", title="ED coder") is Saved.IN_DRAFT
    assert (job.title, job.benefits) == ("ED coder", "")
    assert save(job, "basics", title="ED coder") is Saved.UNCHANGED
    assert not revisions("pending")


def test_an_answer_the_page_does_not_ask_for_is_not_taken() -> None:
    job = make_draft()
    save(job, "basics", title="ED coder", paid_days=90, pay_low_cents=1, state="live")
    assert (job.paid_days, job.pay_low_cents, job.state) == (0, 28_00, "draft")


def test_a_refused_answer_changes_nothing() -> None:
    job = make_draft()
    with pytest.raises(Invalid):
        save(job, "pay", pay_low_cents=1)
    db.session.rollback()
    assert job.pay_low_cents == 28_00


def test_the_description_is_cleaned_whatever_was_typed() -> None:
    job = make_draft()
    save(job, "description", description='<p onmouseover="x">Hi <script>alert(1)</script></p>')
    assert job.description == "<p>Hi </p>"
    save(job, "description", description="One <b>two\n\n- three")
    assert job.description == "<p>One &lt;b&gt;two</p><ul><li>three</li></ul>"


def test_codes_are_looked_up_and_a_wrong_one_is_named() -> None:
    make_codes("E08", "E13", "I21", "I214")
    job = make_draft()
    save(job, "work", codes_named="i21.4, E08 to E13; I21")
    assert [(c.first_key, c.last_key, c.shown) for c in job.codes] == [
        ("I214", "I214", "I21.4"),
        ("E08", "E13~", "E08-E13"),
        ("I21", "I21~", "I21"),
    ]
    for typed in ("Z99.9", "E13-E08", "ICD-10-PCS", ", ".join(["I21"] * 21)):
        with pytest.raises(Invalid) as refused:
            save(job, "work", codes_named=typed)
        assert refused.value.field == "codes_named"
    db.session.rollback()
    assert len(job.codes) == 3


def test_codes_a_later_release_dropped_do_not_block_other_edits() -> None:
    release = make_codes("I21")
    job = make_draft()
    save(job, "work", codes_named="I21")
    release.state = "replaced"
    db.session.commit()
    assert save(job, "basics", title="Cardiology coder") is Saved.IN_DRAFT
    assert [c.shown for c in job.codes] == ["I21"]


@pytest.mark.parametrize(
    "state",
    [
        JobState.AWAITING_PAYMENT,
        JobState.IN_REVIEW,
        JobState.REJECTED,
        JobState.REMOVED,
        JobState.ARCHIVED,
    ],
)
def test_what_is_with_others_is_taken_back_before_it_is_edited(state: JobState) -> None:
    job = make_draft(state=state)
    with pytest.raises(Conflict):
        save(job, "basics", title="Other")


def test_a_small_edit_of_what_is_up_shows_at_once_and_reaches_the_index() -> None:
    job = approved()
    before = job.revision
    db.session.query(OutboxRow).delete()
    assert save(job, "pay", benefits="Health, dental, 401(k), paid CEUs and leave") is (
        Saved.PUBLISHED
    )
    assert job.benefits.endswith("leave")
    assert job.revision == before + 1
    kinds = db.session.scalars(select(OutboxRow.kind)).all()
    assert kinds == ["jobs.index"]


def test_a_larger_change_waits_while_the_approved_content_stays_up() -> None:
    job = approved()
    assert save(job, "pay", pay_high_cents=50_00) is Saved.PROPOSED
    assert job.pay_high_cents == 36_00
    assert save(job, "basics", title="Senior inpatient coder") is Saved.PROPOSED
    (proposal,) = revisions("pending")
    assert proposal.content["pay_high_cents"] == 50_00
    assert proposal.content["title"] == "Senior inpatient coder"
    assert job.title == "Inpatient coder"


def test_undoing_a_proposed_change_withdraws_it() -> None:
    job = approved()
    save(job, "pay", pay_high_cents=50_00)
    assert save(job, "pay", pay_high_cents=36_00) is Saved.PUBLISHED
    assert not revisions("pending")
    assert len(revisions("withdrawn")) == 1


def test_a_member_withdraws_a_proposal_and_a_second_time_nothing_happens() -> None:
    job = approved()
    save(job, "pay", pay_high_cents=50_00)
    owner = db.session.get_one(Account, job.created_by)
    assert services.withdraw_proposal(owner, job.id)
    assert not services.withdraw_proposal(owner, job.id)
    with pytest.raises(NotFound):
        services.withdraw_proposal(make_account(), job.id)


def test_many_small_edits_do_not_add_up_to_a_new_text() -> None:
    job = approved(description="<p>" + "Code charts of the hospital from home. " * 6 + "</p>")
    outcomes = [
        save(job, "description", description=job.description.replace("</p>", f" more{n}</p>"))
        for n in range(14)
    ]
    assert outcomes == [Saved.PUBLISHED] * 12 + [Saved.PROPOSED] * 2
    assert "more11" in job.description
    assert "more12" not in job.description


def test_what_is_up_stays_complete() -> None:
    job = approved()
    for step, values, field in (
        ("pay", {"benefits": ""}, "benefits"),
        ("basics", {"title": ""}, "title"),
        ("applying", {"closes_on": None}, "closes_on"),
    ):
        with pytest.raises(Invalid) as refused:
            save(job, step, **values)
        assert refused.value.field == field


def test_the_first_day_cannot_be_moved_once_it_was_approved() -> None:
    job = approved()
    later = clock.now().date() + timedelta(days=5)
    assert save(job, "applying", publish_on=later) is Saved.UNCHANGED
    assert job.publish_at is None


def test_an_expired_listing_is_edited_under_the_same_rule() -> None:
    job = approved()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert services.state_of(job) is JobState.EXPIRED
        tomorrow = clock.now().date() + timedelta(days=1)
        save(job, "applying", closes_on=tomorrow, apply_method="here")
        assert save(job, "basics", title="Other title") is Saved.PROPOSED


def test_every_save_leaves_a_trace_without_the_text() -> None:
    job = make_draft()
    save(job, "basics", title="ED coder")
    entry = db.session.scalars(
        select(audit.AuditEntry)
        .where(audit.AuditEntry.action == "job.edited")
        .order_by(audit.AuditEntry.id)
    ).one()
    assert entry.detail == {"fields": ["title"]}
    assert entry.actor_id == job.created_by


def test_strangers_and_staff_find_no_draft() -> None:
    job = make_draft()
    for account in (make_account(), make_moderator(), make_operator()):
        with pytest.raises(NotFound):
            services.save_step(account, job.id, STEPS["basics"], {"title": "Mine"})
    assert content_of(job).title == "Inpatient coder"


def test_a_sample_listing_without_a_record_of_approval_is_measured_from_itself() -> None:
    job = make_job(description="<p>" + "Code charts of the hospital. " * 6 + "</p>")
    assert save(job, "pay", benefits="Health, dental, 401(k), paid leave") is Saved.PUBLISHED
