"""Telling search engines of listings: what, when, how often, and nothing unless it is asked for."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import select

from app import clock, tasks
from app.employers.signals import organisation_changed
from app.extensions import db
from app.jobs.lifecycle import Action, Role
from app.jobs.models import JobState
from app.jobs.services.announcing import GOOGLE
from app.jobs.services.index import rebuild_index
from app.jobs.services.moves import carry_out, note_change
from app.tasks import OutboxRow
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.web_server import serving

BASE = "http://127.0.0.1:8000"
KEY = "0123456789abcdef"
TOKEN = json.dumps({"access_token": "t0ken", "expires_in": 3600, "token_type": "Bearer"}).encode()


@pytest.fixture
def engines(app):
    rebuild_index()
    with serving() as site:
        site.pages = {
            "/indexnow": (202, {}, b""),
            "/token": (200, {"Content-Type": "application/json"}, TOKEN),
            "/publish": (200, {}, b"{}"),
        }
        yield site


@pytest.fixture
def indexnow(app, engines, monkeypatch):
    monkeypatch.setitem(app.config, "INDEXNOW_KEY", KEY)
    monkeypatch.setitem(app.config, "INDEXNOW_URL", engines.url("/indexnow"))
    return engines


@pytest.fixture(scope="module")
def private_key():
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def google(app, engines, monkeypatch, tmp_path, private_key):
    account = {
        "type": "service_account",
        "client_email": "jobs@careers.example.com",
        "private_key": private_key,
        "private_key_id": "1",
        "token_uri": engines.url("/token"),
    }
    path = tmp_path / "account.json"
    path.write_text(json.dumps(account))
    monkeypatch.setitem(app.config, "GOOGLE_INDEXING_CREDENTIALS", str(path))
    monkeypatch.setitem(app.config, "GOOGLE_INDEXING_URL", engines.url("/publish"))
    yield engines
    app.extensions.pop("google_credentials", None)


def change(*jobs):
    for job in jobs:
        note_change(job)
    settle()


def settle():
    db.session.commit()
    tasks.drain()
    with time_machine.travel(clock.now() + timedelta(seconds=61), tick=False):
        tasks.drain()


def sent_to(site, path):
    return [json.loads(body) for _, asked, _, body in site.asked if asked == path]


def page_of(job):
    return f"{BASE}/jobs/{job.id}-inpatient-coder"


def rows(kind):
    return db.session.scalars(select(OutboxRow).where(OutboxRow.kind == kind)).all()


def test_nothing_is_sent_and_nothing_waits_while_nobody_asked_for_it(app, engines):
    job = make_job()
    change(job)
    carry_out(job, Action.FILL, Role.MEMBER, actor_id=None)
    settle()

    assert engines.asked == []
    kinds = {row.kind for row in db.session.scalars(select(OutboxRow))}
    assert kinds.isdisjoint({"jobs.announce", "jobs.tell_indexnow", GOOGLE})


class TestIndexNow:
    def test_many_changes_are_told_in_one_message(self, indexnow):
        jobs = [make_job() for _ in range(4)]
        change(*jobs, *jobs)

        (message,) = sent_to(indexnow, "/indexnow")
        assert message == {
            "host": "127.0.0.1:8000",
            "key": KEY,
            "keyLocation": f"{BASE}/{KEY}.txt",
            "urlList": [page_of(job) for job in jobs],
        }
        assert indexnow.asked[0][2]["content-type"] == "application/json; charset=utf-8"

    def test_the_key_is_where_it_is_said_to_be(self, client, indexnow):
        response = client.get(f"/{KEY}.txt")

        assert response.text == KEY
        assert response.mimetype == "text/plain"
        assert client.get("/another-key-0000.txt").status_code == 404

    @pytest.mark.parametrize(
        "path", ["/.txt", "/short.txt", "/" + "a" * 200 + ".txt", "/12345678.txt"]
    )
    def test_without_a_key_there_is_no_such_file(self, client, path):
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize(
        "job",
        [
            {"state": JobState.DRAFT, "published_at": None},
            {"state": JobState.IN_REVIEW, "published_at": None},
        ],
        ids=str,
    )
    def test_what_was_never_public_is_told_to_nobody(self, indexnow, job):
        change(make_job(**job))

        assert indexnow.asked == []

    def test_an_invented_listing_is_told_to_nobody(self, indexnow):
        change(make_job(organisation=make_organisation(is_sample=True)))

        assert indexnow.asked == []

    @pytest.mark.parametrize("status", [429, 500, 503])
    def test_a_server_that_is_busy_is_told_later(self, indexnow, status):
        indexnow.pages["/indexnow"] = (status, {}, b"")
        job = make_job()
        change(job)
        assert len(sent_to(indexnow, "/indexnow")) == 1

        indexnow.pages["/indexnow"] = (200, {}, b"")
        with time_machine.travel(clock.now() + timedelta(minutes=3)):
            tasks.drain()
        assert sent_to(indexnow, "/indexnow")[1]["urlList"] == [page_of(job)]
        assert tasks.set_aside() == 0

    @pytest.mark.parametrize("status", [302, 400, 403, 422])
    def test_a_refusal_is_set_aside_once_and_logged(self, indexnow, status, caplog):
        indexnow.pages["/indexnow"] = (status, {}, b"\xff<b>not your key</b>")
        with caplog.at_level(logging.ERROR):
            change(*(make_job() for _ in range(5)))

        assert len(sent_to(indexnow, "/indexnow")) == 1
        assert tasks.set_aside() == 1
        assert "IndexNow refuses" in caplog.text

    def test_a_server_that_does_not_answer_is_told_later(self, app, indexnow, monkeypatch):
        monkeypatch.setitem(app.config, "INDEXNOW_URL", "http://127.0.0.1:9/indexnow")
        change(make_job())

        (row,) = rows("jobs.tell_indexnow")
        assert row.done_at is None
        assert row.abandoned_at is None

    def test_no_private_network_is_reached(self, app, indexnow, monkeypatch):
        monkeypatch.setitem(app.config, "INDEXNOW_URL", "http://169.254.169.254/indexnow")
        change(make_job())

        assert tasks.set_aside() == 1


class TestWhen:
    def test_a_listing_that_waits_for_its_day_is_told_on_that_day(self, indexnow):
        job = make_job(state=JobState.SCHEDULED, published_at=clock.now() + timedelta(days=3))
        change(job)
        assert indexnow.asked == []

        with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
            tasks.drain()
        assert sent_to(indexnow, "/indexnow")[0]["urlList"] == [page_of(job)]

    def test_a_listing_that_time_closes_is_told_without_anyone_touching_it(self, google):
        job = make_job(closes_on=clock.today() + timedelta(days=4))
        change(job)

        with time_machine.travel(clock.now() + timedelta(days=3)):
            tasks.drain()
            assert len(sent_to(google, "/publish")) == 1
        with time_machine.travel(clock.now() + timedelta(days=6)):
            tasks.drain()
        assert [m["type"] for m in sent_to(google, "/publish")] == ["URL_UPDATED", "URL_DELETED"]

    def test_one_that_was_prolonged_is_not_told_to_be_over(self, google):
        job = make_job(closes_on=clock.today() + timedelta(days=4))
        change(job)
        job.closes_on = clock.today() + timedelta(days=20)
        change(job)

        with time_machine.travel(clock.now() + timedelta(days=6)):
            tasks.drain()
            assert [m["type"] for m in sent_to(google, "/publish")] == ["URL_UPDATED"] * 2
        with time_machine.travel(clock.now() + timedelta(days=22)):
            tasks.drain()
        assert sent_to(google, "/publish")[-1]["type"] == "URL_DELETED"

    @pytest.mark.parametrize(
        ("action", "role"),
        [(Action.FILL, Role.MEMBER), (Action.PAUSE, Role.MEMBER), (Action.REMOVE, Role.MODERATOR)],
    )
    def test_closing_tells_that_it_is_gone(self, google, action, role):
        job = make_job()
        carry_out(job, action, role, actor_id=None)
        settle()

        assert sent_to(google, "/publish") == [{"url": page_of(job), "type": "URL_DELETED"}]

    def test_so_does_the_suspension_of_its_employer(self, google):
        job = make_job()
        job.organisation.suspended_at = clock.now()
        organisation_changed.send(job.organisation)
        settle()

        assert sent_to(google, "/publish") == [{"url": page_of(job), "type": "URL_DELETED"}]

    def test_nothing_is_told_of_what_was_rolled_back(self, indexnow):
        note_change(make_job())
        db.session.rollback()
        settle()

        assert indexnow.asked == []


class TestGoogle:
    def test_each_page_is_told_by_itself_with_one_token_for_all(self, google):
        jobs = [make_job(), make_job()]
        change(*jobs)

        assert [m["url"] for m in sent_to(google, "/publish")] == [page_of(j) for j in jobs]
        assert google.paths() == ["/token", "/publish", "/publish"]
        assert google.asked[1][2]["authorization"] == "Bearer t0ken"
        asked = parse_qs(google.asked[0][3].decode())
        assert asked["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]

    def test_beyond_the_quota_the_sitemap_has_to_do(self, app, google, monkeypatch, caplog):
        monkeypatch.setitem(app.config, "GOOGLE_INDEXING_QUOTA", 3)
        with time_machine.travel("2026-11-26 12:00Z", tick=False), caplog.at_level(logging.INFO):
            change(*(make_job() for _ in range(5)))
            assert len(sent_to(google, "/publish")) == 3
            assert caplog.text.count("quota is used up") == 2
        with time_machine.travel("2026-11-27 07:57Z", tick=False):  # that day is not over
            change(make_job())
            assert len(sent_to(google, "/publish")) == 3
        with time_machine.travel("2026-11-27 08:00Z", tick=False):  # midnight in California
            change(make_job())
            assert len(sent_to(google, "/publish")) == 4

    @pytest.mark.parametrize("path", ["/publish", "/token"])
    @pytest.mark.parametrize("status", [429, 503])
    def test_a_server_that_is_busy_is_told_later(self, google, path, status):
        before, google.pages[path] = google.pages[path], (status, {}, b"")
        job = make_job()
        change(job)

        google.pages[path] = before
        with time_machine.travel(clock.now() + timedelta(minutes=3)):
            tasks.drain()
        assert sent_to(google, "/publish")[-1] == {"url": page_of(job), "type": "URL_UPDATED"}
        assert tasks.set_aside() == 0

    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            ("/publish", (403, {}, b'{"error": "not the owner"}')),
            ("/token", (400, {}, b'{"error": "invalid_grant"}')),
        ],
    )
    def test_a_refusal_is_set_aside(self, google, path, answer):
        google.pages[path] = answer
        change(make_job())

        assert tasks.set_aside() == 1

    @pytest.mark.parametrize("content", ["", "{}", "not JSON", '{"type": "service_account"}'])
    def test_a_file_that_is_no_key_is_set_aside(self, app, google, tmp_path, monkeypatch, content):
        path = tmp_path / "wrong.json"
        path.write_text(content)
        monkeypatch.setitem(app.config, "GOOGLE_INDEXING_CREDENTIALS", str(path))
        change(make_job())

        assert tasks.set_aside() == 1
        assert google.asked == []

    def test_turned_off_while_rows_wait_nothing_is_sent(self, app, google, monkeypatch):
        note_change(make_job())
        db.session.commit()
        monkeypatch.setitem(app.config, "GOOGLE_INDEXING_CREDENTIALS", "")
        settle()

        assert google.asked == []
        assert rows(GOOGLE) == []
