"""What the simulator remembers: Stripe's objects, answered requests and deliveries, in SQLite."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Thing = dict[str, Any]

_TABLES = """
CREATE TABLE IF NOT EXISTS thing (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, created INTEGER, body TEXT
);
CREATE INDEX IF NOT EXISTS thing_kind ON thing (kind, number);
CREATE TABLE IF NOT EXISTS answer (
    key TEXT PRIMARY KEY, request TEXT, status INTEGER, body TEXT
);
CREATE TABLE IF NOT EXISTS delivery (
    number INTEGER PRIMARY KEY, event TEXT, variant TEXT, due REAL, attempts INTEGER DEFAULT 0,
    status TEXT DEFAULT '', done INTEGER DEFAULT 0
);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (done, due);
CREATE TABLE IF NOT EXISTS plan (number INTEGER PRIMARY KEY, due REAL, action TEXT, id TEXT);
CREATE TABLE IF NOT EXISTS choice (name TEXT PRIMARY KEY, value TEXT);
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    number: int
    event: str
    variant: str
    attempts: int
    status: str
    done: int


class Store:
    """One connection under one lock: a simulator has few visitors, and each sees a whole state."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or none of it. May be nested; only the outermost commits."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def _rows(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def put(self, thing: Thing) -> Thing:
        self._rows(
            "INSERT INTO thing (id, kind, created, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            thing["id"],
            thing["object"],
            thing["created"],
            json.dumps(thing),
        )
        return thing

    def get(self, thing_id: str, kind: str | None = None) -> Thing | None:
        rows = self._rows("SELECT kind, body FROM thing WHERE id = ?", thing_id)
        if not rows or kind not in (None, rows[0][0]):
            return None
        found: Thing = json.loads(rows[0][1])
        return found

    def newest(self, kind: str, *, since: int = 0, before: str = "") -> Iterator[Thing]:
        """The things of a kind, newest first, as Stripe lists them."""
        start = self._rows("SELECT number FROM thing WHERE id = ?", before) if before else []
        rows = self._rows(
            "SELECT body FROM thing WHERE kind = ? AND created >= ? AND number < ? "
            "ORDER BY number DESC",
            kind,
            since,
            start[0][0] if start else 1 << 62,
        )
        return (json.loads(row[0]) for row in rows)

    def answer(self, key: str) -> tuple[str, int, str] | None:
        rows = self._rows("SELECT request, status, body FROM answer WHERE key = ?", key)
        return rows[0] if rows else None

    def remember_answer(self, key: str, request: str, status: int, body: str) -> None:
        self._rows("INSERT INTO answer VALUES (?, ?, ?, ?)", key, request, status, body)

    def schedule(self, event: str, variant: str, due: float) -> None:
        self._rows(
            "INSERT INTO delivery (event, variant, due) VALUES (?, ?, ?)", event, variant, due
        )

    def due_deliveries(self) -> list[Delivery]:
        return self._deliveries("WHERE done = 0 AND due <= ? ORDER BY due, number", time.time())

    def deliveries(self, event: str) -> list[Delivery]:
        return self._deliveries("WHERE event = ? ORDER BY number", event)

    def _deliveries(self, clause: str, *values: Any) -> list[Delivery]:
        columns = "number, event, variant, attempts, status, done"
        rows = self._rows(f"SELECT {columns} FROM delivery {clause}", *values)  # noqa: S608
        return [Delivery(*row) for row in rows]

    def mark_delivery(self, number: int, *, status: str, retry_at: float | None) -> None:
        self._rows(
            "UPDATE delivery SET attempts = attempts + 1, status = ?, done = ?, due = ? "
            "WHERE number = ?",
            status,
            int(retry_at is None),
            retry_at or 0,
            number,
        )

    def plan(self, action: str, thing_id: str, due: float) -> None:
        self._rows("INSERT INTO plan (due, action, id) VALUES (?, ?, ?)", due, action, thing_id)

    def take_due_plans(self) -> list[tuple[str, str]]:
        with self.transaction():
            moment = time.time()
            rows = self._rows("SELECT action, id FROM plan WHERE due <= ? ORDER BY due", moment)
            self._rows("DELETE FROM plan WHERE due <= ?", moment)
        return rows

    def choice(self, name: str, default: str) -> str:
        rows = self._rows("SELECT value FROM choice WHERE name = ?", name)
        return rows[0][0] if rows else default

    def choose(self, name: str, value: str) -> None:
        self._rows("INSERT OR REPLACE INTO choice VALUES (?, ?)", name, value)
