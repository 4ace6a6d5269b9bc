"""A coder's profile: headline, credentials, experience, work, résumé; who may find it and did."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.employers.models import Organisation
from app.extensions import Base
from app.files import StoredFile
from app.jobs.models import Job

_FOUND = text("found_by_employers_since IS NOT NULL")


class WorkFacet(StrEnum):
    """What a ProfileTerm is a term of: the first three a coder knows, the others are wishes."""

    SETTING = "setting"
    SPECIALTY = "specialty"
    TOOL = "tool"
    PLACE = "place"  # a key of taxonomy.PLACE_KINDS
    STATE = "state"  # where the coder may work besides the state of residence
    ENGAGEMENT = "engagement"


class SeekerProfile(Base):
    __tablename__ = "seeker_profile"
    __table_args__ = (
        # Those who may be found, the one changed last first, with what is asked of most of them.
        Index(
            "ix_seeker_profile_found",
            "changed_at",
            "state",
            "experience",
            "will_relocate",
            "account_id",
            sqlite_where=_FOUND,
            postgresql_where=_FOUND,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    headline: Mapped[str] = mapped_column(default="")
    summary: Mapped[str] = mapped_column(default="")  # plain text
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    experience: Mapped[str] = mapped_column(default="")  # a key of taxonomy.EXPERIENCE
    resume_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    will_relocate: Mapped[bool] = mapped_column(default=False)
    # The least pay worth a look; 0 for any. Never shown to employers.
    pay_floor_cents: Mapped[int] = mapped_column(default=0)
    pay_floor_unit: Mapped[str] = mapped_column(default="hour")  # hour or year
    # The coder's consent, and since when; employers find nobody without it.
    found_by_employers_since: Mapped[datetime | None]
    changed_at: Mapped[datetime]
    account: Mapped[Account] = relationship()
    resume: Mapped[StoredFile | None] = relationship()
    credentials: Mapped[list[ProfileCredential]] = relationship(
        cascade="all, delete-orphan", order_by="ProfileCredential.id"
    )
    experiences: Mapped[list[Experience]] = relationship(
        cascade="all, delete-orphan", order_by="Experience.started_on.desc()"
    )
    terms: Mapped[list[ProfileTerm]] = relationship(
        cascade="all, delete-orphan", order_by="ProfileTerm.id"
    )

    def values(self, facet: WorkFacet) -> list[str]:
        return [term.value for term in self.terms if term.facet == facet]


class ProfileCredential(Base):
    __tablename__ = "profile_credential"
    __table_args__ = (
        UniqueConstraint("profile_id", "credential"),
        # Whoever holds a credential is found here, and whether it is good, without another look.
        Index(
            "ix_profile_credential_held",
            "credential",
            "profile_id",
            "status",
            "expires_on",
            "is_apprentice",
        ),
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


class ProfileTerm(Base):
    __tablename__ = "profile_term"
    __table_args__ = (
        UniqueConstraint("profile_id", "facet", "value"),
        Index(None, "facet", "value", "profile_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("seeker_profile.id"))
    facet: Mapped[str]
    value: Mapped[str]


class HiddenFrom(Base):
    """An organisation that does not find this coder."""

    __tablename__ = "profile_hidden_from"
    __table_args__ = (UniqueConstraint("profile_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("seeker_profile.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    organisation: Mapped[Organisation] = relationship()


class Invitation(Base):
    """An employer asked a coder, whom it does not know, to apply: once for each listing."""

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("job_id", "profile_id"),
        Index(None, "organisation_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    profile_id: Mapped[int] = mapped_column(ForeignKey("seeker_profile.id"), index=True)
    invited_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    declined_at: Mapped[datetime | None]
    job: Mapped[Job] = relationship()
    profile: Mapped[SeekerProfile] = relationship()
