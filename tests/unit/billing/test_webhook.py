"""Stripe's webhook: any order, any number of times, at once, and forged."""

from __future__ import annotations

import functools
import itertools
import json
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from app import clock, create_app
from app.audit import AuditEntry
from app.billing import services, signals
from app.billing.gateway import PaymentGateway, gateway
from app.billing.models import Charge, Order, OrderState, PaymentEvent
from app.billing.services import Line
from app.billing.simulator.webhooks import signature
from app.extensions import db
from tests.apps import put_away
from tests.factories.accounts import make_account
from tests.factories.orders import make_order
from tests.payments import SimulatedStripe, forget_gateway, mails_queued, served
from tests.unit.billing.listening import Listing, listening
from tests.unit.billing.stories import (
    STORIES,
    Steps,
    arrive,
    dispute,
    expire,
    fail,
    lose,
    pay,
    refund_part,
    refund_rest,
    start_transfer,
    win,
)


def outcome(order: Order, listing: Listing) -> tuple[str, int, str | None, str]:
    charge = order.charges[-1] if order.charges else None
    return (order.state, order.refunded_cents, charge and charge.state, listing.state)


class Unhurried:
    """A gateway that asks once: among permutations only the order differs, not what is true."""

    def __init__(self, inner: PaymentGateway) -> None:
        self.access = inner.access
        self.read_event = inner.read_event
        self.checkout = functools.cache(inner.checkout)
        self.checkout_of_payment = functools.cache(inner.checkout_of_payment)
        self.close = inner.close


def apply(stripe: SimulatedStripe, event: dict[str, Any]) -> services.Outcome:
    """As the view does it, without the commit."""
    body, headers = stripe.courier.envelope(event)
    return services.apply_event(gateway().read_event(body, headers["Stripe-Signature"]))


@pytest.mark.parametrize("story", STORIES)
def test_events_in_every_order_and_twice_lead_to_the_same_state(app, stripe, story):
    steps, kinds, expected = STORIES[story]
    order = make_order()
    session = stripe.begin(order)
    for step in steps:
        step(stripe, session)
    events = stripe.events(*kinds)
    assert {event["type"] for event in events} == set(kinds)
    app.extensions["payments"] = Unhurried(gateway())
    for arrangement in itertools.permutations(events):
        with listening() as listing:
            for event in arrangement:
                apply(stripe, event)
                assert apply(stripe, event) == services.Outcome.DUPLICATE
        assert outcome(order, listing) == expected
        assert listing.heard.count("paid") <= 1
        assert len(mails_queued("receipt")) <= 1
        db.session.rollback()
        assert order.state == OrderState.OPEN


@pytest.mark.parametrize("story", STORIES)
def test_events_that_come_late_while_more_happens_lead_to_the_same_state(app, stripe, story):
    """Deliveries are dealt at random among the happenings, each after what it tells of."""
    steps, _kinds, expected = STORIES[story]
    dice = random.Random(story)
    for _ in range(4):
        order = make_order()
        session = stripe.begin(order)
        known = {event["id"] for event in stripe.events()}
        waiting: list[dict[str, Any]] = []
        with listening() as listing:
            for step in steps:
                step(stripe, session)
                fresh = [e for e in stripe.events() if e["id"] not in known]
                known |= {e["id"] for e in fresh}
                waiting += fresh
                dice.shuffle(waiting)
                for _ in range(dice.randint(0, len(waiting))):
                    apply(stripe, waiting.pop())
            for event in waiting:
                apply(stripe, event)
        db.session.commit()
        assert outcome(order, listing) == expected


