"""The account behind an e-mail address."""

from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import Account
from app.addresses import spell_address
from app.errors import Invalid
from app.extensions import db


def find_account(email: str) -> Account | None:
    """The open account of an address, however it was typed."""
    try:
        address = spell_address(email)
    except Invalid:
        address = ""  # nobody's, but the question is asked all the same: it takes equally long
    return db.session.scalar(
        select(Account).where(Account.email == address, Account.closed_at.is_(None))
    )
