"""Sessions: opening one at log-in, recognising it on each request, listing and ending them."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, delete, or_, select, update

from app import audit, clock
from app.accounts.models import Account, AccountSession, Standing
from app.errors import NotFound
from app.extensions import db

ABSOLUTE_LIFE = timedelta(days=30)
IDLE_LIFE = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)  # a write for each page would be one too many

# Looked for in this order: each later name also appears in the user agents of earlier ones.
_BROWSERS = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS)/"),
    ("Chrome", r"\b(?:Chrome|CriOS|Chromium|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("macOS", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def token_digest(token: str) -> str:
    """A stolen database opens no session: only this hash is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def name_browser(user_agent: str) -> str:
    """What people call the browser they sit at: "Firefox on Windows"."""
    browser = next((n for n, p in _BROWSERS if re.search(p, user_agent)), "")
    system = next((n for n, p in _SYSTEMS if re.search(p, user_agent)), "")
    return " on ".join(part for part in (browser, system) if part) or "Unknown browser"


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


@dataclass(frozen=True, slots=True)
class SignedIn(Standing):
    """Whose session a request comes with: as much of the account as every page needs."""

    session_id: int
    seen_at: datetime
    id: int
    name: str
    email: str
    staff: str
    email_verified_at: datetime | None

    def account(self) -> Account:
        """All of it, for whoever does something."""
        return db.session.get_one(Account, self.id)


# Asked on every request of whoever is logged in: put together once, and of both rows no more
# than is needed, since whole objects would take longer than the rest of many a page.
_S, _A = cast(Table, AccountSession.__table__).c, cast(Table, Account.__table__).c
_OPEN = (
    select(_S.id, _S.seen_at, _A.id, _A.name, _A.email, _A.staff, _A.email_verified_at)
    .join_from(_S.id.table, _A.id.table, _A.id == _S.account_id)
    .where(
        _S.token_hash == bindparam("digest"),
        _S.expires_at > bindparam("moment"),
        _S.seen_at > bindparam("used_after"),
        _A.closed_at.is_(None),
    )
)


def session_of(token: str) -> SignedIn | None:
    """Whom a token stands for, or None where the session has ended."""
    moment = clock.now()
    row = db.session.execute(
        _OPEN, {"digest": token_digest(token), "moment": moment, "used_after": moment - IDLE_LIFE}
    ).one_or_none()
    return None if row is None else SignedIn(*row)


def note_use(found: SignedIn) -> bool:
    """Remember now and then that the session is in use. True where there is something to commit."""
    moment = clock.now()
    if found.seen_at > moment - NOTED_EVERY:
        return False
    db.session.execute(
        update(AccountSession)
        .where(AccountSession.id == found.session_id, AccountSession.seen_at < moment)
        .values(seen_at=moment)
    )
    return True


def sessions_of(account: Account) -> Sequence[AccountSession]:
    """The browsers an account is logged in with, the one used last first."""
    moment = clock.now()
    return db.session.scalars(
        select(AccountSession)
        .where(
            AccountSession.account_id == account.id,
            AccountSession.expires_at > moment,
            AccountSession.seen_at > moment - IDLE_LIFE,
        )
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
    ).all()


def end_session(account: Account, session_id: int) -> None:
    """End one session of an account. Raises NotFound for another's, or one that has ended."""
    row = db.session.get(AccountSession, session_id)
    if row is None or row.account_id != account.id:
        raise NotFound("That session has already ended.")
    db.session.delete(row)
    db.session.flush()
    audit.record(
        "account.session_ended", actor_id=account.id, subject_kind="account", subject_id=account.id
    )


def end_session_of(token: str) -> None:
    """Log out: end the session of this token. One that has ended already is fine."""
    row = db.session.scalar(
        select(AccountSession).where(AccountSession.token_hash == token_digest(token))
    )
    if row is None:
        return
    account_id = row.account_id
    db.session.delete(row)
    db.session.flush()
    audit.record(
        "account.logged_out", actor_id=account_id, subject_kind="account", subject_id=account_id
    )


def end_sessions(account: Account, *, but: str | None = None) -> None:
    """End every session of an account, except that of the token `but`."""
    ended = delete(AccountSession).where(AccountSession.account_id == account.id)
    if but is not None:
        ended = ended.where(AccountSession.token_hash != token_digest(but))
    db.session.execute(ended)


def log_out_everywhere(account: Account) -> None:
    end_sessions(account)
    audit.record(
        "account.logged_out_everywhere",
        actor_id=account.id,
        subject_kind="account",
        subject_id=account.id,
    )


def forget_ended_sessions() -> None:
    """Delete the rows of sessions that have run out."""
    moment = clock.now()
    db.session.execute(
        delete(AccountSession).where(
            or_(
                AccountSession.expires_at <= moment,
                AccountSession.seen_at <= moment - IDLE_LIFE,
            )
        )
    )
