"""Moving an application, withdrawing it, and what is left when the account is closed."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app import clock, tasks
from app.accounts.services import close_account
from app.applications.models import STAGES, ApplicationStep, Stage
from app.applications.services import application_for, application_of, move, withdraw
from app.errors import Conflict, Invalid, NotFound, NotPermitted
from app.extensions import db
from app.files import StoredFile
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.applications import make_application, member_of
from tests.factories.jobs import make_job
from tests.mailbox import mails_to

EMPLOYERS = [s for s in Stage if s not in (Stage.SUBMITTED, Stage.WITHDRAWN)]


def stages(application) -> list[str]:
    return [step.stage for step in application.steps]


@pytest.mark.parametrize("to", EMPLOYERS)
def test_every_stage_can_be_reached_and_reaches_the_coder(app, to):
    application = make_application()
    move(member_of(application), application.id, was=Stage.SUBMITTED, to=to)
    db.session.commit()
    assert application.stage == to
    assert stages(application) == ["submitted", to]
    mail = mails_to(application.account.email)[-1]
    assert mail.name == "application_moved"
    assert mail.subject == f"{STAGES[to]}: {application.job.title}"
    assert len(mail.text.splitlines()) > 3


def test_a_mistake_can_be_taken_back(app):
    application = make_application()
    member = member_of(application)
    move(member, application.id, was=Stage.SUBMITTED, to=Stage.DECLINED)
    move(member, application.id, was=Stage.DECLINED, to=Stage.SUBMITTED)
    assert application.is_open
    assert stages(application) == ["submitted", "declined", "submitted"]


def test_a_message_goes_to_the_coder_with_its_words(app):
    application = make_application()
    move(
        member_of(application),
        application.id,
        was=Stage.SUBMITTED,
        to=Stage.INTERVIEW,
        message="Tuesday at 3?\n<b>Bring</b> your CCS number.",
    )
    db.session.commit()
    mail = mails_to(application.account.email)[-1]
    assert "Tuesday at 3?" in mail.text
    assert "&lt;b&gt;Bring&lt;/b&gt;" in mail.html
    assert application.steps[-1].message.startswith("Tuesday")


def test_a_message_alone_moves_nothing(app):
    application = make_application()
    move(member_of(application), application.id, was=Stage.SUBMITTED, to=Stage.SUBMITTED,
         message="When could you start?")  # fmt: skip
    db.session.commit()
    assert application.stage == Stage.SUBMITTED
    assert mails_to(application.account.email)[-1].subject.startswith("Message: ")


@pytest.mark.parametrize("message", ["", "See you there."])
def test_sending_a_move_twice_moves_once(app, message):
    application = make_application()
    for _ in range(3):
        move(member_of(application), application.id, was=Stage.SUBMITTED, to=Stage.SCREENING,
             message=message)  # fmt: skip
        db.session.commit()
    assert stages(application) == ["submitted", "screening"]
    assert len(mails_to(application.account.email)) == 2


def test_a_colleagues_move_is_not_undone_unseen(app):
    application = make_application()
    member = member_of(application)
    move(member, application.id, was=Stage.SUBMITTED, to=Stage.OFFER)
    with pytest.raises(Conflict, match="Offer"):
        move(member, application.id, was=Stage.SUBMITTED, to=Stage.DECLINED)
    assert application.stage == Stage.OFFER


def test_the_employer_cannot_withdraw_for_the_coder(app):
    application = make_application()
    with pytest.raises(Invalid):
        move(member_of(application), application.id, was=None, to=Stage.WITHDRAWN)


def test_another_employers_application_does_not_exist(app):
    application = make_application()
    stranger = member_of(make_application())
    for someone in (stranger, application.account, make_account()):
        with pytest.raises(NotFound):
            move(someone, application.id, was=None, to=Stage.DECLINED)
        with pytest.raises(NotFound):
            application_for(someone, application.id)
    assert application.stage == Stage.SUBMITTED


def test_another_coders_application_does_not_exist(app):
    application = make_application()
    for someone in (member_of(application), make_account()):
        with pytest.raises(NotFound):
            withdraw(someone, application.id)
        with pytest.raises(NotFound):
            application_of(someone, application.id)


def test_withdrawing_ends_it_and_tells_the_members(app):
    application = make_application()
    member = member_of(application)
    withdraw(application.account, application.id)
    withdraw(application.account, application.id)
    db.session.commit()
    assert stages(application) == ["submitted", "withdrawn"]
    assert [m.name for m in mails_to(member.email)] == [
        "application_received",
        "application_withdrawn",
    ]
    with pytest.raises(Conflict):
        move(member, application.id, was=None, to=Stage.INTERVIEW)


@pytest.mark.parametrize("ended", [Stage.DECLINED, Stage.HIRED])
def test_what_the_employer_has_ended_cannot_be_withdrawn(app, ended):
    application = make_application()
    move(member_of(application), application.id, was=None, to=ended)
    with pytest.raises(Conflict):
        withdraw(application.account, application.id)
    assert application.stage == ended


def test_closing_the_account_leaves_a_stub_without_personal_data(app):
    application = make_application(note="Call Ann at 512-555-0100")
    account, member = application.account, member_of(application)
    move(member, application.id, was=None, to=Stage.SCREENING, message="Dear Ann")
    declined = make_application(job=make_job())
    db.session.commit()
    close_account(account, password=PASSWORD)
    db.session.commit()
    tasks.drain()
    seen = application_for(member, application.id)
    assert seen.stage == Stage.WITHDRAWN
    assert (seen.snapshot, seen.note, seen.resume) == ({}, "", None)
    assert not any(step.message for step in seen.steps)
    assert stages(seen) == ["submitted", "screening", "withdrawn"]
    kept = db.session.scalars(select(StoredFile)).all()
    assert kept == [declined.resume]
    assert declined.snapshot["name"]


def test_closing_the_account_tells_the_members_as_withdrawing_does(app):
    application = make_application(note="Call 512-555-0100", headline="Trauma coder")
    withdrawn = make_application(job=application.job)
    account, member = application.account, member_of(application)
    name, email = account.name, account.email
    withdraw(withdrawn.account, withdrawn.id)
    close_account(account, password=PASSWORD)
    db.session.commit()
    usual, told = mails_to(member.email)[-2:]
    assert (told.name, told.subject) == (usual.name, usual.subject)
    assert told.text == usual.text.replace(withdrawn.account.name, name).replace(
        f"/applications/{withdrawn.id}", f"/applications/{application.id}"
    )
    for erased in (email, "512-555-0100", "Trauma coder"):
        assert erased not in told.text + told.html


@pytest.mark.parametrize("ended", [Stage.DECLINED, Stage.HIRED])
def test_closing_the_account_leaves_how_the_employer_ended_it(app, ended):
    application = make_application()
    member = member_of(application)
    move(member, application.id, was=None, to=ended, message="Dear Ann")
    close_account(application.account, password=PASSWORD)
    db.session.commit()
    assert (application.stage, stages(application)) == (ended, ["submitted", ended])
    assert (application.snapshot, application.note, application.resume) == ({}, "", None)
    assert [m.name for m in mails_to(member.email)] == ["application_received"]


def test_nothing_is_sent_to_a_closed_account(app):
    application = make_application()
    member = member_of(application)
    move(member, application.id, was=None, to=Stage.HIRED)
    close_account(application.account, password=PASSWORD)
    db.session.commit()
    with pytest.raises(Conflict, match="closed the account"):
        move(member, application.id, was=Stage.HIRED, to=Stage.OFFER, message="Still there?")
    assert application.stage == Stage.HIRED


def test_a_suspended_employer_moves_nothing_and_the_coder_may_still_withdraw(app):
    application = make_application()
    application.job.organisation.suspended_at = clock.now()
    with pytest.raises(NotPermitted, match="is suspended, so its applications cannot be opened"):
        move(member_of(application), application.id, was=None, to=Stage.HIRED, message="Come")
    assert application_of(application.account, application.id).stage == Stage.SUBMITTED
    assert withdraw(application.account, application.id).stage == Stage.WITHDRAWN


def test_closing_after_withdrawing_adds_no_step(app):
    application = make_application()
    withdraw(application.account, application.id)
    close_account(application.account, password=PASSWORD)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(ApplicationStep)) == 2
