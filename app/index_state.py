"""How the search indexes are doing, for the desk and for the metrics: lag, backlog, drift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from app import clock, index_checks, index_rebuilds, indexing, tasks
from app.engine import engine
from app.extensions import db
from app.index_checks import FULL, REPLAY, IndexCheck
from app.index_rebuilds import IndexRebuild
from app.indexing import Kept
from app.tasks import OutboxRow
from search.breaker import CircuitBreaker
from search.contract import Health, SearchError

DAYS = 7  # of comparisons that are shown
TOLERATED_LAG = 60.0  # seconds a change may wait until somebody is told


@dataclass(frozen=True, slots=True)
class Lag:
    """Changes the index does not show yet."""

    waiting: int  # rows of the outbox; one may stand for many documents
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class IndexState:
    """One index, as the worker last saw it."""

    name: str
    title: str
    lag: Lag
    written_last_hour: int  # rows of the outbox
    last_check: IndexCheck | None  # the last that could be made
    rebuild: IndexRebuild | None  # under way or waiting
    set_aside: int

    @property
    def is_late(self) -> bool:
        return self.lag.oldest_seconds > TOLERATED_LAG


@dataclass(frozen=True, slots=True)
class Aside:
    """A change that was given up, for a person to look at."""

    row_id: int
    index: str
    title: str
    ids: tuple[str, ...]
    reason: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Day:
    """A day's comparisons of one index."""

    day: date
    title: str
    checks: int
    failed: int
    missing: int
    stale: int
    surplus: int
    mended: int
    with_content: bool


@dataclass(frozen=True, slots=True)
class SearchState:
    health: Health
    is_resting: bool  # the circuit breaker of this process is open
    indexes: Sequence[IndexState]
    aside: Sequence[Aside]
    days: Sequence[Day]
    rebuilds: Sequence[tuple[str, IndexRebuild]]  # (title of the index, rebuild)

    @property
    def is_moving(self) -> bool:
        """Whether another look in a moment will show something else."""
        return any(each.rebuild is not None or each.lag.waiting for each in self.indexes)


def search_state() -> SearchState:
    """Everything the desk shows of search. Opens whatever is down."""
    titles = {kept.name: kept.title for kept in indexing.kept_indexes()}
    rebuilds = index_rebuilds.recent()
    checks = index_checks.checks_since(clock.now() - timedelta(days=DAYS))
    health = _health()  # before the breaker is looked at: asking may open it
    return SearchState(
        health=health,
        is_resting=is_resting(),
        indexes=index_states(),
        aside=[each for kept in indexing.kept_indexes() for each in _aside(kept)],
        days=_days(checks, titles),
        rebuilds=[(titles.get(each.index, each.index), each) for each in rebuilds],
    )


def index_states() -> list[IndexState]:
    under_way = {each.index: each for each in index_rebuilds.under_way()}
    return [_state(kept, under_way.get(kept.name)) for kept in indexing.kept_indexes()]


def lag_of(kinds: Iterable[str]) -> Lag:
    count, oldest = db.session.execute(
        select(func.count(), func.min(OutboxRow.created_at)).where(*tasks.unfinished(tuple(kinds)))
    ).one()
    return Lag(count, max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0)


def is_resting() -> bool:
    found = engine()
    return isinstance(found, CircuitBreaker) and found.open


def _health() -> Health:
    try:
        return engine().health()
    except SearchError as error:
        return Health(available=False, engine="", detail=str(error))


def _state(kept: Kept, rebuild: IndexRebuild | None) -> IndexState:
    an_hour_ago = clock.now() - timedelta(hours=1)
    written = select(func.count()).where(
        OutboxRow.kind == indexing.write_kind(kept.name), OutboxRow.done_at > an_hour_ago
    )
    return IndexState(
        name=kept.name,
        title=kept.title,
        lag=lag_of(kept.kinds),
        written_last_hour=db.session.scalar(written) or 0,
        last_check=index_checks.last_check(kept.name),
        rebuild=rebuild,
        set_aside=len(tasks.given_up(kept.kinds)),
    )


def _aside(kept: Kept) -> list[Aside]:
    return [
        Aside(
            row_id=row.id,
            index=kept.name,
            title=kept.title,
            ids=tuple(indexing.ids_of(row.payload)),
            reason=(row.error or "").removeprefix("Permanent: "),
            since=row.abandoned_at,
        )
        for row in tasks.given_up(kept.kinds)
    ]


def _days(checks: Sequence[IndexCheck], titles: dict[str, str]) -> list[Day]:
    """The latest day first; what a rebuild replayed is no drift and is left out."""
    by_day: dict[tuple[date, str], list[IndexCheck]] = {}
    for check in checks:
        if check.kind != REPLAY:
            by_day.setdefault((check.at.date(), check.index), []).append(check)
    return [
        Day(
            day=day,
            title=titles.get(index, index),
            checks=len(found),
            failed=sum(check.error is not None for check in found),
            missing=sum(check.missing for check in found),
            stale=sum(check.stale for check in found),
            surplus=sum(check.surplus for check in found),
            mended=sum(check.mended for check in found),
            with_content=any(check.kind == FULL and check.error is None for check in found),
        )
        for (day, index), found in sorted(
            by_day.items(), key=lambda each: (-each[0][0].toordinal(), each[0][1])
        )
    ]
