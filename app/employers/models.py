"""Organisations and the accounts that act for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.extensions import Base


class MemberRole(StrEnum):
    OWNER = "owner"
    RECRUITER = "recruiter"


class Organisation(Base):
    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]  # a key of employers.forms.KINDS
    website: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    about: Mapped[str]  # cleaned HTML
    is_sample: Mapped[bool] = mapped_column(default=False)  # labelled wherever it is shown
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]  # not in good standing: nothing of it is visible


class Membership(Base):
    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("organisation_id", "account_id"),
        CheckConstraint("role in ('owner', 'recruiter')", name="role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str]
    created_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    account: Mapped[Account] = relationship()
