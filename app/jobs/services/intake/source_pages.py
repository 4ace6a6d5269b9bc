"""What the pages about feeds show: the feeds, their last runs, and the drafts they made."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload

from app.accounts.models import Account
from app.employers.models import Organisation
from app.employers.services import member_of
from app.errors import NotFound
from app.extensions import db
from app.jobs.content import content_of
from app.jobs.models import ImportedJob, ImportRun, Job, JobSource, JobState
from app.jobs.services.rules import Missing, missing

PAGE_SIZE = 50
RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A line of the lists of feeds."""

    source: JobSource
    last: ImportRun | None
    jobs: int


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft that a feed made, with what it lacks."""

    imported: ImportedJob
    missing: list[Missing]


def sources_of(account: Account, organisation: Organisation) -> list[SourceRow]:
    member_of(account, organisation.id)
    return _rows(select_of=organisation)


def all_sources(operator: Account) -> list[SourceRow]:
    if not operator.is_operator:
        raise NotFound("There is no such page.")
    return _rows(select_of=None)


def _rows(select_of: Organisation | None) -> list[SourceRow]:
    chosen = select(JobSource).options(joinedload(JobSource.organisation)).order_by(JobSource.id)
    if select_of is not None:
        chosen = chosen.where(JobSource.organisation_id == select_of.id)
    sources = db.session.scalars(chosen).all()
    ids = [source.id for source in sources]
    newest = select(func.max(ImportRun.id)).where(ImportRun.source_id.in_(ids))
    runs = db.session.scalars(
        select(ImportRun).where(ImportRun.id.in_(newest.group_by(ImportRun.source_id)))
    )
    last = {run.source_id: run for run in runs}
    counts: dict[int, int] = {}
    for source_id, count in db.session.execute(
        select(ImportedJob.source_id, func.count(ImportedJob.id))
        .where(ImportedJob.source_id.in_(ids), ImportedJob.vanished_at.is_(None))
        .group_by(ImportedJob.source_id)
    ):
        counts[source_id] = count
    return [SourceRow(s, last.get(s.id), counts.get(s.id, 0)) for s in sources]


def runs_of(source: JobSource) -> Sequence[ImportRun]:
    return db.session.scalars(
        select(ImportRun)
        .where(ImportRun.source_id == source.id)
        .order_by(ImportRun.id.desc())
        .limit(RUNS_SHOWN)
    ).all()


def drafts_of(source: JobSource, page: int) -> tuple[list[DraftRow], int]:
    """One page of the drafts a feed made, and the number of the last page."""
    chosen = (
        select(ImportedJob)
        .join(ImportedJob.job)
        .where(
            ImportedJob.source_id == source.id,
            ImportedJob.vanished_at.is_(None),
            ImportedJob.is_duplicate.is_(False),
            Job.state == JobState.DRAFT,
        )
    )
    count = db.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    last_page = max(1, math.ceil(count / PAGE_SIZE))
    rows = db.session.scalars(
        chosen.options(contains_eager(ImportedJob.job).selectinload(Job.terms))
        .order_by(ImportedJob.id)
        .limit(PAGE_SIZE)
        .offset((min(page, last_page) - 1) * PAGE_SIZE)
    ).all()
    return [DraftRow(i, missing(content_of(i.job))) for i in rows], last_page
