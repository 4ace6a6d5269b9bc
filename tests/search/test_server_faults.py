"""A Meilisearch server that is down, slow, broken or talks nonsense."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from search.breaker import CircuitBreaker
from search.contract import (
    IndexMissing,
    Outcome,
    SearchEngine,
    SearchError,
    SearchQuery,
    SearchUnavailable,
    Ticket,
)
from search.meilisearch import MeilisearchEngine
from tests.search.stub import Stub
from tests.search.things import THINGS, thing

HIT = b'{"results": [{"hits": [{"id": "a"}], "estimatedTotalHits": 1}]}'
NONSENSE = [
    b"",
    b"{",
    b"<html>",
    b"null",
    b"[]",
    b"\xff\xfe",
    b'{"results": 7}',
    b'{"results": []}',
    b'{"results": [{"hits": []}]}',
    b'{"results": [{"hits": 7, "estimatedTotalHits": 1}]}',
    b'{"results": [{"hits": [{}], "estimatedTotalHits": 1}]}',
]
QUICKLY = 3  # seconds
QUESTION = SearchQuery("things", "coder")


Serve = Callable[..., Stub]


@pytest.fixture
def serve() -> Iterator[Serve]:
    stubs: list[Stub] = []

    def run(*answers: tuple[int, bytes, float]) -> Stub:
        stubs.append(Stub(list(answers)))
        return stubs[-1]

    yield run
    for stub in stubs:
        stub.stop()


def nobody() -> str:
    """The URL of a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


def engine_at(url: str) -> MeilisearchEngine:
    return MeilisearchEngine(url, search_key="s", admin_key="a", specs=[THINGS])


def failure_of(engine: SearchEngine) -> tuple[type[Exception], float]:
    started = time.monotonic()
    with pytest.raises(SearchError) as caught:
        engine.search(QUESTION)
    return caught.type, time.monotonic() - started


def test_a_server_that_is_down_is_unavailable_at_once():
    engine = engine_at(nobody())

    kind, seconds = failure_of(engine)

    assert kind is SearchUnavailable
    assert seconds < QUICKLY
    with pytest.raises(SearchUnavailable):
        engine.multi_search([QUESTION, QUESTION])
    with pytest.raises(SearchUnavailable):
        engine.facet_search("things", "tags", "c")
    with pytest.raises(SearchUnavailable):
        engine.upsert("things", [thing()])
    with pytest.raises(SearchUnavailable):
        engine.outcome(Ticket("things", "1"))
    with pytest.raises(SearchUnavailable):
        engine.rebuild("things", [thing()])
    assert not engine.health().available


def test_a_server_that_is_slow_is_unavailable_within_three_seconds(serve: Serve):
    stub = serve((200, HIT, 10.0))

    kind, seconds = failure_of(engine_at(stub.url))

    assert kind is SearchUnavailable
    assert seconds < QUICKLY
    assert len(stub.asked) == 1  # nobody waits a second time


@pytest.mark.parametrize("body", NONSENSE)
def test_an_answer_that_makes_no_sense_is_unavailable(serve: Serve, body: bytes):
    kind, seconds = failure_of(engine_at(serve((200, body, 0)).url))

    assert kind is SearchUnavailable
    assert seconds < QUICKLY


@pytest.mark.parametrize("status", [500, 401, 403, 429])
def test_a_server_error_is_unavailable_and_not_asked_twice(serve: Serve, status: int):
    stub = serve((status, b'{"message": "no", "code": "internal"}', 0))

    assert failure_of(engine_at(stub.url))[0] is SearchUnavailable
    assert len(stub.asked) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_passing_failure_is_tried_again_a_few_times(serve: Serve, status: int):
    stub = serve((status, b"", 0))
    kind, seconds = failure_of(engine_at(stub.url))
    assert kind is SearchUnavailable
    assert len(stub.asked) == 3
    assert seconds < QUICKLY

    mended = engine_at(serve((status, b"", 0), (200, HIT, 0)).url)
    assert mended.search(QUESTION).total == 1


