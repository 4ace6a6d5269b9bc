"""The outbox: what must happen after a commit, a row of the same transaction, done by the worker.

The database row is the truth. The queue (huey) only wakes the worker early; a lost wake-up costs
at most one tick, a killed worker's lease runs out and its rows are taken by the next.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import JSON, CursorResult, Index, case, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.errors import Unavailable
from app.extensions import Base, db
from search.contract import SearchUnavailable

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=45)  # renewed before each piece of work, so it bounds one piece
BATCH = 200
ATTEMPTS = 18  # with doubling pauses up to LONGEST_PAUSE: about a day
LONGEST_PAUSE = timedelta(hours=4)
OUTAGE_PAUSE = timedelta(seconds=20)
OUTAGE_PATIENCE = timedelta(days=3)

Payload = dict[str, Any]
BatchHandler = Callable[[Sequence[Payload]], None]


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index(None, "done_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[Payload] = mapped_column(JSON)  # emptied once done: it may be personal
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_by: Mapped[str | None]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]
    error: Mapped[str | None]


@dataclass(frozen=True)
class _Handler:
    run: BatchHandler
    batch: bool


_handlers: dict[str, _Handler] = {}


class _Held(NamedTuple):
    """A row this worker holds, as plain values: they outlive the commits between two rows."""

    id: int
    kind: str
    payload: Payload
    attempts: int
    error: str | None


class Permanent(Exception):
    """Trying again cannot help: the row is set aside at once, for a person to look at."""


class Partly(Exception):
    """A batch was done but for some of its payloads: only those are tried later or set aside."""

    def __init__(self, failed: Mapping[int, Exception]) -> None:
        super().__init__(f"{len(failed)} of a batch failed")
        self.failed = dict(failed)  # position in the batch -> why


class Unreachable(Exception):
    """What the work needs is down: all work of the kind waits, and none of it is to blame."""


OUTAGES = (Unreachable, Unavailable, SearchUnavailable)


def handles(kind: str, *, batch: bool = False) -> Callable[[Any], Any]:
    """Register what does the work of `kind`.

    A handler takes one payload, or with `batch` a list of them, and may be called again with the
    same payload: it must be harmless then. It raises to be tried later, `Permanent` to give up,
    and of a batch `Partly` to name those that failed. What it raises undoes what it wrote to the
    database, but for `Partly`: what belongs to the others is kept.
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
    """Do what is due, in the order it was asked for. Returns how many rows were finished.

    A kind whose service turns out to be down is knocked at once a drain, not once a row.
    """
    finished = 0
    down: set[str] = set()
    while finished < limit:
        holder = uuid.uuid4().hex
        rows = _lease(holder)
        if not rows:
            break
        for group in _groups(rows):
            finished += _attempt(group, holder, down)
    return finished


def _due(moment: datetime) -> tuple[Any, ...]:
    return (
        OutboxRow.done_at.is_(None),
        OutboxRow.abandoned_at.is_(None),
        OutboxRow.due_at <= moment,
        or_(OutboxRow.leased_until.is_(None), OutboxRow.leased_until < moment),
    )


def _lease(holder: str) -> list[_Held]:
    """Take a batch of due rows. The UPDATE decides, so two workers never hold the same row."""
    moment = clock.now()
    # Two statements: PostgreSQL may run a locking subquery of an UPDATE more than once.
    ids = db.session.scalars(
        select(OutboxRow.id)
        .where(*_due(moment))
        .order_by(OutboxRow.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        db.session.rollback()  # nothing to write: an idle look takes no lock
        return []
    # A lease that ran out is a worker that died at it, perhaps of it: that counts as an attempt.
    died = case((OutboxRow.leased_until.is_not(None), 1), else_=0)
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), *_due(moment))
        .values(leased_by=holder, leased_until=moment + LEASE, attempts=OutboxRow.attempts + died),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()
    return _held(holder)


def _held(holder: str, ids: Sequence[int] | None = None) -> list[_Held]:
    held = (
        select(OutboxRow.id, OutboxRow.kind, OutboxRow.payload, OutboxRow.attempts, OutboxRow.error)
        .where(OutboxRow.leased_by == holder)
        .order_by(OutboxRow.id)
    )
    if ids is not None:
        held = held.where(OutboxRow.id.in_(ids))
    return [_Held(*row) for row in db.session.execute(held)]


