"""Searches share a connection to the server, and survive its end, a fork and another thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest

from search.contract import SearchQuery
from search.meilisearch import MeilisearchEngine
from tests.search.stub import Stub
from tests.search.things import THINGS

HIT = (200, b'{"results": [{"hits": [{"id": "a"}], "estimatedTotalHits": 1}]}', 0.0)
QUESTION = SearchQuery("things", "coder")
LONG, SHORT = 5.0, 0.1  # seconds for which a server keeps an idle connection


@pytest.fixture
def stub(request: pytest.FixtureRequest) -> Iterator[Stub]:
    made = Stub([HIT], patience=request.param)
    yield made
    made.stop()


@pytest.fixture
def engine(stub: Stub) -> Iterator[MeilisearchEngine]:
    made = MeilisearchEngine(stub.url, search_key="s", specs=[THINGS])
    yield made
    made.close()


@pytest.mark.parametrize("stub", [LONG], indirect=True)
def test_one_search_after_the_other_uses_the_same_connection(stub: Stub, engine: MeilisearchEngine):
    for _ in range(5):
        assert engine.search(QUESTION).total == 1
    assert len(set(stub.callers)) == 1


@pytest.mark.parametrize("stub", [SHORT], indirect=True)
def test_a_connection_that_the_server_ended_is_made_anew(stub: Stub, engine: MeilisearchEngine):
    for _ in range(3):
        assert engine.search(QUESTION).total == 1
        threading.Event().wait(3 * SHORT)
    assert len(set(stub.callers)) == 3


@pytest.mark.parametrize("stub", [LONG], indirect=True)
def test_an_engine_that_was_closed_connects_anew(stub: Stub, engine: MeilisearchEngine):
    engine.search(QUESTION)
    engine.close()
    assert engine.search(QUESTION).total == 1
    assert len(set(stub.callers)) == 2


@pytest.mark.parametrize("stub", [LONG], indirect=True)
def test_a_thread_has_its_own_connection(stub: Stub, engine: MeilisearchEngine):
    engine.search(QUESTION)
    other = threading.Thread(target=engine.search, args=(QUESTION,))
    other.start()
    other.join()
    assert len(set(stub.callers)) == 2


@pytest.mark.parametrize("stub", [LONG], indirect=True)
def test_a_forked_worker_has_its_own_connection(stub: Stub, engine: MeilisearchEngine):
    engine.search(QUESTION)
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if engine.search(QUESTION).total == 1 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert engine.search(QUESTION).total == 1
    first, of_child, last = stub.callers
    assert first == last != of_child