def test_each_event_sent_twice_takes_effect_once(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    with listening() as listing:
        for step in (pay, refund_part, dispute, win, refund_rest):
            step(stripe, session)
            for event in stripe.events():
                assert stripe.deliver(event, event) == [200, 200]
    assert order.state == OrderState.REFUNDED
    assert listing.heard == ["paid", "disputed", "won", "refunded"]
    assert len(mails_queued("receipt")) == 1
    assert db.session.scalar(select(func.count()).select_from(PaymentEvent)) == len(stripe.events())


def test_the_webhook_and_the_success_page_may_both_come_first(app, stripe):
    for webhook_first in (True, False):
        order = make_order()
        session = stripe.begin(order)
        stripe.bank.pay(session)
        with listening() as listing:
            if webhook_first:
                stripe.deliver(*stripe.events())
            services.confirm_payment(order)
            db.session.commit()
            stripe.deliver(*stripe.events())
        assert order.state == OrderState.PAID
        assert listing.heard == ["paid"]


def test_an_event_is_kept_with_its_order_and_what_came_of_it(app, stripe):
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    events = stripe.events("charge.succeeded", "checkout.session.completed")
    stripe.deliver(*events)
    rows = db.session.scalars(select(PaymentEvent).order_by(PaymentEvent.id)).all()
    assert [(row.event_id, row.order_id, row.outcome) for row in rows] == [
        (events[0]["id"], order.id, "applied"),
        (events[1]["id"], order.id, "unchanged"),
    ]
    assert abs(clock.now() - rows[0].created_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "kind",
    ["invoice.paid", "invoice.payment_failed", "customer.subscription.deleted", "payout.paid"],
)
def test_events_about_what_we_do_not_sell_are_recorded_and_ignored(app, stripe, kind):
    event = stripe.bank.announce_other(kind)
    assert stripe.deliver(event) == [200]
    row = db.session.scalars(select(PaymentEvent)).one()
    assert (row.kind, row.outcome, row.order_id) == (kind, "ignored", None)


def test_a_checkout_of_another_product_on_the_same_stripe_account_is_ignored(app, stripe):
    order = make_order()
    session = stripe.bank.session(stripe.begin(order))
    stripe.store.put({**session, "id": "cs_test_other", "metadata": {}})
    stripe.bank.pay("cs_test_other")
    assert set(stripe.deliver(*stripe.events())) == {200}
    assert {row.outcome for row in db.session.scalars(select(PaymentEvent))} == {"ignored"}
    assert order.state == OrderState.OPEN


# Forged


def bodies(stripe: SimulatedStripe, variant: str) -> tuple[bytes, dict[str, str]]:
    return stripe.courier.envelope(stripe.events("checkout.session.completed")[0], variant)


@pytest.fixture
def paid(app: Flask, stripe: SimulatedStripe) -> Order:
    """Paid at Stripe; we have not been told."""
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    return order


def assert_nothing_came_of_it(order: Order, action: str) -> AuditEntry:
    db.session.expire_all()
    assert (order.state, order.charges) == (OrderState.OPEN, [])
    assert mails_queued("receipt") == []
    return db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


@pytest.mark.parametrize("variant", ["unsigned", "forged", "tampered", "stale", "future"])
def test_a_forged_event_is_refused_and_audited(stripe, paid, variant):
    assert stripe.post(*bodies(stripe, variant)).status_code == 400
    assert_nothing_came_of_it(paid, "payment_event.forged")
    assert db.session.scalars(select(PaymentEvent)).all() == []


@pytest.mark.parametrize(
    "header",
    [
        "",
        "garbage",
        "t=,v1=",
        "t=1,v1=abc",
        "t=now,v1=abc",
        "v1=abc",
        "t=99999999999999999999,v1=abc",
        pytest.param("t=1" * 5_000, id="long"),
        "t=1,v0=abc",
        "=,=,=",
    ],
)
def test_a_signature_that_is_none_is_refused(stripe, paid, header):
    body, headers = bodies(stripe, "genuine")
    answer = stripe.post(body, {**headers, "Stripe-Signature": header})
    assert answer.status_code == 400
    assert_nothing_came_of_it(paid, "payment_event.forged")


def test_a_signature_is_good_for_five_minutes_either_way(stripe, paid):
    body, headers = bodies(stripe, "genuine")
    for shift in (timedelta(minutes=6), timedelta(minutes=-6)):
        with time_machine.travel(clock.now() + shift):
            assert stripe.post(body, headers).status_code == 400
    with time_machine.travel(clock.now() + timedelta(minutes=4)):
        assert stripe.post(body, headers).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"not json",
        b'{"id": "evt_1"}',
        b'{"id": 5, "type": "x", "created": 1, "livemode": false, "data": {"object": {}}}',
        b'{"id": "e", "type": "x", "created": "soon", "livemode": false, "data": {"object": {}}}',
        b'{"id": "e", "type": "x", "created": 1e99, "livemode": false, "data": {"object": {}}}',
        b'{"id": "e", "type": "x", "created": 1, "livemode": false, "data": {"object": []}}',
        b'{"id": "e", "type": "x", "created": 1, "livemode": false, "data": null}',
        pytest.param(
            b'{"id": "' + b"e" * 300 + b'", "type": "x", "created": 1, "livemode": false, '
            b'"data": {"object": {}}}',
            id="a long id",
        ),
        b"\xff\xfe",
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(stripe, paid, body):
    stamp = signature(body, stripe.courier.secret, int(time.time()))
    assert stripe.post(body, {"Stripe-Signature": stamp}).status_code == 400
    assert_nothing_came_of_it(paid, "payment_event.forged")


def test_a_huge_body_is_refused_unread(stripe, paid):
    body = b'{"id": "' + b"e" * 600_000 + b'"}'
    stamp = signature(body, stripe.courier.secret, int(time.time()))
    assert stripe.post(body, {"Stripe-Signature": stamp}).status_code == 413
    assert db.session.scalars(select(PaymentEvent)).all() == []


@pytest.fixture
def limited(app, settings, stripe):
    """The same database and the same Stripe, with the limits in force."""
    strict = create_app({**settings, "RATE_LIMITS": "yes", "STRIPE_API_BASE": stripe.url})
    yield strict.test_client()
    put_away(strict)


def test_forgeries_are_soon_refused_without_a_line_each(limited, stripe, paid):
    forged, genuine = bodies(stripe, "forged"), bodies(stripe, "genuine")

    def post(message, address="198.51.100.7"):
        body, headers = message
        where = {"REMOTE_ADDR": address}
        answer = limited.post("/stripe/webhook", data=body, headers=headers, environ_base=where)
        return answer.status_code

    assert [post(forged) for _ in range(62)] == [400] * 60 + [429] * 2
    lines = select(func.count()).where(AuditEntry.action == "payment_event.forged")
    assert db.session.scalar(lines) == 60
    assert post(genuine, address="203.0.113.9") == 200


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_the_webhook_takes_only_posts(client, method):
    assert getattr(client, method)("/stripe/webhook").status_code == 405


# Genuine, and about something else than we asked for


def test_amounts_in_the_body_are_not_believed(stripe, paid):
    event = stripe.events("checkout.session.completed")[0]
    event["data"]["object"].update(amount_total=1, currency="jpy", payment_status="unpaid")
    assert stripe.deliver(event) == [200]
    assert (paid.state, paid.paid_cents) == ("paid", 24_900)


def test_a_body_that_says_paid_is_not_believed(app, stripe):
    order = make_order()
    session = stripe.bank.session(stripe.begin(order))
    claim = {**session, "status": "complete", "payment_status": "paid"}
    event = {
        **stripe.bank.announce_other("invoice.paid"),
        "type": "checkout.session.completed",
        "data": {"object": claim},
    }
    assert stripe.deliver(event) == [200]
    assert order.state == OrderState.OPEN


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("amount_subtotal", 100, "amount"),
        ("amount_total", 999_999, "amount"),
        ("currency", "jpy", "currency"),
        ("livemode", True, "mode"),
        ("client_reference_id", "somebody else's", "order"),
    ],
)
def test_a_checkout_that_does_not_fit_its_order_is_refused_and_audited(
    stripe, paid, field, value, what
):
    session = stripe.bank.session(paid.checkout_id)
    stripe.store.put({**session, field: value})
    event = stripe.events("checkout.session.completed")[0]
    assert stripe.deliver(event, event) == [422, 422]
    entry = assert_nothing_came_of_it(paid, "payment_event.refused")
    assert entry.detail["mismatch"] == what
    row = db.session.scalars(select(PaymentEvent)).one()
    assert (row.outcome, row.detail) == ("refused", {"mismatch": what})


