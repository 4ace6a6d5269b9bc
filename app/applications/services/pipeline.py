"""The employer's side of a listing: who applied, stage by stage, and one application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app import audit
from app.accounts.models import Account
from app.applications.documents import spreadsheet
from app.applications.models import STAGES, Application, Stage
from app.employers.models import Membership, Organisation
from app.errors import NotFound, NotPermitted
from app.extensions import db
from app.files import StoredFile
from app.jobs.models import Job
from app.jobs.services import job_for
from app.jobs.signals import Interest, interest_asked

IN_A_COLUMN = 15
PAGE = 50
ON_THE_BOARD = tuple(s for s in Stage if s not in (Stage.DECLINED, Stage.WITHDRAWN))


@dataclass(frozen=True, slots=True)
class Column:
    stage: Stage
    label: str
    total: int
    applications: list[Application]


@dataclass(frozen=True, slots=True)
class Board:
    job: Job
    organisation: Organisation
    columns: list[Column]
    totals: dict[Stage, int]  # of every stage, those off the board too

    @property
    def total(self) -> int:
        return sum(self.totals.values())


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of one stage, or of all, as a list."""

    job: Job
    organisation: Organisation
    applications: Sequence[Application]
    totals: dict[Stage, int]
    last_page: int


def board_of(account: Account, job_id: int, *, text: str = "") -> Board:
    """The applications of a listing in columns, each with its first ones, newest first."""
    job = _job_for(account, job_id)
    wanted = _wanted(job, text)
    rank = (
        func.row_number()
        .over(
            partition_by=Application.stage,
            order_by=(Application.changed_at.desc(), Application.id.desc()),
        )
        .label("rank")
    )
    ranked = select(Application.id, rank).where(*wanted).subquery()
    first = db.session.scalars(
        select(Application)
        .join(ranked, ranked.c.id == Application.id)
        .where(ranked.c.rank <= IN_A_COLUMN, Application.stage.in_(ON_THE_BOARD))
        .order_by(Application.changed_at.desc(), Application.id.desc())
    ).all()
    totals = _totals(wanted)
    columns = [
        Column(stage, STAGES[stage], totals[stage], [a for a in first if a.stage == stage])
        for stage in ON_THE_BOARD
    ]
    return Board(job, job.organisation, columns, totals)


def listed(
    account: Account, job_id: int, *, stage: Stage | None = None, text: str = "", page: int = 1
) -> Listed:
    job = _job_for(account, job_id)
    wanted = _wanted(job, text)
    totals = _totals(wanted)
    shown = [*wanted, Application.stage == stage] if stage else wanted
    found = db.session.scalars(
        select(Application)
        .where(*shown)
        .order_by(Application.changed_at.desc(), Application.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    count = totals[stage] if stage else sum(totals.values())
    return Listed(job, job.organisation, found, totals, max(1, -(-count // PAGE)))


def application_for(account: Account, application_id: int) -> Application:
    """An application to one of the account's organisations; to others it does not exist.

    Raises NotPermitted while the organisation is suspended.
    """
    found = db.session.scalar(
        select(Application)
        .join(Application.job)
        .join(Membership, Membership.organisation_id == Job.organisation_id)
        .where(Application.id == application_id, Membership.account_id == account.id)
        .options(
            contains_eager(Application.job).joinedload(Job.organisation),
            joinedload(Application.account),
            joinedload(Application.resume),
            selectinload(Application.steps),
        )
    )
    if found is None:
        raise NotFound("There is no such application.")
    _must_stand(found.job.organisation)
    return found


def resume_for(account: Account, application_id: int) -> StoredFile:
    """The résumé that came with an application, for a member of the organisation."""
    resume = application_for(account, application_id).resume
    if resume is None:
        raise NotFound("No résumé came with this application.")
    return resume


def export(account: Account, job_id: int) -> str:
    """All applications to a listing as CSV. Whose data left the site is on record."""
    job = _job_for(account, job_id)
    found = db.session.scalars(
        select(Application).where(Application.job_id == job.id).order_by(Application.id)
    ).all()
    audit.record(
        "applications.exported",
        actor_id=account.id,
        subject_kind="job",
        subject_id=job.id,
        detail={"count": len(found)},
    )
    return spreadsheet(found)


@interest_asked.connect
def count_applications(_sender: None, job_ids: Sequence[int]) -> dict[int, Interest]:
    """How many stand for each listing; the withdrawn ones do not."""
    unread = func.sum(case((Application.stage == Stage.SUBMITTED, 1), else_=0))
    rows = db.session.execute(
        select(Application.job_id, func.count(), unread)
        .where(Application.job_id.in_(job_ids), Application.stage != Stage.WITHDRAWN)
        .group_by(Application.job_id)
    )
    return {job_id: Interest(int(count), int(new)) for job_id, count, new in rows}


def _job_for(account: Account, job_id: int) -> Job:
    job = job_for(account, job_id)
    _must_stand(job.organisation)
    return job


def _must_stand(organisation: Organisation) -> None:
    """Coders sent their data to an employer in good standing; another does not get to see it."""
    if organisation.suspended_at is not None:
        raise NotPermitted(
            f"{organisation.name} is suspended, so its applications cannot be opened until that "
            "is lifted."
        )


def _wanted(job: Job, text: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Application.job_id == job.id]
    words = text.split()[:8]
    wanted += [
        Application.snapshot["name"].as_string().icontains(word, autoescape=True) for word in words
    ]
    return wanted


def _totals(wanted: list[ColumnElement[bool]]) -> dict[Stage, int]:
    counted = db.session.execute(
        select(Application.stage, func.count()).where(*wanted).group_by(Application.stage)
    )
    found = {Stage(stage): int(count) for stage, count in counted}
    return {stage: found.get(stage, 0) for stage in Stage}
