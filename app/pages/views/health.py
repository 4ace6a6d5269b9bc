"""What machines ask: is the process alive, can it do its work, how is it doing."""

from __future__ import annotations

import hmac
import logging
import os
from collections.abc import Callable, Iterator

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import REGISTRY, GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app import tasks
from app.access import Who, access
from app.engine import engine
from app.errors import NotFound
from app.extensions import db
from app.index_state import IndexState, index_states
from app.indexing import kept_indexes
from app.pages.views.blueprint import bp
from search.contract import SearchError

log = logging.getLogger(__name__)

TOLERATED_LAG = 120.0  # seconds the oldest due piece of work may wait
_LOOPBACK = ("127.0.0.1", "::1")


@bp.get("/healthz")
@access(Who.ANYONE)
def alive() -> ResponseReturnValue:
    """Alive: the process answers. Whether it should get visitors, /readyz tells."""
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
@access(Who.ANYONE)
def ready() -> ResponseReturnValue:
    """Ready: the database answers. What else is wrong is told, but pages work without it."""
    state = {"database": _database_state()}
    if state["database"] == "ok":
        state["worker"] = _worker_state()
    state["search"] = _search_state()
    status = 200 if state["database"] == "ok" else 503
    return jsonify(ready=status == 200, **state), status


@bp.get("/metrics")
@access(Who.MACHINE)
def metrics() -> ResponseReturnValue:
    if not _may_measure():
        raise NotFound("There is no such page.")
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    ours = CollectorRegistry()
    ours.register(_Outbox())
    ours.register(_Indexes())
    body = generate_latest(registry) + generate_latest(ours)
    return Response(body, content_type=CONTENT_TYPE_LATEST)


def _may_measure() -> bool:
    """The token where one is set, otherwise only this machine, and no proxy on it."""
    token = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    return request.remote_addr in _LOOPBACK and "X-Forwarded-For" not in request.headers


def _database_state() -> str:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("the database did not answer")
        return "down"
    return "ok"


def _worker_state() -> str:
    lag = tasks.backlog()[1]
    return "ok" if lag <= TOLERATED_LAG else f"behind by {lag:.0f} seconds"


def _search_state() -> str:
    try:
        health = engine().health()
    except SearchError:
        return "down"
    if not health.available:
        return "down"
    missing = [kept.name for kept in kept_indexes() if kept.name not in health.documents]
    return f"not built yet: {', '.join(missing)}" if missing else "ok"


class _Outbox(Collector):
    """The outbox at the moment of asking."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting, lag = tasks.backlog()
        for name, meaning, value in (
            ("waiting", "Work that is due.", waiting),
            ("lag_seconds", "Age of the oldest work that is due.", lag),
            ("set_aside", "Work given up, for a person to look at.", tasks.set_aside()),
        ):
            yield GaugeMetricFamily(f"careercenter_outbox_{name}", meaning, value=value)


class _Indexes(Collector):
    """Each search index: what it does not show yet, and what the last comparison found."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        states = index_states()
        for name, meaning, value_of in _OF_AN_INDEX:
            family = GaugeMetricFamily(f"careercenter_index_{name}", meaning, labels=["index"])
            for state in states:
                family.add_metric([state.name], value_of(state))
            yield family


_OF_AN_INDEX: tuple[tuple[str, str, Callable[[IndexState], float]], ...] = (
    ("waiting", "Announced changes the index does not show.", lambda s: s.lag.waiting),
    ("lag_seconds", "Age of the oldest of them.", lambda s: s.lag.oldest_seconds),
    ("set_aside", "Changes given up, for a person to look at.", lambda s: s.set_aside),
    (
        "documents",
        "Documents at the last comparison.",
        lambda s: s.last_check.documents if s.last_check else 0,
    ),
    (
        "drift",
        "Documents that differed from the database at the last comparison.",
        lambda s: s.last_check.drift if s.last_check else 0,
    ),
    ("rebuilding", "Whether a rebuild waits or is under way.", lambda s: s.rebuild is not None),
)
