"""E-mail addresses: their one spelling, and the account behind one."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from app.accounts.models import Account
from app.errors import Invalid
from app.extensions import db

LONGEST = 254


def spell_address(typed: str) -> str:
    """The one spelling an address is stored in. Raises Invalid where it is not an address."""
    try:
        found = validate_email(
            typed.strip(), check_deliverability=False, allow_smtputf8=False, strict=True
        )
    except EmailNotValidError as error:
        raise Invalid(
            "Enter an e-mail address in the form name@example.com.", field="email"
        ) from error
    address = (found.ascii_email or found.normalized).lower()
    if len(address) > LONGEST:
        raise Invalid("That e-mail address is too long.", field="email")
    return address


def find_account(email: str) -> Account | None:
    """The open account of an address, however it was typed."""
    try:
        address = spell_address(email)
    except Invalid:
        address = ""  # nobody's, but the question is asked all the same: it takes equally long
    return db.session.scalar(
        select(Account).where(Account.email == address, Account.closed_at.is_(None))
    )
