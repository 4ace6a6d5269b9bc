"""The outbox: what must happen after a commit, written in the same transaction and done by the worker.

The database row is the truth. The queue (huey) only wakes the worker early; a lost wake-up costs
at most one sweep interval, a killed worker's lease runs out and its rows are taken by the next.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Index, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.extensions import Base, db

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
BATCH = 200
ATTEMPTS = 12  # with doubling pauses: about a day, enough for an afternoon's outage
LONGEST_PAUSE = timedelta(hours=4)

Payload = dict[str, Any]
BatchHandler = Callable[[Sequence[Payload]], None]


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index(None, "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[Payload] = mapped_column(JSON)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    abandoned_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True)
class _Handler:
    run: BatchHandler
    batch: bool


_handlers: dict[str, _Handler] = {}


class Permanent(Exception):
    """Trying again cannot help: the row is set aside at once, for a person to look at."""


def handles(kind: str, *, batch: bool = False) -> Callable[[Any], Any]:
    """Register what does the work of `kind`.

    A handler takes one payload, or with `batch` a list of them, and may be called again with the
    same payload: it must be harmless then. It raises to be tried later, `Permanent` to give up.
    """

    def register(handler: Any) -> Any:
        if kind in _handlers:
            raise RuntimeError(f"two handlers for {kind}")
        run = handler if batch else (lambda payloads: handler(payloads[0]))
        _handlers[kind] = _Handler(run, batch)
        return handler

    return register


def defer(kind: str, payload: Mapping[str, Any], *, after: timedelta | None = None) -> None:
    """Have `kind` done once the current transaction is committed; never if it is rolled back."""
    if kind not in _handlers:
        raise RuntimeError(f"nothing handles {kind}")
    moment = clock.now()
    db.session.add(
        OutboxRow(
            kind=kind,
            payload=dict(payload),
            created_at=moment,
            due_at=moment + (after or timedelta()),
        )
    )
    db.session.info["wake"] = True


def drain(limit: int = 10_000) -> int:
    """Do what is due, in the order it was asked for. Returns how many rows were finished."""
    finished = 0
    while finished < limit:
        rows = _lease()
        if not rows:
            return finished
        for group in _groups(rows):
            finished += _attempt(group)
    return finished


def _due(moment: datetime) -> tuple[Any, ...]:
    return (
        OutboxRow.done_at.is_(None),
        OutboxRow.abandoned_at.is_(None),
        OutboxRow.due_at <= moment,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until < moment),
    )


def _lease() -> list[OutboxRow]:
    """Take a batch of due rows. One UPDATE decides, so two workers never hold the same row."""
    moment = clock.now()
    until = moment + LEASE
    ids = select(OutboxRow.id).where(*_due(moment)).order_by(OutboxRow.id).limit(BATCH)
    taken = db.session.scalars(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids.scalar_subquery()), *_due(moment))
        .values(leased_until=until)
        .returning(OutboxRow.id),
        execution_options={"synchronize_session": False},
    ).all()
    db.session.commit()
    if not taken:
        return []
    rows = select(OutboxRow).where(OutboxRow.id.in_(taken)).order_by(OutboxRow.id)
    return list(db.session.scalars(rows, execution_options={"populate_existing": True}))


def _groups(rows: Sequence[OutboxRow]) -> list[list[OutboxRow]]:
    """Neighbours of one batched kind together, everything else alone."""
    groups: list[list[OutboxRow]] = []
    for row in rows:
        handler = _handlers.get(row.kind)
        joins = handler is not None and handler.batch and groups and groups[-1][0].kind == row.kind
        if joins:
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _attempt(rows: Sequence[OutboxRow]) -> int:
    ids = [row.id for row in rows]
    kind = rows[0].kind
    try:
        handler = _handlers.get(kind)
        if handler is None:
            raise Permanent(f"nothing handles {kind}")
        handler.run([row.payload for row in rows])
    except Exception as error:
        db.session.rollback()
        if len(ids) > 1:
            return sum(_attempt([row]) for row in _reload(ids))
        _postpone(ids[0], error)
        return 0
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids))
        .values(done_at=clock.now(), leased_until=None, error=None)
    )
    db.session.commit()
    return len(ids)


def _reload(ids: Sequence[int]) -> list[OutboxRow]:
    return list(
        db.session.scalars(select(OutboxRow).where(OutboxRow.id.in_(ids)).order_by(OutboxRow.id))
    )


def _postpone(row_id: int, error: Exception) -> None:
    row = db.session.get(OutboxRow, row_id)
    if row is None:
        return
    row.attempts += 1
    row.leased_until = None
    row.error = f"{type(error).__name__}: {error}"[:500]
    if isinstance(error, Permanent) or row.attempts >= ATTEMPTS:
        row.abandoned_at = clock.now()
        log.error("outbox row %s (%s) set aside: %s", row.id, row.kind, row.error)
    else:
        pause = min(timedelta(seconds=2**row.attempts), LONGEST_PAUSE)
        row.due_at = clock.now() + pause
        log.warning("outbox row %s (%s) tried %s times", row.id, row.kind, row.attempts)
    db.session.commit()


def backlog() -> tuple[int, float]:
    """How many rows are due, and the age in seconds of the oldest."""
    moment = clock.now()
    due = db.session.scalars(
        select(OutboxRow.due_at).where(*_due(moment)[:3]).order_by(OutboxRow.due_at)
    ).all()
    return len(due), (moment - due[0]).total_seconds() if due else 0.0


def forget_finished(older_than: timedelta) -> int:
    """Delete finished rows; those set aside stay for a person to look at."""
    before = clock.now() - older_than
    gone = db.session.query(OutboxRow).where(OutboxRow.done_at < before).delete()
    return gone
