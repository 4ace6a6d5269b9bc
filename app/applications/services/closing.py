"""What of an application is left when the coder's account is closed: that there was one."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import audit, clock, files
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.applications.models import Application, ApplicationStep, Stage
from app.extensions import db


@account_closing.connect
def erase_applications(account: Account) -> None:
    sent = db.session.scalars(
        select(Application)
        .where(Application.account_id == account.id)
        .options(selectinload(Application.steps), selectinload(Application.resume))
    ).all()
    for application in sent:
        _erase(application, account)


def _erase(application: Application, account: Account) -> None:
    resume, application.resume = application.resume, None
    if resume is not None:
        files.discard_unused(resume)
    application.snapshot, application.note = {}, ""
    for step in application.steps:
        step.message = ""
    if application.stage != Stage.WITHDRAWN:
        moment = clock.now()
        application.stage, application.changed_at = Stage.WITHDRAWN, moment
        application.steps.append(
            ApplicationStep(actor_id=account.id, stage=Stage.WITHDRAWN, created_at=moment)
        )
    audit.record(
        "application.erased",
        actor_id=account.id,
        subject_kind="application",
        subject_id=application.id,
    )
