"""What a payment does to a listing, and what a refund or a dispute takes back; each order once."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import select

from app import clock, tasks
from app.billing.models import Order, OrderState
from app.billing.services import PRICES, refund_order
from app.billing.signals import (
    dispute_lost,
    dispute_won,
    order_disputed,
    order_paid,
    order_refunded,
    order_void,
)
from app.errors import Conflict
from app.extensions import db
from app.jobs import emails
from app.jobs.lifecycle import Action, Role
from app.jobs.models import Job, JobPurchase, JobState
from app.jobs.services.moves import (
    SUBJECT,
    carry_out,
    enter_review,
    lock_job,
    note_change,
    record,
)

log = logging.getLogger(__name__)

REFUNDED = "The payment was refunded."
LOST = "The bank of the card took the payment back."
_OVER = (JobState.REMOVED, JobState.ARCHIVED)  # there is nothing left to give for money


@order_paid.connect
def deliver(order: Order) -> None:
    """Give the listing what the order paid for. A second call for an order does nothing."""
    if order.subject_kind != SUBJECT:
        return
    job = lock_job(order.subject_id)
    if _purchase_of(order) is not None:
        return
    if job.state in _OVER:
        record("job.paid_in_vain", job, actor_id=order.account_id, detail={"order": order.id})
        tasks.defer("jobs.give_back", {"order_id": order.id})
        return
    purchase = JobPurchase(
        job_id=job.id,
        order_id=order.id,
        # What is bought after the first publication prolongs it, whatever it is called.
        is_renewal=job.published_at is not None,
        days=_days(order, featured=False),
        featured_days=_days(order, featured=True),
        created_at=clock.now(),
    )
    db.session.add(purchase)
    detail = {"order": order.id, "days": purchase.days, "featured_days": purchase.featured_days}
    record("job.paid_for", job, actor_id=order.account_id, detail=detail)
    if purchase.is_renewal:
        _prolong(job, purchase)
    else:
        _begin(job, purchase)


def _begin(job: Job, purchase: JobPurchase) -> None:
    job.paid_days += purchase.days
    job.is_featured = job.is_featured or purchase.featured_days > 0
    if _try(job, Action.PAID):
        enter_review(job)


def _prolong(job: Job, purchase: JobPurchase) -> None:
    """Days are added to what is left; when the listing was first published does not change."""
    moment = clock.now()
    expired_at = job.expires_at or moment
    _try(job, Action.RENEW)
    job.expires_at = max(expired_at, moment) + timedelta(days=purchase.days)
    if purchase.featured_days:
        start = max(job.featured_until or moment, moment)
        job.featured_until = start + timedelta(days=purchase.featured_days)
    note_change(job)
    emails.send_renewed(job, days=purchase.days)


@order_void.connect
def let_go(order: Order) -> None:
    """The checkout ran out or failed: the listing is a draft again, ready to be paid for."""
    if order.subject_kind == SUBJECT:
        _try(lock_job(order.subject_id), Action.VOID)


@order_refunded.connect
@dispute_lost.connect
def take_back(order: Order) -> None:
    """The money went back, by a refund or by a dispute: so does what it paid for, once."""
    purchase = _purchase_of(order) if order.subject_kind == SUBJECT else None
    if purchase is None or purchase.undone_at is not None:
        return
    job = lock_job(purchase.job_id)
    purchase.undone_at = clock.now()
    record("job.payment_taken_back", job, actor_id=None, detail={"order": order.id})
    if purchase.is_renewal:
        _shorten(job, purchase)
    else:
        _take_first_days(job, purchase, REFUNDED if order.state == OrderState.REFUNDED else LOST)
    _end_hold(job, order)


def _take_first_days(job: Job, purchase: JobPurchase, why: str) -> None:
    job.paid_days -= purchase.days
    unpublished = job.state in (JobState.DRAFT, JobState.REJECTED)
    if job.paid_days <= 0:
        job.is_featured = False
        if not unpublished and _try(job, Action.REMOVE):
            job.rejection = why
            # A renewal that was paid for prolongs nothing any more.
            emails.send_removed(job, refunded_cents=give_back_standing(job))
    elif job.published_at is not None:
        _shorten(job, purchase)


def _shorten(job: Job, purchase: JobPurchase) -> None:
    if job.expires_at is not None:
        job.expires_at -= timedelta(days=purchase.days)
    if job.featured_until is not None:
        job.featured_until -= timedelta(days=purchase.featured_days)
    note_change(job)


@order_disputed.connect
def hold(order: Order) -> None:
    """While the bank looks into the payment, the listing is not shown."""
    if order.subject_kind != SUBJECT or _purchase_of(order) is None:
        return
    job = lock_job(order.subject_id)
    if job.is_held:
        return
    job.held_from = job.state
    _try(job, Action.HOLD)
    record("job.held", job, actor_id=None, detail={"order": order.id})


@dispute_won.connect
def release(order: Order) -> None:
    if order.subject_kind != SUBJECT:
        return
    _end_hold(lock_job(order.subject_id), order)


def _end_hold(job: Job, order: Order) -> None:
    """Unless another of its payments is still contested."""
    contested = (
        select(JobPurchase.id)
        .join(Order, Order.id == JobPurchase.order_id)
        .where(
            JobPurchase.job_id == job.id,
            JobPurchase.undone_at.is_(None),
            Order.state == OrderState.DISPUTED,
        )
    )
    if not job.is_held or db.session.scalars(contested).first() is not None:
        return
    held_from, job.held_from = job.held_from, ""
    record("job.released", job, actor_id=None, detail={"order": order.id})
    if held_from != JobState.PAUSED:  # what its employer had paused stays so
        _try(job, Action.RELEASE)


def give_back_standing(job: Job) -> int:
    """Have everything that was paid for a listing given back. Returns how many cents that is.

    The worker does it: an order is locked before its listing, and the listing is locked here.
    """
    orders = db.session.scalars(
        select(Order)
        .join(JobPurchase, JobPurchase.order_id == Order.id)
        .where(
            JobPurchase.job_id == job.id,
            JobPurchase.undone_at.is_(None),
            Order.state == OrderState.PAID,
        )
    ).all()
    for order in orders:
        tasks.defer("jobs.give_back", {"order_id": order.id})
    return sum(order.paid_cents - order.refunded_cents for order in orders)


@tasks.handles("jobs.give_back")
def _give_back(payload: dict[str, object]) -> None:
    refund_order(int(str(payload["order_id"])))


def _try(job: Job, action: Action) -> bool:
    """Make the move if the listing's state knows it: what happened to the money holds anyway."""
    try:
        return carry_out(job, action, Role.SYSTEM, actor_id=None)
    except Conflict:
        log.info("listing %s stays %s after %s", job.id, job.state, action)
        return False


def _purchase_of(order: Order) -> JobPurchase | None:
    return db.session.scalar(select(JobPurchase).where(JobPurchase.order_id == order.id))


def _days(order: Order, *, featured: bool) -> int:
    return sum(
        PRICES[line.sku].days * line.quantity
        for line in order.lines
        if line.sku in PRICES and line.sku.startswith("featured-") is featured
    )
