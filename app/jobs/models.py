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


class JobSource(Base):
    """A feed of an organisation's jobs: an address that is read on schedule, or files sent in."""

    __tablename__ = "job_source"
    __table_args__ = (
        CheckConstraint("schedule in ('off', 'hourly', 'daily')", name="schedule"),
        Index(None, "next_run_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    created_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]  # a key of intake.KINDS
    name: Mapped[str]
    url: Mapped[str] = mapped_column(default="")  # empty: files are sent in
    schedule: Mapped[str] = mapped_column(default="off")
    # The operator who pays for what it brings: complete listings go live by themselves.
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    paused: Mapped[str] = mapped_column(default="")  # the reason; empty while it runs
    failures: Mapped[int] = mapped_column(default=0)  # runs that failed one after the other
    etag: Mapped[str] = mapped_column(default="")
    modified: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    next_run_at: Mapped[datetime | None]
    organisation: Mapped[Organisation] = relationship()


class ImportRun(Base):
    """One reading of a source, done in pieces; `at` says how far it has come."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint(
            "state in ('waiting', 'reading', 'closing', 'done', 'failed')", name="state"
        ),
        # One at a time: whoever comes second is told so.
        Index(
            "uq_import_run_unfinished",
            "source_id",
            unique=True,
            sqlite_where=text("finished_at is null"),
            postgresql_where=text("finished_at is null"),
        ),
        Index(None, "source_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("job_source.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # None: the schedule
    state: Mapped[str] = mapped_column(default="waiting")
    is_complete: Mapped[bool] = mapped_column(default=False)
    may_close_many: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int] = mapped_column(default=0)
    at: Mapped[int] = mapped_column(default=0)
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    closed: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    kept_open: Mapped[int] = mapped_column(default=0)  # gone, and too many to close unasked
    messages: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [number, text]
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    source: Mapped[JobSource] = relationship()


class ImportItem(Base):
    """A posting of an unfinished run that waits its turn."""

    __tablename__ = "import_item"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    posting: Mapped[dict[str, Any]] = mapped_column(JSON)


class ImportedJob(Base):
    """A posting of a source and the listing it stands for."""

    __tablename__ = "imported_job"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        Index(None, "source_id", "last_run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("job_source.id"))
    external_id: Mapped[str]
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"), index=True)
    # Its listing was there before, by hand or from another source: the feed changes nothing of it.
    is_duplicate: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[str]
    posting: Mapped[dict[str, Any]] = mapped_column(JSON)  # as last read
    mapped: Mapped[dict[str, Any]] = mapped_column(JSON)  # the content that was made of it
    notes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    last_run_id: Mapped[int]
    misses: Mapped[int] = mapped_column(default=0)  # complete runs without it, one after the other
    vanished_at: Mapped[datetime | None]
    job: Mapped[Job] = relationship()


class ImportPhrase(Base):
    """What a feed says that our taxonomy does not know, and what its organisation decided."""

    __tablename__ = "import_phrase"
    __table_args__ = (UniqueConstraint("organisation_id", "field", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    field: Mapped[str]
    key: Mapped[str]  # in lower case
    shown: Mapped[str]
    choice: Mapped[str] = mapped_column(default="")  # a slug; "-" says nothing; empty: undecided
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]


class ImportPhraseUse(Base):
    __tablename__ = "import_phrase_use"

    imported_id: Mapped[int] = mapped_column(ForeignKey("imported_job.id"), primary_key=True)
    phrase_id: Mapped[int] = mapped_column(
        ForeignKey("import_phrase.id"), primary_key=True, index=True
    )


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
