"""Stripe's webhook: each event takes effect once, whatever it claims, however often it comes."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import or_, select

from app import audit, clock
from app.billing.gateway import Event, ForgedEvent, UnknownAtStripe, gateway
from app.billing.models import Order, PaymentEvent
from app.billing.services.settlement import Mismatch, lock_order, settle
from app.extensions import db, insert_once


class Outcome(StrEnum):
    APPLIED = "applied"
    UNCHANGED = "unchanged"  # the order already stood as it should
    IGNORED = "ignored"  # nothing we sell
    REFUSED = "refused"  # genuine, but not about what we asked for; a person has to look
    DUPLICATE = "duplicate"


# Subscriptions, invoices, payouts and the rest also name a payment now and then.
_ABOUT_ORDERS = ("checkout.session.", "payment_intent.", "charge.", "refund.")


def apply_event(event: Event) -> Outcome:
    """Settle the order an event is about, in the transaction that remembers the event.

    The unique event id makes a parallel duplicate wait here until this transaction ends. If it
    fails, the event is forgotten with it and Stripe sends it again.
    """
    row_id = insert_once(
        PaymentEvent,
        event_id=event.id,
        kind=event.kind,
        created_at=event.created_at,
        received_at=clock.now(),
        outcome=Outcome.IGNORED,
        detail={},
    )
    if row_id is None:
        earlier = select(PaymentEvent.outcome).where(PaymentEvent.event_id == event.id)
        refused = db.session.scalar(earlier) == Outcome.REFUSED
        return Outcome.REFUSED if refused else Outcome.DUPLICATE
    row = db.session.get_one(PaymentEvent, row_id)
    try:
        row.order_id, row.outcome = _act_on(event)
    except (Mismatch, UnknownAtStripe) as error:
        row.outcome = Outcome.REFUSED
        row.detail = {"mismatch": error.what}
        audit.record(
            "payment_event.refused",
            actor_id=None,
            subject_kind="payment_event",
            subject_id=row.id,
            detail={"kind": event.kind, "event": event.id, "mismatch": error.what},
        )
    db.session.flush()
    return Outcome(row.outcome)


def _act_on(event: Event) -> tuple[int | None, Outcome]:
    if not event.kind.startswith(_ABOUT_ORDERS):
        return None, Outcome.IGNORED
    if event.account is not None or event.live != gateway().access.live:
        raise Mismatch("account")
    found = find_order(event.checkout_id, event.payment_id)
    if found is None:
        return None, Outcome.IGNORED
    order_id, checkout_id = found
    order = lock_order(order_id)
    if order is None:
        raise Mismatch("order")
    # Asked for only now, under the lock: whoever holds it later has seen later facts.
    done = settle(order, gateway().checkout(checkout_id), via=event.id)
    return order.id, Outcome.APPLIED if done else Outcome.UNCHANGED


def find_order(checkout_id: str | None, payment_id: str | None) -> tuple[int, str] | None:
    """Our order for a checkout or a payment of Stripe's, and the checkout to ask about.

    None where it was made for something else under the same Stripe account, or for nobody: by a
    process that died before it could send the buyer there. Raises Mismatch where money was taken
    and no such order exists, and UnknownAtStripe.
    """
    if checkout_id is None and payment_id is None:
        return None
    known = Order.checkout_id == checkout_id if checkout_id else Order.payment_intent == payment_id
    row = db.session.execute(select(Order.id, Order.checkout_id).where(known)).first()
    if row is not None and row.checkout_id is not None:
        return row.id, row.checkout_id
    checkout = (
        gateway().checkout(checkout_id)
        if checkout_id is not None
        else gateway().checkout_of_payment(payment_id or "")
    )
    if checkout is None or checkout.order_id is None:
        return None
    order_id = db.session.scalar(
        select(Order.id).where(
            Order.reference == checkout.reference,
            or_(Order.checkout_id.is_(None), Order.checkout_id == checkout.id),
        )
    )
    if order_id is not None:
        return order_id, checkout.id
    if checkout.settled:
        raise Mismatch("no such order")
    return None


def note_forgery(error: ForgedEvent) -> None:
    """A line in the audit log for a webhook whose signature failed. Nothing in it is believed."""
    audit.record(
        "payment_event.forged",
        actor_id=None,
        subject_kind="payment_event",
        detail={"reason": error.reason},
    )
