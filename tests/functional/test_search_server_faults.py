"""The job search while the search server is slow, broken or talks nonsense: it answers (F4)."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from search.breaker import FAILURES
from tests.factories.jobs import make_job
from tests.search.stub import Stub

VISITS = 80
FAULTS = {
    "ten seconds late": (200, b"{}", 10.0),
    "an error": (500, b'{"message": "no", "code": "internal", "type": "internal"}', 0.0),
    "nonsense": (200, b"<html>", 0.0),
}


@pytest.fixture(params=FAULTS)
def server(request: pytest.FixtureRequest, app: Flask, monkeypatch) -> Iterator[Stub]:
    """The stub the site searches with, from its first question on."""
    stub = Stub([FAULTS[request.param]])
    for setting in ("SEARCH_KEY", "SEARCH_ADMIN_KEY"):
        monkeypatch.setitem(app.config, setting, "key")
    monkeypatch.setitem(app.config, "SEARCH_URL", stub.url)
    before = app.extensions.pop("search_engine", None)
    yield stub
    app.extensions.pop("search_engine").close()
    if before is not None:
        app.extensions["search_engine"] = before
    stub.stop()


def test_the_page_lists_from_the_database_and_soon_without_asking(
    server: Stub, client: FlaskClient
) -> None:
    job = make_job(title="Coder of the database")
    seconds = []
    for number in range(VISITS):
        began = time.perf_counter()
        page = client.get(f"/jobs?q=coder+{number}")  # each another question
        seconds.append(time.perf_counter() - began)
        assert page.status_code == 200
        assert job.title in page.text
        assert "Search is limited right now" in page.text
    assert sorted(seconds)[math.ceil(VISITS * 0.95) - 1] <= 0.5
    assert FAILURES <= len(server.asked) <= FAILURES + 2
