"""A coder's own applications."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.applications.models import Application
from app.errors import NotFound
from app.extensions import db
from app.files import StoredFile
from app.jobs.models import Job
from app.seekers.signals import applied_asked

PAGE = 50


def applications_of(account: Account, page: int) -> tuple[Sequence[Application], int]:
    """One page of them, the one that changed last first, and how many pages there are."""
    mine = Application.account_id == account.id
    total = db.session.scalar(select(func.count()).select_from(Application).where(mine)) or 0
    found = db.session.scalars(
        select(Application)
        .where(mine)
        .options(joinedload(Application.job).joinedload(Job.organisation))
        .order_by(Application.changed_at.desc(), Application.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return found, max(1, -(-total // PAGE))


def application_of(account: Account, application_id: int) -> Application:
    """One of the account's applications, with all that its page shows."""
    found = db.session.scalar(
        select(Application)
        .where(Application.id == application_id, Application.account_id == account.id)
        .options(
            joinedload(Application.job).joinedload(Job.organisation),
            joinedload(Application.resume),
            selectinload(Application.steps),
        )
    )
    if found is None:
        raise NotFound("There is no such application among yours.")
    return found


def sent_resume(account: Account, application_id: int) -> StoredFile:
    """The résumé as it was sent, for the coder who sent it."""
    resume = application_of(account, application_id).resume
    if resume is None:
        raise NotFound("No résumé was sent with this application.")
    return resume


@applied_asked.connect
def applied_among(
    _sender: None, job_ids: Collection[int], account_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Which of these accounts have applied to which of these listings."""
    rows = db.session.execute(
        select(Application.job_id, Application.account_id).where(
            Application.job_id.in_(job_ids), Application.account_id.in_(account_ids)
        )
    )
    return {(job_id, account_id) for job_id, account_id in rows}
