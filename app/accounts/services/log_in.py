"""Logging in: who an address and a password belong to."""

from __future__ import annotations

from app import audit
from app.accounts.models import Account
from app.accounts.services.addresses import find_account
from app.accounts.services.passwords import (
    LONGEST,
    hash_password,
    is_outdated,
    password_matches,
)
from app.errors import Invalid


def authenticate(*, email: str, password: str) -> Account | None:
    """The account, or None: a wrong address and a wrong password take the same time to refuse.

    So does an account whose address was never confirmed. Were it let in, anyone could register an
    address, try to log in, and know by the answer whether it had an account before.
    Nothing is raised, so that the caller can commit the audit entry of a refusal.
    """
    account = find_account(email)
    stored = account.password_hash if account else None
    right = password_matches(stored, password[:LONGEST])
    if account is None or not account.is_verified or not right:
        audit.record(
            "account.log_in_refused",
            actor_id=None,
            subject_kind="account",
            subject_id=account.id if account else None,
        )
        return None
    if is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    audit.record(
        "account.logged_in", actor_id=account.id, subject_kind="account", subject_id=account.id
    )
    return account


def confirm_password(account: Account, password: str, *, field: str = "current") -> None:
    """Ask again before something that cannot be taken back. Raises Invalid at `field`."""
    if not password_matches(account.password_hash, password[:LONGEST]):
        raise Invalid("That is not your password.", field=field)
