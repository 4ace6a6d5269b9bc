"""Sign-up: registering, the mail that follows, confirming the address.

A registration does the same work and gives the same answer whether or not the address has an
account; only the mail differs, and only the address's owner reads it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app import audit, clock, tasks
from app.accounts import emails
from app.accounts.models import Account, OneTimeToken, Purpose
from app.accounts.services.passwords import check_choice, hash_password, password_matches
from app.accounts.services.sessions import end_sessions, token_digest
from app.accounts.services.tokens import (
    MAILS_AN_HOUR,
    find_token,
    issue_token,
    mails_lately,
    spend_token,
    void_tokens,
)
from app.accounts.signals import email_confirmed
from app.addresses import spell_address
from app.errors import Invalid, TooMany
from app.extensions import db, insert_once


def register(*, name: str, email: str, password: str, back: str | None = None) -> None:
    """Ask for an account. What happens next is in a mail; `back` is the page to return to then."""
    address = spell_address(email)
    check_choice(password, email=address, name=name)
    chosen = hash_password(password)
    new_id = insert_once(
        Account, email=address, name=name, password_hash=chosen, created_at=clock.now()
    )
    account_id = db.session.scalars(select(Account.id).where(Account.email == address)).one()
    token = issue_token(account_id, Purpose.VERIFY_EMAIL, email=address, password_hash=chosen)
    audit.record(
        "account.registered" if new_id else "account.registered_again",
        actor_id=None,
        subject_kind="account",
        subject_id=account_id,
    )
    tasks.defer("accounts.answer", {"token": token, "back": back})


@tasks.handles("accounts.answer")
def answer_registration(payload: dict[str, Any]) -> None:
    """Write to the address that was registered: confirm it, or you have an account already."""
    row = db.session.scalar(
        select(OneTimeToken).where(OneTimeToken.token_hash == token_digest(payload["token"]))
    )
    if row is None or row.account.closed_at:
        return
    account = row.account
    if account.is_verified:
        row.used_at, row.password_hash = clock.now(), None
    if mails_lately(account.id, Purpose.VERIFY_EMAIL, before=row) >= MAILS_AN_HOUR:
        return
    if account.is_verified:
        emails.send_already_registered(account.email, payload["back"])
    else:
        emails.send_verification(account.email, payload["token"], payload["back"])


def send_verification_again(account: Account, *, back: str | None = None) -> None:
    """Another confirmation mail for someone who is logged in and cannot find the first."""
    if account.is_verified:
        return
    if mails_lately(account.id, Purpose.VERIFY_EMAIL) >= MAILS_AN_HOUR:
        raise TooMany(
            "We have sent you several e-mails in the last hour. Look in your spam folder, or try "
            "again later."
        )
    token = issue_token(account.id, Purpose.VERIFY_EMAIL, email=account.email)
    emails.send_verification(account.email, token, back)
    audit.record(
        "account.verification_resent",
        actor_id=account.id,
        subject_kind="account",
        subject_id=account.id,
    )


def check_verification_link(token: str) -> None:
    """Raises Gone where the link is dead, before anyone types a password for nothing."""
    find_token(token, Purpose.VERIFY_EMAIL)


def verify_email(token: str, password: str) -> Account:
    """Confirm an address by its mailed link and the password of the registration it answers.

    Without the password, a stranger could register someone's address and wait until its owner
    presses the button: the stranger's password would be the account's. So it is asked for even
    where the owner is logged in. Raises Gone for a dead link, Invalid for another password.
    """
    row = find_token(token, Purpose.VERIFY_EMAIL)
    account = row.account
    chosen = account.password_hash if account.is_verified else row.password_hash
    if not password_matches(chosen or account.password_hash, password):
        raise Invalid("That is not the password you chose when you registered.", field="password")
    spend_token(row)
    if not account.is_verified:
        if row.password_hash and row.password_hash != account.password_hash:
            account.password_hash = row.password_hash
            end_sessions(account)
        account.email_verified_at = clock.now()
    void_tokens(account, Purpose.VERIFY_EMAIL)
    db.session.flush()
    audit.record(
        "account.email_verified",
        actor_id=account.id,
        subject_kind="account",
        subject_id=account.id,
    )
    email_confirmed.send(account)
    return account
