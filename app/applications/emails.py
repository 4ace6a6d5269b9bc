"""The mails an application causes, on both sides."""

from __future__ import annotations

from app import mail
from app.applications.models import Application
from app.employers.services import members_to_notify


def send_received(application: Application) -> None:
    """To each member of the organisation: someone applied."""
    _to_members("application_received", application)


def send_sent(application: Application) -> None:
    """To the coder: what was sent is there."""
    mail.send("application_sent", application.account.email, application=application)


def send_moved(application: Application, *, message: str, has_moved: bool) -> None:
    """To the coder: the application has a new stage, or the employer wrote."""
    mail.send(
        "application_moved",
        application.account.email,
        application=application,
        message=message,
        has_moved=has_moved,
    )


def send_withdrawn(application: Application) -> None:
    _to_members("application_withdrawn", application)


def _to_members(name: str, application: Application) -> None:
    for member in members_to_notify(application.job.organisation):
        mail.send(name, member.email, application=application)
