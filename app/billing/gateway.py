"""The conversation with Stripe. The only module that knows its SDK; the rest sees what is below."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import stripe
from flask import Flask, current_app

from app import clock
from app.billing.credentials import StripeAccess, stripe_access
from app.errors import DomainError, NotFound, Unavailable

log = logging.getLogger(__name__)

TOLERANCE = 300  # seconds between a webhook's time stamp and ours, either way
TIMEOUT = 10
RETRIES = 2
LONGEST_ID = 255

Dispute = Literal["open", "won", "lost"]

# An inquiry (warning_…) takes no money and needs no answer from the listing.
_DISPUTES: dict[str, Dispute] = {
    "needs_response": "open",
    "under_review": "open",
    "appeal_needs_response": "open",
    "appeal_under_review": "open",
    "lost": "lost",
    "won": "won",
}


class PaymentsUnavailable(Unavailable):
    pass


class UnknownAtStripe(NotFound):
    what = "unknown to this Stripe account"  # for the audit log


class ForgedEvent(DomainError):
    """A webhook that Stripe did not send, or sent too long ago. `reason` is for the audit log."""

    status = 400

    def __init__(self, reason: str) -> None:
        super().__init__("The signature does not match.")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Item:
    name: str
    unit_cents: int
    quantity: int


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    order_id: int
    reference: str
    description: str
    items: Sequence[Item]
    currency: str
    email: str
    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class Payment:
    """The money of a checkout, as it is now."""

    id: str
    failed: bool  # will not arrive any more, unless the buyer starts again
    received_cents: int
    refunded_cents: int
    currency: str
    dispute: Dispute | None


@dataclass(frozen=True, slots=True)
class Checkout:
    """A Checkout Session and its payment, as they are now."""

    id: str
    reference: str | None
    order_id: int | None
    status: str  # open, complete, expired
    payment_status: str  # paid, unpaid, no_payment_required
    subtotal_cents: int
    total_cents: int
    currency: str
    live: bool
    url: str | None
    payment: Payment | None  # only after something was submitted, and not in lists

    @property
    def settled(self) -> bool:
        return self.status == "complete" and self.payment_status in ("paid", "no_payment_required")


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook is about. It holds no amounts: those are asked for, not believed."""

    id: str
    kind: str
    created_at: datetime
    live: bool
    account: str | None  # set for the events of connected accounts, of which we have none
    checkout_id: str | None
    payment_id: str | None


class PaymentGateway(Protocol):
    """Each method raises PaymentsUnavailable where Stripe cannot be asked."""

    access: StripeAccess

    def create_checkout(self, request: CheckoutRequest, *, key: str) -> Checkout: ...

    def checkout(self, checkout_id: str) -> Checkout:
        """With its payment. Raises UnknownAtStripe."""
        ...

    def checkout_of_payment(self, payment_id: str) -> Checkout | None: ...

    def expire_checkout(self, checkout_id: str) -> None:
        """See that it cannot be paid any more; harmless where it already cannot."""
        ...

    def refund(self, payment_id: str, *, order_id: int, key: str) -> None:
        """Give back all of it; harmless where that was done."""
        ...

    def checkouts_since(self, moment: datetime) -> Iterator[Checkout]: ...

    def payments_changed_since(self, moment: datetime) -> Iterator[str]:
        """Ids of payments that were refunded or disputed."""
        ...

    def read_event(self, body: bytes, signature: str) -> Event:
        """Raises ForgedEvent."""
        ...


