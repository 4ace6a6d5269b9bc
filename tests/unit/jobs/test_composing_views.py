"""The pages of questions: what they show, keep and refuse."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services.rules import STEPS
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.jobs import make_job
from tests.factories.listings import make_codes, make_draft

Browsers = Callable[..., FlaskClient]
XSS = "\"'><script>alert(1)</script><img src=x onerror=alert(2)><svg/onload=alert(3)>"


@pytest.fixture
def owner(app: Any) -> Account:
    return make_account()


@pytest.fixture
def browser(client_of: Browsers, owner: Account) -> FlaskClient:
    return client_of(owner)


def path(job: Job, step: str) -> str:
    return f"/employers/jobs/{job.id}/edit/{step}"


@pytest.mark.parametrize("step", [*STEPS, "check"])
def test_every_page_opens_empty_and_filled_and_live(
    browser: FlaskClient, owner: Account, step: str
) -> None:
    draft = make_draft(owner=owner)
    empty = Job(
        organisation_id=draft.organisation_id,
        created_by=owner.id,
        created_at=draft.created_at,
        changed_at=draft.created_at,
    )
    db.session.add(empty)
    db.session.commit()
    live = make_job(organisation=draft.organisation)
    for job in (draft, empty, live):
        page = browser.get(path(job, step))
        assert page.status_code == 200
        assert page.text.count("<h1") == 1
        assert 'style="' not in page.text


def test_pages_follow_one_another_to_the_check(browser: FlaskClient, owner: Account) -> None:
    job = make_draft(owner=owner)
    order = [*STEPS, "check"]
    answers = {
        "basics": {"title": "ED coder", "role": "coder", "engagement": "prn"},
        "place": {"place_kind": "onsite", "city": "Reno", "state_code": "NV"},
        "pay": {"pay_unit": "chart", "pay_low_cents": "2.50", "pay_high_cents": "4"},
        "requirements": {"experience": "none", "credentials_required": ["cpc", "coc"]},
        "work": {"settings": ["ed"]},
        "standards": {"tool_epic": "required", "accuracy_percent": "95"},
        "description": {"description": "Hello\n\n- there"},
        "applying": {"apply_method": "here", "closes_on": job.closes_on.isoformat()},
    }
    for step, following in itertools.pairwise(order):
        answer = browser.post(path(job, step), data=answers[step])
        assert (answer.status_code, answer.location) == (303, path(job, following))
    assert (job.title, job.city, job.pay_low_cents, job.pay_unit) == (
        "ED coder", "Reno", 2_50, "chart",
    )  # fmt: skip
    check = browser.get(path(job, "check")).text
    for shown in ("ED coder", "Reno, Nevada", "$2.50 to $4 per chart", "CPC, COC", "Epic", "95%"):
        assert shown in check
    assert "Enter the address" not in check


def test_one_may_leave_or_come_back_to_the_check(browser: FlaskClient, owner: Account) -> None:
    job = make_draft(owner=owner)
    data = {"title": "ED coder", "role": "coder", "engagement": "prn"}
    left = browser.post(path(job, "basics"), data={**data, "leave": "1"})
    assert left.location == f"/employers/{job.organisation.slug}/jobs"
    back = browser.post(path(job, "basics") + "?back=check", data=data)
    assert back.location == path(job, "check")
    elsewhere = browser.post(path(job, "basics") + "?back=//evil.example", data=data)
    assert elsewhere.location == path(job, "place")


@pytest.mark.parametrize(
    ("step", "typed", "kept"),
    [
        ("basics", {"title": "x" * 101}, "x" * 101),
        ("basics", {"title": "T", "role": "wizard"}, None),
        ("basics", {"engagement": "serfdom"}, None),
        ("pay", {"pay_low_cents": "lots"}, "lots"),
        ("pay", {"pay_unit": "hour", "pay_low_cents": "1", "pay_high_cents": "2"}, "1"),
        ("pay", {"benefits": "b" * 1_001}, "b" * 1_001),
        ("requirements", {"credentials_required": ["cpc"], "credentials_preferred": "cpc"}, None),
        ("work", {"settings": ["mars"]}, None),
        ("work", {"codes_named": "Z99.99"}, "Z99.99"),
        ("standards", {"accuracy_percent": "12"}, "12"),
        ("description", {"description": "d" * 20_001}, "d" * 20_001),
        ("applying", {"closes_on": "1999-01-01", "apply_method": "here"}, "1999-01-01"),
        ("applying", {"apply_method": "url", "apply_url": "javascript:alert(1)"}, "javascript:"),
    ],
)
def test_a_wrong_answer_is_kept_and_explained(
    browser: FlaskClient, owner: Account, step: str, typed: dict[str, Any], kept: str | None
) -> None:
    make_codes("I21")
    job = make_draft(owner=owner)
    before = (job.revision, job.changed_at)
    page = browser.post(path(job, step), data=typed)
    assert page.status_code == 422
    assert "<title>Error: " in page.text
    assert "There is a problem" in page.text
    if kept:
        assert kept in page.text
    db.session.expire_all()
    assert (job.revision, job.changed_at) == before


def test_nothing_that_is_written_becomes_markup_of_its_own(
    client_of: Browsers, browser: FlaskClient, owner: Account
) -> None:
    job = make_draft(owner=owner)
    hostile = {
        "basics": {
            "title": XSS[:100],
            "role": "coder",
            "engagement": "prn",
            "requisition": XSS[:60],
        },
        "place": {"place_kind": "onsite", "city": XSS[:80], "state_code": "NV"},
        "pay": {"pay_unit": "hour", "pay_low_cents": "28", "pay_high_cents": "30", "benefits": XSS},
        "standards": {"productivity": XSS[:120]},
        "description": {"description": f"<p>{XSS}</p>" + "word " * 40},
    }
    for step, answers in hostile.items():
        assert browser.post(path(job, step), data=answers).status_code == 303
    slug = job.organisation.slug
    shown = [path(job, "check"), f"/employers/jobs/{job.id}/preview", f"/employers/{slug}/jobs"]
    pages = [browser.get(p) for p in [*shown, *(path(job, s) for s in STEPS)]]
    pages += [browser.get(f"/employers/{slug}/jobs", query_string={"q": XSS})]
    job.state = JobState.IN_REVIEW
    db.session.commit()
    desk = client_of(make_moderator())
    pages += [desk.get("/desk/listings"), desk.get(f"/desk/listings/{job.id}")]
    for page in pages:
        assert page.status_code == 200
        for danger in ("<script>alert", "<img src=x", "<svg/onload"):
            assert danger not in page.text


def test_what_is_not_there_or_not_theirs_is_not_found(
    client_of: Browsers, client: FlaskClient, owner: Account
) -> None:
    job = make_draft(owner=owner)
    assert client.get(path(job, "basics")).status_code == 302
    for account in (make_account(), make_moderator(), make_operator()):
        browser = client_of(account)
        for step in [*STEPS, "check"]:
            assert browser.get(path(job, step)).status_code == 404
            assert browser.post(path(job, step), data={"title": "Mine"}).status_code == 404
    mine = client_of(owner)
    assert mine.get(path(job, "nonsense")).status_code == 404
    assert mine.get("/employers/jobs/999999/edit/basics").status_code == 404
    assert mine.get(f"/employers/jobs/{10**30}/edit/basics").status_code == 404
    assert job.title == "Inpatient coder"


def test_what_waits_for_others_is_not_edited(browser: FlaskClient, owner: Account) -> None:
    job = make_draft(owner=owner, state=JobState.IN_REVIEW)
    page = browser.post(path(job, "basics"), data={"title": "Other"})
    assert (page.status_code, page.location) == (303, f"/employers/jobs/{job.id}/preview")
    assert job.title == "Inpatient coder"


def test_warnings_are_shown_where_they_are_mended(browser: FlaskClient, owner: Account) -> None:
    job = make_draft(owner=owner, title="INPATIENT CODER WANTED")
    assert "all capitals" in browser.get(path(job, "basics")).text
    assert "all capitals" not in browser.get(path(job, "pay")).text
    assert "all capitals" in browser.get(path(job, "check")).text


def test_an_edit_of_what_is_up_says_what_became_of_it(browser: FlaskClient, owner: Account) -> None:
    job = make_job(organisation=make_draft(owner=owner).organisation)
    browser.post(path(job, "basics"), data={"title": "Other", "role": "coder", "engagement": "prn"})
    page = browser.get(path(job, "check")).text
    assert "Sent to a moderator" in page
    assert "Withdraw the changes" in page
    preview = browser.get(f"/employers/jobs/{job.id}/preview").text
    assert "<h1>Other</h1>" in preview
    live = browser.get(f"/employers/jobs/{job.id}/preview?version=live").text
    assert "<h1>Inpatient coder</h1>" in live
    browser.post(f"/employers/jobs/{job.id}/withdraw-change")
    assert "<h1>Inpatient coder</h1>" in browser.get(f"/employers/jobs/{job.id}/preview").text
