"""Placing orders and opening their checkouts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import tasks
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.audit import AuditEntry
from app.billing import services, signals
from app.billing.models import Order, OrderState
from app.billing.prices import PRICES, Price
from app.billing.services import Line
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from tests.factories.accounts import make_account
from tests.factories.orders import SUBJECT, make_order
from tests.payments import SimulatedStripe


def count_orders(state: str | None = None) -> int:
    query = select(func.count()).select_from(Order)
    return db.session.scalar(query.where(Order.state == state) if state else query)


def test_an_order_holds_our_prices_and_says_what_it_is_for(app):
    buyer = make_account()
    order = make_order(
        buyer=buyer,
        subject_id=12,
        subject_label="Inpatient coder",
        lines=(Line("listing-60"), Line("featured-30", 2)),
    )
    assert (order.state, order.currency, order.total_cents) == ("open", "usd", 39_900 + 19_800)
    assert [(line.description, line.quantity, line.unit_cents) for line in order.lines] == [
        ("Job listing, 60 days", 1, 39_900),
        ("Featured placement, 30 days", 2, 9_900),
    ]
    assert (order.subject_kind, order.subject_id) == (SUBJECT, 12)
    assert order.subject_label == "Inpatient coder"
    assert order.number == f"CC-{order.id:06d}"
    assert order.account_id == buyer.id


def test_placing_an_order_is_in_the_audit_log(app):
    order = make_order()
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.subject_id, entry.actor_id) == (
        "order.placed",
        order.id,
        order.account_id,
    )


def test_the_same_purchase_again_is_the_same_order(app):
    buyer = make_account()
    first = make_order(buyer=buyer, subject_id=1, lines=(Line("listing-30"), Line("featured-30")))
    again = make_order(buyer=buyer, subject_id=1, lines=(Line("featured-30"), Line("listing-30")))
    assert again.id == first.id
    assert count_orders() == 1


@pytest.mark.parametrize("lines", [(Line("listing-60"),), (Line("listing-30", 2),)])
def test_another_purchase_for_the_same_thing_replaces_the_unpaid_order(app, lines):
    buyer = make_account()
    first = make_order(buyer=buyer, subject_id=1)
    second = make_order(buyer=buyer, subject_id=1, lines=lines)
    assert second.id != first.id
    assert (first.state, second.state) == (OrderState.VOID, OrderState.OPEN)
    assert first.closed_at is not None


def test_a_raised_price_replaces_the_unpaid_order(app, monkeypatch):
    buyer = make_account()
    first = make_order(buyer=buyer, subject_id=1)
    monkeypatch.setitem(PRICES, "listing-30", Price("listing-30", "Job listing", 29_900, 30))
    second = make_order(buyer=buyer, subject_id=1)
    assert (first.state, second.state) == (OrderState.VOID, OrderState.OPEN)
    assert second.total_cents == 29_900


def test_a_colleague_gets_an_order_of_their_own(app):
    first = make_order(subject_id=1)
    second = make_order(subject_id=1)
    assert second.id != first.id
    assert first.state == OrderState.VOID


def test_replacing_an_order_says_nothing_by_signal_and_closes_its_checkout(app, stripe):
    heard = []
    listener = heard.append
    with signals.order_void.connected_to(listener):
        buyer = make_account()
        first = make_order(buyer=buyer, subject_id=1)
        session = stripe.begin(first)
        make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
        tasks.drain()
        assert stripe.bank.session(session)["status"] == "expired"
        stripe.deliver(*stripe.events())
    assert heard == []


@pytest.mark.parametrize(
    "lines", [(), (Line("listing-1"),), (Line("listing-30", 0),), (Line("listing-30", 10**9),)]
)
def test_what_is_not_on_the_price_list_is_refused(app, lines):
    with pytest.raises(Invalid):
        make_order(lines=lines)
    assert count_orders() == 0


def test_different_things_and_kinds_have_orders_of_their_own(app):
    buyer = make_account()
    ids = {
        make_order(buyer=buyer, subject_id=1).id,
        make_order(buyer=buyer, subject_id=2).id,
        make_order(buyer=buyer, subject_id=1, subject_kind="other").id,
    }
    assert len(ids) == 3


def test_a_paid_thing_can_be_bought_again(app, stripe):
    """A renewal is a second order for the same listing."""
    buyer = make_account()
    first = make_order(buyer=buyer, subject_id=1)
    stripe.bank.pay(stripe.begin(first))
    stripe.deliver(*stripe.events())
    second = make_order(buyer=buyer, subject_id=1, lines=(Line("renewal-30"),))
    assert second.id != first.id
    assert first.state == OrderState.PAID


def test_a_checkout_is_opened_once_for_an_order(app, stripe):
    order = make_order()
    first = services.open_checkout(order, cancel_url="/pricing")
    db.session.commit()
    assert services.open_checkout(order, cancel_url="/elsewhere") == first
    assert first.startswith(f"{stripe.url}/pay/cs_test_")
    assert len(list(stripe.store.newest("checkout.session"))) == 1


def test_stripe_is_told_what_the_order_says(app, stripe):
    order = make_order(lines=(Line("listing-30"), Line("featured-30", 2)))
    session = stripe.bank.session(stripe.begin(order))
    assert session["amount_total"] == order.total_cents
    assert session["client_reference_id"] == order.reference
    assert session["metadata"]["order_id"] == str(order.id)
    assert session["success_url"] == f"{app.config['BASE_URL']}/orders/{order.id}/return"
    assert session["cancel_url"] == f"{app.config['BASE_URL']}/pricing"
    assert session["billing_address_collection"] == "required"
    stripe.bank.pay(session["id"])
    intent = stripe.store.get(stripe.payment_of(session["id"]))
    assert intent["metadata"]["order_id"] == str(order.id)
    assert intent["description"] == f"CareerCenter order {order.number}"


def test_a_checkout_whose_commit_was_lost_is_found_again(app, stripe):
    """The process died between Stripe's answer and our commit; the buyer tries again."""
    order = make_order()
    services.open_checkout(order, cancel_url="/pricing")
    db.session.rollback()
    assert order.checkout_id is None
    stripe.begin(order)
    assert len(list(stripe.store.newest("checkout.session"))) == 1


