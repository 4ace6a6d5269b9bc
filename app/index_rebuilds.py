"""Rebuilds of search indexes, asked for and under way: one at a time for each index.

A rebuild may take an hour, which is longer than any lease of the outbox, so each has a row of its
own with a heartbeat. One UPDATE decides who takes it; whose heart stops loses it to the next.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, ForeignKey, Index, and_, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.extensions import Base, db, insert_once

STALE = timedelta(seconds=120)  # without a heartbeat: the worker is taken for dead
BEAT = 2.0  # seconds between two heartbeats, at least
RETRY = timedelta(seconds=20)  # until a rebuild is begun again that an outage cut short
TRIES = 8  # workers that may die at one rebuild until it is given up
REMEMBERED = timedelta(days=90)


class IndexRebuild(Base):
    __tablename__ = "index_rebuild"
    __table_args__ = (
        Index(
            "uq_index_rebuild_open",
            "index",
            unique=True,
            sqlite_where=text("finished_at is null"),
            postgresql_where=text("finished_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    index: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    holder: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0)
    done_documents: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]

    @property
    def is_silent(self) -> bool:
        """Begun, and not heard of for so long that another worker may take it."""
        beat = self.heartbeat_at
        return self.holder is not None and beat is not None and beat < clock.now() - STALE


class Superseded(Exception):
    """Another worker took the rebuild: this one was silent for too long."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A rebuild this process carries out, as plain values: they outlive every commit."""

    id: int
    index: str
    holder: str


def ask(index: str, *, reason: str, asked_by: int | None = None) -> bool:
    """Have an index built anew by the worker. False where that is under way or waits already."""
    added = insert_once(
        IndexRebuild,
        index=index,
        reason=reason,
        asked_by=asked_by,
        asked_at=clock.now(),
        tries=0,
        done_documents=0,
        expected=0,
    )
    return added is not None


def take(index: str | None = None) -> Taken | None:
    """Take a rebuild that waits, or whose worker has died. Commits."""
    moment = clock.now()
    free = and_(
        IndexRebuild.finished_at.is_(None),
        or_(
            IndexRebuild.heartbeat_at.is_(None),
            IndexRebuild.heartbeat_at < moment - STALE,
            and_(IndexRebuild.holder.is_(None), IndexRebuild.heartbeat_at < moment - RETRY),
        ),
    )
    waiting = select(IndexRebuild.id, IndexRebuild.index).where(free).order_by(IndexRebuild.id)
    if index is not None:
        waiting = waiting.where(IndexRebuild.index == index)
    for row_id, name in db.session.execute(waiting).all():
        holder = uuid.uuid4().hex
        taken = update(IndexRebuild).where(IndexRebuild.id == row_id, free)
        taken = taken.values(
            holder=holder,
            started_at=moment,
            heartbeat_at=moment,
            tries=IndexRebuild.tries + 1,
            done_documents=0,
        )
        won = _changed(db.session.execute(taken, execution_options=_UNSYNCHRONISED))
        db.session.commit()
        if won:
            return Taken(row_id, name, holder)
    db.session.rollback()
    return None


class Heart:
    """Tells how far a rebuild is, every few seconds, from a connection of its own."""

    def __init__(self, taken: Taken, expected: int) -> None:
        self._taken = taken
        self._expected = expected
        self._next = 0.0

    def beat(self, done: int) -> None:
        """Raises Superseded where the rebuild has become another worker's."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BEAT
        with Session(db.engine) as own:
            told = _mine(self._taken).values(
                heartbeat_at=clock.now(), done_documents=done, expected=self._expected
            )
            kept = _changed(own.execute(told))
            own.commit()
        if not kept:
            raise Superseded(f"another worker rebuilds {self._taken.index}")

    def check(self, done: int) -> None:
        """Beat now, however short ago the last one was."""
        self._next = 0.0
        self.beat(done)


def finish(taken: Taken, done: int, error: str | None = None) -> None:
    """The rebuild is over, well or with an error. Commits."""
    moment = clock.now()
    over = _mine(taken).values(
        finished_at=moment, heartbeat_at=moment, holder=None, done_documents=done, error=error
    )
    db.session.execute(over, execution_options=_UNSYNCHRONISED)
    db.session.commit()


def put_back(taken: Taken, error: str) -> None:
    """What it needs is down: it waits, and is begun again. Commits."""
    waits = _mine(taken).values(
        started_at=None,
        heartbeat_at=clock.now(),
        holder=None,
        error=error,
        tries=IndexRebuild.tries - 1,  # nobody died
    )
    db.session.execute(waits, execution_options=_UNSYNCHRONISED)
    db.session.commit()


def tries_of(taken: Taken) -> int:
    found = db.session.scalar(select(IndexRebuild.tries).where(IndexRebuild.id == taken.id))
    return found or 0


def is_open(index: str) -> bool:
    """Whether a rebuild waits or is under way."""
    return db.session.scalar(_open().where(IndexRebuild.index == index)) is not None


def under_way() -> Sequence[IndexRebuild]:
    """Those that wait or are carried out: one an index at most."""
    unfinished = select(IndexRebuild).where(IndexRebuild.finished_at.is_(None))
    return db.session.scalars(unfinished.order_by(IndexRebuild.id)).all()


def recent(limit: int = 10) -> Sequence[IndexRebuild]:
    """Those under way or waiting, then the last ones that ended."""
    newest = select(IndexRebuild).order_by(
        IndexRebuild.finished_at.is_not(None), IndexRebuild.id.desc()
    )
    return db.session.scalars(newest.limit(limit)).all()


def _open() -> Any:
    return select(IndexRebuild.id).where(IndexRebuild.finished_at.is_(None))


def _mine(taken: Taken) -> Any:
    return update(IndexRebuild).where(
        IndexRebuild.id == taken.id,
        IndexRebuild.holder == taken.holder,
        IndexRebuild.finished_at.is_(None),
    )


_UNSYNCHRONISED = {"synchronize_session": False}


def _changed(result: Any) -> bool:
    return cast("CursorResult[Any]", result).rowcount == 1
