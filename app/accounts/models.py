"""Accounts, their sessions and their one-time tokens."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base


class Staff(StrEnum):
    NONE = "none"
    MODERATOR = "moderator"
    OPERATOR = "operator"


class Purpose(StrEnum):
    VERIFY_EMAIL = "verify_email"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password
    CHANGE_EMAIL = "change_email"


class _Known(Protocol):
    @property
    def staff(self) -> str: ...
    @property
    def email_verified_at(self) -> datetime | None: ...


class Standing:
    """What may be asked of anyone who is logged in, by flask-login and by every page."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    @property
    def is_verified(self: _Known) -> bool:
        return self.email_verified_at is not None

    @property
    def is_moderator(self: _Known) -> bool:
        return self.staff in (Staff.MODERATOR, Staff.OPERATOR)

    @property
    def is_operator(self: _Known) -> bool:
        return self.staff == Staff.OPERATOR


class Account(Standing, Base):
    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("staff in ('none', 'moderator', 'operator')", name="staff"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)  # lower case; "closed-<id>@invalid" once closed
    name: Mapped[str]
    password_hash: Mapped[str]
    staff: Mapped[str] = mapped_column(default=Staff.NONE)
    created_at: Mapped[datetime]
    email_verified_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class AccountSession(Base):
    """One browser that is logged in. The cookie holds the token; we hold only its hash."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    browser: Mapped[str]  # shortened user agent, so that people recognise their devices
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)


class OneTimeToken(Base):
    """A link in a mail: good once, for one purpose, for a while."""

    __tablename__ = "one_time_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]  # the address the mail went to
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    # Sign-up only: the password chosen in the registration this mail answers. It becomes the
    # account's when the mail is answered, so that nobody prepares an account for someone else.
    password_hash: Mapped[str | None]
    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)
