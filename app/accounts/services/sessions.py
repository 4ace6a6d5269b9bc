"""Sessions: opening one at log-in, recognising it on each request, ending it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.accounts.models import Account, AccountSession
from app.extensions import db

ABSOLUTE_LIFE = timedelta(days=30)


def token_digest(token: str) -> str:
    """A stolen database opens no session: only this hash is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(account: Account, *, browser: str) -> str:
    """Begin a session. Returns the token for the cookie, the only time it is known."""
    token = secrets.token_urlsafe(32)
    moment = clock.now()
    db.session.add(
        AccountSession(
            account_id=account.id,
            token_hash=token_digest(token),
            created_at=moment,
            seen_at=moment,
            expires_at=moment + ABSOLUTE_LIFE,
            browser=browser[:120],
        )
    )
    db.session.flush()
    return token


def account_of_session(token: str) -> Account | None:
    """The account a session token stands for, or None where it has ended."""
    row = db.session.scalar(
        select(AccountSession).where(
            AccountSession.token_hash == token_digest(token),
            AccountSession.expires_at > clock.now(),
        )
    )
    return None if row is None or row.account.closed_at else row.account