@pytest.mark.parametrize("variant", ["account", "live"])
def test_an_event_of_another_account_or_mode_is_refused_and_audited(stripe, paid, variant):
    assert stripe.post(*bodies(stripe, variant)).status_code == 422
    entry = assert_nothing_came_of_it(paid, "payment_event.refused")
    assert entry.detail["mismatch"] == "account"


def test_money_for_an_order_that_is_not_there_is_refused_and_audited(app, stripe):
    """As after restoring a backup from before the order."""
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    order.reference = "0" * 32
    order.checkout_id = None
    db.session.commit()
    assert stripe.deliver(*stripe.events("checkout.session.completed")) == [422]
    entry = assert_nothing_came_of_it(order, "payment_event.refused")
    assert entry.detail["mismatch"] == "no such order"


def test_a_checkout_that_stripe_does_not_know_is_refused(stripe, paid):
    event = stripe.events("checkout.session.completed")[0]
    event["data"]["object"]["id"] = "cs_test_invented"
    assert stripe.deliver(event) == [422]
    assert_nothing_came_of_it(paid, "payment_event.refused")


def test_the_checkout_of_a_replaced_order_does_not_pay_the_new_one(app, stripe):
    buyer = make_account()
    old = make_order(buyer=buyer, subject_id=1)
    session = stripe.begin(old)
    new = make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
    stripe.bank.pay(session)
    assert set(stripe.deliver(*stripe.events())) == {200}
    assert (old.state, new.state) == ("void", "open")
    assert [charge.order_id for charge in db.session.scalars(select(Charge))] == [old.id]


def test_a_checkout_whose_commit_was_lost_is_taken_up_by_its_webhook(app, stripe):
    order = make_order()
    services.open_checkout(order, cancel_url="/")
    db.session.rollback()
    session = next(stripe.store.newest("checkout.session"))["id"]
    stripe.bank.pay(session)
    assert set(stripe.deliver(*stripe.events())) == {200}
    assert (order.state, order.checkout_id) == ("paid", session)


