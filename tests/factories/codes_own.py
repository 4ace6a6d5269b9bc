"""What accounts keep of the code reference, for tests."""

from __future__ import annotations

from typing import Any

from app import clock
from app.accounts.models import Account
from app.codes.models import ApiKey, CodeFolder, FavoriteCode, PrivateNote
from app.codes.services.keys import create_key
from app.extensions import db


def make_folder(account: Account, name: str = "Clinic") -> CodeFolder:
    return _kept(CodeFolder(account_id=account.id, name=name))


def make_favorite(
    account: Account, key: str, *, system: str = "icd10cm", folder: CodeFolder | None = None
) -> FavoriteCode:
    return _kept(
        FavoriteCode(
            account_id=account.id,
            folder_id=folder.id if folder else None,
            system=system,
            key=key,
            added_at=clock.now(),
        )
    )


def make_note(account: Account, key: str, text: str, *, system: str = "icd10cm") -> PrivateNote:
    return _kept(
        PrivateNote(
            account_id=account.id, system=system, key=key, text=text, updated_at=clock.now()
        )
    )


def make_key(account: Account, name: str = "Billing check") -> tuple[ApiKey, str]:
    """A key and its text."""
    made = create_key(account, name)
    db.session.commit()
    return made


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.commit()
    return row
