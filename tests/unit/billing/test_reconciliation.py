"""What a lost webhook missed, and what our books and Stripe's disagree about."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app import clock, tasks, worker
from app.audit import AuditEntry
from app.billing import commands, services
from app.billing.models import Charge, ChargeState, OrderState
from app.billing.services import Line, Reference
from app.extensions import db
from tests.factories.accounts import make_account
from tests.factories.orders import make_order
from tests.payments import forget_gateway, mails_queued
from tests.unit.billing.listening import listening


def run(app: Flask, *arguments: str):
    result = app.test_cli_runner().invoke(args=["billing", "reconcile", *arguments])
    db.session.expire_all()
    return result


def differences() -> list[dict[str, str]]:
    query = select(AuditEntry).where(AuditEntry.action == "payments.difference")
    return [entry.detail for entry in db.session.scalars(query.order_by(AuditEntry.id))]


def test_an_order_whose_webhook_was_lost_is_paid_within_a_quarter_of_an_hour(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    last_run: dict[str, float] = {}
    worker.run_chores(last_run)
    stripe.bank.pay(session)
    with listening() as listing:
        worker.run_chores({chore: at - 15 * 60 for chore, at in last_run.items()})
        db.session.expire_all()
        assert order.state == OrderState.PAID
        assert listing.heard == ["paid"]
        assert len(mails_queued("receipt")) == 1
    assert differences() == [{"stripe": session, "difference": "we had missed: paid"}]


def test_the_chore_looks_only_at_orders_that_wait(app, stripe):
    paid, waiting, unopened = make_order(), make_order(), make_order()
    stripe.bank.pay(stripe.begin(paid))
    stripe.deliver(*stripe.events())
    on_its_way = make_order()
    stripe.bank.pay_by_transfer(stripe.begin(on_its_way), arrives=True)
    stripe.deliver(*stripe.events())
    stripe.begin(waiting)
    assert unopened.checkout_id is None
    assert set(services.unfinished_references()) == {
        Reference(checkout_id=waiting.checkout_id),
        Reference(checkout_id=on_its_way.checkout_id),
    }


def test_a_chore_that_cannot_ask_stripe_leaves_it_for_the_next_time(app, stripe, monkeypatch):
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    with monkeypatch.context() as down:
        down.setitem(app.config, "STRIPE_SECRET_KEY", "sk_test_wrong")
        forget_gateway(app)
        commands.follow_unfinished_orders()
        commands.compare_with_stripe()
    forget_gateway(app)
    assert order.state == OrderState.OPEN
    commands.follow_unfinished_orders()
    assert order.state == OrderState.PAID


def test_an_order_whose_checkout_was_never_opened_is_closed_after_a_day(app, stripe):
    """Stripe was down when the buyer pressed pay, and they did not come back."""
    forgotten, opened = make_order(), make_order()
    stripe.begin(opened)
    with listening() as listing:
        with time_machine.travel(clock.now() + timedelta(hours=24)):
            commands.follow_unfinished_orders()
        assert forgotten.state == OrderState.OPEN
        with time_machine.travel(clock.now() + timedelta(hours=26)):
            fresh = make_order()
            commands.follow_unfinished_orders()
            commands.follow_unfinished_orders()
    assert (forgotten.state, fresh.state, opened.state) == ("void", "open", "void")
    assert listing.heard == ["void", "void"]  # the other by its checkout, which ran out


def test_the_nightly_comparison_finds_a_missed_refund_and_a_missed_dispute(app, stripe):
    refunded, disputed = make_order(), make_order()
    for order in (refunded, disputed):
        stripe.bank.pay(stripe.begin(order))
    stripe.deliver(*stripe.events())
    stripe.bank.refund(refunded.payment_intent)
    stripe.bank.open_dispute(disputed.payment_intent)
    commands.compare_with_stripe()
    db.session.expire_all()
    assert (refunded.state, disputed.state) == ("refunded", "disputed")
    assert sorted(d["difference"] for d in differences()) == [
        "we had missed: disputed",
        "we had missed: refunded",
    ]


def test_where_the_books_agree_there_is_nothing_to_report(app, stripe):
    for _ in range(3):
        stripe.bank.pay(stripe.begin(make_order()))
    stripe.deliver(*stripe.events())
    result = run(app)
    assert (result.exit_code, result.output) == (0, "3 payments compared, 0 differences.\n")
    assert differences() == []


def test_the_command_reports_each_difference_and_says_so_by_its_exit(app, stripe):
    session = stripe.begin(make_order())
    stripe.bank.pay(session)
    result = run(app, "--days", "2")
    assert result.exit_code == 1
    assert f"{session}: we had missed: paid" in result.output
    assert "1 payments compared, 1 differences." in result.output
    assert run(app).exit_code == 0


def test_a_checkout_whose_commit_was_lost_is_found_by_its_reference(app, stripe):
    order = make_order()
    services.open_checkout(order, cancel_url="/")
    db.session.rollback()
    session = next(stripe.store.newest("checkout.session"))["id"]
    stripe.bank.pay(session)
    run(app)
    assert (order.state, order.checkout_id) == ("paid", session)


def test_a_difference_that_settling_cannot_end_is_audited_once_a_day(app, stripe):
    order = make_order()
    session = stripe.bank.session(stripe.begin(order))
    stripe.bank.pay(session["id"])
    stripe.store.put({**stripe.bank.session(session["id"]), "currency": "jpy"})
    for _ in range(3):
        commands.follow_unfinished_orders()
    assert [d["difference"] for d in differences()] == ["does not match: currency"]
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        commands.follow_unfinished_orders()
    assert len(differences()) == 2
    assert order.state == OrderState.OPEN


def test_money_at_stripe_without_an_order_here_is_reported(app, stripe):
    order = make_order()
    session = stripe.begin(order)
    stripe.bank.pay(session)
    order.checkout_id, order.reference = None, "0" * 32
    db.session.commit()
    result = run(app)
    assert f"{session}: does not match: no such order" in result.output


def test_a_charge_here_that_stripe_does_not_know_is_reported(app, stripe):
    order = make_order()
    order.state, order.checkout_id = OrderState.PAID, "cs_test_invented"
    db.session.add(
        Charge(
            order_id=order.id,
            provider_id="pi_invented",
            amount_cents=24_900,
            currency="usd",
            state=ChargeState.SUCCEEDED,
            created_at=clock.now(),
        )
    )
    db.session.commit()
    result = run(app)
    assert "cs_test_invented: does not match: unknown to this Stripe account" in result.output


def test_a_late_payment_that_was_not_given_back_is_reported_until_it_is(app, stripe):
    buyer = make_account()
    old = make_order(buyer=buyer, subject_id=1)
    session = stripe.begin(old)
    make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
    stripe.bank.pay(session)
    stripe.deliver(*stripe.events())
    assert f"taken for void order {old.number}, not given back" in run(app).output
    tasks.drain()
    stripe.deliver(*stripe.events())
    assert run(app).exit_code == 0


def test_the_checkouts_of_other_products_are_none_of_our_business(app, stripe):
    session = stripe.bank.session(stripe.begin(make_order()))
    stripe.store.put({**session, "id": "cs_test_other", "metadata": {}})
    stripe.bank.pay("cs_test_other")
    assert "0 differences" in run(app).output


def test_an_unpaid_checkout_that_no_buyer_was_sent_to_is_nothing_to_report(app, stripe):
    order = make_order()
    services.open_checkout(order, cancel_url="/")
    db.session.rollback()
    services.open_checkout(order, cancel_url="/elsewhere")
    db.session.commit()
    assert len(list(stripe.store.newest("checkout.session"))) == 2
    assert "0 differences" in run(app).output
    for session in list(stripe.store.newest("checkout.session")):
        stripe.bank.expire(session["id"])
    assert stripe.deliver(*stripe.events()) == [200, 200]
    assert order.state == OrderState.VOID


def test_the_command_says_so_when_stripe_cannot_be_asked(app, stripe, monkeypatch):
    monkeypatch.setitem(app.config, "STRIPE_SECRET_KEY", "sk_test_wrong")
    forget_gateway(app)
    result = run(app)
    assert result.exit_code == 1
    assert "cannot reach our payment provider" in result.output


@pytest.mark.parametrize("days", ["0", "-1", "91", "soon"])
def test_the_command_refuses_a_senseless_number_of_days(app, days):
    assert run(app, "--days", days).exit_code == 2
