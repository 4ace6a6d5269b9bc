"""A coder's profile: headline, credentials, experience, résumé."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.extensions import Base
from app.files import StoredFile


class SeekerProfile(Base):
    __tablename__ = "seeker_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    headline: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")  # plain text
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    experience: Mapped[str] = mapped_column(default="")  # a key of taxonomy.EXPERIENCE
    resume_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    changed_at: Mapped[datetime]
    account: Mapped[Account] = relationship()
    resume: Mapped[StoredFile | None] = relationship()
    credentials: Mapped[list[ProfileCredential]] = relationship(
        cascade="all, delete-orphan", order_by="ProfileCredential.id"
    )
    experiences: Mapped[list[Experience]] = relationship(
        cascade="all, delete-orphan", order_by="Experience.started_on.desc()"
    )


class ProfileCredential(Base):
    __tablename__ = "profile_credential"
    __table_args__ = (
        UniqueConstraint("profile_id", "credential"),
        CheckConstraint("status in ('stated', 'document', 'confirmed', 'expired')", name="status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("seeker_profile.id"))
    credential: Mapped[str]  # a key of taxonomy.CREDENTIALS
    is_apprentice: Mapped[bool] = mapped_column(default=False)  # CPC-A and its like
    member_number: Mapped[str] = mapped_column(default="")
    expires_on: Mapped[date | None]
    status: Mapped[str] = mapped_column(default="stated")


class Experience(Base):
    __tablename__ = "experience"

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("seeker_profile.id"), index=True)
    title: Mapped[str]
    employer: Mapped[str]
    setting: Mapped[str] = mapped_column(default="")  # a key of taxonomy.SETTINGS
    started_on: Mapped[date]
    ended_on: Mapped[date | None]
