"""Reconciliation: our orders held against Stripe's payments; what was missed is made good."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app import audit, clock
from app.billing.gateway import UnknownAtStripe, gateway
from app.billing.models import Charge, ChargeState, Order, OrderState
from app.billing.services.settlement import UNFINISHED, Mismatch, close, lock_order, settle
from app.billing.services.webhook import find_order
from app.billing.signals import order_void
from app.extensions import db

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(hours=25)  # no checkout of Stripe's lives longer than 24


@dataclass(frozen=True, slots=True)
class Reference:
    """Something of Stripe's to hold against our books: a checkout or a payment."""

    checkout_id: str | None = None
    payment_id: str | None = None


def unfinished_references() -> list[Reference]:
    """The checkouts whose outcome we wait for."""
    rows = db.session.scalars(
        select(Order.checkout_id).where(Order.state.in_(UNFINISHED), Order.checkout_id.is_not(None))
    )
    return [Reference(checkout_id=checkout_id) for checkout_id in rows]


def unopened_orders() -> list[int]:
    """Orders whose checkout was never opened, and that no one will come back to."""
    return list(
        db.session.scalars(
            select(Order.id).where(
                Order.state == OrderState.OPEN,
                Order.checkout_id.is_(None),
                Order.created_at < clock.now() - FORGOTTEN_AFTER,
            )
        )
    )


def forget_order(order_id: int) -> None:
    """Close an unopened order as an expired checkout would: what it was for can be bought anew."""
    order = lock_order(order_id)
    if order is None or order.state != OrderState.OPEN or order.checkout_id is not None:
        return
    close(order)
    audit.record("order.forgotten", actor_id=None, subject_kind="order", subject_id=order.id)
    order_void.send(order)
    db.session.flush()


def recent_references(since: datetime) -> list[Reference]:
    """Every checkout opened, refunded or disputed since, as Stripe lists them, and our charges."""
    found = {Reference(checkout_id=c.id) for c in gateway().checkouts_since(since)}
    found |= {Reference(payment_id=p) for p in gateway().payments_changed_since(since)}
    ours = select(Order.checkout_id).join(Charge).where(Charge.created_at >= since)
    found |= {Reference(checkout_id=checkout_id) for checkout_id in db.session.scalars(ours)}
    return sorted(found, key=lambda reference: (reference.checkout_id or "", str(reference)))


def reconcile(reference: Reference) -> str | None:
    """Settle one order by what Stripe says. Returns the difference there was, None where none was.

    A difference is audited and logged. One that settling could not end stays for a person.
    """
    order: Order | None = None
    try:
        found = find_order(reference.checkout_id, reference.payment_id)
        if found is None:
            return None
        order = lock_order(found[0])
        if order is None:
            return None
        done = settle(order, gateway().checkout(found[1]), via="reconciliation")
    except (Mismatch, UnknownAtStripe) as error:
        return _report(order, reference, f"does not match: {error.what}")
    return _report(order, reference, f"we had missed: {', '.join(done)}") if done else None


def charges_to_look_at() -> list[Charge]:
    """Money that was taken for an order nothing is delivered for, and was not given back."""
    return list(
        db.session.scalars(
            select(Charge)
            .join(Order)
            .where(
                Order.state == OrderState.VOID,
                Charge.state == ChargeState.SUCCEEDED,
                Charge.amount_cents > Charge.refunded_cents,
            )
            .order_by(Charge.id)
        )
    )


def _report(order: Order | None, reference: Reference, difference: str) -> str:
    order_id = order.id if order is not None else None
    detail = {"stripe": reference.checkout_id or reference.payment_id, "difference": difference}
    if not _is_known(order_id, detail):
        audit.record(
            "payments.difference",
            actor_id=None,
            subject_kind="order",
            subject_id=order_id,
            detail=detail,
        )
    log.warning("payment difference", extra={"order": order_id, **detail})
    return f"{detail['stripe']}: {difference}"


def _is_known(order_id: int | None, detail: dict[str, str | None]) -> bool:
    """A difference that stays is one entry a day, not one for each time we look."""
    recent = db.session.scalars(
        select(audit.AuditEntry).where(
            audit.AuditEntry.action == "payments.difference",
            audit.AuditEntry.subject_kind == "order",
            audit.AuditEntry.subject_id == order_id,
            audit.AuditEntry.at > clock.now() - timedelta(days=1),
        )
    )
    return any(entry.detail == detail for entry in recent)
