"""An application, and every step it took."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.extensions import Base
from app.files import StoredFile
from app.jobs.models import Job


class Stage(StrEnum):
    SUBMITTED = "submitted"
    SCREENING = "screening"
    CODING_TEST = "coding_test"
    INTERVIEW = "interview"
    OFFER = "offer"
    HIRED = "hired"
    DECLINED = "declined"  # by the employer
    WITHDRAWN = "withdrawn"  # by the coder


# As the employer reads them, in the order of the pipeline.
STAGES = {
    Stage.SUBMITTED: "New",
    Stage.SCREENING: "Screening",
    Stage.CODING_TEST: "Coding test",
    Stage.INTERVIEW: "Interview",
    Stage.OFFER: "Offer",
    Stage.HIRED: "Hired",
    Stage.DECLINED: "Declined",
    Stage.WITHDRAWN: "Withdrawn",
}
OPEN_STAGES = (
    Stage.SUBMITTED,
    Stage.SCREENING,
    Stage.CODING_TEST,
    Stage.INTERVIEW,
    Stage.OFFER,
)

_STAGES = ", ".join(f"'{s}'" for s in Stage)


class Application(Base):
    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("job_id", "account_id"),  # a coder applies once
        CheckConstraint(f"stage in ({_STAGES})", name="stage"),
        Index(None, "job_id", "stage"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    stage: Mapped[str] = mapped_column(default=Stage.SUBMITTED)
    note: Mapped[str] = mapped_column(default="")  # the coder's own words to the employer
    # The profile as it was when the coder applied: later edits do not rewrite what was sent.
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    resume_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    job: Mapped[Job] = relationship()
    account: Mapped[Account] = relationship()
    resume: Mapped[StoredFile | None] = relationship()
    steps: Mapped[list[ApplicationStep]] = relationship(order_by="ApplicationStep.id")

    @property
    def is_open(self) -> bool:
        """Whether it is still under way: neither side has ended it."""
        return self.stage in OPEN_STAGES

    @property
    def is_erased(self) -> bool:
        """Whether the coder has closed the account: that there was one is all that is left."""
        return not self.snapshot


class ApplicationStep(Base):
    __tablename__ = "application_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(ForeignKey("application.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    stage: Mapped[str]
    message: Mapped[str] = mapped_column(default="")  # shown to the coder
    created_at: Mapped[datetime]
