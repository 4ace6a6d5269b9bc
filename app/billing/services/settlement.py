"""Settling an order: whatever was heard, in whatever order, it becomes what Stripe says it is now.

Nothing here looks at why it was called. Webhook, success page and reconciliation each lock the
order, ask Stripe for the checkout, and take the same steps, so they may come in any order, at
once, or twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import select, update

from app import audit, clock, tasks
from app.billing import emails, signals
from app.billing.gateway import Checkout, Payment, gateway
from app.billing.models import Charge, ChargeState, Order, OrderState
from app.errors import Conflict, NotFound
from app.extensions import db

log = logging.getLogger(__name__)

UNFINISHED = (OrderState.OPEN, OrderState.PROCESSING)


class Mismatch(Conflict):
    """Stripe's checkout is not the one we asked for. Nothing is changed; a person has to look."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "The payment does not match the order. We have been told and will write to you."
        )
        self.what = what


def lock_order(order_id: int) -> Order | None:
    """The order as it is now, held against every other transaction until this one ends.

    An UPDATE that changes nothing takes the row's lock on PostgreSQL, and on SQLite, which knows
    no SELECT … FOR UPDATE, the one lock for writing.
    """
    db.session.flush()
    db.session.execute(
        update(Order).where(Order.id == order_id).values(state=Order.state),
        execution_options={"synchronize_session": False},
    )
    return db.session.scalar(
        select(Order).where(Order.id == order_id), execution_options={"populate_existing": True}
    )


def confirm_payment(order: Order) -> Order:
    """Ask Stripe how the order stands, and settle it.

    Raises Mismatch, PaymentsUnavailable or UnknownAtStripe; nothing is changed then.
    """
    held = lock_order(order.id)
    if held is None:
        raise NotFound("There is no such order.")
    if held.checkout_id is not None:
        settle(held, gateway().checkout(held.checkout_id), via="return page")
    return held


def settle(order: Order, checkout: Checkout, *, via: str) -> list[str]:
    """Take the steps between what the locked order is and what Stripe says. Returns their names.

    The steps have one order whatever is heard first: an order found paid, disputed and refunded
    at once goes through each, so that listeners end where they would have ended anyway.
    """
    check(order, checkout)
    order.checkout_id = checkout.id
    if checkout.payment is not None:
        order.payment_intent = checkout.payment.id
    done = [name for name, step in _STEPS if step(order, checkout)]
    _mark_charge(order, checkout)
    for name in done:
        audit.record(
            f"order.{name}",
            actor_id=None,
            subject_kind="order",
            subject_id=order.id,
            detail={
                "via": via,
                "state": order.state,
                "checkout": checkout.id,
                "paid_cents": order.paid_cents,
                "refunded_cents": order.refunded_cents,
            },
        )
    db.session.flush()
    return done


def check(order: Order, checkout: Checkout) -> None:
    """Raises Mismatch unless this checkout is for this order, this amount and this currency."""
    payment = checkout.payment
    faults = {
        "order": checkout.reference != order.reference or checkout.order_id != order.id,
        "checkout": order.checkout_id not in (None, checkout.id),
        "mode": checkout.live != gateway().access.live,
        "currency": checkout.currency != order.currency,
        # A promotion code may lower the total; it never touches what the lines add up to.
        "amount": checkout.subtotal_cents != order.total_cents
        or not 0 <= checkout.total_cents <= order.total_cents,
    }
    if checkout.settled and checkout.total_cents:
        faults["payment"] = payment is None or (
            (payment.received_cents, payment.currency) != (checkout.total_cents, order.currency)
        )
    for what, wrong in faults.items():
        if wrong:
            raise Mismatch(what)


def _wait(order: Order, checkout: Checkout) -> bool:
    """A slow method, such as a bank transfer, was chosen."""
    waiting = checkout.status == "complete" and not checkout.settled
    if order.state != OrderState.OPEN or not waiting or _has_failed(checkout):
        return False
    order.state = OrderState.PROCESSING
    return True


def _fail(order: Order, checkout: Checkout) -> bool:
    if order.state not in UNFINISHED or not _has_failed(checkout):
        return False
    close(order)
    emails.send_payment_failed(order)
    signals.order_void.send(order)
    return True


def _has_failed(checkout: Checkout) -> bool:
    payment = checkout.payment
    # In an open checkout a declined card only means that the buyer is looking for another.
    return (
        checkout.status == "complete"
        and not checkout.settled
        and payment is not None
        and payment.failed
    )


def _expire(order: Order, checkout: Checkout) -> bool:
    if order.state not in UNFINISHED or checkout.status != "expired":
        return False
    close(order)
    signals.order_void.send(order)
    return True


def close(order: Order) -> None:
    order.state = OrderState.VOID
    order.closed_at = clock.now()
    order.checkout_url = None


