"""Listings: their content, the terms they are found by, the codes they name, proposed revisions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    and_,
    case,
    or_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.codes.models import KEY
from app.employers.models import Organisation
from app.extensions import Base


class JobState(StrEnum):
    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    LIVE = "live"
    PAUSED = "paused"
    FILLED = "filled"
    EXPIRED = "expired"
    REJECTED = "rejected"
    REMOVED = "removed"
    ARCHIVED = "archived"


_STATES = ", ".join(f"'{s}'" for s in JobState)


class Facet(StrEnum):
    """What a JobTerm is a term of."""

    SETTING = "setting"
    SPECIALTY = "specialty"
    CODE_SET = "code_set"
    CREDENTIAL = "credential"  # `need`: required or preferred; one any-of group per need
    TOOL = "tool"  # `need`: required, preferred or trained
    STATE = "state"  # where a remote job may be done; none means anywhere in the US


class Job(Base):
    """A listing. Columns hold what coders see; a proposed change to a live one is a JobRevision."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(f"state in ({_STATES})", name="state"),
        CheckConstraint("pay_low_cents <= pay_high_cents", name="pay_range"),
        Index(None, "state", "expires_at"),
        Index(None, "published_at"),  # the newest, whatever else they are
        Index(None, "state", "featured_until", "published_at"),
        Index(None, "organisation_id", "state"),
        # All that pay is worked out from, so that nothing else is read of a hundred thousand rows.
        Index(
            "ix_job_pay",
            *("pay_unit", "place_kind", "state_code", "experience", "state", "published_at"),
            *("expires_at", "organisation_id", "pay_low_cents", "pay_high_cents"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(default=JobState.DRAFT)
    # Raised by every change a search engine must hear of.
    revision: Mapped[int] = mapped_column(default=1)

    title: Mapped[str] = mapped_column(default="")
    requisition: Mapped[str] = mapped_column(default="")  # the employer's own number
    role: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")  # cleaned HTML
    benefits: Mapped[str] = mapped_column(default="")
    place_kind: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state_code: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    # Degrees, worked out from the place when it is written; absent for a place nobody knows.
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    engagement: Mapped[str] = mapped_column(default="")
    pay_unit: Mapped[str] = mapped_column(default="")
    pay_low_cents: Mapped[int] = mapped_column(default=0)
    pay_high_cents: Mapped[int] = mapped_column(default=0)
    experience: Mapped[str] = mapped_column(default="")
    apprentice_welcome: Mapped[bool] = mapped_column(default=False)
    productivity: Mapped[str] = mapped_column(
        default=""
    )  # "4 inpatient charts an hour"; may be empty
    accuracy_percent: Mapped[int | None]
    closes_on: Mapped[date | None]  # last day applications are taken
    apply_method: Mapped[str] = mapped_column(default="here")  # here or url
    apply_url: Mapped[str] = mapped_column(default="")
    codes_named: Mapped[str] = mapped_column(default="")  # as typed: "I21, E08-E13, ICD-10-PCS"

    paid_days: Mapped[int] = mapped_column(default=0)
    is_featured: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    publish_at: Mapped[datetime | None]  # the employer asked for a later start
    published_at: Mapped[datetime | None]  # first publication; renewal never changes it
    expires_at: Mapped[datetime | None]
    featured_until: Mapped[datetime | None]
    rejection: Mapped[str] = mapped_column(default="")  # the moderator's reason, also of a removal
    # The state in which its payment was contested; empty while no dispute is open.
    held_from: Mapped[str] = mapped_column(default="")
    # The expiry its members were warned of: a renewal makes a new warning due.
    warned_of: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    terms: Mapped[list[JobTerm]] = relationship(
        back_populates="job", cascade="all, delete-orphan", order_by="JobTerm.id"
    )
    codes: Mapped[list[JobCode]] = relationship(
        back_populates="job", cascade="all, delete-orphan", order_by="JobCode.id"
    )

    @property
    def is_held(self) -> bool:
        return self.held_from != ""

    def values(self, facet: Facet, need: str | None = None) -> list[str]:
        return [
            t.value for t in self.terms if t.facet == facet and (need is None or t.need == need)
        ]


def visible(
    moment: datetime | BindParameter[datetime] | None = None,
    day: date | BindParameter[date] | None = None,
) -> ColumnElement[bool]:
    """The one condition for showing a listing to the public; needs a join to Organisation.

    Computed in every query, so that nothing has to run for a listing to start or to expire.
    """
    at = clock.now() if moment is None else moment
    on = clock.today() if day is None else day
    return and_(
        Job.state.in_([JobState.LIVE, JobState.SCHEDULED]),
        Job.published_at <= at,
        Job.expires_at > at,
        or_(Job.closes_on.is_(None), Job.closes_on >= on),
        Organisation.suspended_at.is_(None),
    )


def visible_row() -> ColumnElement[bool]:
    """The same, as one test of a row that was reached otherwise: by its id, or newest first.

    Databases look for what they can of a condition in an index, and "live" is nearly all rows.
    """
    return case((visible(), 1), else_=0) == 1


class JobTerm(Base):
    __tablename__ = "job_term"
    __table_args__ = (
        UniqueConstraint("job_id", "facet", "value"),
        Index(None, "facet", "value", "job_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    facet: Mapped[str]
    value: Mapped[str]
    need: Mapped[str] = mapped_column(default="")
    job: Mapped[Job] = relationship(back_populates="terms")


class JobCode(Base):
    """Codes a listing names: first and last key of a range; equal for a single code.

    A category such as I21 is stored as I21..I21~, so that it covers every code below it: "~"
    sorts after every character a code can hold.
    """

    __tablename__ = "job_code"
    __table_args__ = (Index(None, "system", "first_key", "last_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    system: Mapped[str]
    first_key: Mapped[str] = mapped_column(KEY)
    last_key: Mapped[str] = mapped_column(KEY)
    shown: Mapped[str]  # "E08-E13"
    job: Mapped[Job] = relationship(back_populates="codes")


class JobRevision(Base):
    """A change proposed to a listing that is up; the approved content stays until a decision."""

    __tablename__ = "job_revision"
    __table_args__ = (
        CheckConstraint("state in ('pending', 'approved', 'rejected', 'withdrawn')", name="state"),
        # One proposal at a time: a further change is made to the one that waits.
        Index(
            "uq_job_revision_pending",
            "job_id",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(default="pending")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    job: Mapped[Job] = relationship()


class JobPurchase(Base):
    """What a listing got for an order, once. A refund takes the same back."""

    __tablename__ = "job_purchase"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("order.id"), unique=True)
    is_renewal: Mapped[bool]
    days: Mapped[int]
    featured_days: Mapped[int]
    created_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class JobTopic(Base):
    """A kind of job with enough open listings for a page of its own, as last counted."""

    __tablename__ = "job_topic"

    choices: Mapped[str] = mapped_column(primary_key=True)  # "state=TX&credential=cpc"
    count: Mapped[int]
    newest: Mapped[datetime]  # when the last of them went up
