"""The page of the search indexes: it tells how they are, opens whatever is down, and acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app import clock, index_checks, index_keeper, index_rebuilds, indexing, tasks
from app.accounts.models import Account
from app.audit import AuditEntry
from app.engine import engine
from app.extensions import db
from app.index_rebuilds import IndexRebuild
from app.jobs.services.index import announce, rebuild_index
from app.tasks import OutboxRow
from search import open_engine
from tests.engines import moody_engine
from tests.factories.accounts import make_moderator, make_operator
from tests.factories.jobs import make_job

LogIn = Callable[[Account], FlaskClient]
PAGE = "/desk/search"


@pytest.fixture
def operator(app: Flask, client_of: LogIn) -> FlaskClient:
    rebuild_index()
    return client_of(make_operator())


def test_moderators_are_told_of_no_such_page(client_of: LogIn) -> None:
    browser = client_of(make_moderator())
    assert browser.get(PAGE).status_code == 404
    assert "How the indexes are kept" not in browser.get("/desk").text


def test_the_desk_leads_an_operator_there(operator: FlaskClient) -> None:
    assert f'href="{PAGE}"' in operator.get("/desk").text


def test_nothing_to_tell_is_told_in_words(operator: FlaskClient) -> None:
    page = operator.get(PAGE)

    assert page.status_code == 200
    assert "Every change could be written" in page.text
    assert "Answers" in page.text


def test_what_waits_is_counted_with_the_age_of_the_oldest(operator: FlaskClient) -> None:
    announce(make_job())
    announce(make_job())
    db.session.commit()

    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        page = operator.get(PAGE).text

    assert "5 min" in page
    assert "Changes are late" in page


def test_a_rebuild_is_asked_for_once_and_shows_its_progress(operator: FlaskClient) -> None:
    make_job()
    for _ in range(2):  # a double click
        assert operator.post(f"{PAGE}/jobs/rebuild").status_code == 303
    assert "is under way already" in operator.get(PAGE).text
    open_ones = select(IndexRebuild).where(IndexRebuild.finished_at.is_(None))
    (asked,) = db.session.scalars(open_ones).all()
    assert asked.asked_by is not None
    assert db.session.scalar(select(AuditEntry.action)) == "index.rebuild"

    taken = index_rebuilds.take()
    index_rebuilds.Heart(taken, 4).beat(1)
    page = operator.get(PAGE).text
    assert "1 of about 4" in page
    assert "<progress" in page

    index_rebuilds.put_back(taken, "nobody answers")
    assert "is tried again: nobody answers" in operator.get(PAGE).text
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        index_keeper.carry_out_rebuilds()
        assert "<progress" not in operator.get(PAGE).text


def test_a_worker_that_went_silent_is_told_of(operator: FlaskClient) -> None:
    operator.post(f"{PAGE}/codes/rebuild")
    index_rebuilds.take()
    with time_machine.travel(clock.now() + timedelta(minutes=10)):
        assert "has gone silent" in operator.get(PAGE).text


@pytest.mark.parametrize("name", ["nonsense", "..", "jobs'--", "x" * 3000])
def test_an_index_nobody_keeps_cannot_be_rebuilt(operator: FlaskClient, name: str) -> None:
    assert operator.post(f"{PAGE}/{name}/rebuild").status_code == 404


def test_what_was_set_aside_is_shown_with_its_reason_and_tried_again(operator: FlaskClient) -> None:
    job = make_job(role="<b>" + "x" * 600)
    announce(job)
    db.session.commit()
    tasks.drain()
    (aside,) = tasks.given_up(indexing.kinds())

    page = operator.get(PAGE).text
    assert f'href="/desk/listings/{job.id}"' in page
    assert "is not keyword" in page
    assert "<b>xxx" not in page
    job.role = "coder"
    db.session.commit()
    assert operator.post(f"{PAGE}/again/{aside.id}").status_code == 303
    assert tasks.drain() == 1
    assert list(dict(engine().revisions("jobs"))) == [str(job.id)]
    assert "It is tried again now." in operator.get(PAGE).text


def test_everything_set_aside_is_tried_again_at_once(operator: FlaskClient) -> None:
    for _ in range(3):
        announce(make_job(role="x" * 600))
    db.session.commit()
    tasks.drain()
    assert "Try all 3 again" in operator.get(PAGE).text

    operator.post(f"{PAGE}/again")

    assert tasks.given_up(indexing.kinds()) == []
    tasks.drain()
    assert len(tasks.given_up(indexing.kinds())) == 3


@pytest.mark.parametrize("row_id", ["0", "2147483647", "99999999999", "-1", "a"])
def test_a_row_that_is_not_set_aside_is_left_alone(operator: FlaskClient, row_id: str) -> None:
    answer = operator.post(f"{PAGE}/again/{row_id}")
    assert answer.status_code in (303, 404)


def test_work_of_another_kind_is_not_tried_again_from_here(operator: FlaskClient) -> None:
    moment = clock.now()
    row = OutboxRow(
        kind="mail", payload={}, created_at=moment, due_at=moment, abandoned_at=moment, error="no"
    )
    db.session.add(row)
    db.session.commit()

    operator.post(f"{PAGE}/again/{row.id}")
    operator.post(f"{PAGE}/again")

    db.session.expire_all()
    assert row.abandoned_at is not None


def test_the_last_days_of_drift_are_a_row_a_day(operator: FlaskClient) -> None:
    with time_machine.travel(clock.now() - timedelta(days=1)):
        make_job()
        index_checks.compare("jobs", index_checks.FULL)
        index_checks.note_failure("jobs", RuntimeError("gone <b>"))
    index_checks.compare("jobs")

    page = operator.get(PAGE).text

    assert "2, with content" in page
    assert "1 failed" in page


def test_the_page_opens_when_the_engine_is_down(
    app: Flask, operator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    moody_engine(app, monkeypatch).is_down = True

    page = operator.get(PAGE)

    assert page.status_code == 200
    assert "The search engine does not answer" in page.text
    assert "nobody answers" in page.text


def test_an_open_circuit_breaker_is_told_of(
    app: Flask, operator: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "search_engine", open_engine("http://127.0.0.1:9"))
    for _ in range(4):
        page = operator.get(PAGE).text
    assert "Open: this process leaves the engine alone" in page


def test_metrics_tell_lag_backlog_and_drift_of_each_index(operator: FlaskClient) -> None:
    announce(make_job())
    db.session.commit()

    told = operator.get("/metrics").text

    assert 'careercenter_index_waiting{index="jobs"} 1.0' in told
    assert 'careercenter_index_drift{index="codes"}' in told
    assert 'careercenter_index_rebuilding{index="jobs"} 0.0' in told
