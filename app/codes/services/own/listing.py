"""The lists of an account's own codes, each code with what it is called today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select

from app import clock
from app.accounts.models import Account
from app.codes.models import SYSTEMS, FavoriteCode, PrivateNote, RecentCode
from app.codes.services.editions import editions
from app.codes.services.lookup import key_of
from app.codes.services.reference.subject import name_codes
from app.codes.services.structure import Reference
from app.extensions import db

PAGE = 50
_AT_ONCE = 400  # codes named in one query
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class OwnCode:
    """One row of a list: the code, and what the account has to do with it."""

    id: int
    system: str
    key: str
    at: datetime
    folder_id: int | None = None
    text: str = ""
    entry: Reference | None = None  # None where no loaded edition has the code any more

    @property
    def shown(self) -> str:
        return self.entry.shown if self.entry else self.key

    @property
    def address(self) -> str:
        return self.entry.address if self.entry else self.key

    @property
    def title(self) -> str:
        return self.entry.title if self.entry else ""

    @property
    def system_name(self) -> str:
        return SYSTEMS.get(self.system, self.system)


@dataclass(frozen=True, slots=True)
class Listed:
    rows: tuple[OwnCode, ...]
    total: int
    page: int

    @property
    def last_page(self) -> int:
        return max(-(-self.total // PAGE), 1)


def favorites_page(account: Account, *, folder_id: int | None, loose: bool, page: int) -> Listed:
    """Favorites in the order they were added, the latest first: all, of a folder, or of none."""
    wanted = select(FavoriteCode).where(FavoriteCode.account_id == account.id)
    if folder_id is not None:
        wanted = wanted.where(FavoriteCode.folder_id == folder_id)
    elif loose:
        wanted = wanted.where(FavoriteCode.folder_id.is_(None))
    return _page(wanted, (FavoriteCode.added_at.desc(), FavoriteCode.id.desc()), page)


def notes_page(account: Account, typed: str, page: int) -> Listed:
    """Notes that hold every typed word, or are about the typed code; the latest first."""
    wanted = select(PrivateNote).where(PrivateNote.account_id == account.id)
    words = typed.split()[:_MOST_WORDS]
    if words:
        keys = {key for system in SYSTEMS if (key := key_of(typed, system))}
        every = [PrivateNote.text.icontains(word, autoescape=True) for word in words]
        wanted = wanted.where(or_(PrivateNote.key.in_(keys), and_(*every)))
    return _page(wanted, (PrivateNote.updated_at.desc(), PrivateNote.id.desc()), page)


def history_page(account: Account, page: int) -> Listed:
    """Codes the account opened, the one opened last first."""
    wanted = select(RecentCode).where(RecentCode.account_id == account.id)
    return _page(wanted, (RecentCode.seen_at.desc(), RecentCode.id.desc()), page)


def named(rows: Iterable[Any]) -> list[OwnCode]:
    """Rows of any of the three tables, with what their codes are called."""
    found = list(rows)
    pairs = sorted({(row.system, row.key) for row in found})
    names: dict[tuple[str, str], Reference] = {}
    for start in range(0, len(pairs), _AT_ONCE):
        names |= name_codes(pairs[start : start + _AT_ONCE], editions(), clock.today())
    return [_own_code(row, names.get((row.system, row.key))) for row in found]


def _own_code(row: FavoriteCode | PrivateNote | RecentCode, entry: Reference | None) -> OwnCode:
    if isinstance(row, FavoriteCode):
        return OwnCode(row.id, row.system, row.key, row.added_at, row.folder_id, "", entry)
    if isinstance(row, PrivateNote):
        return OwnCode(row.id, row.system, row.key, row.updated_at, None, row.text, entry)
    return OwnCode(row.id, row.system, row.key, row.seen_at, None, "", entry)


def _page(wanted: Select[Any], order: Sequence[Any], page: int) -> Listed:
    total = db.session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    page = min(max(page, 1), max(-(-total // PAGE), 1))
    rows = db.session.scalars(wanted.order_by(*order).offset((page - 1) * PAGE).limit(PAGE)).all()
    return Listed(tuple(named(rows)), total, page)
