"""What machines ask of the site, and what they are told when a part of it is down."""

from datetime import timedelta
from typing import ClassVar

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

from app import clock, tasks
from app.extensions import db
from search.contract import Health, SearchUnavailable

tasks.handles("test.health")(lambda payload: None)


class DeadEngine:
    def health(self):
        raise SearchUnavailable("refused")

    def close(self) -> None:
        pass


def test_a_living_process_says_so_without_asking_anyone(client, monkeypatch):
    monkeypatch.setattr(db.engine.pool, "connect", _refuse)
    assert client.get("/healthz").text == "ok\n"


def test_a_site_with_all_its_parts_is_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["ready"] is True
    assert answer.json["database"] == answer.json["worker"] == "ok"


def test_a_worker_that_lags_is_named_but_pages_are_served(client):
    tasks.defer("test.health", {})
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=10), tick=False):
        answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["worker"] == "behind by 600 seconds"


def test_a_search_engine_that_is_down_is_named_but_pages_are_served(app, client, monkeypatch):
    monkeypatch.setitem(app.extensions, "search_engine", DeadEngine())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["search"]) == (200, "down")


class FreshEngine(DeadEngine):
    documents: ClassVar[dict[str, int]] = {}

    def health(self):
        return Health(available=True, engine="fresh", documents=self.documents)


def test_an_index_that_was_never_built_is_named_until_it_is(app, client, monkeypatch):
    fresh = FreshEngine()
    monkeypatch.setitem(app.extensions, "search_engine", fresh)
    assert client.get("/readyz").json["search"] == "not built yet: jobs, codes"
    monkeypatch.setattr(FreshEngine, "documents", {"jobs": 0, "codes": 3})
    assert client.get("/readyz").json["search"] == "ok"


def test_without_its_database_a_site_is_not_ready(app, client, monkeypatch):
    monkeypatch.setattr(db.engine.pool, "connect", _refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": "down", "search": answer.json["search"]}


def _refuse(*_arguments):
    raise OperationalError("connect", {}, Exception("refused"))


def test_metrics_are_told_to_this_machine(client):
    client.get("/healthz")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "careercenter_requests_total{" in answer.text
    assert "careercenter_outbox_waiting 0.0" in answer.text


@pytest.mark.parametrize(
    ("origin", "headers"),
    [("203.0.113.5", {}), ("127.0.0.1", {"X-Forwarded-For": "203.0.113.5"})],
)
def test_metrics_are_told_to_nobody_else(client, origin, headers):
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": origin}, headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("Bearer right", 200),
        ("Bearer wrong", 404),
        ("Bearer ", 404),
        ("Bearer righ\u00e9", 404),
        ("", 404),
        ("Basic right", 404),
    ],
)
def test_with_a_token_set_it_is_the_token_that_counts(app, client, monkeypatch, given, status):
    monkeypatch.setitem(app.config, "METRICS_TOKEN", "right")
    answer = client.get("/metrics", headers={"Authorization": given})
    assert answer.status_code == status
