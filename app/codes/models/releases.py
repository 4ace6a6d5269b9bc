"""Releases: one edition of one kind each, where it came from, and on which days it holds."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base

ICD10CM, ICD10PCS, HCPCS, CPT = "icd10cm", "icd10pcs", "hcpcs", "cpt"
ICD9CM, ICD9PCS = "icd9cm", "icd9pcs"
SYSTEMS = {
    ICD10CM: "ICD-10-CM",
    ICD10PCS: "ICD-10-PCS",
    HCPCS: "HCPCS Level II",
    CPT: "CPT®",
    ICD9CM: "ICD-9-CM",
    ICD9PCS: "ICD-9-CM procedures",
}


class ReleaseState(StrEnum):
    STAGED = "staged"  # being loaded; never shown
    READY = "ready"  # whole and compared, waiting for a person to put it live
    PUBLISHED = "published"  # shown for the days from which it takes effect
    REPLACED = "replaced"  # another of the same day came later; its rows may be gone


class CodeRelease(Base):
    """One edition of one kind of release, as its owner published it.

    On a day the published release of its kind holds that took effect last by then.
    """

    __tablename__ = "code_release"
    __table_args__ = (
        CheckConstraint("state in ('staged', 'ready', 'published', 'replaced')", name="state"),
        Index(
            "uq_code_release_published",
            "kind",
            "effective_from",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
        Index(
            "uq_code_release_open",
            "kind",
            unique=True,
            sqlite_where=text("state in ('staged', 'ready')"),
            postgresql_where=text("state in ('staged', 'ready')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]  # of a code system's own releases it is the system: "icd10cm"
    edition: Mapped[str]  # "April 1, 2026"
    effective_from: Mapped[date]
    effective_to: Mapped[date | None]  # where the files say so
    source: Mapped[str]  # the files' own names
    sha256: Mapped[str]
    state: Mapped[str] = mapped_column(default=ReleaseState.STAGED)
    code_count: Mapped[int] = mapped_column(default=0)
    billable_count: Mapped[int] = mapped_column(default=0)
    row_count: Mapped[int] = mapped_column(default=0)  # rows stored, of every table
    last_row: Mapped[str] = mapped_column(default="")  # by which a resumed load knows its place
    quarantined: Mapped[int] = mapped_column(default=0)  # rows left out
    dropped: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # descriptors left out
    legend: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    # What it changes of the edition before it: counts, and the first codes of each sort.
    difference: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    imported_at: Mapped[datetime]
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    heartbeat_at: Mapped[datetime]  # of the load
    published_at: Mapped[datetime | None]


class ReleaseFault(Base):
    """A row of a file that was left out, and why."""

    __tablename__ = "release_fault"

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("code_release.id"), index=True)
    file: Mapped[str]
    line: Mapped[int]
    why: Mapped[str]
    row: Mapped[str]


class NoticeAcceptance(Base):
    """CMS's click-through notice on the AMA's terms, accepted once for each kind."""

    __tablename__ = "notice_acceptance"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(unique=True)
    accepted_at: Mapped[datetime]
    accepted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    stated: Mapped[str]  # who accepted it where that was no account, and the words shown


class UploadState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    REFUSED = "refused"


class ReleaseUpload(Base):
    """A file sent to the desk, read by the worker; it may hold releases of several kinds."""

    __tablename__ = "release_upload"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'reading', 'done', 'refused')", name="state"),
        Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)  # what it is kept under until it is read
    size: Mapped[int]  # bytes
    sha256: Mapped[str]
    # Kind, day and edition, where the operator named them; the kinds whose notice it asks for, and
    # the releases it made.
    said: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(default=UploadState.WAITING)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime]
    heartbeat_at: Mapped[datetime | None]
    holder: Mapped[str | None]
    finished_at: Mapped[datetime | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    log: Mapped[list[str]] = mapped_column(JSON, default=list)
