"""A forgotten password: the link by mail, and the new password chosen with it."""

from __future__ import annotations

from typing import Any

from app import audit, clock, tasks
from app.accounts import emails
from app.accounts.models import Account, Purpose
from app.accounts.services.addresses import find_account
from app.accounts.services.passwords import check_choice, hash_password
from app.accounts.services.sessions import end_sessions
from app.accounts.services.tokens import (
    MAILS_AN_HOUR,
    find_token,
    issue_token,
    mails_lately,
    spend_token,
    void_tokens,
)
from app.errors import Invalid
from app.extensions import db


def ask_reset(email: str, *, back: str | None = None) -> None:
    """Ask for a link to a new password. The same work for an address that has no account."""
    account = find_account(email)
    account_id = account.id if account else None
    audit.record(
        "account.reset_asked", actor_id=None, subject_kind="account", subject_id=account_id
    )
    tasks.defer("accounts.send_reset", {"account_id": account_id, "back": back})


@tasks.handles("accounts.send_reset")
def send_reset(payload: dict[str, Any]) -> None:
    account = db.session.get(Account, payload["account_id"]) if payload["account_id"] else None
    if account is None or account.closed_at:
        return
    if mails_lately(account.id, Purpose.RESET_PASSWORD) >= MAILS_AN_HOUR:
        return
    token = issue_token(account.id, Purpose.RESET_PASSWORD, email=account.email)
    emails.send_reset(account.email, token, payload["back"])


def check_reset_link(token: str) -> None:
    """Raises Gone where the link is dead, before anyone types a password for nothing."""
    find_token(token, Purpose.RESET_PASSWORD)


def reset_password(token: str, password: str) -> Account:
    """Set a new password by a mailed link. Every session ends; the link also proves the address."""
    row = find_token(token, Purpose.RESET_PASSWORD)
    account = row.account
    if row.email != account.email:
        raise Invalid("Your e-mail address has changed since. Ask for a new link.")
    check_choice(password, email=account.email, name=account.name)
    chosen = hash_password(password)
    spend_token(row)
    account.password_hash = chosen
    account.email_verified_at = account.email_verified_at or clock.now()
    end_sessions(account)
    void_tokens(account)
    emails.send_password_changed(account.email)
    audit.record(
        "account.password_reset",
        actor_id=account.id,
        subject_kind="account",
        subject_id=account.id,
    )
    return account
