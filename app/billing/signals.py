"""What billing announces: the sender is the Order, inside the transaction that changed it."""

from __future__ import annotations

from blinker import Namespace

_signals = Namespace()

order_paid = _signals.signal("order-paid")
order_void = _signals.signal("order-void")  # the checkout ran out, failed or was cancelled
order_refunded = _signals.signal("order-refunded")  # in full
order_disputed = _signals.signal("order-disputed")
dispute_won = _signals.signal("dispute-won")
dispute_lost = _signals.signal("dispute-lost")  # the money is gone, as after a refund
