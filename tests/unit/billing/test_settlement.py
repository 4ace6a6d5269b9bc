"""Each way a payment can go, and what becomes of its order."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app import tasks
from app.accounts.models import Account
from app.audit import AuditEntry
from app.billing import services
from app.billing.gateway import PaymentsUnavailable
from app.billing.models import ChargeState, Order, OrderState
from app.billing.services import Line, Mismatch
from app.extensions import db
from tests.factories.accounts import make_account
from tests.factories.orders import make_order
from tests.payments import SimulatedStripe, forget_gateway, mails_queued
from tests.unit.billing.listening import listening


def confirm(order: Order) -> None:
    services.confirm_payment(order)
    db.session.commit()


def test_nothing_is_settled_before_stripe_was_asked(app, stripe):
    order = make_order()
    with listening() as listing:
        confirm(order)
        stripe.begin(order)
        confirm(order)
    assert order.state == OrderState.OPEN
    assert listing.heard == []


def test_a_card_payment_pays_the_order(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    with listening() as listing:
        stripe.bank.pay(session)
        confirm(order)
        confirm(order)
    assert (order.state, order.paid_cents, order.discount_cents) == ("paid", 24_900, 0)
    assert order.paid_at is not None
    assert order.checkout_url is None
    [charge] = order.charges
    assert (charge.provider_id, charge.amount_cents, charge.currency, charge.state) == (
        stripe.payment_of(session),
        24_900,
        "usd",
        ChargeState.SUCCEEDED,
    )
    assert listing.heard == ["paid"]


def test_the_receipt_is_queued_once_and_written_with_our_amounts(app, stripe):
    buyer = make_account(name="Ada Coder", email="ada@example.com")
    lines = (Line("listing-30"), Line("featured-30", 2))
    order = make_order(buyer=buyer, lines=lines, subject_label="Inpatient <coder>")
    stripe.bank.pay(stripe.begin(order))
    confirm(order)
    confirm(order)
    stripe.deliver(*stripe.events())
    [receipt] = mails_queued("receipt")
    assert receipt["to"] == "ada@example.com"
    assert receipt["subject"] == f"Receipt for order {order.number}"
    for text in ("Ada Coder", order.number, "$249", "$198", "Total: $447", "simulated payment"):
        assert text in receipt["text"]
    assert "Inpatient <coder>" in receipt["text"]
    assert "Inpatient &lt;coder&gt;" in receipt["html"]
    assert f"{app.config['BASE_URL']}/orders/{order.id}" in receipt["text"]


def test_no_mail_goes_to_a_closed_account(app, stripe):
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    buyer = db.session.get_one(Account, order.account_id)
    buyer.closed_at = order.created_at
    confirm(order)
    assert order.state == OrderState.PAID
    assert mails_queued("receipt") == []


def test_a_promotion_code_lowers_what_is_paid(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.redeem(session, "HALF")
    stripe.bank.pay(session)
    confirm(order)
    assert (order.state, order.total_cents, order.discount_cents) == ("paid", 24_900, 12_450)
    assert order.paid_cents == 12_450
    [receipt] = mails_queued("receipt")
    assert "Promotion code: -$124.50" in receipt["text"]
    assert "Total: $124.50" in receipt["text"]


def test_nothing_to_pay_is_paid(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.redeem(session, "FREE")
    stripe.bank.pay(session)
    with listening() as listing:
        confirm(order)
    assert (order.state, order.paid_cents, order.discount_cents) == ("paid", 0, 24_900)
    assert order.charges[0].provider_id == session
    assert listing.heard == ["paid"]


def test_a_transfer_is_on_its_way_and_then_paid(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    with listening() as listing:
        stripe.bank.pay_by_transfer(session, arrives=True)
        confirm(order)
        assert order.state == OrderState.PROCESSING
        assert listing.heard == []
        assert mails_queued("receipt") == []
        stripe.bank.arrive(session)
        confirm(order)
    assert order.state == OrderState.PAID
    assert listing.heard == ["paid"]


@pytest.mark.parametrize("asked_between", [True, False])
def test_a_transfer_that_fails_closes_the_order_and_tells_the_buyer(app, stripe, asked_between):
    order = make_order()
    session = stripe.begin(order)
    with listening() as listing:
        stripe.bank.pay_by_transfer(session, arrives=False)
        if asked_between:
            confirm(order)
        stripe.bank.fail(session)
        confirm(order)
        confirm(order)
    assert order.state == OrderState.VOID
    assert order.charges == []
    assert listing.heard == ["void"]
    [mail] = mails_queued("payment_failed")
    assert order.number in mail["subject"]
    assert "$249" in mail["text"]


def test_a_declined_card_leaves_the_order_open(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    with listening() as listing:
        stripe.bank.decline(session)
        confirm(order)
        assert order.state == OrderState.OPEN
        stripe.bank.pay(session)
        confirm(order)
    assert order.state == OrderState.PAID
    assert listing.heard == ["paid"]


def test_a_checkout_that_ran_out_closes_the_order(app, stripe):
    order = make_order()
    stripe.bank.expire(stripe.begin(order))
    with listening() as listing:
        confirm(order)
        confirm(order)
    assert order.state == OrderState.VOID
    assert order.checkout_url is None
    assert listing.heard == ["void"]


def test_a_part_refund_is_recorded_and_the_order_stays_paid(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    with listening() as listing:
        confirm(order)
        stripe.bank.refund(stripe.payment_of(session), 4_900)
        confirm(order)
        stripe.bank.refund(stripe.payment_of(session), 5_000)
        confirm(order)
    assert (order.state, order.refunded_cents) == (OrderState.PAID, 9_900)
    assert order.charges[0].refunded_cents == 9_900
    assert listing.heard == ["paid"]
    assert [m["subject"] for m in mails_queued("refund")] == [
        f"Refund of $49 for order {order.number}",
        f"Refund of $50 for order {order.number}",
    ]


def test_a_full_refund_ends_the_order(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    with listening() as listing:
        confirm(order)
        stripe.bank.refund(stripe.payment_of(session))
        confirm(order)
        confirm(order)
    assert (order.state, order.refunded_cents) == (OrderState.REFUNDED, 24_900)
    assert order.charges[0].state == ChargeState.REFUNDED
    assert listing.heard == ["paid", "refunded"]
    assert len(mails_queued("refund")) == 1


def test_a_refund_of_what_a_promotion_code_left_is_a_full_one(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.redeem(session, "HALF")
    stripe.bank.pay(session)
    stripe.bank.refund(stripe.payment_of(session))
    confirm(order)
    assert order.state == OrderState.REFUNDED


def test_a_dispute_holds_the_order_until_it_is_won(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    with listening() as listing:
        confirm(order)
        stripe.bank.open_dispute(stripe.payment_of(session))
        confirm(order)
        assert (order.state, order.charges[0].state) == ("disputed", ChargeState.DISPUTED)
        stripe.bank.close_dispute(stripe.payment_of(session), won=True)
        confirm(order)
        confirm(order)
    assert (order.state, order.charges[0].state) == ("paid", ChargeState.SUCCEEDED)
    assert listing.heard == ["paid", "disputed", "won"]


def test_a_lost_dispute_stays_disputed(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    with listening() as listing:
        confirm(order)
        stripe.bank.open_dispute(stripe.payment_of(session))
        stripe.bank.close_dispute(stripe.payment_of(session), won=False)
        confirm(order)
        confirm(order)
    assert (order.state, order.charges[0].state) == ("disputed", ChargeState.LOST)
    assert listing.heard == ["paid", "disputed", "lost"]


def test_the_steps_are_taken_in_order_though_all_were_missed(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    payment = stripe.payment_of(session)
    stripe.bank.refund(payment)
    stripe.bank.open_dispute(payment)
    with listening() as listing:
        confirm(order)
    assert listing.heard == ["paid", "disputed", "refunded"]
    assert order.state == OrderState.REFUNDED


def test_each_step_is_in_the_audit_log_once(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    confirm(order)
    stripe.bank.refund(stripe.payment_of(session))
    confirm(order)
    confirm(order)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["order.placed", "order.checkout_opened", "order.paid", "order.refunded"]


# A payment that comes after its order was replaced or cancelled


@pytest.fixture
def late(app, stripe: SimulatedStripe) -> tuple[Order, str]:
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    session = stripe.begin(order)
    make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
    stripe.bank.pay(session)  # before the worker could close it
    return order, session


def test_a_late_payment_is_recorded_and_sent_back(late, stripe):
    order, session = late
    with listening() as listing:
        confirm(order)
        confirm(order)
        assert order.state == OrderState.VOID
        assert [c.amount_cents for c in order.charges] == [24_900]
        assert [c.id for c in services.charges_to_look_at()] == [order.charges[0].id]
        tasks.drain()
        assert stripe.bank.session(session)["payment_status"] == "paid"
        confirm(order)
    assert (order.state, order.refunded_cents) == (OrderState.VOID, 24_900)
    assert order.charges[0].state == ChargeState.REFUNDED
    assert services.charges_to_look_at() == []
    assert listing.heard == []
    assert mails_queued("receipt") == []
    [mail] = mails_queued("refund")
    assert "came after that order was closed" in mail["text"]
    assert len(list(stripe.store.newest("refund"))) == 1


def test_a_late_payment_of_nothing_needs_no_refund(app, stripe):
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    session = stripe.begin(order)
    make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
    stripe.bank.redeem(session, "FREE")
    stripe.bank.pay(session)
    confirm(order)
    assert order.state == OrderState.VOID
    assert services.charges_to_look_at() == []
    tasks.drain()
    assert list(stripe.store.newest("refund")) == []


def test_a_refund_that_stripe_cannot_take_now_is_tried_again(late, stripe, app, monkeypatch):
    order, _session = late
    confirm(order)
    with monkeypatch.context() as down:
        down.setitem(app.config, "STRIPE_SECRET_KEY", "sk_test_wrong")
        forget_gateway(app)
        tasks.drain()
    forget_gateway(app)
    assert list(stripe.store.newest("refund")) == []
    row = db.session.scalars(
        select(tasks.OutboxRow).where(tasks.OutboxRow.kind == "billing.refund")
    ).one()
    assert (row.done_at, row.abandoned_at) == (None, None)


# What Stripe says does not fit what we asked for


def spoil_reference(session, order):
    session["client_reference_id"] = "f" * 32


def spoil_order(session, order):
    session["metadata"] = {"order_id": str(order.id + 1)}


def spoil_metadata(session, order):
    session["metadata"] = {"order_id": "7; drop table"}


def spoil_amount(session, order):
    session["amount_subtotal"] = session["amount_total"] = 100


def spoil_total(session, order):
    session["amount_total"] = order.total_cents + 1


def spoil_currency(session, order):
    session["currency"] = "jpy"


def spoil_mode(session, order):
    session["livemode"] = True


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (spoil_reference, "order"),
        (spoil_order, "order"),
        (spoil_metadata, "order"),
        (spoil_amount, "amount"),
        (spoil_total, "amount"),
        (spoil_currency, "currency"),
        (spoil_mode, "mode"),
    ],
)
def test_a_checkout_that_does_not_fit_has_no_effect(app, stripe, spoil, what):
    order = make_order()
    session_id = stripe.begin(order)
    stripe.bank.pay(session_id)
    session = stripe.bank.session(session_id)
    spoil(session, order)
    stripe.store.put(session)
    with listening() as listing, pytest.raises(Mismatch) as error:
        services.confirm_payment(order)
    assert error.value.what == what
    assert (order.state, order.charges, listing.heard) == (OrderState.OPEN, [], [])


@pytest.mark.parametrize("field", ["amount_received", "currency"])
def test_a_payment_that_does_not_fit_its_checkout_has_no_effect(app, stripe, field):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    intent = stripe.store.get(stripe.payment_of(session))
    stripe.store.put({**intent, field: {"amount_received": 1, "currency": "eur"}[field]})
    with pytest.raises(Mismatch) as error:
        services.confirm_payment(order)
    assert error.value.what == "payment"
    assert order.state == OrderState.OPEN


def test_when_stripe_is_down_the_order_stays_as_it_is(app, stripe, monkeypatch):
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    monkeypatch.setitem(app.config, "STRIPE_SECRET_KEY", "sk_test_wrong")
    forget_gateway(app)
    with pytest.raises(PaymentsUnavailable):
        services.confirm_payment(order)
    db.session.rollback()
    assert order.state == OrderState.OPEN
