"""The circuit breaker with a clock of its own, before a moody engine and the embedded one."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from search.breaker import CircuitBreaker
from search.contract import (
    Health,
    IndexMissing,
    InvalidQuery,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
)
from search.embedded import EmbeddedEngine
from tests.search.things import THINGS, found, put, thing

QUESTION = SearchQuery("things")


class Moody:
    """An engine that fails on demand and counts how often it is asked."""

    def __init__(self) -> None:
        self.failure: Exception | None = SearchUnavailable("down")
        self.asked = 0
        self.hold: threading.Event | None = None

    def search(self, query: SearchQuery) -> SearchResult:
        self.asked += 1
        if self.hold is not None:
            self.hold.wait(5)
        if self.failure is not None:
            raise self.failure
        return SearchResult((), 7)

    def health(self) -> Health:
        self.asked += 1
        return Health(self.failure is None, "moody", str(self.failure or ""))

    def ensure(self, specs: Any) -> tuple[str, ...]:
        self.asked += 1
        return ("things",)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moody() -> Moody:
    return Moody()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(moody: Moody, clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(moody, failures=3, rest=10, clock=clock)  # type: ignore[arg-type]


def fail(breaker: CircuitBreaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(SearchUnavailable):
            breaker.search(QUESTION)


def test_it_opens_after_failures_in_a_row_and_then_asks_nothing(
    breaker: CircuitBreaker, moody: Moody
):
    fail(breaker, 50)

    assert breaker.open
    assert moody.asked == 3


def test_a_success_between_failures_keeps_it_closed(breaker: CircuitBreaker, moody: Moody):
    for _ in range(5):
        moody.failure = SearchUnavailable("down")
        fail(breaker, 2)
        moody.failure = None
        assert breaker.search(QUESTION).total == 7

    assert not breaker.open


def test_after_its_rest_one_call_tries_and_closes_it(
    breaker: CircuitBreaker, moody: Moody, clock: Clock
):
    fail(breaker, 5)
    moody.failure = None
    clock.now += 9.9
    fail(breaker)
    assert moody.asked == 3

    clock.now += 0.2

    assert breaker.search(QUESTION).total == 7
    assert not breaker.open
    assert breaker.search(QUESTION).total == 7


def test_a_try_that_fails_begins_the_rest_anew(breaker: CircuitBreaker, moody: Moody, clock: Clock):
    fail(breaker, 3)
    for expected in (4, 5):
        clock.now += 10
        fail(breaker, 5)
        assert moody.asked == expected


def test_only_one_of_many_threads_tries(breaker: CircuitBreaker, moody: Moody, clock: Clock):
    fail(breaker, 3)
    moody.failure, moody.hold = None, threading.Event()
    clock.now += 10
    outcomes: list[str] = []

    def ask() -> None:
        try:
            breaker.search(QUESTION)
            outcomes.append("answered")
        except SearchUnavailable:
            outcomes.append("refused")

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    while outcomes.count("refused") < 7:
        pass
    moody.hold.set()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["answered"] + ["refused"] * 7
    assert moody.asked == 4


@pytest.mark.parametrize("failure", [InvalidQuery("?"), RuntimeError("?")])
def test_a_fault_of_the_caller_neither_opens_nor_closes_it(
    breaker: CircuitBreaker, moody: Moody, failure: Exception
):
    fail(breaker, 2)
    moody.failure = failure
    for _ in range(5):
        with pytest.raises(type(failure)):
            breaker.search(QUESTION)
    assert not breaker.open

    moody.failure = SearchUnavailable("down")
    fail(breaker)
    assert breaker.open


def test_a_missing_index_is_an_answer(breaker: CircuitBreaker, moody: Moody):
    fail(breaker, 2)
    moody.failure = IndexMissing("things")
    with pytest.raises(IndexMissing):
        breaker.search(QUESTION)

    moody.failure = SearchUnavailable("down")
    fail(breaker, 2)

    assert not breaker.open


def test_health_tells_and_mends(breaker: CircuitBreaker, moody: Moody, clock: Clock):
    for _ in range(5):
        assert not breaker.health().available
    assert moody.asked == 3

    moody.failure = None
    clock.now += 10

    assert breaker.health().available
    assert not breaker.open


def test_maintenance_passes_an_open_circuit(breaker: CircuitBreaker, moody: Moody):
    fail(breaker, 3)

    assert breaker.ensure([THINGS]) == ("things",)
    assert breaker.open


def test_everything_else_is_the_engine_behind_it(tmp_path: Path):
    engine = CircuitBreaker(EmbeddedEngine(tmp_path, [THINGS]))

    assert engine.ensure([THINGS]) == ("things",)
    assert engine.rebuild("things", [thing("a", tags=["cpc"])]) == 1
    put(engine, thing("b"))
    engine.delete("things", ["nobody"])
    assert found(engine) == ["a", "b"]
    assert len(engine.multi_search([QUESTION, QUESTION])) == 2
    assert engine.facet_search("things", "tags", "c")[0].count == 1
    assert len(list(engine.revisions("things"))) == 2
    assert engine.health().documents == {"things": 2}
    engine.close()