def test_an_index_dropped_while_indexes_are_counted_is_counted_around(serve: Serve):
    gone = b'{"message": "Index `other` not found.", "code": "index_not_found"}'
    counted = b'{"indexes": {"things": {"numberOfDocuments": 3}}}'
    stub = serve((200, b'{"status": "available"}', 0), (404, gone, 0), (200, counted, 0))

    assert engine_at(stub.url).health().documents == {"things": 3}


def test_an_index_whose_settings_are_behind_is_missing(serve: Serve):
    refusal = b'{"message": "not filterable", "code": "invalid_search_filter"}'

    assert failure_of(engine_at(serve((400, refusal, 0)).url))[0] is IndexMissing


def test_a_failed_task_is_reported(serve: Serve):
    task = b"""{"uid": 3, "indexUid": "things", "status": "failed", "type": "documentAddition",
        "enqueuedAt": "2026-01-01T00:00:00.5Z", "error": {"message": "disk full"}}"""

    assert engine_at(serve((200, task, 0)).url).outcome(Ticket("things", "3")) is Outcome.FAILED


def failed_task(error: str, status: str = "failed") -> bytes:
    return f"""{{"uid": 3, "indexUid": "things", "status": "{status}", "error": {error},
        "type": "documentAddition", "enqueuedAt": "2026-01-01T00:00:00.5Z"}}""".encode()


@pytest.mark.parametrize(
    ("task", "outcome"),
    [
        (failed_task('{"message": "bad id", "type": "invalid_request"}'), Outcome.FAILED),
        (failed_task('{"message": "no space", "type": "system"}'), Outcome.LOST),
        (failed_task('{"message": "oops", "type": "internal"}'), Outcome.LOST),
        (failed_task('{"message": "gone", "code": "index_not_found"}'), Outcome.LOST),
        (failed_task("null", "canceled"), Outcome.LOST),
        (failed_task("null", "processing"), Outcome.PENDING),
    ],
)
def test_a_failed_task_tells_whose_fault_it_is(serve: Serve, task: bytes, outcome: Outcome):
    engine = engine_at(serve((200, task, 0)).url)

    assert engine.outcome(Ticket("things", "3")) is outcome
    assert bool(engine.reason(Ticket("things", "3"))) is (b"message" in task)


def test_a_full_disk_is_an_outage_whatever_its_status(serve: Serve):
    full = b'{"message": "full", "code": "no_space_left_on_device", "type": "system"}'

    with pytest.raises(SearchUnavailable):
        engine_at(serve((422, full, 0)).url).upsert("things", [thing()])


def test_nothing_is_written_to_an_index_the_server_has_lost(serve: Serve):
    gone = b'{"message": "no", "code": "index_not_found", "type": "invalid_request"}'
    stub = serve((404, gone, 0))

    with pytest.raises(IndexMissing):
        engine_at(stub.url).upsert("things", [thing()])
    assert stub.asked == ["GET /indexes/things"]  # writing would have made one without settings


def test_a_swap_is_never_tried_twice(serve: Serve):
    stub = serve((503, b"", 0))

    with pytest.raises(SearchUnavailable):
        engine_at(stub.url)._server.swap("a", "b")

    assert stub.asked == ["POST /swap-indexes"]


def test_the_breaker_opens_after_a_few_failures_and_then_asks_nothing(serve: Serve):
    stub = serve((500, b"", 0))
    engine = CircuitBreaker(engine_at(stub.url), failures=3)

    for _ in range(20):
        assert failure_of(engine)[0] is SearchUnavailable

    assert len(stub.asked) == 3
    assert not engine.health().available


def test_the_breaker_closes_when_the_server_is_back(serve: Serve):
    stub = serve(*[(500, b"", 0)] * 3, (200, HIT, 0))
    engine = CircuitBreaker(engine_at(stub.url), failures=3, rest=0.05)
    for _ in range(3):
        failure_of(engine)

    time.sleep(0.06)

    assert engine.search(QUESTION).total == 1
    assert engine.search(QUESTION).total == 1
