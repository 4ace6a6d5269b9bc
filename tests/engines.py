"""A search engine in front of the tests' own that fails as a test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from flask import Flask

from app.engine import engine
from search.contract import Document, Outcome, SearchEngine, SearchUnavailable, Ticket


class Moody:
    """Everything is done by the engine behind it, unless a test replaces what it does."""

    def __init__(self, behind: SearchEngine) -> None:
        self.behind = behind
        self.written: list[list[str]] = []  # the ids of each write of documents
        self.outcomes: dict[str, Outcome] = {}  # ticket -> what is told instead
        self.when_writing: Callable[[Sequence[Document]], None] = lambda _documents: None
        self.is_down = False

    def upsert(self, index: str, documents: Sequence[Document]) -> Ticket:
        self._answer()
        self.when_writing(documents)
        self.written.append([str(each["id"]) for each in documents])
        ticket = self.behind.upsert(index, documents)
        return Ticket(index, f"{ticket.number}")

    def outcome(self, ticket: Ticket, *, timeout: float = 0.0) -> Outcome:
        self._answer()
        told = self.outcomes.get(ticket.number, self.outcomes.get("*"))
        return told or self.behind.outcome(ticket, timeout=timeout)

    def reason(self, ticket: Ticket) -> str:
        return "the stub says so" if self.outcomes else self.behind.reason(ticket)

    def revisions(self, index: str, field: str = "revision") -> Any:
        self._answer()
        return self.behind.revisions(index, field)

    def _answer(self) -> None:
        if self.is_down:
            raise SearchUnavailable("nobody answers")

    def __getattr__(self, name: str) -> Any:
        self._answer()
        return getattr(self.behind, name)


def moody_engine(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Moody:
    moody = Moody(engine())
    monkeypatch.setitem(app.extensions, "search_engine", moody)
    return moody
