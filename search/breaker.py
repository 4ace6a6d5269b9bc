"""A circuit breaker: after a few failures in a row an engine is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from search.contract import (
    Document,
    FacetValue,
    Filter,
    Health,
    IndexMissing,
    IndexSpec,
    Outcome,
    SearchEngine,
    SearchQuery,
    SearchResult,
    SearchUnavailable,
    Ticket,
)

FAILURES = 3  # in a row, until the circuit opens
REST = 10.0  # seconds until one call may try again


class CircuitBreaker:
    """A search engine in front of another one; thread-safe.

    While the circuit is open, calls raise SearchUnavailable at once. After `rest` seconds one
    call is let through: if it succeeds the circuit closes, otherwise the rest begins anew.
    Maintenance (ensure, rebuild, revisions, documents) always passes and never counts: it runs for
    long, and nobody waits for a page behind it.
    """

    def __init__(
        self,
        engine: SearchEngine,
        *,
        failures: int = FAILURES,
        rest: float = REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._limit = failures
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._shut_until = 0.0

    @property
    def open(self) -> bool:
        return self._failures >= self._limit

    def search(self, query: SearchQuery) -> SearchResult:
        with self._attempt():
            return self._engine.search(query)

    def multi_search(self, queries: Sequence[SearchQuery]) -> tuple[SearchResult, ...]:
        with self._attempt():
            return self._engine.multi_search(queries)

    def facet_search(
        self, index: str, facet: str, prefix: str, *, where: Filter | None = None, limit: int = 10
    ) -> tuple[FacetValue, ...]:
        with self._attempt():
            return self._engine.facet_search(index, facet, prefix, where=where, limit=limit)

    def upsert(self, index: str, documents: Sequence[Document]) -> Ticket:
        with self._attempt():
            return self._engine.upsert(index, documents)

    def delete(self, index: str, ids: Sequence[str]) -> Ticket:
        with self._attempt():
            return self._engine.delete(index, ids)

    def outcome(self, ticket: Ticket, *, timeout: float = 0.0) -> Outcome:
        with self._attempt():
            return self._engine.outcome(ticket, timeout=timeout)

    def reason(self, ticket: Ticket) -> str:
        return self._engine.reason(ticket)

    def health(self) -> Health:
        """The engine's own, or that the circuit is open; asking is itself an attempt."""
        try:
            with self._attempt():
                health = self._engine.health()
                if not health.available:
                    raise SearchUnavailable(health.detail)
        except SearchUnavailable as error:
            return Health(False, "circuit breaker", str(error))
        return health

    def ensure(self, specs: Sequence[IndexSpec]) -> tuple[str, ...]:
        return self._engine.ensure(specs)

    def rebuild(
        self,
        index: str,
        documents: Iterable[Document],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        return self._engine.rebuild(index, documents, progress=progress)

    def revisions(self, index: str, field: str = "revision") -> Iterable[tuple[str, int]]:
        return self._engine.revisions(index, field)

    def documents(self, index: str, ids: Sequence[str] | None = None) -> Iterable[Document]:
        return self._engine.documents(index, ids)

    def close(self) -> None:
        self._engine.close()

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        self._ask_leave()
        try:
            yield
        except SearchUnavailable:
            with self._lock:
                self._failures += 1
                self._shut_until = self._clock() + self._rest
            raise
        except IndexMissing:
            self._close_circuit()  # it has answered
            raise
        else:
            self._close_circuit()

    def _ask_leave(self) -> None:
        with self._lock:
            if not self.open:
                return
            now = self._clock()
            if now < self._shut_until:
                raise SearchUnavailable("the search engine is being left alone for a moment")
            # The others wait for this one.
            self._shut_until = now + self._rest

    def _close_circuit(self) -> None:
        with self._lock:
            self._failures = 0
