"""Applying and the pipeline, as two browsers see them."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.applications.models import Application, ApplicationStep, Stage
from app.audit import AuditEntry
from app.extensions import db
from app.files import StoredFile
from app.jobs.models import JobState
from app.seekers.services import keep_resume
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.applications import make_application, member_of
from tests.factories.documents import docx_bytes, file_form, pdf_bytes
from tests.factories.jobs import make_job
from tests.factories.seekers import make_profile
from tests.mailbox import mails_to

ATTACK = "<script>alert(1)</script>"


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_coder_applies_and_the_employer_reads_it(client_of):
    profile = make_profile(headline="Inpatient coder, 4 years", summary="Trauma center")
    keep_resume(profile.account, name="cv.pdf", content=pdf_bytes())
    job = make_job(title="Inpatient coder II")
    coder = client_of(profile.account)
    page = coder.get(f"/jobs/{job.id}/apply").text
    for shown in (
        "Inpatient coder II",
        "Inpatient coder, 4 years",
        "Trauma center",
        "CCS",
        "cv.pdf",
    ):
        assert shown in page
    sent = coder.post(
        f"/jobs/{job.id}/apply", data={"resume": "current", "note": "I start Monday."}
    )
    application = db.session.scalars(select(Application)).one()
    assert (sent.status_code, sent.location) == (302, f"/applications/{application.id}")
    assert "Inpatient coder II" in coder.get("/applications").text
    assert "I start Monday." in coder.get(sent.location).text

    employer = client_of(member_of(application))
    assert profile.account.name in employer.get(f"/employers/jobs/{job.id}/applications").text
    page = employer.get(f"/employers/applications/{application.id}").text
    for shown in ("Trauma center", "I start Monday.", "cv.pdf", profile.account.email):
        assert shown in page
    moved = employer.post(
        f"/employers/applications/{application.id}/move",
        data={"was": "submitted", "stage": "interview", "message": "Tuesday?", "back": "board"},
    )
    assert moved.location == f"/employers/jobs/{job.id}/applications#a{application.id}"
    page = coder.get(f"/applications/{application.id}").text
    assert "Interview" in page
    assert "Tuesday?" in page


def test_twenty_submits_at_once_make_one_application(app, client_of):
    profile = make_profile()
    keep_resume(profile.account, name="cv.pdf", content=pdf_bytes())
    job = make_job()
    browsers = [client_of(profile.account) for _ in range(20)]
    employer_email = member_of_job(job).email
    job_id = job.id
    db.session.commit()
    start = threading.Barrier(20)
    answers = []

    def send(browser):
        start.wait()
        answers.append(browser.post(f"/jobs/{job_id}/apply", data={"resume": "current"}))

    threads = [threading.Thread(target=send, args=[b]) for b in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    db.session.expire_all()
    application = db.session.scalars(select(Application)).one()
    places = {(a.status_code, a.location) for a in answers}
    assert places == {(302, f"/applications/{application.id}")}
    assert len(answers) == 20
    assert count(ApplicationStep) == 1
    assert len(mails_to(employer_email)) == 1


def member_of_job(job):
    return db.session.get_one(type(make_account()), job.created_by)


def test_a_visitor_logs_in_first_and_an_unconfirmed_one_confirms(client, client_of):
    job = make_job()
    path = f"/jobs/{job.id}/apply"
    assert client.get(path).location == f"/log-in?next={path}"
    waiting = client_of(make_account(email_verified_at=None))
    assert waiting.get(path).location == f"/verify-first?next={path}"
    assert waiting.post(path, data={"resume": "none"}).status_code == 302
    assert count(Application) == 0


def test_opening_the_form_again_leads_to_the_application(client_of):
    application = make_application()
    coder = client_of(application.account)
    there = f"/applications/{application.id}"
    assert coder.get(f"/jobs/{application.job_id}/apply").location == there
    assert coder.post(f"/jobs/{application.job_id}/apply", data={}).location == there


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"state": JobState.FILLED}, 410, "closed"),
        ({"closes_on": (clock.now() - timedelta(days=2)).date()}, 410, "closed on"),
        ({"apply_method": "url", "apply_url": "https://example.com/1"}, 409, "own site"),
        ({"state": JobState.DRAFT, "published_at": None}, 404, ""),
    ],
)
def test_a_job_that_takes_none_says_why(client_of, fields, status, words):
    job = make_job(**fields)
    coder = client_of(make_account())
    for answer in (
        coder.get(f"/jobs/{job.id}/apply"),
        coder.post(f"/jobs/{job.id}/apply", data={"resume": "none"}),
    ):
        assert answer.status_code == status
        assert words in answer.text
    assert count(Application) == 0


def test_members_do_not_apply_to_their_own_organization(client_of):
    job = make_job()
    answer = client_of(member_of_job(job)).get(f"/jobs/{job.id}/apply")
    assert answer.status_code == 403
    assert "You are a member" in answer.text


def test_a_file_is_uploaded_right_there(client_of):
    account, job = make_account(), make_job()
    coder = client_of(account)
    content = docx_bytes()
    form = file_form("file", "cv.docx", content, resume="upload", note="Hello")
    assert coder.post(f"/jobs/{job.id}/apply", **form).status_code == 302
    application = db.session.scalars(select(Application)).one()
    assert (application.resume.name, application.note) == ("cv.docx", "Hello")
    answer = coder.get(f"/applications/{application.id}/resume")
    assert answer.data == content


def test_whoever_picks_a_file_means_it(client_of):
    profile, job = make_profile(), make_job()
    keep_resume(profile.account, name="old.pdf", content=pdf_bytes())
    form = file_form("file", "picked.pdf", pdf_bytes(2), resume="current")
    db.session.commit()
    client_of(profile.account).post(f"/jobs/{job.id}/apply", **form)
    assert db.session.scalars(select(Application)).one().resume.name == "picked.pdf"


@pytest.mark.parametrize(
    "form",
    [
        {"data": {}},
        {"data": {"resume": "current"}},
        {"data": {"resume": "upload"}},
        {"data": {"resume": "all of them"}},
        {"data": {"resume": "none", "note": "x" * 4_001}},
        file_form("file", "cv.pdf", b"MZ", resume="upload"),
        file_form("file", "cv.exe", pdf_bytes(), resume="upload"),
        file_form("file", "cv.pdf", b"x" * (5 * 1024 * 1024 + 1), resume="upload"),
    ],
)
def test_a_hostile_or_half_finished_form_sends_nothing(client_of, form):
    job = make_job()
    answer = client_of(make_account()).post(f"/jobs/{job.id}/apply", **form)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert count(Application) == count(StoredFile) == 0


def test_text_is_shown_as_text_on_both_sides(client_of):
    account = make_account(name=ATTACK)
    application = make_application(account=account, note=ATTACK, headline=ATTACK, summary=ATTACK)
    employer = client_of(member_of(application))
    employer.post(
        f"/employers/applications/{application.id}/move",
        data={"stage": "screening", "message": ATTACK},
    )
    for browser, path in (
        (employer, f"/employers/jobs/{application.job_id}/applications"),
        (employer, f"/employers/jobs/{application.job_id}/applications?stage=all&q=%3Cscript"),
        (employer, f"/employers/applications/{application.id}"),
        (client_of(account), f"/applications/{application.id}"),
    ):
        page = browser.get(path)
        assert page.status_code == 200
        assert ATTACK not in page.text
        assert "&lt;script&gt;" in page.text


def test_what_is_not_mine_does_not_exist(client_of):
    application = make_application()
    other = member_of(make_application())
    mine, theirs = f"/applications/{application.id}", f"/employers/applications/{application.id}"
    board = f"/employers/jobs/{application.job_id}/applications"
    coder_only = [("get", mine), ("get", f"{mine}/resume"), ("post", f"{mine}/withdraw")]
    employer_only = [
        ("get", theirs), ("get", f"{theirs}/resume"), ("get", board), ("get", f"{board}.csv"),
        ("get", f"{board}?stage=all"), ("post", f"{theirs}/move"),
    ]  # fmt: skip
    stranger = client_of(make_account())
    employer, rival, coder = (
        client_of(member_of(application)),
        client_of(other),
        client_of(application.account),
    )
    for browser, routes in (
        (stranger, coder_only + employer_only),
        (rival, coder_only + employer_only),
        (employer, coder_only),
        (coder, employer_only),
    ):
        for method, path in routes:
            answer = getattr(browser, method)(path, data={"stage": "declined"})
            assert answer.status_code == 404, (method, path)
    assert application.stage == Stage.SUBMITTED
    assert count(ApplicationStep) == 2


def test_the_employer_downloads_the_resume_and_it_is_on_record(client_of):
    application = make_application()
    member = member_of(application)
    answer = client_of(member).get(f"/employers/applications/{application.id}/resume")
    assert answer.data == pdf_bytes()
    assert answer.headers["Content-Disposition"] == "attachment; filename=cv.pdf"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "resume.opened")).one()
    assert entry.actor_id == member.id
    assert entry.subject_id == application.resume_id


def test_withdrawing_and_what_the_employer_then_sees(client_of):
    application = make_application()
    coder, employer = client_of(application.account), client_of(member_of(application))
    assert "Withdraw application" in coder.get(f"/applications/{application.id}").text
    for _ in range(2):
        assert coder.post(f"/applications/{application.id}/withdraw").status_code == 302
    assert "Withdraw application" not in coder.get(f"/applications/{application.id}").text
    page = employer.get(f"/employers/applications/{application.id}").text
    assert "Withdrawn" in page
    assert "/move" not in page


def test_whom_an_employer_hired_stays_on_the_board_when_the_account_is_closed(client_of):
    application = make_application(account=make_account(name="Ann Rivera"))
    employer = client_of(member_of(application))
    path = f"/employers/applications/{application.id}"
    employer.post(f"{path}/move", data={"stage": "hired"}, follow_redirects=True)
    coder = client_of(application.account)
    assert coder.post("/account/close", data={"password": PASSWORD}).status_code == 302
    board = employer.get(f"/employers/jobs/{application.job_id}/applications").text
    page = employer.get(path).text
    for shown in (board, page):
        assert "Closed account" in shown
        assert "Hired" in shown
        assert "Ann Rivera" not in shown
        assert f"{path}/move" not in shown


def test_a_suspended_employer_is_told_why_the_applications_are_shut(client_of):
    application = make_application()
    employer, coder = client_of(member_of(application)), client_of(application.account)
    application.job.organisation.suspended_at = clock.now()
    db.session.commit()
    there = f"/employers/applications/{application.id}"
    board = f"/employers/jobs/{application.job_id}/applications"
    for answer in (
        *(employer.get(p) for p in (there, f"{there}/resume", board, f"{board}?stage=all")),
        employer.post(f"{there}/move", data={"stage": "hired", "message": "Come on Monday."}),
    ):
        assert answer.status_code == 403
        assert "is suspended, so its applications cannot be opened until" in answer.text
        assert application.account.name not in answer.text
    assert employer.get(f"{board}.csv").status_code == 403
    assert coder.get(f"/applications/{application.id}").status_code == 200
    assert coder.get(f"/applications/{application.id}/resume").data == pdf_bytes()


def test_the_board_is_found_empty_searched_and_listed(client_of):
    job = make_job()
    employer = client_of(member_of_job(job))
    path = f"/employers/jobs/{job.id}/applications"
    assert "No applications yet" in employer.get(path).text
    make_application(job=job, account=make_account(name="Ann Rivera"))
    make_application(job=job, account=make_account(name="Ben Ito"))
    found = employer.get(path, query_string={"q": "rivera"}).text
    assert "Ann Rivera" in found
    assert "Ben Ito" not in found
    assert "Nobody of that name" in employer.get(path, query_string={"q": "zzz"}).text
    for query in ("stage=all", "stage=offer", "stage=nonsense", "stage=all&page=99", "page=x",
                  "q=" + "x" * 5_000, "stage=all&page=-4", "q=%25"):  # fmt: skip
        assert employer.get(f"{path}?{query}").status_code == 200, query


def test_the_export_is_a_download(client_of):
    application = make_application()
    answer = client_of(member_of(application)).get(
        f"/employers/jobs/{application.job_id}/applications.csv"
    )
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert application.account.name in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_every_card_of_the_board_has_its_own_working_form(client_of):
    job = make_job()
    made = [make_application(job=job) for _ in range(3)]
    employer = client_of(member_of_job(job))
    page = employer.get(f"/employers/jobs/{job.id}/applications").text
    actions = re.findall(r'action="(/employers/applications/\d+/move)"', page)
    assert sorted(actions) == sorted(f"/employers/applications/{a.id}/move" for a in made)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_an_empty_list_says_what_to_do_next(client_of):
    page = client_of(make_account()).get("/applications").text
    assert "No applications yet" in page
    assert "/jobs" in page
