"""Moving an application through the stages, by the employer, and withdrawing it, by the coder."""

from __future__ import annotations

from sqlalchemy import update

from app import audit, clock
from app.accounts.models import Account
from app.applications import emails
from app.applications.models import STAGES, Application, ApplicationStep, Stage
from app.applications.services.pipeline import application_for
from app.applications.services.reading import application_of
from app.errors import Conflict, Invalid
from app.extensions import db


def move(
    account: Account, application_id: int, *, was: Stage | None, to: Stage, message: str = ""
) -> Application:
    """Move an application to another stage, or only write to the coder; the coder gets a mail.

    `was` is the stage the member saw: a colleague's move in between is not silently undone.
    Sending the same form twice moves once.
    """
    application = application_for(account, application_id)
    lock_application(application)
    if application.is_erased:
        raise Conflict("The coder has closed the account, so this application stays as it is.")
    if application.stage == Stage.WITHDRAWN:
        raise Conflict("The coder has withdrawn this application.")
    if to is Stage.WITHDRAWN:
        raise Invalid("Only the coder can withdraw. To turn it down, choose Declined.")
    last = application.steps[-1] if application.steps else None
    if application.stage == to and (not message or (last and last.message == message)):
        return application
    if was is not None and application.stage not in (was, to):
        raise Conflict(
            f"A colleague has moved this application to {STAGES[Stage(application.stage)]} "
            "meanwhile. Nothing was changed."
        )
    has_moved = application.stage != to
    _step(application, account, to, message)
    emails.send_moved(application, message=message, has_moved=has_moved)
    return application


def withdraw(account: Account, application_id: int) -> Application:
    """Take one's own application back. Doing it twice is fine; an ended one stays as it is."""
    application = application_of(account, application_id)
    lock_application(application)
    if application.stage == Stage.WITHDRAWN:
        return application
    if not application.is_open:
        raise Conflict("The employer has ended this application, so it cannot be withdrawn.")
    end_by_coder(application)
    return application


def end_by_coder(application: Application) -> None:
    """Mark an open application as withdrawn and tell the members."""
    _step(application, application.account, Stage.WITHDRAWN, "")
    emails.send_withdrawn(application)


def lock_application(application: Application) -> None:
    """Hold the row against other transactions, and see it as it is now."""
    db.session.execute(
        update(Application).where(Application.id == application.id).values(stage=Application.stage),
        execution_options={"synchronize_session": False},
    )
    db.session.refresh(application, ["stage", "steps", "snapshot"])


def _step(application: Application, account: Account, to: Stage, message: str) -> None:
    moment = clock.now()
    application.stage = to
    application.changed_at = moment
    application.steps.append(
        ApplicationStep(actor_id=account.id, stage=to, message=message, created_at=moment)
    )
    audit.record(
        "application.moved",
        actor_id=account.id,
        subject_kind="application",
        subject_id=application.id,
        detail={"to": str(to), "wrote": bool(message)},
    )
