"""Who works at the desk: moderators and operators."""

from __future__ import annotations

from app import audit
from app.accounts.models import Account, Staff
from app.accounts.services.addresses import find_account
from app.errors import Invalid, NotFound


def set_staff(email: str, role: str) -> Account:
    """Make the account of an address a moderator, an operator, or neither."""
    if role not in tuple(Staff):
        raise Invalid(f"{role} is not one of {', '.join(Staff)}.")
    account = find_account(email)
    if account is None:
        raise NotFound(f"No account has the address {email}.")
    if role != Staff.NONE and not account.is_verified:
        raise Invalid(f"{email} has not confirmed its address yet.")
    account.staff = role
    audit.record(
        "account.staff_set",
        actor_id=None,
        subject_kind="account",
        subject_id=account.id,
        detail={"staff": role},
    )
    return account