def _groups(rows: Sequence[_Held]) -> list[list[_Held]]:
    """Neighbours of one batched kind together, unless they failed before; the rest alone."""
    groups: list[list[_Held]] = []
    for row in rows:
        handler = _handlers.get(row.kind)
        last = groups[-1][0] if groups else None
        if (
            handler
            and handler.batch
            and last
            and last.kind == row.kind
            and not row.attempts
            and not last.attempts
        ):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _attempt(rows: Sequence[_Held], holder: str, down: set[str]) -> int:
    """Do one group. Where it fails, its halves are tried, until the row to blame stands alone."""
    kind, ids = rows[0].kind, [row.id for row in rows]
    if kind in down:
        _wait_out(ids, holder, f"{kind} waits for its service")
        return 0
    if not _renew(ids, holder):
        return 0  # this worker was too slow; another has the rows
    try:
        handler = _handlers.get(kind)
        if handler is None:
            raise Permanent(f"nothing handles {kind}")
        if rows[0].attempts >= ATTEMPTS:
            raise Permanent(rows[0].error or "every worker that tried it died")
        handler.run([row.payload for row in rows])
        _acknowledge(ids, holder)
    except Partly as partly:
        failed = {ids[position]: error for position, error in partly.failed.items()}
        done = [row_id for row_id in ids if row_id not in failed]
        _acknowledge(done, holder)
        for row_id, error in failed.items():
            _postpone(row_id, holder, error)
        return len(done)
    except OUTAGES as error:
        db.session.rollback()
        log.warning("outbox: %s cannot be done now: %s", kind, error)
        down.add(kind)
        _wait_out(ids, holder, _told(error))
        return 0
    except Exception as error:
        db.session.rollback()
        if len(ids) == 1:
            _postpone(ids[0], holder, error)
            return 0
        half = len(ids) // 2
        return sum(_attempt(_held(holder, part), holder, down) for part in (ids[:half], ids[half:]))
    return len(ids)


def _acknowledge(ids: Sequence[int], holder: str) -> None:
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.leased_by == holder)
        .values(done_at=clock.now(), leased_by=None, leased_until=None, error=None, payload={}),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def _renew(ids: Sequence[int], holder: str) -> bool:
    """Begin the lease anew. False where it ran out and somebody else took the rows."""
    renewed = cast(
        "CursorResult[Any]",
        db.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids), OutboxRow.leased_by == holder)
            .values(leased_until=clock.now() + LEASE),
            execution_options={"synchronize_session": False},
        ),
    )
    db.session.commit()
    return renewed.rowcount == len(ids)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _postpone(row_id: int, holder: str, error: Exception) -> None:
    row = db.session.get(OutboxRow, row_id, populate_existing=True)
    if row is None or row.leased_by != holder:
        return  # another worker took it meanwhile
    row.attempts += 1
    row.leased_by = row.leased_until = None
    row.error = _told(error)
    if isinstance(error, Permanent) or row.attempts >= ATTEMPTS:
        row.abandoned_at = clock.now()
        log.error("outbox row %s (%s) set aside: %s", row.id, row.kind, row.error)
    else:
        row.due_at = clock.now() + min(timedelta(seconds=2**row.attempts), LONGEST_PAUSE)
        log.warning("outbox row %s (%s) tried %s times", row.id, row.kind, row.attempts)
    db.session.commit()


def _wait_out(ids: Sequence[int], holder: str, reason: str) -> None:
    """Let rows wait for a service that is down; set aside only what has waited for days."""
    moment = clock.now()
    given_up = OutboxRow.created_at < moment - OUTAGE_PATIENCE
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), OutboxRow.leased_by == holder)
        .values(
            due_at=moment + OUTAGE_PAUSE,
            leased_by=None,
            leased_until=None,
            error=reason,
            abandoned_at=case((given_up, moment), else_=None),
        ),
        execution_options={"synchronize_session": False},
    )
    db.session.commit()


def backlog() -> tuple[int, float]:
    """How many rows are due, and the age in seconds of the oldest."""
    moment = clock.now()
    count, oldest = db.session.execute(
        select(func.count(), func.min(OutboxRow.due_at)).where(*_due(moment)[:3])
    ).one()
    return count, (moment - oldest).total_seconds() if oldest else 0.0


def set_aside() -> int:
    """How many rows were given up and wait for a person."""
    waiting = select(func.count()).where(OutboxRow.abandoned_at.is_not(None))
    return db.session.scalar(waiting) or 0


def unfinished(kinds: Collection[str]) -> tuple[Any, ...]:
    """The conditions of rows of these kinds that are still to be done, due or not."""
    return (
        OutboxRow.kind.in_(kinds),
        OutboxRow.done_at.is_(None),
        OutboxRow.abandoned_at.is_(None),
    )


def given_up(kinds: Collection[str]) -> Sequence[OutboxRow]:
    """Rows of these kinds that were set aside, the latest first."""
    found = select(OutboxRow).where(OutboxRow.kind.in_(kinds), OutboxRow.abandoned_at.is_not(None))
    return db.session.scalars(found.order_by(OutboxRow.id.desc())).all()


def try_again(kinds: Collection[str], row_id: int | None = None) -> int:
    """Have rows that were set aside done after all: one, or every one of these kinds.

    Returns how many; a row that meanwhile is not set aside any more is left as it is.
    """
    moment = clock.now()
    again = update(OutboxRow).where(OutboxRow.kind.in_(kinds), OutboxRow.abandoned_at.is_not(None))
    if row_id is not None:
        again = again.where(OutboxRow.id == row_id)
    # As new: patience with an outage is counted from here.
    again = again.values(abandoned_at=None, attempts=0, created_at=moment, due_at=moment)
    found = cast("CursorResult[Any]", db.session.execute(again)).rowcount
    db.session.info["wake"] = found > 0
    return found


def forget_finished(older_than: timedelta) -> int:
    """Delete finished rows; those set aside stay for a person to look at."""
    before = clock.now() - older_than
    gone = delete(OutboxRow).where(OutboxRow.done_at < before)
    return cast("CursorResult[Any]", db.session.execute(gone)).rowcount
