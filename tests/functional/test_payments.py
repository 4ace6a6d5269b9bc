"""A buyer's way through checkout, back to us, and to the receipt."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable

import pytest
import requests
from flask.testing import FlaskClient

from app import create_app, tasks
from app.accounts.models import Account
from app.billing.models import Order, OrderState
from app.billing.services import Line
from app.extensions import db
from app.jobs import services as jobs
from app.jobs.models import JobState
from app.jobs.services.review import seen_mark
from tests.apps import put_away
from tests.factories.accounts import make_account, make_moderator
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft
from tests.factories.orders import make_order
from tests.mailbox import mails
from tests.payments import SimulatedStripe, forget_gateway, mails_queued, served
from tests.unit.billing.stories import STORIES

ClientOf = Callable[[Account], FlaskClient]


@pytest.fixture
def buyer(app) -> Account:
    return make_account(name="Ada Coder", email="ada@example.com")


@pytest.fixture
def browser(buyer: Account, client_of: ClientOf) -> FlaskClient:
    return client_of(buyer)


def title(page) -> str:
    return re.search(r"<h1>(.*?)</h1>", page.text).group(1)


def back(browser: FlaskClient, order: Order):
    page = browser.get(f"/orders/{order.id}/return")
    assert page.status_code == 200
    return page


# Coming back from Stripe


def test_the_success_page_before_the_webhook_asks_stripe_and_says_paid(browser, buyer, stripe):
    order = make_order(buyer=buyer, subject_label="Inpatient coder")
    stripe.bank.pay(stripe.begin(order))
    page = back(browser, order)
    assert title(page) == "Payment received"
    assert "$249 for Inpatient coder" in page.text
    assert order.state == OrderState.PAID
    assert stripe.deliver(*stripe.events()) == [200] * 4
    assert title(back(browser, order)) == "Payment received"
    assert len(mails_queued("receipt")) == len(order.charges) == 1


def test_the_success_page_after_the_webhook_says_paid(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    stripe.bank.pay(stripe.begin(order))
    stripe.deliver(*stripe.events())
    assert title(back(browser, order)) == "Payment received"
    assert len(mails_queued("receipt")) == 1


def test_the_success_page_of_an_unpaid_checkout_does_not_say_paid(browser, buyer, stripe):
    """The address is no secret: anyone may type it."""
    order = make_order(buyer=buyer)
    url = f"{stripe.url}/pay/{stripe.begin(order)}"
    page = back(browser, order)
    assert title(page) == "Not paid yet"
    assert f'href="{url}"' in page.text
    assert order.state == OrderState.OPEN


def test_the_success_page_of_an_order_without_a_checkout_does_not_say_paid(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    assert title(back(browser, order)) == "Not paid yet"


def test_cancelling_leaves_everything_as_it_was(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    session = stripe.begin(order)
    pay_page = stripe.app.test_client().get(f"/pay/{session}").text
    [cancel] = re.findall(r'<a href="([^"]+)">Cancel and go back</a>', pay_page)
    assert cancel.endswith("/pricing")
    assert order.state == OrderState.OPEN
    assert stripe.begin(order) == session


def test_an_expired_checkout_says_that_nothing_was_charged(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    stripe.bank.expire(stripe.begin(order))
    page = back(browser, order)
    assert title(page) == "This checkout is closed"
    assert "Nothing was charged" in page.text
    assert order.state == OrderState.VOID


def test_a_transfer_is_told_to_be_on_its_way_and_then_received(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    session = stripe.begin(order)
    stripe.bank.pay_by_transfer(session, arrives=True)
    assert title(back(browser, order)) == "Your payment is on its way"
    stripe.bank.arrive(session)
    assert title(back(browser, order)) == "Payment received"


def test_a_late_payment_is_told_to_go_back(browser, buyer, stripe):
    order = make_order(buyer=buyer, subject_id=1)
    session = stripe.begin(order)
    make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
    stripe.bank.pay(session)
    assert "We send it back in full" in back(browser, order).text


def test_when_stripe_is_down_the_page_says_so_and_nothing_is_lost(
    browser, buyer, stripe, app, monkeypatch
):
    order = make_order(buyer=buyer)
    stripe.bank.pay(stripe.begin(order))
    with monkeypatch.context() as down:
        down.setitem(app.config, "STRIPE_SECRET_KEY", "sk_test_wrong")
        forget_gateway(app)
        page = back(browser, order)
    forget_gateway(app)
    assert title(page) == "We are checking your payment"
    assert "Payment received" not in page.text
    assert title(back(browser, order)) == "Payment received"


def test_what_does_not_match_is_not_called_paid(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    session = stripe.begin(order)
    stripe.bank.pay(session)
    stripe.store.put({**stripe.bank.session(session), "currency": "jpy"})
    page = back(browser, order)
    assert title(page) == "We have to look at your payment"
    assert order.state == OrderState.OPEN


@pytest.mark.parametrize(
    ("what", "heading"),
    [("refund", "This payment was refunded"), ("dispute", "This payment is disputed")],
)
def test_the_page_follows_what_happened_later(browser, buyer, stripe, what, heading):
    order = make_order(buyer=buyer)
    session = stripe.begin(order)
    stripe.bank.pay(session)
    payment = stripe.payment_of(session)
    stripe.bank.refund(payment) if what == "refund" else stripe.bank.open_dispute(payment)
    stripe.deliver(*stripe.events())
    assert title(back(browser, order)) == heading


# Orders and receipts


def test_no_order_yet_says_what_to_do(browser):
    page = browser.get("/orders")
    assert page.status_code == 200
    assert "You have not ordered anything yet" in page.text
    assert "/pricing" in page.text


def test_orders_are_listed_with_amount_and_state(browser, buyer, stripe):
    paid = make_order(buyer=buyer, subject_label="Inpatient coder", lines=(Line("listing-60"),))
    stripe.bank.pay(stripe.begin(paid))
    stripe.deliver(*stripe.events())
    unpaid = make_order(buyer=buyer)
    other = make_order()
    page = browser.get("/orders").text
    for text in (paid.number, unpaid.number, "$399", "$249", "Paid", "Not paid", "Inpatient coder"):
        assert text in page
    assert other.number not in page


def test_a_long_list_has_pages(browser, buyer):
    made = [make_order(buyer=buyer) for _ in range(21)]
    assert made[0].number not in browser.get("/orders").text
    assert made[0].number in browser.get("/orders?page=2").text
    for page in ("0", "-1", "99999999999999999999"):
        assert browser.get(f"/orders?page={page}").status_code == 404
    assert browser.get("/orders?page=many").status_code == 200


def test_the_receipt_shows_who_what_when_and_how_much(browser, buyer, stripe):
    lines = (Line("listing-30"), Line("featured-30", 2))
    order = make_order(buyer=buyer, lines=lines, subject_label="Coder <b>II</b>")
    session = stripe.begin(order)
    stripe.bank.redeem(session, "HALF")
    stripe.bank.pay(session)
    stripe.deliver(*stripe.events())
    stripe.bank.refund(stripe.payment_of(session), 1_050)
    stripe.deliver(*stripe.events())
    page = browser.get(f"/orders/{order.id}")
    assert title(page) == f"Receipt {order.number}"
    for text in (
        "Ada Coder, ada@example.com",
        "Job listing, 30 days",
        "$198",
        "-$223.50",
        "<strong>$223.50</strong>",
        "-$10.50",
        "Coder &lt;b&gt;II&lt;/b&gt;",
        "No card was charged",
    ):
        assert text in page.text, text


def test_an_unpaid_order_offers_to_continue(browser, buyer, stripe):
    order = make_order(buyer=buyer)
    session = stripe.begin(order)
    page = browser.get(f"/orders/{order.id}")
    assert title(page) == f"Order {order.number}"
    assert f'href="{stripe.url}/pay/{session}"' in page.text


@pytest.mark.parametrize("state", list(OrderState))
def test_each_state_has_a_page(browser, buyer, state):
    order = make_order(buyer=buyer)
    order.state = state
    db.session.commit()
    assert browser.get(f"/orders/{order.id}").status_code == 200
    assert browser.get("/orders").status_code == 200


@pytest.mark.parametrize("path", ["/orders/{id}", "/orders/{id}/return"])
def test_another_account_s_order_does_not_exist(client_of, stripe, path):
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    stranger = client_of(make_account())
    assert stranger.get(path.format(id=order.id)).status_code == 404
    assert order.state == OrderState.OPEN
    for number in ("0", "999999", "99999999999999999999999"):
        assert stranger.get(path.format(id=number)).status_code == 404


@pytest.mark.parametrize("path", ["/orders", "/orders/1", "/orders/1/return"])
def test_a_visitor_is_asked_to_log_in(client, path):
    page = client.get(path)
    assert page.status_code == 302
    assert "/log-in" in page.location


def wait_for_deliveries(stripe: SimulatedStripe) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        sent = [d for e in stripe.events() for d in stripe.store.deliveries(e["id"])]
        if all(delivery.done for delivery in sent):
            assert {delivery.status for delivery in sent} == {"200"}
            return
        time.sleep(0.02)
    raise AssertionError("the events were not taken")


# The whole way over HTTP, with the simulator's own deliveries


def test_the_whole_way_over_http(app, buyer, client_of, stripe, monkeypatch):
    with served(app) as site:
        monkeypatch.setitem(app.config, "BASE_URL", site)
        stripe.send_to(site)
        stripe.courier.start(stripe.bank.do_what_is_due)
        order = make_order(buyer=buyer)
        stripe.begin(order)
        cookie = client_of(buyer).get_cookie("session").value
        with requests.Session() as visitor:
            page = visitor.get(order.checkout_url, timeout=10)
            assert "Simulated payment" in page.text
            visitor.cookies.set("session", cookie)
            page = visitor.post(order.checkout_url, data={"method": "card"}, timeout=10)
            assert page.url == f"{site}/orders/{order.id}/return"
            assert "Payment received" in page.text
            wait_for_deliveries(stripe)
        stripe.courier.stop()
    db.session.expire_all()
    assert order.state == OrderState.PAID
    assert len(mails_queued("receipt")) == 1


def test_the_webhook_needs_no_csrf_token_and_every_other_post_does(app, settings, stripe, buyer):
    order = make_order(buyer=buyer)
    stripe.bank.pay(stripe.begin(order))
    strict = create_app({**settings, "STRIPE_API_BASE": stripe.url})
    body, headers = stripe.courier.envelope(stripe.events("checkout.session.completed")[0])
    client = strict.test_client()
    assert client.post("/stripe/webhook", data=body, headers=headers).status_code == 200
    assert client.post("/log-out").status_code == 400
    put_away(strict)


def test_from_the_return_page_an_employer_reaches_the_listing(browser, buyer, stripe):
    order = make_order(buyer=buyer, subject_kind="job", subject_id=make_job().id)
    stripe.bank.pay(stripe.begin(order))
    assert f'href="/employers/jobs/{order.subject_id}/preview"' in back(browser, order).text


def test_a_listing_refused_for_good_is_paid_back(browser, buyer, stripe):
    """As the terms say: it was never up, so the money goes back, and nobody has to think of it."""
    job = make_draft(owner=buyer)
    order = jobs.buy(buyer, job.id, sku="listing-30", featured=True)
    db.session.commit()
    stripe.bank.pay(stripe.begin(order))
    back(browser, order)
    jobs.remove(make_moderator(), job.id, reason="This is no coding position.")
    db.session.commit()
    assert order.state == OrderState.PAID
    [told] = [mail for mail in mails() if mail.name == "job_removed"]
    assert "$348 paid for it goes back to the card" in told.text
    stripe.deliver(*stripe.events())
    db.session.expire_all()
    assert (order.state, order.refunded_cents) == (OrderState.REFUNDED, 348_00)
    assert (job.state, job.rejection) == (JobState.REMOVED, "This is no coding position.")
    assert jobs.remove(make_moderator(), job.id, reason="This is no coding position.") is False


def test_a_listing_that_was_up_is_removed_without_a_refund(buyer, stripe):
    job = make_draft(owner=buyer)
    order = jobs.buy(buyer, job.id, sku="listing-30", featured=False)
    db.session.commit()
    stripe.bank.pay(stripe.begin(order))
    stripe.deliver(*stripe.events())
    jobs.approve(make_moderator(), job.id, seen=seen_mark(job))
    jobs.remove(make_moderator(), job.id, reason="It asks applicants for money.")
    db.session.commit()
    tasks.drain()
    assert stripe.events("charge.refunded") == []
    assert order.state == OrderState.PAID


# Where each story leaves a real listing, and whether it is held.
LISTINGS = {
    "paid": JobState.IN_REVIEW,
    "refunded in part": JobState.IN_REVIEW,
    "refunded in two parts": JobState.REMOVED,
    "disputed and won": JobState.IN_REVIEW,
    "refunded in part, disputed, lost": JobState.REMOVED,
    "disputed, won, refunded": JobState.REMOVED,
    "transfer arrives": JobState.IN_REVIEW,
    "transfer fails": JobState.DRAFT,
    "expired": JobState.DRAFT,
}


@pytest.mark.parametrize("story", STORIES)
def test_events_in_any_order_leave_a_listing_the_same(buyer, stripe, story):
    steps, kinds, _ = STORIES[story]
    dice = random.Random(story)
    for _ in range(3):
        job = make_draft(owner=buyer)
        order = jobs.buy(buyer, job.id, sku="listing-30", featured=False)
        db.session.commit()
        session = stripe.begin(order)
        known = {event["id"] for event in stripe.events()}
        for step in steps:
            step(stripe, session)
        told = [event for event in stripe.events(*kinds) if event["id"] not in known]
        dice.shuffle(told)
        assert set(stripe.deliver(*told, *told)) == {200}
        db.session.expire_all()
        assert (job.state, job.is_held) == (LISTINGS[story], False)