def _pay(order: Order, checkout: Checkout) -> bool:
    if order.state not in UNFINISHED or not checkout.settled:
        return False
    _record_charge(order, checkout)
    order.state = OrderState.PAID
    order.paid_at = clock.now()
    order.checkout_url = None
    order.discount_cents = order.total_cents - checkout.total_cents
    emails.send_receipt(order)
    signals.order_paid.send(order)
    return True


def _pay_late(order: Order, checkout: Checkout) -> bool:
    """Paid after it was replaced or cancelled: nothing is delivered, so the money goes back."""
    if order.state != OrderState.VOID or order.charges or not checkout.settled:
        return False
    _ask_back(_record_charge(order, checkout))
    log.warning("a void order was paid", extra={"order": order.id})
    return True


def _record_charge(order: Order, checkout: Checkout) -> Charge:
    charge = Charge(
        provider_id=checkout.payment.id if checkout.payment is not None else checkout.id,
        amount_cents=checkout.total_cents,
        currency=checkout.currency,
        state=ChargeState.SUCCEEDED,
        created_at=clock.now(),
    )
    order.charges.append(charge)
    db.session.flush()
    return charge


def _dispute(order: Order, checkout: Checkout) -> bool:
    """The cardholder's bank took the money back, for now or for good."""
    payment = checkout.payment
    if order.state != OrderState.PAID or payment is None or payment.dispute in (None, "won"):
        return False
    order.state = OrderState.DISPUTED
    signals.order_disputed.send(order)
    return True


def _win(order: Order, checkout: Checkout) -> bool:
    payment = checkout.payment
    if order.state != OrderState.DISPUTED or payment is None:
        return False
    if payment.dispute in ("open", "lost"):
        return False
    order.state = OrderState.PAID
    signals.dispute_won.send(order)
    return True


def _lose(order: Order, checkout: Checkout) -> bool:
    """The charge is marked lost after the steps, so that this is told once."""
    payment = checkout.payment
    told = bool(order.charges) and order.charges[-1].state == ChargeState.LOST
    lost = payment is not None and payment.dispute == "lost"
    if order.state != OrderState.DISPUTED or told or not lost:
        return False
    signals.dispute_lost.send(order)
    return True


def _refund(order: Order, checkout: Checkout) -> bool:
    payment = checkout.payment
    if payment is None or not order.charges:
        return False
    charge = order.charges[-1]
    more = payment.refunded_cents - charge.refunded_cents
    charge.refunded_cents = order.refunded_cents = payment.refunded_cents
    if more > 0:
        emails.send_refund_notice(order, more)
    in_full = payment.refunded_cents >= charge.amount_cents > 0
    if in_full and order.state in (OrderState.PAID, OrderState.DISPUTED):
        order.state = OrderState.REFUNDED
        order.closed_at = clock.now()
        signals.order_refunded.send(order)
    return more != 0


def _mark_charge(order: Order, checkout: Checkout) -> None:
    if checkout.payment is not None and order.charges:
        charge = order.charges[-1]
        charge.state = _charge_state(charge, checkout.payment)


def _charge_state(charge: Charge, payment: Payment) -> ChargeState:
    if payment.dispute == "lost":
        return ChargeState.LOST
    if payment.refunded_cents >= charge.amount_cents > 0:
        return ChargeState.REFUNDED
    return ChargeState.DISPUTED if payment.dispute == "open" else ChargeState.SUCCEEDED


_STEPS: tuple[tuple[str, Callable[[Order, Checkout], bool]], ...] = (
    ("processing", _wait),
    ("payment_failed", _fail),
    ("expired", _expire),
    ("paid", _pay),
    ("paid_late", _pay_late),
    ("disputed", _dispute),
    ("dispute_won", _win),
    ("dispute_lost", _lose),
    ("refunded", _refund),
)


def refund_order(order_id: int) -> int:
    """Have what was paid for an order given back in full. Returns how many cents that is.

    The worker asks Stripe, and the order becomes refunded when Stripe says that it was.
    """
    order = lock_order(order_id)
    if order is None or order.state != OrderState.PAID:
        return 0
    cents = sum(_ask_back(charge) for charge in order.charges)
    if cents:
        audit.record(
            "order.refund_asked",
            actor_id=None,
            subject_kind="order",
            subject_id=order.id,
            detail={"cents": cents},
        )
    return cents


def _ask_back(charge: Charge) -> int:
    cents = charge.amount_cents - charge.refunded_cents
    if cents:
        tasks.defer("billing.refund", {"order_id": charge.order_id, "payment": charge.provider_id})
    return cents


@tasks.handles("billing.refund")
def _give_back(payload: dict[str, object]) -> None:
    payment = str(payload["payment"])
    order_id = int(str(payload["order_id"]))
    gateway().refund(payment, order_id=order_id, key=f"refund-{payment}")


@tasks.handles("billing.expire_checkout")
def _expire_at_stripe(payload: dict[str, object]) -> None:
    gateway().expire_checkout(str(payload["checkout"]))
