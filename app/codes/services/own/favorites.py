"""Favorite codes of an account, and the folders they lie in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from app import clock
from app.accounts.models import Account
from app.codes.models import CodeFolder, FavoriteCode
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db, insert_once

MOST_FAVORITES = 2_000
MOST_FOLDERS = 100
LONGEST_NAME = 60


def folders_of(account: Account) -> list[tuple[CodeFolder, int]]:
    """Every folder by name, with how many codes lie in it: one query."""
    rows = db.session.execute(
        select(CodeFolder, func.count(FavoriteCode.id))
        .outerjoin(FavoriteCode, FavoriteCode.folder_id == CodeFolder.id)
        .where(CodeFolder.account_id == account.id)
        .group_by(CodeFolder.id)
    ).all()
    found = [(folder, int(count)) for folder, count in rows]
    return sorted(found, key=lambda pair: (pair[0].name.casefold(), pair[0].id))


def find_folder(account: Account, folder_id: int) -> CodeFolder:
    """A folder of the account. Raises NotFound for another's."""
    folder = db.session.get(CodeFolder, folder_id)
    if folder is None or folder.account_id != account.id:
        raise NotFound("There is no such folder.")
    return folder


def create_folder(account: Account, name: str) -> int:
    """A new folder. Raises Invalid for a name that cannot be one, Conflict where it is taken."""
    chosen = _checked(account, name, None)
    count = select(func.count(CodeFolder.id)).where(CodeFolder.account_id == account.id)
    if (db.session.scalar(count) or 0) >= MOST_FOLDERS:
        raise Invalid(
            f"You have {MOST_FOLDERS} folders, as many as one account may have. Delete one first.",
            field="name",
        )
    folder_id = insert_once(CodeFolder, account_id=account.id, name=chosen)
    if folder_id is None:
        raise Conflict(f"You have a folder “{chosen}” already.", field="name")
    return folder_id


def rename_folder(account: Account, folder_id: int, name: str) -> CodeFolder:
    folder = find_folder(account, folder_id)
    folder.name = _checked(account, name, folder)
    db.session.flush()
    return folder


def delete_folder(account: Account, folder_id: int) -> int:
    """Delete a folder; its codes stay favorites, without a folder. Returns how many those are."""
    folder = find_folder(account, folder_id)
    moved = db.session.scalars(
        update(FavoriteCode)
        .where(FavoriteCode.folder_id == folder.id)
        .values(folder_id=None)
        .returning(FavoriteCode.id)
    ).all()
    db.session.execute(delete(CodeFolder).where(CodeFolder.id == folder.id))
    return len(moved)


def folder_for(account: Account, chosen: str, new_name: str = "") -> int | None:
    """The folder a form names: a new one where a name is typed, none, or one of the account's."""
    if new_name:
        same = [f.id for f, _ in folders_of(account) if f.name.casefold() == new_name.casefold()]
        return same[0] if same else create_folder(account, new_name)
    if not chosen:
        return None
    if not (chosen.isascii() and chosen.isdigit()) or len(chosen) > 18:
        raise NotFound("There is no such folder.")
    return find_folder(account, int(chosen)).id


def add_favorite(account: Account, system: str, key: str, folder_id: int | None) -> None:
    """Keep a code, in a folder or none; one that is kept already moves there."""
    count = select(func.count(FavoriteCode.id)).where(FavoriteCode.account_id == account.id)
    kept = _of_code(account, system, key)
    if kept is not None:
        kept.folder_id = folder_id
    elif (db.session.scalar(count) or 0) >= MOST_FAVORITES:
        raise Invalid(
            f"You have {MOST_FAVORITES:,} favorites, as many as one account may have. Remove some "
            "before you add another."
        )
    else:
        insert_once(
            FavoriteCode,
            account_id=account.id,
            folder_id=folder_id,
            system=system,
            key=key,
            added_at=clock.now(),
        )


def find_favorite(account: Account, favorite_id: int) -> FavoriteCode:
    """A favorite of the account. Raises NotFound for another's."""
    favorite = db.session.get(FavoriteCode, favorite_id)
    if favorite is None or favorite.account_id != account.id:
        raise NotFound("There is no such favorite.")
    return favorite


def move_favorite(account: Account, favorite_id: int, folder_id: int | None) -> None:
    find_favorite(account, favorite_id).folder_id = folder_id


def remove_favorite(account: Account, favorite_id: int) -> None:
    db.session.delete(find_favorite(account, favorite_id))


def remove_favorite_of(account: Account, system: str, key: str) -> None:
    """Take a code out of the favorites; one that is none is fine."""
    kept = _of_code(account, system, key)
    if kept is not None:
        db.session.delete(kept)


def _of_code(account: Account, system: str, key: str) -> FavoriteCode | None:
    return db.session.scalar(
        select(FavoriteCode).where(
            FavoriteCode.account_id == account.id,
            FavoriteCode.system == system,
            FavoriteCode.key == key,
        )
    )


def _checked(account: Account, name: str, renamed: CodeFolder | None) -> str:
    chosen = " ".join(name.split())
    if not chosen:
        raise Invalid("Type a name for the folder.", field="name")
    if len(chosen) > LONGEST_NAME:
        raise Invalid(f"Use {LONGEST_NAME} characters or fewer.", field="name")
    others: Sequence[CodeFolder] = [f for f, _ in folders_of(account) if f is not renamed]
    if any(folder.name.casefold() == chosen.casefold() for folder in others):
        raise Conflict(f"You have a folder “{chosen}” already.", field="name")
    return chosen
