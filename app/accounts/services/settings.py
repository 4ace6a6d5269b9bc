"""Changes people make to their own account: name, password, address, and closing it."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app import audit, clock
from app.accounts import emails
from app.accounts.models import Account, OneTimeToken, Purpose, Staff
from app.accounts.services.log_in import confirm_password
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
from app.accounts.signals import account_closing, email_confirmed
from app.addresses import spell_address
from app.errors import Conflict, Gone, Invalid
from app.extensions import db

CLOSED_NAME = "Closed account"


def _record(action: str, account: Account) -> None:
    audit.record(action, actor_id=account.id, subject_kind="account", subject_id=account.id)


def rename(account: Account, name: str) -> None:
    account.name = name
    _record("account.renamed", account)


def change_password(account: Account, *, current: str, password: str) -> None:
    """Set a new password. Every session ends; the caller opens a new one."""
    confirm_password(account, current)
    check_choice(password, email=account.email, name=account.name)
    account.password_hash = hash_password(password)
    end_sessions(account)
    void_tokens(account, Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL)
    emails.send_password_changed(account.email)
    _record("account.password_changed", account)


def ask_email_change(account: Account, *, current: str, email: str) -> str:
    """Send a link to the new address and a notice to the old. Returns the address as spelled.

    Whether the new address already has an account is told only to its owner, by mail.
    """
    confirm_password(account, current)
    address = spell_address(email)
    if address == account.email:
        raise Invalid("That is already your e-mail address.", field="email")
    if mails_lately(account.id, Purpose.CHANGE_EMAIL) >= MAILS_AN_HOUR:
        raise Invalid(
            "You have asked for several e-mails in the last hour. Try again later.", field="email"
        )
    void_tokens(account, Purpose.CHANGE_EMAIL)
    token = issue_token(account.id, Purpose.CHANGE_EMAIL, email=address)
    taken = db.session.scalar(select(Account.id).where(Account.email == address))
    if taken is None:
        emails.send_email_confirmation(address, token)
    else:
        emails.send_address_in_use(address)
    emails.send_email_change_asked(account.email)
    _record("account.email_change_asked", account)
    return address


def address_to_confirm(account: Account, token: str) -> str:
    """The new address behind a link. Raises Gone for a dead link, and for another account's."""
    row = find_token(token, Purpose.CHANGE_EMAIL)
    if row.account_id != account.id:
        raise Gone("This link belongs to another account. Log in to that account, then open it.")
    return row.email


def confirm_email(account: Account, token: str, *, session: str | None) -> None:
    """Take the new address. The session that does it stays, the account's others end."""
    address = address_to_confirm(account, token)
    spend_token(find_token(token, Purpose.CHANGE_EMAIL))
    old = account.email
    account.email = address
    account.email_verified_at = clock.now()
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("That address now belongs to another account.") from error
    void_tokens(account)
    end_sessions(account, but=session)
    emails.send_email_changed(old)
    _record("account.email_changed", account)
    email_confirmed.send(account)


def close_account(account: Account, *, password: str) -> None:
    """Close the account and erase its personal data; a feature may refuse, with a DomainError.

    The row stays, empty, because orders and audit entries point at it.
    """
    confirm_password(account, password, field="password")
    account_closing.send(account)
    emails.send_account_closed(account.email)
    end_sessions(account)
    db.session.execute(delete(OneTimeToken).where(OneTimeToken.account_id == account.id))
    account.email = f"closed-{account.id}@invalid"
    account.name = CLOSED_NAME
    account.password_hash = ""
    account.staff = Staff.NONE
    account.email_verified_at = None
    account.closed_at = clock.now()
    _record("account.closed", account)
