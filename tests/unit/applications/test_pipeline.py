"""The employer's board, lists and export."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from app import clock
from app.applications.documents import HEADINGS
from app.applications.models import Application, Stage
from app.applications.services import application_for, board_of, export, listed, resume_for
from app.applications.services.pipeline import IN_A_COLUMN, PAGE
from app.audit import AuditEntry
from app.csv_tables import neutralise
from app.errors import NotFound, NotPermitted
from app.extensions import db
from app.jobs.models import Job
from app.jobs.services import dashboard
from app.jobs.signals import Interest
from tests.factories.accounts import make_account
from tests.factories.applications import make_application, member_of
from tests.factories.jobs import make_job


def fill(job: Job, number: int, *, stage: Stage = Stage.SUBMITTED, name: str = "Coder") -> None:
    moment = clock.now()
    for index in range(number):
        db.session.add(
            Application(
                job_id=job.id,
                account_id=make_account().id,
                stage=stage,
                snapshot={"name": f"{name} {index}"},
                created_at=moment,
                changed_at=moment,
            )
        )
    db.session.commit()


def owner_of(job: Job):
    return job.organisation and db.session.get_one(type(make_account()), job.created_by)


def test_a_column_holds_its_first_ones_and_counts_all(app):
    job = make_job()
    fill(job, IN_A_COLUMN + 4)
    fill(job, 2, stage=Stage.OFFER)
    fill(job, 3, stage=Stage.DECLINED)
    fill(make_job(), 5)
    board = board_of(owner_of(job), job.id)
    sizes = {c.stage: (len(c.applications), c.total) for c in board.columns}
    assert sizes[Stage.SUBMITTED] == (IN_A_COLUMN, IN_A_COLUMN + 4)
    assert sizes[Stage.OFFER] == (2, 2)
    assert Stage.DECLINED not in sizes
    assert board.totals[Stage.DECLINED] == 3
    assert board.total == IN_A_COLUMN + 9


def test_the_dashboard_says_how_many_applied_and_how_many_nobody_read_yet(app):
    job, quiet = make_job(), make_job()
    fill(job, 3)
    fill(job, 2, stage=Stage.OFFER)
    fill(job, 4, stage=Stage.WITHDRAWN)
    rows, _ = dashboard(owner_of(job), job.organisation)
    assert [row.interest for row in rows] == [Interest(applications=5, unread=3)]
    rows, _ = dashboard(owner_of(quiet), quiet.organisation)
    assert [row.interest for row in rows] == [Interest()]


def test_a_list_has_pages(app):
    job = make_job()
    fill(job, PAGE + 1)
    seen = [listed(owner_of(job), job.id, page=page) for page in (1, 2, 3)]
    assert [len(s.applications) for s in seen] == [PAGE, 1, 0]
    assert {s.last_page for s in seen} == {2}
    ids = {a.id for s in seen for a in s.applications}
    assert len(ids) == PAGE + 1


@pytest.mark.parametrize(
    ("text", "found"),
    [("ann", 2), ("ANN riv", 1), ("rivera ann", 1), ("%", 0), ("_", 0), ("'", 1), ("zzz", 0)],
)
def test_names_are_searched_word_by_word(app, text, found):
    job = make_job()
    for name in ("Ann Rivera", "Joanna O'Neil", "Ben Ito"):
        fill(job, 1, name=name)
    assert listed(owner_of(job), job.id, text=text).totals[Stage.SUBMITTED] == found
    assert board_of(owner_of(job), job.id, text=text).total == found


def test_another_employers_board_does_not_exist(app):
    job = make_job()
    for someone in (owner_of(make_job()), make_account()):
        for read in (board_of, listed, export):
            with pytest.raises(NotFound):
                read(someone, job.id)


def test_a_suspended_employer_sees_no_applications_until_that_is_lifted(app):
    application = make_application()
    job, member = application.job, member_of(application)
    job.organisation.suspended_at = clock.now()
    readings = [
        lambda: board_of(member, job.id),
        lambda: listed(member, job.id),
        lambda: export(member, job.id),
        lambda: application_for(member, application.id),
        lambda: resume_for(member, application.id),
    ]
    for read in readings:
        with pytest.raises(NotPermitted, match="is suspended, so its applications cannot be"):
            read()
    with pytest.raises(NotFound):
        application_for(make_account(), application.id)
    assert db.session.scalar(select(AuditEntry).where(AuditEntry.subject_kind == "job")) is None
    job.organisation.suspended_at = None
    for read in readings:
        assert read()


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_export_is_a_spreadsheet_and_on_record(app):
    application = make_application(phone="+1 512 555 0100", note='He said "yes",\nthen no')
    (head, row) = rows_of(export(member_of(application), application.job_id))
    assert tuple(head) == HEADINGS
    cells = dict(zip(head, row, strict=True))
    assert cells["Name"] == application.account.name
    assert cells["Credentials"] == "CCS"
    assert cells["Stage"] == "New"
    assert cells["Phone"] == "'+1 512 555 0100"
    assert cells["Note"] == 'He said "yes",\nthen no'
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "applications.exported")
    ).one()
    assert entry.detail == {"count": 1}


@pytest.mark.parametrize(
    "attack",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\uff1d1",
        "\uff0b1",
        '=HYPERLINK("http://evil.example","x")', "-2+3+cmd|' /C calc'!A0",
    ],
)  # fmt: skip
def test_no_cell_is_a_formula(app, attack):
    assert neutralise(attack) == f"'{attack}"
    account = make_account(name=attack)
    application = make_application(account=account, note=attack, headline=attack, city=attack)
    (_, row) = rows_of(export(member_of(application), application.job_id))
    assert not any(cell.lstrip().startswith(tuple("=+-@\uff1d\uff0b")) for cell in row if cell)


def test_ordinary_text_is_left_alone(app):
    for text in ("", "Ann", "a=b", "O'Neil", "4 charts"):
        assert neutralise(text) == text
