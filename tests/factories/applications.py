"""Applications for tests."""

from __future__ import annotations

from typing import Any

from app.accounts.models import Account
from app.applications.models import Application
from app.applications.services import ResumeChoice, apply
from app.extensions import db
from app.jobs.models import Job
from app.seekers.services import keep_resume
from tests.factories.accounts import make_account
from tests.factories.documents import pdf_bytes
from tests.factories.jobs import make_job
from tests.factories.seekers import make_profile


def make_application(
    *,
    job: Job | None = None,
    account: Account | None = None,
    note: str = "I start on Monday.",
    **profile: Any,
) -> Application:
    """Sent as a coder sends it, with a profile and a résumé."""
    account = account or make_account()
    make_profile(account=account, **profile)
    keep_resume(account, name="cv.pdf", content=pdf_bytes())
    job = job or make_job()
    application = apply(account, job.id, note=note, choice=ResumeChoice.CURRENT)
    db.session.commit()
    return application


def member_of(application: Application) -> Account:
    """The owner of the organisation it went to."""
    return db.session.get_one(Account, application.job.created_by)
