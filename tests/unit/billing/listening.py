"""A stand-in for what listens to billing: it keeps what a listing would have become."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from app.billing import signals
from app.billing.models import Order


class Listing:
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.state = "unpaid"

    def _hear(self, name: str, state: str) -> None:
        self.heard.append(name)
        if self.state != "withdrawn":
            self.state = state

    def paid(self, order: Order) -> None:
        self._hear("paid", "up")

    def void(self, order: Order) -> None:
        self._hear("void", "unpaid")

    def refunded(self, order: Order) -> None:
        self._hear("refunded", "withdrawn")

    def disputed(self, order: Order) -> None:
        self._hear("disputed", "held")

    def lost(self, order: Order) -> None:
        self._hear("lost", "withdrawn")

    def won(self, order: Order) -> None:
        self._hear("won", "up")


@contextmanager
def listening() -> Iterator[Listing]:
    listing = Listing()
    with ExitStack() as stack:
        for signal, receiver in (
            (signals.order_paid, listing.paid),
            (signals.order_void, listing.void),
            (signals.order_refunded, listing.refunded),
            (signals.order_disputed, listing.disputed),
            (signals.dispute_lost, listing.lost),
            (signals.dispute_won, listing.won),
        ):
            stack.enter_context(signal.connected_to(receiver))
        yield listing
