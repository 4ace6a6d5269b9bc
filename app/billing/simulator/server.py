"""Putting the simulator together and serving it on a loopback port, never in production."""

from __future__ import annotations

import contextlib
import logging
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, url_for
from werkzeug.serving import make_server

from app import filters
from app.billing.credentials import StripeAccess
from app.billing.simulator import api, pages
from app.billing.simulator.bank import Bank
from app.billing.simulator.store import Store
from app.billing.simulator.webhooks import Courier

log = logging.getLogger(__name__)

WEBHOOK_PATH = "/stripe/webhook"
HOST = "127.0.0.1"


class SimulatorRefused(Exception):
    """The simulator must not run here."""


def create_simulator(
    config: Mapping[str, Any], access: StripeAccess, store: Store, *, site: str
) -> Flask:
    """The simulator as a WSGI application; its `bank` and `courier` are in `extensions`.

    `site` is the address whose webhook it calls and whose pages it may lead back to.
    """
    if config["ENVIRONMENT"] == "production" or access.live:
        raise SimulatorRefused("The payment simulator does not run in production.")
    root = Path(__file__).parents[2]
    app = Flask(
        "simulator",
        template_folder=str(root / "templates"),
        static_folder=str(root / "static"),
    )
    courier = Courier(store, webhook_url=site + WEBHOOK_PATH, secret=access.webhook_secret)
    app.extensions.update(access=access, courier=courier, bank=Bank(store, courier.announce))
    filters.init_app(app)
    app.jinja_env.globals["static_url"] = lambda name: url_for("static", filename=name)
    app.register_blueprint(api.bp)
    app.register_blueprint(pages.bp)
    _protect(app, site)
    return app


def _protect(app: Flask, site: str) -> None:
    origin = urlsplit(site)._replace(path="", query="", fragment="").geturl()
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action 'self' {origin}"
    )

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response


def run_simulator(config: Mapping[str, Any], access: StripeAccess) -> None:
    """Serve until interrupted. Raises SimulatorRefused in production."""
    if config["ENVIRONMENT"] == "production":
        raise SimulatorRefused("The payment simulator does not run in production.")
    store = Store(Path(config["DATA_DIR"]) / "simulator.db")
    app = create_simulator(config, access, store, site=config["BASE_URL"].rstrip("/"))
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server(HOST, config["SIMULATOR_PORT"], app, threaded=True)
    courier: Courier = app.extensions["courier"]
    courier.start(app.extensions["bank"].do_what_is_due)
    log.info("payment simulator ready", extra={"port": config["SIMULATOR_PORT"]})
    # A stop from a process manager ends it as Ctrl-C does: what was begun is finished.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
    courier.stop()
    store.close()
