"""Both engines under one contract: the embedded one always, Meilisearch where MEILI_URL points."""

from __future__ import annotations

import json
import os
import secrets
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from search.contract import IndexSpec, SearchEngine
from search.embedded import EmbeddedEngine
from search.meilisearch import MeilisearchEngine
from tests.search.things import THINGS

MEILI_URL = os.environ.get("MEILI_URL", "")
MEILI_KEY = os.environ.get("MEILI_KEY", "")
SESSION = f"test-{secrets.token_hex(4)}-"

MakeEngine = Callable[..., SearchEngine]


def ask_server(method: str, path: str) -> Any:
    request = urllib.request.Request(
        f"{MEILI_URL}/{path}", method=method, headers={"Authorization": f"Bearer {MEILI_KEY}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


@pytest.fixture(scope="session", autouse=True)
def _nothing_left_on_the_server() -> Iterator[None]:
    yield
    if MEILI_URL:
        for index in ask_server("GET", "indexes?limit=1000")["results"]:
            if index["uid"].startswith(SESSION):
                ask_server("DELETE", f"indexes/{index['uid']}")


def engine_maker(kind: str, folder: Path) -> MakeEngine:
    """Makes engines over the same indexes, as processes of one installation would."""
    if kind == "embedded":
        return lambda *specs: EmbeddedEngine(folder, specs)
    if not MEILI_URL:
        pytest.skip("MEILI_URL is not set: Meilisearch is not tested")
    prefix = f"{SESSION}{secrets.token_hex(4)}-"
    return lambda *specs: MeilisearchEngine(
        MEILI_URL,
        search_key=MEILI_KEY,
        admin_key=MEILI_KEY,
        prefix=prefix,
        specs=specs,
        timeout=30,  # a busy machine is not what is tested
    )


KINDS = ["embedded", pytest.param("meilisearch", marks=pytest.mark.meilisearch)]


@pytest.fixture(params=KINDS)
def make_engine(request: pytest.FixtureRequest, tmp_path: Path) -> MakeEngine:
    return engine_maker(request.param, tmp_path)


@pytest.fixture
def engine(make_engine: MakeEngine) -> Iterator[SearchEngine]:
    """An engine whose one index, of things, is empty."""
    made = make_engine(THINGS)
    made.ensure([THINGS])
    yield made
    made.close()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    made = EmbeddedEngine(tmp_path, [THINGS])
    made.ensure([THINGS])
    yield made
    made.close()


def filled(make: MakeEngine, spec: IndexSpec, documents: list[dict[str, Any]]) -> SearchEngine:
    made = make(spec)
    made.ensure([spec])
    made.rebuild(spec.name, documents)
    return made
