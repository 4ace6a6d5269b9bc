"""Accounts for tests."""

from __future__ import annotations

from typing import Any

from app import clock
from app.accounts.models import Account, Staff
from app.accounts.services.passwords import hash_password
from app.extensions import db
from tests.factories import unique

PASSWORD = "correct horse battery staple"


def make_account(**fields: Any) -> Account:
    number = unique()
    account = Account(
        **{
            "email": f"coder{number}@example.com",
            "name": f"Coder {number}",
            "password_hash": hash_password(PASSWORD),
            "created_at": clock.now(),
            "email_verified_at": clock.now(),
            **fields,
        }
    )
    db.session.add(account)
    db.session.commit()
    return account


def make_moderator(**fields: Any) -> Account:
    return make_account(staff=Staff.MODERATOR, **fields)


def make_operator(**fields: Any) -> Account:
    return make_account(staff=Staff.OPERATOR, **fields)
