"""The profile as its owner edits it in a browser."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from app import files, tasks
from app.audit import AuditEntry
from app.extensions import db
from app.files import StoredFile
from app.seekers.models import Experience, ProfileCredential, ProfileTerm, SeekerProfile
from app.seekers.services import keep_resume, resume_of
from tests.factories.accounts import make_account
from tests.factories.documents import docx_bytes, file_form, pdf_bytes
from tests.factories.seekers import make_profile

PAGES = ["/profile", "/profile/edit", "/profile/credentials", "/profile/experience",
         "/profile/resume", "/profile/work", "/profile/jobs", "/profile/visibility"]  # fmt: skip
PER = {"pay_floor_unit": "hour"}
PROFILE = {"headline": "Inpatient coder", "experience": "3-4", "city": "Austin", "state": "TX"}


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def upload(browser, name, content, path="/profile/resume"):
    return browser.post(path, **file_form("resume", name, content))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_works_empty_and_full(client_of, path):
    assert client_of(make_account()).get(path).status_code == 200
    profile = make_profile(summary="One\nTwo")
    keep_resume(profile.account, name="cv.pdf", content=pdf_bytes())
    db.session.commit()
    assert client_of(profile.account).get(path).status_code == 200


def test_the_profile_grows_page_by_page_until_nothing_is_missing(client_of):
    browser = client_of(make_account(name="Ann Rivera"))
    assert "An employer would miss" in browser.get("/profile").text
    assert browser.post("/profile/edit", data=PROFILE).status_code == 302
    held = {"credential": "cpc", "is_apprentice": "y", "expires_in": "04/2027"}
    assert browser.post("/profile/credentials", data=held).status_code == 302
    position = {"title": "Coder", "employer": "Mercy", "started_on": "2020-03"}
    assert browser.post("/profile/experience", data=position).status_code == 302
    assert browser.post("/profile/work", data={"tool": "epic", **PER}).status_code == 302
    assert upload(browser, "cv.pdf", pdf_bytes()).status_code == 302
    page = browser.get("/profile").text
    assert "Your profile is complete" in page
    for shown in ("Ann Rivera", "Inpatient coder", "CPC-A", "04/2027", "03/2020", "cv.pdf"):
        assert shown in page


def test_whoever_came_from_elsewhere_returns_there(client_of):
    browser = client_of(make_account())
    there = {"next": "/jobs/7/apply"}
    assert (
        browser.post("/profile/edit", query_string=there, data=PROFILE).location == "/jobs/7/apply"
    )
    off_site = {"next": "//evil.example"}
    assert browser.post("/profile/edit", query_string=off_site, data=PROFILE).location == "/profile"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/profile/edit", {"headline": "x" * 121}),
        ("/profile/edit", {"summary": "x" * 4_001}),
        ("/profile/edit", {"state": "ZZ"}),
        ("/profile/edit", {"experience": "'; drop table"}),
        ("/profile/edit", {"phone": "nothing like a number"}),
        ("/profile/credentials", {}),
        ("/profile/credentials", {"credential": "nope"}),
        ("/profile/credentials", {"credential": "ccs", "is_apprentice": "y"}),
        ("/profile/credentials", {"credential": "cpc", "expires_in": "soon"}),
        ("/profile/credentials", {"credential": "cpc", "expires_in": "13/2027"}),
        ("/profile/credentials", {"credential": "cpc", "expires_in": "0001-01"}),
        ("/profile/credentials", {"credential": "cpc", "member_number": "9" * 41}),
        ("/profile/experience", {}),
        ("/profile/experience", {"title": "Coder", "employer": "Mercy"}),
        ("/profile/experience", {"title": "Coder", "employer": "Mercy", "started_on": "x" * 9_999}),
        ("/profile/experience",
         {"title": "Coder", "employer": "Mercy", "started_on": "2022-01", "ended_on": "2021-01"}),
        ("/profile/experience", {"title": "x" * 121, "employer": "Mercy", "started_on": "2020-01"}),
        ("/profile/work", {**PER, "tool": "abacus"}),
        ("/profile/work", {**PER, "setting": ["inpatient", "moon"]}),
        ("/profile/work", {**PER, "state": "ZZ"}),
        ("/profile/work", {**PER, "place": "'; drop table"}),
        ("/profile/work", {**PER, "pay_floor": "plenty"}),
        ("/profile/work", {**PER, "pay_floor": "-1"}),
        ("/profile/work", {**PER, "pay_floor": "0.50"}),
        ("/profile/work", {**PER, "pay_floor": "9" * 99}),
        ("/profile/work", {"pay_floor": "30", "pay_floor_unit": "chart"}),
        ("/profile/resume", {}),
        ("/profile/resume", {"resume": "not a file"}),
    ],
)  # fmt: skip
def test_hostile_input_is_refused_and_stores_nothing(client_of, path, data):
    answer = client_of(make_account()).post(path, data=data)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert "<title>Error: " in answer.text
    for model in (ProfileCredential, ProfileTerm, Experience, StoredFile):
        assert count(model) == 0


def test_text_is_shown_as_text(client_of):
    browser = client_of(make_account(name="<b>Ann</b>"))
    attack = "<script>alert(1)</script>"
    browser.post("/profile/edit", data={**PROFILE, "headline": attack, "summary": attack})
    browser.post("/profile/credentials", data={"credential": "cpc", "member_number": attack})
    browser.post(
        "/profile/experience", data={"title": attack, "employer": attack, "started_on": "2020-01"}
    )
    upload(browser, "<img src=x onerror=alert(1)>.pdf", pdf_bytes())
    for path in PAGES:
        page = browser.get(path).text
        assert attack not in page
        assert "<img" not in page
        assert "<b>Ann" not in page


@pytest.mark.parametrize("action", ["credentials/{}/remove", "experience/{}/remove"])
def test_the_parts_of_another_profile_do_not_exist_for_me(client_of, action):
    profile = make_profile()
    profile.experiences.append(
        Experience(title="Coder", employer="Mercy", started_on=profile.changed_at.date())
    )
    db.session.commit()
    ids = {"credentials": profile.credentials[0].id, "experience": profile.experiences[0].id}
    number = ids[action.partition("/")[0]]
    stranger = client_of(make_account())
    assert stranger.post("/profile/" + action.format(number)).status_code == 404
    assert stranger.get(f"/profile/experience/{ids['experience']}").status_code == 404
    assert client_of(profile.account).post("/profile/" + action.format(number)).status_code == 302


def test_a_resume_is_handed_out_as_a_download_that_cannot_act(client_of):
    browser = client_of(account := make_account())
    upload(browser, 'Résumé "final".docx', content := docx_bytes())
    answer = browser.get("/profile/resume/download")
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["Cache-Control"] == "private, no-store"
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.actor_id) == ("resume.opened", account.id)


def test_nobody_downloads_the_resume_of_another(client, client_of):
    owner = client_of(make_account())
    upload(owner, "cv.pdf", pdf_bytes())
    assert client_of(make_account()).get("/profile/resume/download").status_code == 404
    assert client.get("/profile/resume/download").status_code == 302


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("cv.pdf", b""),
        ("cv.pdf", b"<html><script>alert(1)</script></html>"),
        ("cv.docx", b"PK\x03\x04 broken"),
        ("cv.exe", pdf_bytes()),
        ("cv.pdf.exe", pdf_bytes()),
        ("../../etc/passwd", b"root:x"),
        ("cv.docx", docx_bytes({"word/vbaProject.bin": b"macro"})),
        ("cv.pdf", b"x" * (5 * 1024 * 1024 + 1)),
    ],
)
def test_what_is_not_a_resume_is_refused_at_the_field(client_of, name, content):
    answer = upload(client_of(make_account()), name, content)
    assert answer.status_code == 422
    assert 'href="#resume"' in answer.text
    assert count(StoredFile) == 0
    assert count(SeekerProfile) == 0


def test_a_file_beyond_all_measure_is_refused(client_of):
    assert upload(client_of(make_account()), "cv.pdf", b"x" * 7_000_000).status_code == 413


def test_replacing_and_removing(client_of):
    browser = client_of(make_account())
    upload(browser, "one.pdf", pdf_bytes())
    upload(browser, "two.pdf", pdf_bytes(2))
    assert "two.pdf" in browser.get("/profile/resume").text
    assert browser.post("/profile/resume/remove").status_code == 302
    assert browser.post("/profile/resume/remove").status_code == 302
    assert browser.get("/profile/resume/download").status_code == 404
    assert count(StoredFile) == 0


def test_twenty_uploads_at_once_leave_one_resume_and_no_stray_file(
    app, client_of, tmp_path, monkeypatch
):
    monkeypatch.setitem(app.config, "DATA_DIR", tmp_path)
    account = make_account()
    browsers = [client_of(account) for _ in range(20)]
    start, answers = threading.Barrier(20), []

    def send(number, browser):
        start.wait()
        answers.append(upload(browser, f"{number}.pdf", pdf_bytes()).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in enumerate(browsers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [302] * 20
    tasks.drain()
    stored = db.session.scalars(select(StoredFile)).one()
    assert resume_of(account) is stored
    on_disk = [path for path in files.folder().rglob("*") if path.is_file()]
    assert on_disk == [files.path_of(stored)]