def test_a_lost_commit_and_another_cancel_address_do_not_lock_the_buyer_out(app, stripe):
    order = make_order()
    services.open_checkout(order, cancel_url="/pricing")
    db.session.rollback()
    assert services.open_checkout(order, cancel_url="/elsewhere").startswith(stripe.url)


def test_where_nothing_is_left_to_pay_the_buyer_is_led_to_our_page(app, stripe):
    order = make_order()
    stripe.bank.pay(stripe.begin(order))
    stripe.deliver(*stripe.events())
    url = services.open_checkout(order, cancel_url="/pricing")
    assert url == f"{app.config['BASE_URL']}/orders/{order.id}/return"


def test_a_purchase_finds_out_that_it_was_paid_while_we_were_not_told(app, stripe):
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    stripe.bank.pay(stripe.begin(order))
    assert make_order(buyer=buyer, subject_id=1).id == order.id
    assert order.state == OrderState.PAID


def test_a_purchase_finds_out_that_the_checkout_ran_out(app, stripe):
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    stripe.bank.expire(stripe.begin(order))
    fresh = make_order(buyer=buyer, subject_id=1)
    assert fresh.id != order.id
    assert (order.state, fresh.state) == (OrderState.VOID, OrderState.OPEN)


def test_a_checkout_that_stripe_does_not_know_is_replaced(app, stripe):
    """As after a change from the simulator to Stripe's test mode."""
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    stripe.begin(order)
    order.checkout_id = "cs_test_of_another_account"
    db.session.commit()
    fresh = make_order(buyer=buyer, subject_id=1)
    assert (order.state, fresh.state) == (OrderState.VOID, OrderState.OPEN)
    tasks.drain()
    left = select(tasks.OutboxRow.kind).where(tasks.OutboxRow.done_at.is_(None))
    assert db.session.scalars(left).all() == []


