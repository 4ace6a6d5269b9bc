"""What happens to payments at Stripe, step by step, and what must come of it in the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.payments import SimulatedStripe

Steps = list[Callable[[SimulatedStripe, str], Any]]


def pay(stripe, session):
    stripe.bank.pay(session)


def start_transfer(stripe, session):
    stripe.bank.pay_by_transfer(session, arrives=True)


def arrive(stripe, session):
    stripe.bank.arrive(session)


def fail(stripe, session):
    stripe.bank.fail(session)


def expire(stripe, session):
    stripe.bank.expire(session)


def refund_part(stripe, session):
    stripe.bank.refund(stripe.payment_of(session), 4_900)


def refund_rest(stripe, session):
    stripe.bank.refund(stripe.payment_of(session))


def dispute(stripe, session):
    stripe.bank.open_dispute(stripe.payment_of(session))


def win(stripe, session):
    stripe.bank.close_dispute(stripe.payment_of(session), won=True)


def lose(stripe, session):
    stripe.bank.close_dispute(stripe.payment_of(session), won=False)


# What happens, which of its events are permuted, and what must come of it each time: the state
# of the order, cents refunded, the state of the charge, and what the listing became.
STORIES: dict[str, tuple[Steps, tuple[str, ...], tuple[str, int, str | None, str]]] = {
    "paid": (
        [pay],
        (
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "checkout.session.completed",
        ),
        ("paid", 0, "succeeded", "up"),
    ),
    "refunded in part": (
        [pay, refund_part],
        (
            "payment_intent.succeeded",
            "checkout.session.completed",
            "refund.created",
            "charge.refunded",
        ),
        ("paid", 4_900, "succeeded", "up"),
    ),
    "refunded in two parts": (
        [pay, refund_part, refund_rest],
        ("payment_intent.succeeded", "checkout.session.completed", "charge.refunded"),
        ("refunded", 24_900, "refunded", "withdrawn"),
    ),
    "disputed and won": (
        [pay, dispute, win],
        (
            "checkout.session.completed",
            "charge.dispute.created",
            "charge.dispute.funds_reinstated",
            "charge.dispute.closed",
        ),
        ("paid", 0, "succeeded", "up"),
    ),
    "refunded in part, disputed, lost": (
        [pay, refund_part, dispute, lose],
        (
            "payment_intent.succeeded",
            "checkout.session.completed",
            "charge.refunded",
            "charge.dispute.created",
            "charge.dispute.closed",
        ),
        ("disputed", 4_900, "lost", "withdrawn"),
    ),
    "disputed, won, refunded": (
        [pay, dispute, win, refund_rest],
        (
            "checkout.session.completed",
            "charge.refunded",
            "charge.dispute.created",
            "charge.dispute.closed",
        ),
        ("refunded", 24_900, "refunded", "withdrawn"),
    ),
    "transfer arrives": (
        [start_transfer, arrive],
        (
            "payment_intent.processing",
            "checkout.session.completed",
            "payment_intent.succeeded",
            "checkout.session.async_payment_succeeded",
        ),
        ("paid", 0, "succeeded", "up"),
    ),
    "transfer fails": (
        [start_transfer, fail],
        (
            "payment_intent.processing",
            "checkout.session.completed",
            "payment_intent.payment_failed",
            "checkout.session.async_payment_failed",
        ),
        ("void", 0, None, "unpaid"),
    ),
    "expired": ([expire], ("checkout.session.expired",), ("void", 0, None, "unpaid")),
}
