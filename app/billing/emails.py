"""The mails about money: a receipt, a payment that failed, a refund."""

from __future__ import annotations

from typing import Any

from app import mail
from app.accounts.models import Account
from app.billing.models import Order
from app.extensions import db


def send_receipt(order: Order) -> None:
    _send("receipt", order)


def send_payment_failed(order: Order) -> None:
    _send("payment_failed", order)


def send_refund_notice(order: Order, cents: int) -> None:
    _send("refund", order, cents=cents)


def _send(name: str, order: Order, **context: Any) -> None:
    buyer = db.session.get(Account, order.account_id)
    if buyer is None or buyer.closed_at is not None:
        return  # a closed account has no address any more
    mail.send(name, buyer.email, order=order, buyer=buyer, **context)