def test_when_stripe_cannot_be_asked_the_event_is_sent_again(app, stripe, paid, monkeypatch):
    event = stripe.events("checkout.session.completed")[0]
    with monkeypatch.context() as down:
        down.setitem(app.config, "STRIPE_SECRET_KEY", "sk_test_wrong")
        forget_gateway(app)
        assert stripe.deliver(event) == [503]
    assert db.session.scalars(select(PaymentEvent)).all() == []
    forget_gateway(app)
    assert stripe.deliver(event) == [200]
    assert paid.state == OrderState.PAID


def test_a_listener_that_fails_leaves_nothing_half_done(app, stripe, paid):
    def broken(order):
        raise LookupError("a listener failed")

    event = stripe.events("checkout.session.completed")[0]
    with signals.order_paid.connected_to(broken), pytest.raises(LookupError):
        stripe.deliver(event)
    db.session.rollback()
    assert paid.state == OrderState.OPEN
    assert db.session.scalars(select(PaymentEvent)).all() == []
    assert mails_queued("receipt") == []
    assert stripe.deliver(event) == [200]
    assert paid.state == OrderState.PAID


# At once


# The event, what was delivered before it, what it tells of, and what listeners hear of that.
AT_ONCE: dict[str, tuple[Steps, Steps, list[str]]] = {
    "checkout.session.completed": ([], [pay], ["paid"]),
    "charge.succeeded": ([], [pay], ["paid"]),
    "checkout.session.expired": ([], [expire], ["void"]),
    "checkout.session.async_payment_succeeded": ([start_transfer], [arrive], ["paid"]),
    "checkout.session.async_payment_failed": ([start_transfer], [fail], ["void"]),
    "charge.refunded": ([pay], [refund_rest], ["refunded"]),
    "charge.dispute.created": ([pay], [dispute], ["disputed"]),
    "charge.dispute.closed": ([pay, dispute], [lose], ["lost"]),
    "charge.dispute.funds_reinstated": ([pay, dispute], [win], ["won"]),
    "invoice.paid": ([], [lambda stripe, _: stripe.bank.announce_other("invoice.paid")], []),
}


@pytest.mark.parametrize("kind", AT_ONCE)
def test_ten_deliveries_of_one_event_at_once_have_one_effect(app, stripe, kind):
    before, steps, heard = AT_ONCE[kind]
    order = make_order()
    session = stripe.begin(order)
    for step in before:
        step(stripe, session)
    stripe.deliver(*stripe.events())
    mails = len(mails_queued("receipt")) + len(mails_queued("refund"))
    for step in steps:
        step(stripe, session)
    event = stripe.events(kind)[-1]
    with listening() as listing, served(app) as url, ThreadPoolExecutor(10) as pool:
        stripe.send_to(url)
        answers = list(pool.map(lambda _: stripe.courier.send(event["id"]), range(10)))
    assert answers == [200] * 10
    db.session.expire_all()
    assert listing.heard == heard
    more = len(mails_queued("receipt")) + len(mails_queued("refund")) - mails
    assert more == (1 if heard in (["paid"], ["refunded"]) else 0)
    assert len(order.charges) == (0 if heard in ([], ["void"]) else 1)
    rows = select(func.count()).where(PaymentEvent.event_id == event["id"])
    assert db.session.scalar(rows) == 1


def test_all_events_and_the_success_page_at_once_have_one_effect(app, stripe):
    order = make_order()
    order_id, session = order.id, stripe.begin(order)
    stripe.bank.pay(session)

    def confirm() -> int:
        with app.app_context():
            services.confirm_payment(db.session.get_one(Order, order_id))
            db.session.commit()
            return 200

    with listening() as listing, served(app) as url, ThreadPoolExecutor(12) as pool:
        stripe.send_to(url)
        jobs = [
            pool.submit(stripe.courier.send, event["id"])
            for event in stripe.events()
            for _ in range(2)
        ] + [pool.submit(confirm) for _ in range(4)]
        assert {job.result() for job in jobs} == {200}
    db.session.expire_all()
    assert order.state == OrderState.PAID
    assert listing.heard == ["paid"]
    assert len(mails_queued("receipt")) == len(order.charges) == 1


def test_the_raw_body_is_what_is_verified(stripe, paid):
    """Stripe signs bytes: another spelling of the same JSON is another body."""
    body, headers = bodies(stripe, "genuine")
    assert stripe.post(json.dumps(json.loads(body)).encode(), headers).status_code == 400
    assert stripe.post(body, headers).status_code == 200
