"""Organisations and the accounts that act for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.extensions import Base

KINDS = {
    "hospital": "Hospital or health system",
    "practice": "Physician practice",
    "facility": "Surgery center, clinic or other facility",
    "payer": "Health plan",
    "rcm": "Coding or revenue cycle company",
    "staffing": "Staffing agency",
    "government": "Government",
    "school": "School or training program",
    "other": "Another kind",
}


class MemberRole(StrEnum):
    OWNER = "owner"
    RECRUITER = "recruiter"


class Organisation(Base):
    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]  # a key of KINDS
    website: Mapped[str]
    city: Mapped[str]
    state: Mapped[str]
    about: Mapped[str]  # cleaned HTML
    is_sample: Mapped[bool] = mapped_column(default=False)  # labelled wherever it is shown
    created_at: Mapped[datetime]
    # When a moderator first approved a listing and so saw who this is; the name is fixed from then.
    verified_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]  # not in good standing: nothing of it is visible
    suspension: Mapped[str] = mapped_column(default="")  # the reason its members were given

    @property
    def kind_label(self) -> str:
        return KINDS.get(self.kind, "")


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
