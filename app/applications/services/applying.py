"""Applying to a listing: who may, what is sent, and that it happens once."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select

from app import audit, clock, files
from app.accounts.models import Account
from app.applications import emails
from app.applications.models import Application, ApplicationStep, Stage
from app.employers.services import is_member
from app.errors import Conflict, Invalid, NotPermitted
from app.extensions import db, insert_once
from app.files import StoredFile
from app.jobs.models import Job
from app.jobs.services import visible_job
from app.seekers.models import SeekerProfile
from app.seekers.services import keep_resume, lock_profile, snapshot_of, view_profile

Upload = tuple[str, bytes]  # the name of a file and what is in it


class ResumeChoice(StrEnum):
    CURRENT = "current"  # the one on the profile
    UPLOAD = "upload"  # another, sent along
    NONE = "none"


def application_to(account: Account, job_id: int) -> Application | None:
    """The account's application to a listing, where there is one."""
    return db.session.scalar(
        select(Application).where(
            Application.account_id == account.id, Application.job_id == job_id
        )
    )


def job_to_apply_to(account: Account, job_id: int) -> Job:
    """The listing, if this account may apply to it here and now. Each refusal says why."""
    job = visible_job(job_id)
    if job.apply_method != "here":
        raise Conflict("This employer takes applications on its own site.")
    if is_member(account, job.organisation_id):
        raise NotPermitted(
            f"You are a member of {job.organisation.name}, which posted this job, so you cannot "
            "apply to it."
        )
    if not account.is_verified:
        raise NotPermitted("Confirm your e-mail address before you apply.")
    return job


def apply(
    account: Account,
    job_id: int,
    *,
    note: str,
    choice: ResumeChoice,
    upload: Upload | None = None,
) -> Application:
    """Send an application. Applying twice changes nothing and gives back the first one."""
    profile = lock_profile(account)  # a second click waits here, then finds the first one's row
    earlier = application_to(account, job_id)
    if earlier is not None:
        return earlier
    job = job_to_apply_to(account, job_id)
    resume = _resume(account, profile, choice, upload)
    moment = clock.now()
    new_id = insert_once(
        Application,
        job_id=job.id,
        account_id=account.id,
        stage=Stage.SUBMITTED,
        note=note,
        snapshot=snapshot_of(view_profile(account), account),
        resume_id=resume.id if resume else None,
        created_at=moment,
        changed_at=moment,
    )
    if new_id is not None:
        _announce(account, db.session.get_one(Application, new_id))
    elif resume is not None:
        files.discard_unused(resume)
    return db.session.scalars(
        select(Application).where(
            Application.account_id == account.id, Application.job_id == job_id
        )
    ).one()


def _announce(account: Account, application: Application) -> None:
    db.session.add(
        ApplicationStep(
            application_id=application.id,
            actor_id=account.id,
            stage=Stage.SUBMITTED,
            created_at=application.created_at,
        )
    )
    audit.record(
        "application.sent",
        actor_id=account.id,
        subject_kind="application",
        subject_id=application.id,
        detail={"job": application.job_id},
    )
    emails.send_received(application)
    emails.send_sent(application)


def _resume(
    account: Account, profile: SeekerProfile, choice: ResumeChoice, upload: Upload | None
) -> StoredFile | None:
    """The file to send. One uploaded here also goes on a profile that has none."""
    if choice is ResumeChoice.NONE:
        return None
    if choice is ResumeChoice.CURRENT:
        if profile.resume is None:
            raise Invalid("There is no résumé on your profile. Upload one.", field="resume")
        return profile.resume
    if upload is None:
        raise Invalid("Choose the file to send.", field="file")
    name, content = upload
    if profile.resume is None:
        return keep_resume(account, name=name, content=content)
    return files.store(account.id, name, content)
