"""The dashboard, the buttons of a listing, copies, and doing one thing to many."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import audit, clock
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.employers.services import organisation_for
from app.errors import Conflict, NotFound
from app.extensions import db
from app.jobs import services
from app.jobs.content import content_of
from app.jobs.lifecycle import Action
from app.jobs.models import Job, JobState
from app.jobs.services.listings import MOST_DRAFTS, days_left
from app.tasks import OutboxRow
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_member, make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft
from tests.watch import statements

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def owner() -> Account:
    return make_account()


@pytest.fixture
def live(owner: Account) -> Job:
    return make_job(organisation=make_organisation(owner=owner))


def titles(owner: Account, job: Job, **chosen: str) -> list[str]:
    rows, _ = services.dashboard(owner, job.organisation, **chosen)
    return [row.job.title for row in rows]


def test_a_member_presses_buttons_and_each_leaves_a_trace(owner: Account, live: Job) -> None:
    for action, state in (
        (Action.PAUSE, JobState.PAUSED),
        (Action.RESUME, JobState.LIVE),
        (Action.FILL, JobState.FILLED),
        (Action.REOPEN, JobState.LIVE),
    ):
        before = live.revision
        assert services.act(owner, live.id, action)
        assert (live.state, live.revision) == (state, before + 1)
    db.session.commit()
    entries = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.id)).all()
    assert [e.action for e in entries] == ["job.pause", "job.resume", "job.fill", "job.reopen"]
    assert {e.actor_id for e in entries} == {owner.id}
    assert db.session.scalars(select(OutboxRow.kind)).all() == ["jobs.index"] * 4


def test_a_second_click_changes_nothing(owner: Account, live: Job) -> None:
    assert services.act(owner, live.id, Action.PAUSE)
    before = live.revision
    assert not services.act(owner, live.id, Action.PAUSE)
    assert live.revision == before


def test_two_colleagues_at_odds_are_told(owner: Account, live: Job) -> None:
    services.act(owner, live.id, Action.FILL)
    with pytest.raises(Conflict, match="closed"):
        services.act(owner, live.id, Action.PAUSE)


def test_what_has_expired_acts_as_expired_without_anyone_touching_it(
    owner: Account, live: Job
) -> None:
    with time_machine.travel(live.expires_at + timedelta(seconds=1)):
        with pytest.raises(Conflict, match="expired"):
            services.act(owner, live.id, Action.PAUSE)
        (row,), _ = services.dashboard(owner, live.organisation)
        assert (row.label, row.days_left) == ("Expired", None)
        assert row.actions == [Action.ARCHIVE, Action.RENEW]
        assert services.act(owner, live.id, Action.ARCHIVE)


@pytest.mark.parametrize("action", [Action.CHECK_OUT, Action.RENEW])
def test_what_costs_money_is_no_button(owner: Account, live: Job, action: Action) -> None:
    with pytest.raises(Conflict):
        services.act(owner, live.id, action)


@pytest.mark.parametrize(
    "action", [Action.APPROVE, Action.PAID, Action.REMOVE, Action.RELEASE, Action.REJECT]
)
def test_members_cannot_do_what_staff_and_payments_do(owner: Account, action: Action) -> None:
    job = make_draft(owner=owner, state=JobState.IN_REVIEW)
    with pytest.raises(Conflict):
        services.act(owner, job.id, action)


def test_to_another_tenant_a_listing_does_not_exist(live: Job) -> None:
    stranger = make_account()
    make_organisation(owner=stranger)
    for account in (stranger, make_moderator(), make_operator()):
        with pytest.raises(NotFound):
            services.job_for(account, live.id)
        with pytest.raises(NotFound):
            services.act(account, live.id, Action.PAUSE)
        with pytest.raises(NotFound):
            services.dashboard(account, live.organisation)
        with pytest.raises(NotFound):
            services.duplicate_listing(account, live)
        with pytest.raises(NotFound):
            services.start_listing(account, live.organisation)


def test_beginning_twice_gives_the_same_empty_draft(owner: Account, live: Job) -> None:
    first = services.start_listing(owner, live.organisation)
    assert services.start_listing(owner, live.organisation) is first
    colleague = make_account()
    make_member(live.organisation, colleague)
    assert services.start_listing(colleague, live.organisation) is not first


def test_a_copy_holds_the_content_and_nothing_of_the_life(owner: Account, live: Job) -> None:
    live.requisition = "R-9"
    copy = services.duplicate_listing(owner, live)
    db.session.commit()
    assert content_of(copy) == content_of(live).changed(closes_on=None)
    assert (copy.state, copy.paid_days, copy.published_at) == (JobState.DRAFT, 0, None)
    assert services.duplicate_listing(owner, live) is copy


def test_a_suspended_organisation_begins_nothing(owner: Account, live: Job) -> None:
    live.organisation.suspended_at = clock.now()
    with pytest.raises(Conflict, match="suspended"):
        services.start_listing(owner, live.organisation)
    with pytest.raises(Conflict, match="suspended"):
        services.duplicate_listing(owner, live)


def test_there_is_an_end_to_drafts(owner: Account, live: Job) -> None:
    for number in range(MOST_DRAFTS):
        db.session.add(
            Job(
                organisation_id=live.organisation_id,
                created_by=owner.id,
                title=f"Draft {number}",
                created_at=clock.now(),
                changed_at=clock.now() + timedelta(seconds=1),
            )
        )
    with pytest.raises(Conflict, match="drafts already"):
        services.start_listing(owner, live.organisation)


def test_the_dashboard_finds_by_title_requisition_and_group(owner: Account, live: Job) -> None:
    where = {"organisation": live.organisation}
    make_job(**where, title="ED coder 100%", requisition="REQ_7")
    make_job(**where, title="Paused", state=JobState.PAUSED)
    make_job(**where, title="Over", expires_at=clock.now() - timedelta(days=1))
    make_job(**where, title="Waiting", state=JobState.IN_REVIEW)
    make_job(**where, title="Put away", state=JobState.ARCHIVED)
    make_draft(owner=owner, organisation=live.organisation, title="Begun")
    make_job(title="Of another tenant")
    assert set(titles(owner, live)) == {
        "Inpatient coder", "ED coder 100%", "Paused", "Over", "Waiting", "Begun",
    }  # fmt: skip
    assert titles(owner, live, text="ed CODER") == ["ED coder 100%"]
    assert titles(owner, live, text="0%") == ["ED coder 100%"]
    assert titles(owner, live, text="req_7") == ["ED coder 100%"]
    assert titles(owner, live, text="x_7") == []
    groups = {
        "open": {"Inpatient coder", "ED coder 100%", "Paused"},
        "waiting": {"Waiting"},
        "drafts": {"Begun"},
        "ended": {"Over"},
        "archived": {"Put away"},
    }
    for group, expected in groups.items():
        assert set(titles(owner, live, group=group)) == expected


def test_the_dashboard_is_paged_and_asks_the_database_little(owner: Account, live: Job) -> None:
    for number in range(60):
        make_job(organisation=live.organisation, title=f"Coder {number}")
    slug, owner_id = live.organisation.slug, owner.id
    db.session.expunge_all()
    again = db.session.get_one(Account, owner_id)
    with statements() as asked:
        organisation = organisation_for(again, slug)
        rows, last = services.dashboard(again, organisation, page=1)
    assert (len(rows), last) == (50, 2)
    assert len(asked) <= 7, asked
    rows, _ = services.dashboard(again, organisation, page=99)
    assert len(rows) == 11


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (24, 1), (25, 2), (720, 30), (-1, 0)])
def test_begun_days_count(live: Job, hours: int, days: int) -> None:
    with time_machine.travel(clock.now(), tick=False):
        live.expires_at = clock.now() + timedelta(hours=hours)
        assert days_left(live) == days


def test_many_are_paused_at_once_and_those_it_does_not_fit_are_left(
    owner: Account, live: Job
) -> None:
    other = make_job(organisation=live.organisation)
    draft = make_draft(owner=owner, organisation=live.organisation)
    ids = [live.id, other.id, draft.id, live.id]
    outcome = services.act_on_many(owner, live.organisation, ids, Action.PAUSE)
    assert (outcome.done, outcome.skipped) == (2, 1)
    assert [live.state, other.state, draft.state] == ["paused", "paused", "draft"]
    again = services.act_on_many(owner, live.organisation, ids, Action.PAUSE)
    assert (again.done, again.skipped) == (0, 3)


def test_many_of_another_tenant_are_not_there(owner: Account, live: Job) -> None:
    foreign = make_job()
    with pytest.raises(NotFound):
        services.act_on_many(owner, live.organisation, [live.id, foreign.id], Action.FILL)
    assert (live.state, foreign.state) == (JobState.LIVE, JobState.LIVE)
    with pytest.raises(NotFound):
        services.act_on_many(owner, live.organisation, [live.id], Action.ARCHIVE)
    for ids in ([], list(range(1, 300))):
        with pytest.raises(Conflict):
            services.act_on_many(owner, live.organisation, ids, Action.FILL)


def test_the_last_owner_stays_while_a_listing_is_up(owner: Account, live: Job) -> None:
    with pytest.raises(Conflict, match="only owner"):
        account_closing.send(owner)
    db.session.rollback()
    services.act(owner, live.id, Action.FILL)
    account_closing.send(owner)
    with pytest.raises(NotFound):
        services.job_for(owner, live.id)


def test_a_recruiter_leaves_at_any_time(live: Job) -> None:
    recruiter = make_account()
    make_member(live.organisation, recruiter)
    account_closing.send(recruiter)
    with pytest.raises(NotFound):
        services.job_for(recruiter, live.id)
