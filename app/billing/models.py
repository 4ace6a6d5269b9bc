"""Orders, their lines, the charges that paid them, and the events Stripe sent about them."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base


class OrderState(StrEnum):
    OPEN = "open"
    PROCESSING = "processing"  # a slow payment method was chosen; the money is on its way
    PAID = "paid"
    REFUNDED = "refunded"  # in full; a part is `refunded_cents` on a paid order
    DISPUTED = "disputed"
    VOID = "void"


_STATES = ", ".join(f"'{s}'" for s in OrderState)
_UNFINISHED = text("state in ('open', 'processing')")


class Order(Base):
    """What an account agreed to buy. Amounts are integer cents, from our prices only."""

    __tablename__ = "order"
    __table_args__ = (
        CheckConstraint(f"state in ({_STATES})", name="state"),
        CheckConstraint("total_cents >= 0 and refunded_cents >= 0", name="amounts"),
        # The database, not the code, sees to it that a thing is not paid for twice at once.
        Index(
            "uq_order_open_subject",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=_UNFINISHED,
            postgresql_where=_UNFINISHED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # What Stripe knows the order by. Unlike the id it never recurs, not even in a database made
    # anew, so a payment made for another one is never taken for ours.
    reference: Mapped[str] = mapped_column(unique=True, default=lambda: uuid.uuid4().hex)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # What the order is for, in the words of whoever placed it: ("job", 12, "Inpatient coder").
    # Billing only hands it back with its signals, and shows the label.
    subject_kind: Mapped[str]
    subject_id: Mapped[int]
    subject_label: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default=OrderState.OPEN)
    currency: Mapped[str] = mapped_column(default="usd")
    total_cents: Mapped[int]
    discount_cents: Mapped[int] = mapped_column(default=0)  # by a promotion code, at checkout
    refunded_cents: Mapped[int] = mapped_column(default=0)
    checkout_id: Mapped[str | None] = mapped_column(unique=True)
    checkout_url: Mapped[str | None]
    payment_intent: Mapped[str | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    # Few of each, and no page or mail about an order does without them.
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.id", lazy="selectin"
    )
    charges: Mapped[list[Charge]] = relationship(
        back_populates="order", order_by="Charge.id", lazy="selectin"
    )

    @property
    def number(self) -> str:
        return f"CC-{self.id:06d}"

    @property
    def paid_cents(self) -> int:
        """What was taken for it, discounts off and before refunds."""
        return sum(charge.amount_cents for charge in self.charges)


class OrderLine(Base):
    __tablename__ = "order_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    sku: Mapped[str]
    description: Mapped[str]
    quantity: Mapped[int] = mapped_column(default=1)
    unit_cents: Mapped[int]
    order: Mapped[Order] = relationship(back_populates="lines")


class ChargeState(StrEnum):
    SUCCEEDED = "succeeded"
    REFUNDED = "refunded"  # in full
    DISPUTED = "disputed"
    LOST = "lost"  # a dispute was decided for the cardholder


_CHARGE_STATES = ", ".join(f"'{s}'" for s in ChargeState)


class Charge(Base):
    """Money that moved, as Stripe tells it."""

    __tablename__ = "charge"
    __table_args__ = (CheckConstraint(f"state in ({_CHARGE_STATES})", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), index=True)
    provider_id: Mapped[str] = mapped_column(unique=True)  # payment intent, or session when free
    amount_cents: Mapped[int]
    refunded_cents: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str]
    state: Mapped[str]  # a ChargeState
    created_at: Mapped[datetime]
    order: Mapped[Order] = relationship(back_populates="charges")


class PaymentEvent(Base):
    """A webhook event, once. The unique id is what makes a duplicate harmless."""

    __tablename__ = "payment_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    order_id: Mapped[int | None] = mapped_column(ForeignKey("order.id"), index=True)
    created_at: Mapped[datetime]  # Stripe's own clock
    received_at: Mapped[datetime]
    outcome: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
