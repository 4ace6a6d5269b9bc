"""Puts the judged queries to the site as a visitor does, on either engine."""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import time_machine
from flask import Flask

from app import create_app
from app.extensions import db
from app.jobs.services.searching.criteria import read_criteria
from app.jobs.services.searching.search import find_jobs
from tests.apps import put_away
from tests.relevance.board import MOMENT, fill_board
from tests.relevance.scoring import Judged, Score, read_queries

EMBEDDED, MEILISEARCH = "embedded", "meilisearch"


def server_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str] | None:
    """The Meilisearch that MEILI_URL and MEILI_KEY name; None without one."""
    if not environ.get("MEILI_URL"):
        return None
    key = environ.get("MEILI_KEY", "")
    return {
        "SEARCH_URL": environ["MEILI_URL"],
        "SEARCH_KEY": key,
        "SEARCH_ADMIN_KEY": key,
        "SEARCH_PREFIX": f"relevance-{secrets.token_hex(4)}-",
    }


def measure(engine: str, folder: Path) -> list[Score]:
    """Every query's first page. `folder` is empty and holds the site's data afterwards."""
    with _board(engine, folder):
        return [_score(query) for query in read_queries()]


def _score(query: Judged) -> Score:
    found = find_jobs(read_criteria({"q": [query.text]}))
    if found.answer.limited:
        raise RuntimeError(f"the engine did not answer {query.text!r}")
    shown = [card.id for card in (*found.featured, *found.cards)]
    return Score(query, tuple(shown), found.answer.total)


@contextmanager
def _board(engine: str, folder: Path) -> Iterator[Flask]:
    """A site of its own with the 500 listings, at the moment they are all live."""
    settings = {"ENVIRONMENT": "test", "DATA_DIR": str(folder), "RATE_LIMITS": "no"}
    if engine == MEILISEARCH:
        settings |= server_settings() or {}
    with time_machine.travel(MOMENT, tick=True):
        app = create_app(settings)
        try:
            with app.app_context():
                db.create_all()
                fill_board()
                yield app
        finally:
            put_away(app)
            if engine == MEILISEARCH:
                _leave_nothing(settings)


def _leave_nothing(settings: Mapping[str, str]) -> None:
    address = f"{settings['SEARCH_URL'].rstrip('/')}/indexes"
    headers = {"Authorization": f"Bearer {settings['SEARCH_ADMIN_KEY']}"}
    asked = urllib.request.Request(f"{address}?limit=1000", headers=headers)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        uids = [index["uid"] for index in json.load(answer)["results"]]
    for uid in uids:
        if uid.startswith(settings["SEARCH_PREFIX"]):
            drop = urllib.request.Request(f"{address}/{uid}", method="DELETE", headers=headers)
            urllib.request.urlopen(drop, timeout=10).close()
