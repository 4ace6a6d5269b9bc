"""What one account has of one code, asked in one query, and that it opened the code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    String,
    bindparam,
    delete,
    literal,
    select,
    union_all,
    update,
)

from app import clock
from app.accounts.models import Account
from app.codes.models import CodeFolder, FavoriteCode, PrivateNote, RecentCode
from app.extensions import UtcDateTime, db, insert_once

WRITTEN_EVERY = timedelta(hours=1)  # a write for each page would be one too many


@dataclass(frozen=True, slots=True)
class OwnState:
    """A code as it stands among an account's own things."""

    favorite_id: int | None = None
    folder_id: int | None = None
    note: str = ""
    note_updated: datetime | None = None
    seen_at: datetime | None = None
    folders: tuple[tuple[int, str], ...] = ()  # every folder of the account, by name

    @property
    def folder(self) -> str:
        """The name of the folder it is kept in; empty for none."""
        return dict(self.folders).get(self.folder_id or 0, "")


def _whole() -> CompoundSelect[Any]:
    """The question as it is sent for every page of an account: put together once."""
    none, blank = literal(None, Integer), literal("", String)

    def part(model: Any, what: str, folder: Any, text: Any, at: Any) -> Any:
        return select(
            literal(what).label("what"),
            model.id.label("id"),
            folder.label("folder_id"),
            text.label("text"),
            at.label("at"),
        ).where(model.account_id == bindparam("account"))

    def here(model: Any, *columns: Any) -> Any:
        return part(model, *columns).where(
            model.system == bindparam("system"), model.key == bindparam("key")
        )

    return union_all(
        here(FavoriteCode, "favorite", FavoriteCode.folder_id, blank, FavoriteCode.added_at),
        here(PrivateNote, "note", none, PrivateNote.text, PrivateNote.updated_at),
        here(RecentCode, "seen", none, blank, RecentCode.seen_at),
        part(CodeFolder, "folder", none, CodeFolder.name, literal(None, UtcDateTime)),
    )


_WHOLE = _whole()


def own_state(account_id: int, system: str, key: str) -> OwnState:
    """One query for all of it: metered pages stay fast."""
    asked = {"account": account_id, "system": system, "key": key}
    rows = db.session.execute(_WHOLE, asked).all()
    found = {row.what: row for row in rows}
    favorite, note, seen = (found.get(what) for what in ("favorite", "note", "seen"))
    folders = [(row.id, row.text) for row in rows if row.what == "folder"]
    return OwnState(
        favorite_id=favorite.id if favorite else None,
        folder_id=favorite.folder_id if favorite else None,
        note=note.text if note else "",
        note_updated=note.at if note else None,
        seen_at=seen.at if seen else None,
        folders=tuple(sorted(folders, key=lambda pair: (pair[1].casefold(), pair[0]))),
    )


def note_opening(account_id: int, system: str, key: str, state: OwnState) -> bool:
    """Remember that the code was opened. True where something was written, to commit."""
    moment = clock.now()
    if state.seen_at is None:
        insert_once(RecentCode, account_id=account_id, system=system, key=key, seen_at=moment)
        return True
    if state.seen_at > moment - WRITTEN_EVERY:
        return False
    db.session.execute(
        update(RecentCode)
        .where(
            RecentCode.account_id == account_id, RecentCode.system == system, RecentCode.key == key
        )
        .values(seen_at=moment),
        execution_options={"synchronize_session": False},
    )
    return True


def clear_history(account: Account) -> None:
    """Forget which codes the account opened; its allowance stays as it is."""
    db.session.execute(delete(RecentCode).where(RecentCode.account_id == account.id))
