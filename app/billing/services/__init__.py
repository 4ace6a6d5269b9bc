"""What billing can do: take an order, lead to Stripe, and follow what Stripe says of it."""

from app.billing.prices import CURRENCY, PRICES, Line, Price
from app.billing.services.orders import (
    cancel_open_order,
    open_checkout,
    order_of,
    orders_of,
    place_order,
)
from app.billing.services.reconciliation import (
    Reference,
    charges_to_look_at,
    forget_order,
    recent_references,
    reconcile,
    unfinished_references,
    unopened_orders,
)
from app.billing.services.settlement import Mismatch, confirm_payment, refund_order
from app.billing.services.webhook import Outcome, apply_event, note_forgery

__all__ = [
    "CURRENCY",
    "PRICES",
    "Line",
    "Mismatch",
    "Outcome",
    "Price",
    "Reference",
    "apply_event",
    "cancel_open_order",
    "charges_to_look_at",
    "confirm_payment",
    "forget_order",
    "note_forgery",
    "open_checkout",
    "order_of",
    "orders_of",
    "place_order",
    "recent_references",
    "reconcile",
    "refund_order",
    "unfinished_references",
    "unopened_orders",
]
