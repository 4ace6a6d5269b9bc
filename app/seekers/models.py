"""A coder's profile and who may find it and did; saved searches, and what they found."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
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


class Frequency(StrEnum):
    INSTANT = "instant"
    DAILY = "daily"
    WEEKLY = "weekly"


class AlertRecipient(Base):
    """An address that gets alerts: one mail for all its searches. A guest, or an account."""

    __tablename__ = "alert_recipient"
    __table_args__ = (
        CheckConstraint("suppressed_for in ('', 'bounce', 'complaint')", name="suppressed_for"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(unique=True)  # none once another has taken over
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), unique=True)
    created_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]  # no alerts until they are asked for again
    suppressed_at: Mapped[datetime | None]
    suppressed_for: Mapped[str] = mapped_column(default="")
    mailed_at: Mapped[datetime | None]  # the last alert
    # Links in mails that were sent before the address became this other one's.
    taken_over_by: Mapped[int | None] = mapped_column(ForeignKey("alert_recipient.id"))
    searches: Mapped[list[SavedSearch]] = relationship(
        back_populates="recipient", order_by="SavedSearch.id"
    )


class SavedSearch(Base):
    __tablename__ = "saved_search"
    __table_args__ = (
        CheckConstraint("frequency in ('instant', 'daily', 'weekly')", name="frequency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("alert_recipient.id"), index=True)
    name: Mapped[str]
    # As jobs.services.searching.criteria writes them: pairs of name and value, without a page.
    parameters: Mapped[list[list[str]]] = mapped_column(JSON)
    frequency: Mapped[str] = mapped_column(default=Frequency.DAILY)
    revision: Mapped[int] = mapped_column(default=1)  # raised by every change
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]  # by the account, or by the link mailed to a guest
    paused_at: Mapped[datetime | None]
    recipient: Mapped[AlertRecipient] = relationship(back_populates="searches")


class AlertMatch(Base):
    """A listing found for a person, under the search that tells of it soonest; told of once.

    Without foreign keys: each would be looked up for each of millions of rows. A row is made from
    the search's own row, goes with it, and is nothing to look at where the listing is gone.
    """

    __tablename__ = "alert_match"
    __table_args__ = (
        UniqueConstraint("recipient_id", "job_id"),
        Index(
            "ix_alert_match_due",
            "due_at",
            sqlite_where=text("done_at is null"),
            postgresql_where=text("done_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int]
    job_id: Mapped[int]
    search_id: Mapped[int | None]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]  # told of, or no longer worth it


class MatchedJob(Base):
    """A listing that was put to all saved searches. A change or a renewal puts none to them again.

    A row for each, and no moment up to which all are done: what is committed late, or was paused
    when its moment came, is not passed over.
    """

    __tablename__ = "matched_job"

    id: Mapped[int] = mapped_column(ForeignKey("job.id"), primary_key=True, autoincrement=False)
    matched_at: Mapped[datetime]
