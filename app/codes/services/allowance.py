"""How many code pages a reader may open: counted once per code and period, and exactly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row, Table, and_, bindparam, delete, select, update

from app import clock
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.codes.models import ViewAllowance, ViewGrant
from app.extensions import db, insert_once

GUEST = "guest:"


@dataclass(frozen=True, slots=True)
class Quota:
    """What a kind of reader gets: so many pages in each period."""

    views: int
    period: timedelta


@dataclass(frozen=True, slots=True)
class FirstView:
    """The page a guest's cookie says was opened first; it was not written down then."""

    system: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the page is open to the reader, and what is left."""

    is_open: bool
    remaining: int
    renews_at: datetime | None  # None where nothing was counted yet
    recorded: bool = False  # something was written, for the caller to commit


def account_reader(account_id: int) -> str:
    return f"account:{account_id}"


def guest_reader(guest_id: str) -> str:
    return f"{GUEST}{guest_id}"


def views_left(reader: str, quota: Quota) -> Verdict:
    """What the reader has left; opens and counts nothing."""
    row = _state(reader, "", "")
    if row is None or row.period_start + quota.period <= clock.now():
        return Verdict(False, quota.views, None)
    return _verdict(False, row.used, row.period_start, quota, False)


def view_code(
    reader: str, system: str, key: str, quota: Quota, *, first: FirstView | None = None
) -> Verdict:
    """Open a page for the reader if the quota allows, counting it unless it was counted before."""
    recorded = False
    row = _state(reader, system, key)
    if row is None:
        recorded = _begin(reader, first)
        row = _state(reader, system, key)
        if row is None:
            raise RuntimeError("an allowance vanished while it was read")
    start: datetime = row.period_start
    if start + quota.period <= clock.now():
        start = _roll_over(row.id, start)
    elif row.grant_id is not None or row.used >= quota.views:
        return _verdict(row.grant_id is not None, row.used, start, quota, recorded)
    return _count(row.id, start, system, key, quota)


_A, _G = cast(Table, ViewAllowance.__table__).c, cast(Table, ViewGrant.__table__).c
# Asked for every page that is not a first view, so it is put together once.
_STATE = (
    select(_A.id, _A.period_start, _A.used, _G.id.label("grant_id"))
    .outerjoin_from(
        _A.id.table,
        _G.id.table,
        and_(
            _G.allowance_id == _A.id,
            _G.system == bindparam("system"),
            _G.key == bindparam("key"),
        ),
    )
    .where(_A.reader == bindparam("reader"))
)


def _state(reader: str, system: str, key: str) -> Row[Any, Any, Any, Any] | None:
    found = {"reader": reader, "system": system, "key": key}
    return db.session.execute(_STATE, found).one_or_none()


def _begin(reader: str, first: FirstView | None) -> bool:
    """The reader's row, with the view the cookie remembers; another tab may have made it."""
    allowance_id = insert_once(
        ViewAllowance,
        reader=reader,
        period_start=first.at if first else clock.now(),
        used=1 if first else 0,
    )
    if allowance_id is not None and first is not None:
        insert_once(
            ViewGrant,
            allowance_id=allowance_id,
            system=first.system,
            key=first.key,
            granted_at=first.at,
        )
    return allowance_id is not None


def _roll_over(allowance_id: int, start: datetime) -> datetime:
    """Begin a new period, unless another tab just did. Returns when the current one began."""
    moment = clock.now()
    begun = db.session.scalar(
        update(ViewAllowance)
        .where(ViewAllowance.id == allowance_id, ViewAllowance.period_start == start)
        .values(period_start=moment, used=0)
        .returning(ViewAllowance.id),
        execution_options={"synchronize_session": False},
    )
    if begun is None:
        stored = select(ViewAllowance.period_start).where(ViewAllowance.id == allowance_id)
        return db.session.scalars(stored).one()
    # The row is ours until the commit: no view of the new period can have been counted yet.
    db.session.execute(delete(ViewGrant).where(ViewGrant.allowance_id == allowance_id))
    return moment


def _count(allowance_id: int, start: datetime, system: str, key: str, quota: Quota) -> Verdict:
    """Take one view. The UPDATE decides and locks the row, the unique grant keeps it at one."""
    used = _move(allowance_id, start, 1, ViewAllowance.used < quota.views)
    if used is None:
        again = db.session.execute(
            select(ViewAllowance.reader, ViewAllowance.used, ViewAllowance.period_start).where(
                ViewAllowance.id == allowance_id
            )
        ).one()
        if again.period_start != start:  # another tab began a new period meanwhile
            return _count(allowance_id, again.period_start, system, key, quota)
        state = _state(again.reader, system, key)
        granted = state is not None and state.grant_id is not None
        return _verdict(granted, again.used, start, quota, True)
    granted_id = insert_once(
        ViewGrant, allowance_id=allowance_id, system=system, key=key, granted_at=clock.now()
    )
    if granted_id is None:  # another tab opened the same page a moment earlier: counted once
        used = _move(allowance_id, start, -1, ViewAllowance.used > 0) or 0
    return _verdict(True, used, start, quota, True)


def _move(allowance_id: int, start: datetime, by: int, condition: Any) -> int | None:
    return db.session.scalar(
        update(ViewAllowance)
        .where(ViewAllowance.id == allowance_id, ViewAllowance.period_start == start, condition)
        .values(used=ViewAllowance.used + by)
        .returning(ViewAllowance.used),
        execution_options={"synchronize_session": False},
    )


def _verdict(is_open: bool, used: int, start: datetime, quota: Quota, recorded: bool) -> Verdict:
    return Verdict(is_open, max(quota.views - used, 0), start + quota.period, recorded)


def forget_guests(before: datetime) -> int:
    """Delete guests whose period began before a moment; their cookies have run out."""
    old = select(ViewAllowance.id).where(
        ViewAllowance.reader.startswith(GUEST, autoescape=True),
        ViewAllowance.period_start < before,
    )
    ids = db.session.scalars(old).all()
    _forget(ids)
    return len(ids)


@account_closing.connect
def forget_account(account: Account) -> None:
    """What an account has read goes with its personal data."""
    own = select(ViewAllowance.id).where(ViewAllowance.reader == account_reader(account.id))
    _forget(db.session.scalars(own).all())


def _forget(allowance_ids: Any) -> None:
    for start in range(0, len(allowance_ids), 500):
        ids = allowance_ids[start : start + 500]
        db.session.execute(delete(ViewGrant).where(ViewGrant.allowance_id.in_(ids)))
        db.session.execute(delete(ViewAllowance).where(ViewAllowance.id.in_(ids)))
