"""Stripe for tests: the simulator on a loopback port, asked by the real SDK over HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from wsgiref.types import WSGIApplication

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from app.billing import services
from app.billing.credentials import stripe_access
from app.billing.models import Order
from app.billing.simulator import Bank, Courier, Store, create_simulator
from app.extensions import db
from app.tasks import OutboxRow

WEBHOOK = "/stripe/webhook"


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open and says nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # the answer leaves in two parts, and the second is wanted now

    def log_request(self, *args: object) -> None:
        pass


@contextmanager
def served(app: WSGIApplication) -> Iterator[str]:
    """The address of a WSGI application that answers on a free loopback port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class SimulatedStripe:
    """The simulator beside the site. Its events are delivered when the test says so."""

    def __init__(self, app: Flask, simulator: Flask, url: str) -> None:
        self.site = app
        self.url = url
        self.app = simulator
        self.bank: Bank = simulator.extensions["bank"]
        self.courier: Courier = simulator.extensions["courier"]
        self.store: Store = self.bank.store

    def begin(self, order: Order) -> str:
        """Open the order's checkout. Returns its id."""
        services.open_checkout(order, cancel_url="/pricing")
        db.session.commit()
        assert order.checkout_id is not None
        return order.checkout_id

    def payment_of(self, session_id: str) -> str:
        return self.bank.session(session_id)["payment_intent"]

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        """What happened, oldest first; of these kinds where any is named."""
        found = list(self.store.newest("event"))[::-1]
        return [event for event in found if not kinds or event["type"] in kinds]

    def deliver(self, *events: dict[str, Any], variant: str = "genuine") -> list[int]:
        """The site's answers to webhooks, each in a request of its own."""
        return [self.post(*self.courier.envelope(event, variant)).status_code for event in events]

    def send_to(self, address: str) -> None:
        """Where the courier finds the site from now on."""
        self.courier.url = urlsplit(address + WEBHOOK)

    def post(self, body: bytes, headers: dict[str, str]) -> Any:
        client: FlaskClient = self.site.test_client()
        return client.post(WEBHOOK, data=body, headers=headers)


@pytest.fixture
def stripe(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SimulatedStripe]:
    store = Store(tmp_path / "simulator.db")
    access = stripe_access(app.config)
    simulator = create_simulator(app.config, access, store, site="http://127.0.0.1:1")
    with served(simulator) as url:
        monkeypatch.setitem(app.config, "STRIPE_API_BASE", url)
        forget_gateway(app)
        yield SimulatedStripe(app, simulator, url)
        forget_gateway(app)
    store.close()


def forget_gateway(app: Flask) -> None:
    """The next question to Stripe goes where the settings point now."""
    if "payments" in app.extensions:
        app.extensions.pop("payments").close()


def mails_queued(name: str) -> list[dict[str, Any]]:
    """The mails of this name that wait for the worker, in the order they were written."""
    rows = db.session.scalars(
        select(OutboxRow).where(OutboxRow.kind == "mail").order_by(OutboxRow.id)
    )
    return [row.payload for row in rows if row.payload["name"] == name]
