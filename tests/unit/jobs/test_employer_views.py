"""The dashboard, the preview, the pay page and the buttons, as a browser meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.billing.models import Order
from app.extensions import db
from app.jobs.models import Job, JobState
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft, make_submitted
from tests.payments import SimulatedStripe, stripe  # noqa: F401

Browsers = Callable[..., FlaskClient]


@pytest.fixture
def owner(app: Any) -> Account:
    return make_account()


@pytest.fixture
def live(owner: Account) -> Job:
    return make_job(organisation=make_organisation(owner=owner))


@pytest.fixture
def browser(client_of: Browsers, owner: Account) -> FlaskClient:
    return client_of(owner)


def board(job: Job) -> str:
    return f"/employers/{job.organisation.slug}/jobs"


def of(job: Job, rest: str) -> str:
    return f"/employers/jobs/{job.id}/{rest}"


def press(browser: FlaskClient, job: Job, action: str, **data: str) -> Any:
    return browser.post(of(job, action), data=data, follow_redirects=True)


def test_the_dashboard_shows_state_days_and_only_possible_buttons(
    browser: FlaskClient, live: Job
) -> None:
    page = browser.get(board(live)).text
    assert "Live" in page
    assert ">29<" in page
    for action, shown in (("pause", True), ("fill", True), ("resume", False), ("submit", False)):
        assert (f'action="{of(live, action)}"' in page) is shown
    assert of(live, "pay") in page
    assert of(live, "applications") in page


def test_an_empty_dashboard_says_what_to_do(client_of: Browsers, app: Any) -> None:
    owner = make_account()
    organisation = make_organisation(owner=owner)
    page = client_of(owner).get(f"/employers/{organisation.slug}/jobs").text
    assert "No listings yet" in page
    assert "Compose a listing" in page
    nothing = client_of(owner).get(f"/employers/{organisation.slug}/jobs?q=zzz").text
    assert "No listing fits" in nothing


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-3", "?page=x", "?page=99999999999999999999", "?show=zzz"]
)
def test_a_strange_address_of_the_dashboard_still_opens(
    browser: FlaskClient, live: Job, query: str
) -> None:
    assert browser.get(board(live) + query).status_code == 200


def test_composing_begins_with_a_post_and_a_second_one_is_harmless(
    browser: FlaskClient, live: Job
) -> None:
    first = browser.post(board(live))
    second = browser.post(board(live))
    assert first.status_code == 303
    assert first.location == second.location
    assert browser.get(first.location).status_code == 200


def test_buttons_work_once_and_are_harmless_twice(browser: FlaskClient, live: Job) -> None:
    assert "Paused." in press(browser, live, "pause").text
    assert press(browser, live, "pause").status_code == 200
    assert live.state == JobState.PAUSED
    answer = browser.post(of(live, "resume"), data={"back": "preview"})
    assert (answer.status_code, answer.location) == (303, of(live, "preview"))
    refused = press(browser, live, "reopen")
    assert live.state == JobState.LIVE
    assert refused.status_code == 200


def test_what_the_table_refuses_is_said_on_the_page(browser: FlaskClient, owner: Account) -> None:
    job = make_submitted(owner=owner)
    page = press(browser, job, "pause")
    assert "not possible while the listing is “in review”" in page.text
    assert job.state == JobState.IN_REVIEW


@pytest.mark.parametrize("action", ["fly", "approve ", "LIVE", "%2e%2e", "remove"])
def test_other_actions_change_nothing(browser: FlaskClient, live: Job, action: str) -> None:
    assert browser.post(of(live, action)).status_code in (303, 404)
    assert live.state == JobState.LIVE


def test_no_button_works_by_following_a_link(browser: FlaskClient, live: Job) -> None:
    for action in ("pause", "fill", "duplicate", "withdraw-change"):
        assert browser.get(of(live, action)).status_code == 405


def test_many_at_once(browser: FlaskClient, live: Job) -> None:
    other = make_job(organisation=live.organisation)
    path = board(live) + "/bulk"
    page = browser.post(
        path, data={"job": [live.id, other.id], "action": "pause"}, follow_redirects=True
    )
    assert "2 changed." in page.text
    assert {live.state, other.state} == {JobState.PAUSED}
    none = browser.post(path, data={"action": "pause"}, follow_redirects=True)
    assert "Tick the listings first." in none.text
    for data in (
        {"job": [make_job().id], "action": "pause"},
        {"job": ["99999999999999999999"], "action": "pause"},
        {"job": [live.id], "action": "explode"},
        {"job": [live.id], "action": "archive"},
    ):
        assert browser.post(path, data=data).status_code == 404
    junk = browser.post(path, data={"job": ["x", "-1", "٣"], "action": "pause"})
    assert junk.status_code == 303


def test_a_copy_opens_on_its_answers(browser: FlaskClient, live: Job) -> None:
    answer = browser.post(of(live, "duplicate"), follow_redirects=True)
    assert "This is a copy." in answer.text
    assert "Enter the last day to apply" in answer.text


def test_the_preview_is_the_listing_itself(browser: FlaskClient, owner: Account) -> None:
    draft = make_draft(owner=owner, benefits="")
    page = browser.get(of(draft, "preview")).text
    assert "<h1>Inpatient coder</h1>" in page
    assert "Not complete yet" in page
    assert "$28 to $36 an hour" in page


def test_paying_leads_to_stripe_and_back_to_review(
    browser: FlaskClient,
    owner: Account,
    stripe: SimulatedStripe,  # noqa: F811
) -> None:
    job = make_draft(owner=owner)
    page = browser.get(of(job, "pay")).text
    assert "Job listing, 30 days, $249" in page
    assert "$99 more" in page
    data = {"sku": "listing-30", "featured": "y"}
    answer = browser.post(of(job, "pay"), data=data)
    assert answer.status_code == 303
    assert answer.location.startswith("http://127.0.0.1")
    assert browser.post(of(job, "pay"), data=data).location == answer.location
    order = db.session.scalars(select(Order)).one()
    assert (order.total_cents, order.subject_label) == (348_00, "Inpatient coder")
    assert job.state == JobState.AWAITING_PAYMENT
    assert "Waiting for payment" in browser.get(board(job)).text
    stripe.bank.pay(order.checkout_id)
    stripe.deliver(*stripe.events())
    db.session.expire_all()
    assert (job.state, job.is_featured) == (JobState.IN_REVIEW, True)
    gone = browser.get(of(job, "pay"), follow_redirects=True)
    assert "That is not possible while the listing is “in review”" in gone.text


@pytest.mark.parametrize("sku", ["", "free", "renewal-30", "featured-30", "listing-30'--"])
def test_only_what_is_offered_is_sold(browser: FlaskClient, owner: Account, sku: str) -> None:
    job = make_draft(owner=owner)
    page = browser.post(of(job, "pay"), data={"sku": sku})
    assert page.status_code == 422
    assert "Choose what to buy." in page.text
    assert db.session.scalar(select(func.count(Order.id))) == 0
    assert job.state == JobState.DRAFT


def test_prices_sent_by_a_browser_are_not_looked_at(
    browser: FlaskClient,
    owner: Account,
    stripe: SimulatedStripe,  # noqa: F811
) -> None:
    job = make_draft(owner=owner)
    data = {"sku": "listing-30", "price": "1", "total_cents": "1", "quantity": "-1"}
    browser.post(of(job, "pay"), data=data)
    assert db.session.scalars(select(Order.total_cents)).one() == 249_00


def test_an_incomplete_draft_is_not_paid_for(browser: FlaskClient, owner: Account) -> None:
    job = make_draft(owner=owner, benefits="")
    page = browser.get(of(job, "pay"), follow_redirects=True)
    assert "Something is still missing" in page.text
    assert browser.post(of(job, "pay"), data={"sku": "listing-30"}).location == of(job, "preview")


def test_with_stripe_down_nothing_is_lost(browser: FlaskClient, owner: Account, app: Any) -> None:
    job = make_draft(owner=owner)
    answer = browser.post(of(job, "pay"), data={"sku": "listing-30"})
    assert answer.status_code == 503
    db.session.expire_all()
    assert job.state == JobState.AWAITING_PAYMENT
    assert browser.get(of(job, "pay")).status_code == 200


def test_a_renewal_asks_for_a_close_date_that_is_ahead(
    browser: FlaskClient,
    live: Job,
    stripe: SimulatedStripe,  # noqa: F811
) -> None:
    live.closes_on = clock.today()
    db.session.commit()
    page = browser.get(of(live, "pay")).text
    assert "Renew the listing" in page
    assert "It has passed, so move it." in page
    for closes_on in ("", "2020-01-01", "soon"):
        refused = browser.post(of(live, "pay"), data={"sku": "renewal-30", "closes_on": closes_on})
        assert refused.status_code == 422
    assert db.session.scalar(select(func.count(Order.id))) == 0


def test_to_others_there_is_nothing(client_of: Browsers, client: FlaskClient, live: Job) -> None:
    draft = make_draft()
    gets = [board(live), of(live, "preview"), of(live, "pay"), of(draft, "preview")]
    posts = [
        board(live),
        board(live) + "/bulk",
        of(live, "pay"),
        of(live, "pause"),
        of(live, "duplicate"),
        of(live, "withdraw-change"),
        of(draft, "archive"),
    ]
    stranger = make_account()
    make_organisation(owner=stranger)
    for account in (stranger, make_moderator(), make_operator()):
        other = client_of(account)
        assert [other.get(p).status_code for p in gets] == [404] * len(gets)
        data = {"job": [str(live.id)], "action": "pause", "sku": "listing-30"}
        assert [other.post(p, data=data).status_code for p in posts] == [404] * len(posts)
    assert {client.get(p).status_code for p in gets} == {302}
    assert {client.post(p).status_code for p in posts} == {302}
    assert (live.state, draft.state) == (JobState.LIVE, JobState.DRAFT)
