"""Delivering the simulator's events to the site: signed, retried, and misbehaving on request."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import logging
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from app.billing.simulator.store import Delivery, Store, Thing

log = logging.getLogger(__name__)

TIMEOUT = 20
RETRY_PAUSES = (2, 5, 15, 60, 300, 900, 3600, 3 * 3600)  # seconds; Stripe goes on for three days
IDLE = 0.2
HOUR = 3600

MANNERS = {
    "prompt": "At once",
    "twice": "Each one twice",
    "late": "Half a minute late",
    "reversed": "In the wrong order",
    "forged": "After a forged copy",
    "lost": "Not at all",
}

VARIANTS = {
    "genuine": "As Stripe sends it",
    "unsigned": "Without a signature",
    "forged": "Signed with another secret",
    "tampered": "Changed after it was signed",
    "stale": "Signed an hour ago",
    "future": "Signed an hour from now",
    "account": "From another Stripe account",
    "live": "From live mode",
}


class Courier:
    def __init__(self, store: Store, *, webhook_url: str, secret: str) -> None:
        self.store = store
        self.url = urlsplit(webhook_url)
        self.secret = secret
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def announce(self, events: list[Thing]) -> None:
        """Schedule deliveries of events that happened together, in the chosen manner."""
        manner = self.store.choice("manner", "prompt")
        moment = time.time()
        for place, event in enumerate(events):
            if manner == "lost":
                continue
            if manner == "forged":
                self.store.schedule(event["id"], "forged", moment)
            due = moment
            if manner == "late":
                due += 30
            elif manner == "reversed":
                due += 1 + 0.5 * (len(events) - place)
            for _ in range(2 if manner == "twice" else 1):
                self.store.schedule(event["id"], "genuine", due)

    def start(self, also: Callable[[], None]) -> None:
        """Deliver in the background what is due, and call `also` between rounds."""

        def run() -> None:
            while not self._stopped.wait(IDLE):
                also()
                self.deliver_due()

        self._thread = threading.Thread(target=run, name="courier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT)

    def deliver_due(self) -> int:
        """Deliver once everything that is due. Returns how many deliveries were tried."""
        due = self.store.due_deliveries()
        for delivery in due:
            if self._stopped.is_set():
                break
            self._deliver(delivery)
        return len(due)

    def _deliver(self, delivery: Delivery) -> None:
        try:
            status = str(self.send(delivery.event, delivery.variant))
        except OSError as error:
            status = type(error).__name__
        retry_at = None
        misbehaves = delivery.variant != "genuine"
        if not (status.startswith("2") or misbehaves or delivery.attempts >= len(RETRY_PAUSES)):
            retry_at = time.time() + RETRY_PAUSES[delivery.attempts]
        self.store.mark_delivery(delivery.number, status=status, retry_at=retry_at)

    def send(self, event_id: str, variant: str = "genuine") -> int:
        """Send one event now. Returns the site's answer; raises OSError where there is none."""
        event = self.store.get(event_id, "event")
        if event is None:
            raise LookupError(event_id)
        body, headers = self.envelope(event, variant)
        return self.post(body, headers)

    def envelope(self, event: Thing, variant: str = "genuine") -> tuple[bytes, dict[str, str]]:
        if variant == "account":
            event = {**event, "id": f"{event['id']}_a", "account": "acct_1SomeoneElse"}
        elif variant == "live":
            event = {**event, "id": f"{event['id']}_l", "livemode": True}
        body = json.dumps(event, indent=2).encode()
        stamp = int(time.time()) + {"stale": -HOUR, "future": HOUR}.get(variant, 0)
        secret = "whsec_of_somebody_else" if variant == "forged" else self.secret
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if variant != "unsigned":
            headers["Stripe-Signature"] = signature(body, secret, stamp)
        if variant == "tampered":
            body = body.replace(b'"livemode": false', b'"livemode":  false', 1)
        return body, headers

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        kind = (
            http.client.HTTPSConnection
            if self.url.scheme == "https"
            else http.client.HTTPConnection
        )
        connection = kind(self.url.netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", self.url.path, body=body, headers=headers)
            response = connection.getresponse()
            response.read()
            return response.status
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()


def signature(body: bytes, secret: str, stamp: int) -> str:
    """The Stripe-Signature header: HMAC-SHA256 over the time stamp and the raw body."""
    signed = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256)
    return f"t={stamp},v1={signed.hexdigest()}"