def test_a_transfer_on_its_way_is_not_paid_for_twice(app, stripe):
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    stripe.bank.pay_by_transfer(stripe.begin(order), arrives=True)
    again = make_order(buyer=buyer, subject_id=1, lines=(Line("listing-60"),))
    assert again.id == order.id
    assert order.state == OrderState.PROCESSING
    assert services.open_checkout(again, cancel_url="/").endswith(f"/orders/{order.id}/return")
    with pytest.raises(Conflict):
        make_order(subject_id=1)


def test_cancelling_closes_the_unpaid_order_and_its_checkout(app, stripe):
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    session = stripe.begin(order)
    services.cancel_open_order(buyer, subject_kind=SUBJECT, subject_id=1)
    db.session.commit()
    assert order.state == OrderState.VOID
    tasks.drain()
    assert stripe.bank.session(session)["status"] == "expired"
    services.cancel_open_order(buyer, subject_kind=SUBJECT, subject_id=1)
    services.cancel_open_order(buyer, subject_kind=SUBJECT, subject_id=999)


def test_cancelling_leaves_a_payment_on_its_way_alone(app, stripe):
    buyer = make_account()
    order = make_order(buyer=buyer, subject_id=1)
    stripe.bank.pay_by_transfer(stripe.begin(order), arrives=True)
    stripe.deliver(*stripe.events())
    services.cancel_open_order(buyer, subject_kind=SUBJECT, subject_id=1)
    assert order.state == OrderState.PROCESSING


def test_closing_an_account_closes_its_unpaid_orders(app):
    buyer = make_account()
    order, other = make_order(buyer=buyer), make_order()
    account_closing.send(buyer)
    assert (order.state, other.state) == (OrderState.VOID, OrderState.OPEN)


def test_the_orders_of_an_account_are_its_own_newest_first(app):
    buyer = make_account()
    made = [make_order(buyer=buyer) for _ in range(22)]
    make_order()
    rows, last_page = services.orders_of(buyer)
    assert [o.id for o in rows] == [o.id for o in reversed(made)][:20]
    assert last_page == 2
    assert [o.id for o in services.orders_of(buyer, page=2)[0]] == [made[1].id, made[0].id]
    assert services.orders_of(make_account()) == ([], 1)


def test_an_order_of_somebody_else_is_not_found(app):
    order = make_order()
    with pytest.raises(NotFound):
        services.order_of(make_account(), order.id)
    with pytest.raises(NotFound):
        services.order_of(make_account(), 999_999)


def test_the_database_refuses_a_second_unfinished_order_for_a_thing(app):
    order = make_order(subject_id=1)
    db.session.add(
        Order(
            account_id=order.account_id,
            subject_kind=SUBJECT,
            subject_id=1,
            state=OrderState.PROCESSING,
            total_cents=1,
            created_at=order.created_at,
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_fifty_purchases_at_once_are_one_order_and_one_checkout(app, stripe: SimulatedStripe):
    buyer_id = make_account().id

    def buy(_number: int) -> tuple[int, str]:
        with app.app_context():
            buyer = db.session.get_one(Account, buyer_id)
            order = services.place_order(
                buyer, subject_kind=SUBJECT, subject_id=1, lines=[Line("listing-30")]
            )
            url = services.open_checkout(order, cancel_url="/pricing")
            db.session.commit()
            return order.id, url

    with ThreadPoolExecutor(50) as pool:
        results = set(pool.map(buy, range(50)))
    assert len(results) == 1
    assert count_orders() == 1
    assert len(list(stripe.store.newest("checkout.session"))) == 1
