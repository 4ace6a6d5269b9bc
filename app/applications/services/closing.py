"""What of an application is left when the coder's account is closed: that there was one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app import audit, files
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.applications.models import Application
from app.applications.services.moving import end_by_coder, lock_application
from app.extensions import db
from app.jobs.models import Job


@account_closing.connect
def erase_applications(account: Account) -> None:
    sent = db.session.scalars(
        select(Application)
        .where(Application.account_id == account.id)
        .options(
            joinedload(Application.job).joinedload(Job.organisation),
            selectinload(Application.resume),
        )
        .order_by(Application.id)
    ).all()
    for application in sent:
        lock_application(application)
        if application.is_open:  # how the employer ended the others stays on record
            end_by_coder(application)
        _erase(application, account)


def _erase(application: Application, account: Account) -> None:
    resume, application.resume = application.resume, None
    if resume is not None:
        files.discard_unused(resume)
    application.snapshot, application.note = {}, ""
    for step in application.steps:
        step.message = ""
    audit.record(
        "application.erased",
        actor_id=account.id,
        subject_kind="application",
        subject_id=application.id,
    )
