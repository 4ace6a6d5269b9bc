"""Private notes on codes: plain text that nobody but its owner is shown."""

from __future__ import annotations

from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.codes.models import PrivateNote
from app.errors import Invalid
from app.extensions import db, insert_once

LONGEST_NOTE = 5_000
MOST_NOTES = 2_000


def find_note(account: Account, system: str, key: str) -> PrivateNote | None:
    return db.session.scalar(
        select(PrivateNote).where(
            PrivateNote.account_id == account.id,
            PrivateNote.system == system,
            PrivateNote.key == key,
        )
    )


def write_note(account: Account, system: str, key: str, text: str) -> bool:
    """Keep the text as the account's note on a code; nothing in it deletes the note.

    True where there is a note now. Raises Invalid for one too long, or one too many.
    """
    written = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(written) > LONGEST_NOTE:
        raise Invalid(
            f"A note has at most {LONGEST_NOTE:,} characters; this one has {len(written):,}.",
            field="text",
        )
    note = find_note(account, system, key)
    if not written:
        if note is not None:
            db.session.delete(note)
        return False
    if note is None:
        note = _begin(account, system, key)
    note.text, note.updated_at = written, clock.now()
    return True


def _begin(account: Account, system: str, key: str) -> PrivateNote:
    count = select(func.count(PrivateNote.id)).where(PrivateNote.account_id == account.id)
    if (db.session.scalar(count) or 0) >= MOST_NOTES:
        raise Invalid(
            f"You have notes on {MOST_NOTES:,} codes, as many as one account may have. Delete some "
            "before you write another.",
            field="text",
        )
    insert_once(
        PrivateNote,
        account_id=account.id,
        system=system,
        key=key,
        text="",
        updated_at=clock.now(),
    )
    found = find_note(account, system, key)
    if found is None:
        raise RuntimeError("a note vanished while it was written")
    return found
