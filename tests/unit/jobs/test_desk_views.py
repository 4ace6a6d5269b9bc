"""The desk as moderators meet it, and as everyone else does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import clock
from app.accounts.models import Account
from app.extensions import db
from app.jobs import services
from app.jobs.models import Job, JobState
from app.jobs.services.rules import STEPS
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_member
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft, make_submitted
from tests.payments import mails_queued

Browsers = Callable[..., FlaskClient]
REASON = "Say which hospital it is."


@pytest.fixture
def moderator(app: Any) -> Account:
    return make_moderator()


@pytest.fixture
def desk(client_of: Browsers, moderator: Account) -> FlaskClient:
    return client_of(moderator)


def path(job: Job) -> str:
    return f"/desk/listings/{job.id}"


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def decide(desk: FlaskClient, job: Job, decision: str, **data: str) -> Any:
    page = desk.get(path(job)).text
    return desk.post(
        path(job), data={"seen": seen(page), "decision": decision, **data}, follow_redirects=True
    )


def test_the_queue_shows_what_waits(desk: FlaskClient) -> None:
    assert "Nothing waits" in desk.get("/desk/listings").text
    job = make_submitted(title="ED coder")
    page = desk.get("/desk/listings").text
    assert "ED coder" in page
    assert path(job) in page
    assert "1 waits" in page


def test_the_page_shows_what_a_decision_needs(desk: FlaskClient) -> None:
    job = make_submitted(
        title="INPATIENT CODER WANTED",
        featured=True,
        apply_method="url",
        apply_url="https://pay-me-first.example.com/apply",
    )
    page = desk.get(path(job)).text
    for shown in (
        job.organisation.name,
        job.organisation.website,
        "all capitals",
        "30 days, featured",
        "Ask for changes",
        "$28 to $36 an hour",
        "https://pay-me-first.example.com/apply",
        "When it is approved",
    ):
        assert shown in page


def test_approving_puts_it_up(desk: FlaskClient) -> None:
    job = make_submitted()
    assert "Approved." in decide(desk, job, "approve").text
    assert job.state == JobState.LIVE
    again = desk.post(path(job), data={"decision": "approve"}, follow_redirects=True)
    assert "That was done already." in again.text


def test_rejecting_needs_a_reason_and_keeps_what_was_typed(desk: FlaskClient) -> None:
    job = make_submitted()
    mark = seen(desk.get(path(job)).text)
    for reason in ("", "meh"):
        page = desk.post(path(job), data={"seen": mark, "decision": "reject", "reason": reason})
        assert page.status_code == 422
        assert "Write 10 characters or more." in page.text
        assert reason in page.text
    assert job.state == JobState.IN_REVIEW
    assert "Sent back." in decide(desk, job, "reject", reason=REASON).text
    assert (job.state, job.rejection) == (JobState.REJECTED, REASON)


def test_a_page_that_is_out_of_date_decides_nothing(desk: FlaskClient) -> None:
    job = make_submitted()
    for mark in ("", "0", "x" * 100):
        answer = desk.post(path(job), data={"seen": mark, "decision": "approve"})
        assert answer.status_code == 422
        assert "Read it again" in answer.text
    assert job.state == JobState.IN_REVIEW


def test_a_reason_outlives_a_change_that_came_between(desk: FlaskClient) -> None:
    job = make_submitted()
    answer = desk.post(path(job), data={"seen": "0", "decision": "reject", "reason": REASON})
    assert answer.status_code == 422
    assert REASON in answer.text
    again = desk.post(
        path(job), data={"seen": seen(answer.text), "decision": "reject", "reason": REASON}
    )
    assert again.status_code == 303
    assert job.rejection == REASON


def test_nothing_is_approved_for_an_organization_that_is_suspended(desk: FlaskClient) -> None:
    job = make_submitted()
    job.organisation.suspended_at = clock.now()
    db.session.commit()
    assert "This organization is suspended." in decide(desk, job, "approve").text
    assert (job.state, job.published_at) == (JobState.IN_REVIEW, None)


@pytest.mark.parametrize("decision", ["", "explode", "APPROVE"])
def test_other_decisions_are_none(desk: FlaskClient, decision: str) -> None:
    job = make_submitted()
    assert desk.post(path(job), data={"decision": decision}).status_code == 404
    assert desk.post(path(job)).status_code == 404


def test_a_proposed_change_is_shown_beside_what_is_up(desk: FlaskClient) -> None:
    job = make_submitted()
    decide(desk, job, "approve")
    owner = db.session.get_one(Account, job.created_by)
    values = {"pay_unit": "hour", "pay_low_cents": 28_00, "pay_high_cents": 50_00}
    services.save_step(owner, job.id, STEPS["pay"], {**values, "benefits": "Health"})
    db.session.commit()
    page = desk.get(path(job)).text
    assert "<del>$28 to $36 an hour</del>" in page
    assert "<ins>$28 to $50 an hour</ins>" in page
    assert "Change" in desk.get("/desk/listings").text
    decide(desk, job, "approve")
    assert job.pay_high_cents == 50_00


def test_a_live_listing_is_removed_with_a_reason(desk: FlaskClient) -> None:
    job = make_job()
    page = desk.post(path(job), data={"decision": "remove", "reason": ""})
    assert page.status_code == 422
    answer = desk.post(
        path(job), data={"decision": "remove", "reason": REASON}, follow_redirects=True
    )
    assert "Removed." in answer.text
    assert job.state == JobState.REMOVED
    assert REASON in mails_queued("job_removed")[0]["text"]


def test_ones_own_organisation_is_left_to_others(desk: FlaskClient, moderator: Account) -> None:
    job = make_submitted()
    make_member(job.organisation, moderator)
    page = desk.get(path(job)).text
    assert "another moderator decides" in page
    assert 'name="decision"' not in page
    assert desk.post(path(job), data={"decision": "approve"}).status_code == 403
    assert job.state == JobState.IN_REVIEW


def test_a_listing_is_opened_by_its_number(desk: FlaskClient) -> None:
    assert desk.get("/desk/listings?number=12").location == "/desk/listings/12"
    for number in ("x", "-1", "0", "9" * 30):
        assert desk.get(f"/desk/listings?number={number}").status_code == 200
    assert desk.get("/desk/listings/999999").status_code == 404
    assert desk.get(path(make_draft())).status_code == 404


def test_only_operators_are_led_to_suspension(client_of: Browsers, desk: FlaskClient) -> None:
    job = make_submitted()
    assert "Suspend or reinstate" not in desk.get(path(job)).text
    assert "Suspend or reinstate" in client_of(make_operator()).get(path(job)).text


def test_the_desk_is_not_there_for_others(client_of: Browsers, client: FlaskClient) -> None:
    job = make_submitted()
    owner = client_of(db.session.get_one(Account, job.created_by))
    for browser, status in ((owner, 404), (client_of(make_account()), 404), (client, 302)):
        assert browser.get("/desk/listings").status_code == status
        assert browser.get(path(job)).status_code == status
        assert browser.post(path(job), data={"decision": "approve"}).status_code == status
    assert job.state == JobState.IN_REVIEW
