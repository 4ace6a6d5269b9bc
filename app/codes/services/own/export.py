"""Everything an account keeps of the reference, for it to take away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import select

from app.accounts.models import Account
from app.codes.models import CPT, CodeFolder, FavoriteCode, PrivateNote, RecentCode
from app.codes.services.own.listing import OwnCode, named
from app.csv_tables import csv_table
from app.extensions import db

HEADINGS = ("Kind", "Code system", "Code", "Title", "Folder", "Note", "When")


@dataclass(frozen=True, slots=True)
class Kept:
    """What an account keeps. Titles are empty where no license covers their export."""

    folders: dict[int, str]
    favorites: tuple[OwnCode, ...]
    notes: tuple[OwnCode, ...]
    history: tuple[OwnCode, ...]
    with_cpt_titles: bool

    def title_of(self, row: OwnCode) -> str:
        return "" if row.system == CPT and not self.with_cpt_titles else row.title

    def as_csv(self) -> str:
        """One row for each thing; its first cell says what it is."""
        kinds = (("Favorite", self.favorites), ("Note", self.notes), ("Opened", self.history))
        rows = [
            (
                kind,
                row.system_name,
                row.shown,
                self.title_of(row),
                self.folders.get(row.folder_id or 0, ""),
                row.text,
                row.at.isoformat(timespec="seconds"),
            )
            for kind, found in kinds
            for row in found
        ]
        # A folder without a code in it is kept too.
        filled = {row.folder_id for row in self.favorites}
        rows += [
            ("Folder", "", "", "", name, "", "")
            for folder_id, name in self.folders.items()
            if folder_id not in filled
        ]
        return csv_table(HEADINGS, rows)

    def as_plain(self) -> dict[str, Any]:
        return {
            "folders": list(self.folders.values()),
            "favorites": [
                {
                    **self._code(row),
                    "folder": self.folders.get(row.folder_id or 0),
                    "added_at": row.at.isoformat(),
                }
                for row in self.favorites
            ],
            "notes": [
                {**self._code(row), "text": row.text, "updated_at": row.at.isoformat()}
                for row in self.notes
            ],
            "history": [
                {**self._code(row), "opened_at": row.at.isoformat()} for row in self.history
            ],
        }

    def _code(self, row: OwnCode) -> dict[str, str]:
        return {"system": row.system, "code": row.shown, "title": self.title_of(row)}


def export_own(account: Account) -> Kept:
    favorites = db.session.scalars(
        select(FavoriteCode)
        .where(FavoriteCode.account_id == account.id)
        .order_by(FavoriteCode.added_at, FavoriteCode.id)
    ).all()
    notes = db.session.scalars(
        select(PrivateNote).where(PrivateNote.account_id == account.id).order_by(PrivateNote.id)
    ).all()
    history = db.session.scalars(
        select(RecentCode)
        .where(RecentCode.account_id == account.id)
        .order_by(RecentCode.seen_at.desc(), RecentCode.id)
    ).all()
    folders = db.session.execute(
        select(CodeFolder.id, CodeFolder.name)
        .where(CodeFolder.account_id == account.id)
        .order_by(CodeFolder.name)
    ).all()
    return Kept(
        folders={row.id: row.name for row in folders},
        favorites=tuple(named(favorites)),
        notes=tuple(named(notes)),
        history=tuple(named(history)),
        with_cpt_titles="exports" in current_app.config["CPT_LICENSED_USES"],
    )
