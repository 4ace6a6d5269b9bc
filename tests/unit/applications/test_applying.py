"""Applying: who may, what is sent, and that it happens once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import clock, files, tasks
from app.applications.models import Application, ApplicationStep
from app.applications.services import ResumeChoice, application_to, apply, sent_resume
from app.audit import AuditEntry
from app.errors import Conflict, Gone, Invalid, NotFound, NotPermitted
from app.extensions import db
from app.files import StoredFile
from app.jobs.models import JobState
from app.seekers.services import edit_profile, keep_resume, remove_resume, resume_of
from tests.factories.accounts import make_account
from tests.factories.applications import make_application, member_of
from tests.factories.documents import pdf_bytes
from tests.factories.employers import make_member, make_organisation
from tests.factories.jobs import make_job
from tests.factories.seekers import make_profile
from tests.mailbox import mails_to


def send(account, job, choice=ResumeChoice.NONE, upload=None, note=""):
    return apply(account, job.id, note=note, choice=choice, upload=upload)


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_what_is_sent_is_the_profile_as_it_is_now(app):
    application = make_application(headline="Inpatient coder")
    edit_profile(
        application.account,
        headline="Something else",
        summary="",
        city="",
        state="",
        phone="",
        experience="",
    )
    db.session.commit()
    assert application.snapshot["headline"] == "Inpatient coder"
    assert application.snapshot["credentials"][0]["credential"] == "ccs"
    assert application.note == "I start on Monday."
    assert [s.stage for s in application.steps] == ["submitted"]


def test_applying_twice_changes_nothing(app):
    first = make_application(note="First")
    second = send(first.account, first.job, note="Second")
    db.session.commit()
    assert second is first
    assert second.note == "First"
    assert count(Application) == count(ApplicationStep) == 1
    assert len(mails_to(first.account.email)) == 1


def test_the_database_itself_holds_one_application_a_job(app):
    application = make_application()
    moment = clock.now()
    db.session.add(
        Application(
            job_id=application.job_id,
            account_id=application.account_id,
            created_at=moment,
            changed_at=moment,
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_both_sides_get_a_mail(app):
    organisation = make_organisation()
    colleague = make_account()
    make_member(organisation, colleague)
    job = make_job(organisation=organisation, title="Auditor")
    application = make_application(job=job)
    for member in (member_of(application), colleague):
        (mail,) = mails_to(member.email)
        assert mail.name == "application_received"
        assert mail.subject == "New application: Auditor"
        assert f"/employers/applications/{application.id}" in mail.text
    (mail,) = mails_to(application.account.email)
    assert mail.name == "application_sent"
    assert f"/applications/{application.id}" in mail.text


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"state": JobState.DRAFT, "published_at": None, "expires_at": None}, NotFound),
        ({"state": JobState.IN_REVIEW, "published_at": None, "expires_at": None}, NotFound),
        ({"state": JobState.PAUSED}, Gone),
        ({"state": JobState.FILLED}, Gone),
        ({"state": JobState.REMOVED}, Gone),
        ({"expires_at": clock.now() - timedelta(days=1)}, Gone),
        ({"closes_on": clock.today() - timedelta(days=1)}, Gone),
        ({"apply_method": "url", "apply_url": "https://example.com/jobs/1"}, Conflict),
    ],
)
def test_a_job_that_takes_no_applications_here_gets_none(app, fields, error):
    with pytest.raises(error):
        send(make_account(), make_job(**fields))
    assert count(Application) == 0


def test_the_last_day_counts_and_the_refusal_after_it_names_it(app):
    last = clock.today() + timedelta(days=3)
    job = make_job(closes_on=last)
    with time_machine.travel(clock.end_of(last)):
        send(make_account(), job)
    late = clock.end_of(last) + timedelta(seconds=2)
    with time_machine.travel(late), pytest.raises(Gone, match="closed on"):
        send(make_account(), job)


def test_a_suspended_employers_job_is_not_there(app):
    job = make_job(organisation=make_organisation(suspended_at=clock.now()))
    with pytest.raises(NotFound):
        send(make_account(), job)


def test_nobody_applies_to_the_own_organisation(app):
    organisation = make_organisation()
    recruiter = make_account()
    make_member(organisation, recruiter)
    with pytest.raises(NotPermitted):
        send(recruiter, make_job(organisation=organisation))


def test_an_address_that_is_not_confirmed_does_not_apply(app):
    with pytest.raises(NotPermitted):
        send(make_account(email_verified_at=None), make_job())


def test_who_has_applied_finds_it_after_the_job_has_closed(app):
    application = make_application()
    application.job.state = JobState.FILLED
    db.session.commit()
    assert send(application.account, application.job) is application
    assert application_to(application.account, application.job_id) is application


def test_the_profiles_resume_is_sent_and_stays_when_it_is_replaced(app):
    application = make_application()
    sent = application.resume
    keep_resume(application.account, name="newer.pdf", content=pdf_bytes(2))
    db.session.commit()
    tasks.drain()
    assert application.resume is sent
    assert files.path_of(sent).read_bytes() == pdf_bytes()
    assert resume_of(application.account).name == "newer.pdf"
    remove_resume(application.account)
    db.session.commit()
    assert sent_resume(application.account, application.id) is sent
    assert count(StoredFile) == 1


def test_one_file_serves_two_applications_and_the_profile(app):
    first = make_application()
    second = send(first.account, make_job(), ResumeChoice.CURRENT)
    db.session.commit()
    assert first.resume is second.resume
    assert count(StoredFile) == 1


def test_a_file_uploaded_here_goes_with_this_application_only(app):
    profile = make_profile()
    mine = keep_resume(profile.account, name="mine.pdf", content=pdf_bytes())
    sent = send(profile.account, make_job(), ResumeChoice.UPLOAD, ("other.pdf", pdf_bytes(2)))
    assert sent.resume.name == "other.pdf"
    assert resume_of(profile.account) is mine


def test_a_first_file_uploaded_here_also_goes_on_the_profile(app):
    account = make_account()
    sent = send(account, make_job(), ResumeChoice.UPLOAD, ("first.pdf", pdf_bytes()))
    assert resume_of(account) is sent.resume


@pytest.mark.parametrize(
    ("choice", "upload", "field"),
    [
        (ResumeChoice.CURRENT, None, "resume"),
        (ResumeChoice.UPLOAD, None, "file"),
        (ResumeChoice.UPLOAD, ("cv.pdf", b"not a PDF"), None),
    ],
)
def test_a_resume_that_is_not_there_is_asked_for(app, choice, upload, field):
    account, job = make_account(), make_job()
    with pytest.raises(Invalid) as refused:
        send(account, job, choice, upload)
    assert refused.value.field == field
    assert count(Application) == 0


def test_an_application_is_in_the_audit_log(app):
    application = make_application()
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "application.sent")
    ).one()
    assert (entry.actor_id, entry.subject_id) == (application.account_id, application.id)
    assert entry.detail == {"job": application.job_id}
