"""One-time links: issued for one purpose and address, good for a while, spent exactly once."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from app import clock
from app.accounts.models import Account, OneTimeToken, Purpose
from app.accounts.services.sessions import token_digest
from app.errors import Gone
from app.extensions import db

LIFE = {
    Purpose.VERIFY_EMAIL: timedelta(days=3),
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
}
MAILS_AN_HOUR = 5  # links of one purpose sent to one account, so that nobody fills its mailbox
KEPT = timedelta(days=30)


def issue_token(
    account_id: int, purpose: Purpose, *, email: str, password_hash: str | None = None
) -> str:
    """A new link for an account. Returns the token, the only time it is known."""
    token = secrets.token_urlsafe(32)
    moment = clock.now()
    db.session.add(
        OneTimeToken(
            account_id=account_id,
            purpose=purpose,
            token_hash=token_digest(token),
            email=email,
            created_at=moment,
            expires_at=moment + LIFE[purpose],
            password_hash=password_hash,
        )
    )
    db.session.flush()
    return token


def find_token(token: str, purpose: Purpose) -> OneTimeToken:
    """The link behind a token, unspent. Raises Gone where it is unknown, spent or too old."""
    row = db.session.scalar(
        select(OneTimeToken).where(
            OneTimeToken.token_hash == token_digest(token),
            OneTimeToken.purpose == purpose,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > clock.now(),
        )
    )
    if row is None or row.account.closed_at:
        raise Gone("This link has been used or is too old. Ask for a new one.")
    return row


def spend_token(row: OneTimeToken) -> None:
    """Use a link up. One UPDATE decides: of two tabs, one succeeds and the other gets Gone."""
    moment = clock.now()
    spent = db.session.scalar(
        update(OneTimeToken)
        .where(
            OneTimeToken.id == row.id,
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > moment,
        )
        .values(used_at=moment)
        .returning(OneTimeToken.id)
    )
    if spent is None:
        raise Gone("This link has been used or is too old. Ask for a new one.")


def void_tokens(account: Account, *purposes: Purpose) -> None:
    """Make the account's unspent links of these purposes worthless; of all where none is named."""
    unspent = update(OneTimeToken).where(
        OneTimeToken.account_id == account.id, OneTimeToken.used_at.is_(None)
    )
    if purposes:
        unspent = unspent.where(OneTimeToken.purpose.in_(purposes))
    db.session.execute(unspent.values(used_at=clock.now()))


def mails_lately(account_id: int, purpose: Purpose, *, before: OneTimeToken | None = None) -> int:
    """How many links of a purpose an account was issued in the last hour, or before that one.

    Each purpose counts by itself: who registers a stranger's address keeps no reset link from it.
    """
    issued = (
        select(func.count())
        .select_from(OneTimeToken)
        .where(
            OneTimeToken.account_id == account_id,
            OneTimeToken.purpose == purpose,
            OneTimeToken.created_at > clock.now() - timedelta(hours=1),
        )
    )
    if before is not None:
        issued = issued.where(OneTimeToken.id < before.id)
    return db.session.scalar(issued) or 0


def forget_old_tokens() -> None:
    db.session.execute(delete(OneTimeToken).where(OneTimeToken.expires_at < clock.now() - KEPT))
