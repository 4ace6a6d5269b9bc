"""The pages about feeds, as a browser meets them."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from app import tasks
from app.extensions import db
from app.jobs.models import ImportedJob, JobSource
from tests.factories.accounts import make_account, make_moderator, make_operator
from tests.factories.employers import make_organisation
from tests.factories.sources import board, make_source, posting
from tests.web_server import serving


@pytest.fixture
def owner(app):
    return make_account()


@pytest.fixture
def organisation(owner):
    return make_organisation(owner=owner)


@pytest.fixture
def browser(client_of, owner):
    return client_of(owner)


def upload(browser, organisation, content=None, name="board.json", **more):
    content = board(posting()) if content is None else content
    data = {"file": (io.BytesIO(content), name), "schedule": "daily", "kind": "auto", **more}
    return browser.post(f"/employers/{organisation.slug}/feeds", data=data)


def test_a_file_is_sent_and_its_drafts_are_shown(browser, organisation):
    sent = upload(browser, organisation)
    assert sent.status_code == 303
    assert "Being read: 0 of 1" in browser.get(sent.location).text
    tasks.drain()
    page = browser.get(sent.location).text
    assert "Inpatient Coder" in page
    assert "Say what benefits come with it" in page
    assert "1 new, 0 changed" in page
    assert "board.json" in browser.get(f"/employers/{organisation.slug}/feeds").text
    assert "/feeds" in browser.get(f"/employers/{organisation.slug}/jobs").text


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"", "one of the two"), (b"PK\x03\x04", "ZIP archive"), (b"<html></html>", "no JobPosting")],
)
def test_a_file_that_is_no_feed_is_refused_in_its_field(browser, organisation, content, expected):
    refused = upload(browser, organisation, content, name="" if not content else "x.csv")
    assert refused.status_code == 422
    assert expected in refused.text
    assert db.session.scalars(select(JobSource)).all() == []


def test_an_address_or_a_file_and_not_both(browser, organisation):
    both = upload(browser, organisation, url="https://ats.example/feed")
    assert both.status_code == 422
    assert "one of the two" in both.text


def test_an_address_inside_is_refused(browser, organisation, app, monkeypatch):
    monkeypatch.setitem(app.config, "OUTBOUND_LOOPBACK", False)
    added = browser.post(
        f"/employers/{organisation.slug}/feeds",
        data={"url": "http://127.0.0.1/feed", "schedule": "daily", "kind": "auto"},
    )
    tasks.drain()
    assert "private network" in browser.get(added.location).text


def test_a_second_file_while_the_first_is_read_is_told_to_wait(browser, organisation):
    upload(browser, organisation)
    assert "right now" in upload(browser, organisation).text


def test_the_buttons_of_a_feed(browser, organisation):
    with serving() as site:
        site.pages["/board"] = (200, {}, board(posting()))
        added = browser.post(
            f"/employers/{organisation.slug}/feeds",
            data={"url": site.url("/board"), "schedule": "hourly", "kind": "auto"},
        )
        tasks.drain()
        for action, expected in (
            ("pause", "Paused"),
            ("resume", "on schedule again"),
            ("run", "being read"),
            ("run", "right now"),
            ("remove", "right now"),
        ):
            shown = browser.post(f"{added.location}/{action}", follow_redirects=True)
            assert expected in shown.text, action
        tasks.drain()
    assert browser.post(f"{added.location}/grant").status_code == 404
    assert browser.post(f"{added.location}/fly").status_code == 404
    removed = browser.post(f"{added.location}/remove", follow_redirects=True)
    assert "The listings it made stay" in removed.text
    assert browser.get(added.location).status_code == 404


def test_a_phrase_is_decided_and_remembered(browser, organisation):
    strange = posting(metadata=[{"name": "Employment Type", "value": "Regular <b>benefitted</b>"}])
    sent = upload(browser, organisation, board(strange))
    tasks.drain()
    page = browser.get(sent.location).text
    assert "Regular &lt;b&gt;benefitted&lt;/b&gt;" in page
    name = page.split('id="phrase-')[1].split('"')[0]
    decided = browser.post(
        sent.location,
        data={f"phrase-{name}": "full-time", "phrase-999999999999": "x", "phrase-x": "y"},
        follow_redirects=True,
    )
    assert "Remembered. 1 read anew." in decided.text
    assert "Answers we remember" in decided.text
    assert browser.post(sent.location, data={f"phrase-{name}": "emperor"}).status_code == 422


def test_what_a_hostile_feed_says_is_shown_as_text(browser, organisation):
    script = "<script>alert(1)</script>"
    hostile = posting(
        title=f"Coder {script}",
        content=f"{script}<img src=x onerror=alert(1)><p onclick=x>Charts</p>",
        requisition_id=script,
        absolute_url="javascript:alert(1)",
        location={"name": script},
        company_name=script,
    )
    sent = upload(browser, organisation, board(hostile), name="<script>.json")
    tasks.drain()
    page = browser.get(sent.location).text
    assert script not in page
    job = db.session.scalars(select(ImportedJob)).one().job
    assert job.description == "<p>Charts</p>"
    assert job.apply_url == ""
    assert script not in browser.get(f"/employers/jobs/{job.id}/preview").text


def test_the_sides_do_not_see_each_others_feeds(browser, client_of, organisation):
    sent = upload(browser, organisation)
    stranger = make_account()
    own = make_organisation(owner=stranger)
    other = client_of(stranger)
    number = sent.location.rpartition("/")[2]
    assert other.get(sent.location).status_code == 404
    assert other.get(f"/employers/{own.slug}/feeds/{number}").status_code == 404
    assert other.post(f"/employers/{own.slug}/feeds/{number}/remove").status_code == 404
    assert other.post(f"{sent.location}/pause").status_code == 404
    assert upload(other, organisation).status_code == 404


def test_the_operators_desk(client_of, owner, organisation):
    source = make_source(organisation=organisation, account=owner, url="http://127.0.0.1:1/x")
    desk = client_of(make_operator())
    assert source.name in desk.get("/desk/feeds").text
    assert "/desk/feeds" in desk.get("/desk").text
    for action, expected in (("grant", "Published free"), ("revoke", "Publish free")):
        shown = desk.post(f"/desk/feeds/{source.id}/{action}", follow_redirects=True)
        assert expected in shown.text
    moderator = client_of(make_moderator())
    assert moderator.get("/desk/feeds").status_code == 404
    assert "/desk/feeds" not in moderator.get("/desk").text