class StripeGateway:
    def __init__(self, access: StripeAccess, *, retries: int = RETRIES) -> None:
        self.access = access
        self.http = stripe.RequestsClient(timeout=TIMEOUT)
        self.client = stripe.StripeClient(
            access.api_key,
            base_addresses={"api": access.api_base} if access.api_base else None,
            max_network_retries=retries,
            http_client=self.http,
        )

    def create_checkout(self, request: CheckoutRequest, *, key: str) -> Checkout:
        metadata = {"order_id": str(request.order_id), "order_reference": request.reference}
        items: list[Any] = [
            {
                "quantity": item.quantity,
                "price_data": {
                    "currency": request.currency,
                    "unit_amount": item.unit_cents,
                    "product_data": {"name": item.name},
                },
            }
            for item in request.items
        ]
        with _conversation():
            session = self.client.v1.checkout.sessions.create(
                {
                    "mode": "payment",
                    "client_reference_id": request.reference,
                    "customer_email": request.email,
                    "line_items": items,
                    "metadata": metadata,
                    "payment_intent_data": {
                        "metadata": metadata,
                        "description": request.description,
                    },
                    "allow_promotion_codes": True,
                    "billing_address_collection": "required",
                    "success_url": request.success_url,
                    "cancel_url": request.cancel_url,
                },
                {"idempotency_key": key},
            )
        return self._checkout(session)

    def checkout(self, checkout_id: str) -> Checkout:
        with _conversation():
            session = self.client.v1.checkout.sessions.retrieve(
                checkout_id, {"expand": ["payment_intent.latest_charge"]}
            )
            return self._checkout(session)

    def checkout_of_payment(self, payment_id: str) -> Checkout | None:
        with _conversation():
            found = self.client.v1.checkout.sessions.list(
                {"payment_intent": payment_id, "limit": 1}
            )
        return next((self._checkout(session) for session in found.data), None)

    def expire_checkout(self, checkout_id: str) -> None:
        with _conversation():
            try:
                self.client.v1.checkout.sessions.expire(checkout_id)
            except stripe.InvalidRequestError as error:
                if error.http_status not in (400, 404):
                    raise
                # Complete, expired or of another account: nobody can pay it here now.
                log.info("checkout was already closed", extra={"checkout": checkout_id})

    def refund(self, payment_id: str, *, order_id: int, key: str) -> None:
        with _conversation():
            try:
                self.client.v1.refunds.create(
                    {"payment_intent": payment_id, "metadata": {"order_id": str(order_id)}},
                    {"idempotency_key": key},
                )
            except stripe.InvalidRequestError as error:
                if error.code != "charge_already_refunded":
                    raise

    def checkouts_since(self, moment: datetime) -> Iterator[Checkout]:
        with _conversation():
            sessions = self.client.v1.checkout.sessions.list(
                {"created": {"gte": clock.unix(moment)}, "limit": 100}
            )
            for session in sessions.auto_paging_iter():
                yield self._checkout(session)

    def payments_changed_since(self, moment: datetime) -> Iterator[str]:
        since: dict[str, Any] = {"created": {"gte": clock.unix(moment)}, "limit": 100}
        with _conversation():
            for refund in self.client.v1.refunds.list(since).auto_paging_iter():  # type: ignore[arg-type]
                if refund.payment_intent:
                    yield _id(refund.payment_intent)
            for dispute in self.client.v1.disputes.list(since).auto_paging_iter():  # type: ignore[arg-type]
                if dispute.payment_intent:
                    yield _id(dispute.payment_intent)

    def read_event(self, body: bytes, signature: str) -> Event:
        try:
            stripe.WebhookSignature.verify_header(
                body, signature, self.access.webhook_secret, TOLERANCE
            )
            _refuse_future(signature)
            return _event(json.loads(body))
        except stripe.SignatureVerificationError as error:
            raise ForgedEvent(str(error)[:120]) from error
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ForgedEvent(f"not an event: {type(error).__name__}") from error

    def close(self) -> None:
        self.http.close()  # type: ignore[no-untyped-call]

    def _checkout(self, session: Any) -> Checkout:
        metadata = session.metadata.to_dict() if session.metadata else {}
        order_id = str(metadata.get("order_id", ""))
        expanded = not isinstance(session.payment_intent, str | None)
        return Checkout(
            id=session.id,
            reference=session.client_reference_id,
            order_id=int(order_id) if order_id.isascii() and order_id.isdigit() else None,
            status=session.status or "",
            payment_status=session.payment_status,
            subtotal_cents=session.amount_subtotal or 0,
            total_cents=session.amount_total or 0,
            currency=session.currency or "",
            live=session.livemode,
            url=session.url,
            payment=self._payment(session.payment_intent) if expanded else None,
        )

    def _payment(self, intent: Any) -> Payment:
        charge = intent.latest_charge
        # Whether a charge was ever disputed is on it; how that ended is not.
        disputed = charge is not None and charge.disputed
        return Payment(
            id=intent.id,
            failed=intent.status in ("requires_payment_method", "canceled"),
            received_cents=intent.amount_received,
            refunded_cents=charge.amount_refunded if charge is not None else 0,
            currency=intent.currency,
            dispute=self._dispute(intent.id) if disputed else None,
        )

    def _dispute(self, payment_id: str) -> Dispute | None:
        """The one that matters most, should a payment have several."""
        listed = self.client.v1.disputes.list({"payment_intent": payment_id, "limit": 100})
        found = {_DISPUTES.get(dispute.status) for dispute in listed.data}
        order: tuple[Dispute, ...] = ("open", "lost", "won")
        return next((state for state in order if state in found), None)


def _id(reference: Any) -> str:
    return reference if isinstance(reference, str) else reference.id


def _refuse_future(signature: str) -> None:
    """The SDK refuses only what is old; a stamp from the future would be good for too long."""
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    if int(stamps[0]) > clock.unix(clock.now()) + TOLERANCE:
        raise ForgedEvent("time stamp in the future")


def _event(content: Any) -> Event:
    """Raises KeyError, TypeError or ValueError where this is not an event of Stripe's."""
    thing = content["data"]["object"]
    kind, event_id = content["type"], content["id"]
    if not (isinstance(kind, str) and isinstance(event_id, str) and isinstance(thing, dict)):
        raise TypeError("id and type are text, and it is about an object")
    if len(event_id) > LONGEST_ID:
        raise ValueError("no id of Stripe's is that long")
    about_checkout = thing.get("object") == "checkout.session"
    about_payment = thing.get("object") == "payment_intent"
    payment = thing.get("id") if about_payment else thing.get("payment_intent")
    payment = payment.get("id") if isinstance(payment, dict) else payment
    return Event(
        id=event_id,
        kind=kind[:100],
        created_at=datetime.fromtimestamp(int(content["created"]), UTC),
        live=bool(content["livemode"]),
        account=content.get("account"),
        checkout_id=str(thing["id"]) if about_checkout else None,
        payment_id=payment if isinstance(payment, str) and not about_checkout else None,
    )


@contextmanager
def _conversation() -> Iterator[None]:
    """Stripe's errors in our words. What is our own mistake stays an exception with a trace."""
    try:
        yield
    except stripe.InvalidRequestError as error:
        if error.http_status == 404:
            raise UnknownAtStripe("Stripe does not know this payment.") from error
        raise
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        log.error("Stripe refuses our key; check STRIPE_SECRET_KEY")
        raise _unavailable() from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        log.warning("Stripe could not be asked: %s", type(error).__name__)
        raise _unavailable() from error


def _unavailable() -> PaymentsUnavailable:
    return PaymentsUnavailable(
        "We cannot reach our payment provider right now. Try again in a few minutes."
    )


_opening = threading.Lock()


def gateway() -> PaymentGateway:
    """The gateway of this process, opened from the settings on first use."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with _opening:
        if "payments" not in app.extensions:
            app.extensions["payments"] = StripeGateway(stripe_access(app.config))
    found: PaymentGateway = app.extensions["payments"]
    return found
