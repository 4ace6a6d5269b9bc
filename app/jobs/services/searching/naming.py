"""Which listings name a code, alone or within a range."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select

from app.extensions import db
from app.jobs.models import Job, JobCode, visible_row
from app.jobs.services.cards import Card, cards_of
from app.jobs.services.searching.criteria import CodeNamed

MOST = 2_000  # a search engine is not asked about more listings by name


def naming(code: CodeNamed) -> Select[int]:
    """The ids of listings, visible or not. A range is met by whatever overlaps it."""
    first, _, last = code.key.partition("-")
    return select(JobCode.job_id).where(
        JobCode.system == code.system,
        JobCode.first_key <= (f"{last}~" if last else first),
        JobCode.last_key >= first,
    )


def jobs_naming(code: CodeNamed, limit: int = MOST) -> Sequence[int]:
    """Visible listings that name a code, the newest first."""
    return db.session.scalars(
        select(Job.id)
        .join(Job.organisation)
        .where(Job.id.in_(naming(code)), visible_row())
        .order_by(Job.published_at.desc(), Job.id.desc())
        .limit(limit)
    ).all()


def cards_naming(code: CodeNamed, limit: int) -> tuple[list[Card], int]:
    """The newest few, and how many there are."""
    count = db.session.scalar(
        select(func.count(Job.id))
        .join(Job.organisation)
        .where(Job.id.in_(naming(code)), visible_row())
    )
    return cards_of(jobs_naming(code, limit)), count or 0
