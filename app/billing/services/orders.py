"""Taking an order and leading its buyer to Stripe; one unfinished order for a thing at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urljoin

from flask import current_app
from sqlalchemy import func, insert, select

from app import audit, clock, tasks
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.billing import signals
from app.billing.gateway import CheckoutRequest, Item, UnknownAtStripe, gateway
from app.billing.models import Order, OrderLine, OrderState
from app.billing.prices import CURRENCY, Line, check_lines
from app.billing.services.settlement import UNFINISHED, close, lock_order, settle
from app.errors import Conflict, NotFound
from app.extensions import db, insert_once
from app.mail import absolute_url

ATTEMPTS = 5  # another tab may place or finish an order between our look and our insert
PAGE_SIZE = 20


def place_order(
    buyer: Account,
    *,
    subject_kind: str,
    subject_id: int,
    lines: Sequence[Line],
    subject_label: str = "",
) -> Order:
    """The order to pay for this thing: the unfinished one if it asks for the same, else a new one.

    An order whose payment is already made or on its way is returned as it is: `open_checkout`
    then leads to the page that says so. Raises Invalid for lines that are not on the price list.
    """
    wanted = tuple(lines)
    check_lines(wanted)
    for _ in range(ATTEMPTS):
        order = _unfinished_order(subject_kind, subject_id)
        if order is not None and _reusable(order, buyer, wanted):
            return order
        order_id = _insert_order(buyer, subject_kind, subject_id, subject_label, wanted)
        if order_id is not None:
            placed = db.session.get_one(Order, order_id)
            _record("order.placed", placed, actor_id=buyer.id)
            return placed
    raise Conflict("Another order for this was placed at the same moment. Try again.")


def _unfinished_order(subject_kind: str, subject_id: int) -> Order | None:
    order_id = db.session.scalar(
        select(Order.id).where(
            Order.subject_kind == subject_kind,
            Order.subject_id == subject_id,
            Order.state.in_(UNFINISHED),
        )
    )
    return None if order_id is None else lock_order(order_id)


def _reusable(order: Order, buyer: Account, wanted: tuple[Line, ...]) -> bool:
    """Whether the locked order serves this purchase. One that does not is void afterwards."""
    known = _ask_stripe(order)
    if order.state == OrderState.OPEN:
        if known and order.account_id == buyer.id and _asks_for(order, wanted):
            return True
        _withdraw(order, actor_id=buyer.id)
        return False
    if order.state == OrderState.VOID:
        return False
    if order.account_id != buyer.id:
        raise Conflict("A colleague has just paid for this. Reload the page.")
    return True


def _ask_stripe(order: Order) -> bool:
    """It may have been paid or have run out while we were not told.

    False where Stripe does not know its checkout, as after a change to another Stripe account.
    """
    if order.checkout_id is not None and order.state in UNFINISHED:
        try:
            settle(order, gateway().checkout(order.checkout_id), via="new purchase")
        except UnknownAtStripe:
            return False
    return True


def _asks_for(order: Order, wanted: tuple[Line, ...]) -> bool:
    """The same things at the same prices: a raised price makes an old order out of date."""
    there = {(line.sku, line.quantity, line.unit_cents) for line in order.lines}
    return there == {(line.sku, line.quantity, line.price.cents) for line in wanted}


def _withdraw(order: Order, *, actor_id: int | None) -> None:
    close(order)
    if order.checkout_id is not None:
        tasks.defer("billing.expire_checkout", {"checkout": order.checkout_id})
    _record("order.withdrawn", order, actor_id=actor_id)
    db.session.flush()


def _insert_order(
    buyer: Account, kind: str, subject_id: int, label: str, lines: tuple[Line, ...]
) -> int | None:
    """Insert unless the subject has an unfinished order, which the index decides, not this code."""
    order_id = insert_once(
        Order,
        account_id=buyer.id,
        subject_kind=kind,
        subject_id=subject_id,
        subject_label=label[:200],
        state=OrderState.OPEN,
        currency=CURRENCY,
        total_cents=sum(line.cents for line in lines),
        created_at=clock.now(),
    )
    if order_id is not None:
        db.session.execute(
            insert(OrderLine),
            [
                {
                    "order_id": order_id,
                    "sku": line.sku,
                    "description": line.price.description,
                    "quantity": line.quantity,
                    "unit_cents": line.price.cents,
                }
                for line in lines
            ],
        )
    return order_id


def open_checkout(order: Order, *, cancel_url: str) -> str:
    """Where the buyer goes next: Stripe's page, or ours where there is nothing left to pay.

    Called any number of times for an order it opens one Checkout Session.
    """
    held = lock_order(order.id)
    if held is None:
        raise NotFound("There is no such order.")
    success_url = absolute_url("billing.returned", order_id=held.id)
    if held.state != OrderState.OPEN:
        return success_url
    if held.checkout_url is None:
        _open_session(held, success_url, urljoin(current_app.config["BASE_URL"], cancel_url))
    if held.checkout_url is None:
        raise Conflict("This checkout has been closed. Start again.")
    return held.checkout_url


def _open_session(order: Order, success_url: str, cancel_url: str) -> None:
    buyer = db.session.get_one(Account, order.account_id)
    request = CheckoutRequest(
        order_id=order.id,
        reference=order.reference,
        description=f"CareerCenter order {order.number}",
        items=[Item(line.description, line.unit_cents, line.quantity) for line in order.lines],
        currency=order.currency,
        email=buyer.email,
        success_url=success_url,
        cancel_url=cancel_url,
    )
    # The same request is answered with the same session, should our commit be lost; a changed
    # one must not be refused for being different.
    digest = hashlib.sha256(repr(request).encode()).hexdigest()
    checkout = gateway().create_checkout(request, key=f"checkout-{digest}")
    order.checkout_id = checkout.id
    order.checkout_url = checkout.url
    _record("order.checkout_opened", order, actor_id=order.account_id)
    db.session.flush()


def cancel_open_order(actor: Account, *, subject_kind: str, subject_id: int) -> None:
    """The thing is not wanted any more: see that its unfinished order is not paid by mistake.

    Says nothing by signal, since the caller knows. A payment already on its way stays.
    """
    order = _unfinished_order(subject_kind, subject_id)
    if order is not None and order.state == OrderState.OPEN:
        _withdraw(order, actor_id=actor.id)


def orders_of(account: Account, *, page: int = 1) -> tuple[list[Order], int]:
    """One page of the account's orders, newest first, and the number of the last page."""
    mine = select(Order).where(Order.account_id == account.id)
    count = db.session.scalar(select(func.count()).select_from(mine.subquery())) or 0
    rows = db.session.scalars(
        mine.order_by(Order.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    return list(rows), max(1, -(-count // PAGE_SIZE))


def order_of(account: Account, order_id: int) -> Order:
    order = db.session.scalar(
        select(Order).where(Order.id == order_id, Order.account_id == account.id)
    )
    if order is None:
        raise NotFound("There is no such order.")
    return order


@account_closing.connect
def _withdraw_open_orders(account: Account) -> None:
    open_ids = db.session.scalars(
        select(Order.id).where(Order.account_id == account.id, Order.state == OrderState.OPEN)
    ).all()
    for order_id in open_ids:
        order = lock_order(order_id)
        if order is not None and order.state == OrderState.OPEN:
            _withdraw(order, actor_id=account.id)
            signals.order_void.send(order)


def _record(action: str, order: Order, *, actor_id: int | None) -> None:
    audit.record(
        action,
        actor_id=actor_id,
        subject_kind="order",
        subject_id=order.id,
        detail={"subject": f"{order.subject_kind} {order.subject_id}", "cents": order.total_cents},
    )
