"""The desk counts what waits, opens when search is down, and is nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import clock, tasks
from app.accounts.models import Account
from app.billing.models import Charge
from app.extensions import db
from app.jobs.models import JobState
from app.pages.services import desk_figures
from app.tasks import OutboxRow
from search.contract import Health, SearchUnavailable
from tests.factories.accounts import make_account, make_moderator
from tests.factories.jobs import make_job
from tests.factories.orders import make_order

LogIn = Callable[[Account], FlaskClient]


class DownEngine:
    """An engine that cannot be reached."""

    def health(self) -> Health:
        raise SearchUnavailable("no answer from 127.0.0.1:7700")

    def close(self) -> None:
        pass


def put_in_outbox(**fields: object) -> None:
    moment = clock.now()
    row = {"kind": "mail", "payload": {}, "created_at": moment, "due_at": moment}
    db.session.add(OutboxRow(**{**row, **fields}))
    db.session.commit()


def test_guests_and_others_are_told_of_no_desk(client: FlaskClient, client_of: LogIn) -> None:
    assert client.get("/desk").status_code == 302
    assert client_of(make_account()).get("/desk").status_code == 404


def test_moderators_see_what_waits(client_of: LogIn) -> None:
    make_job(state=JobState.IN_REVIEW, submitted_at=clock.now() - timedelta(hours=3))

    page = client_of(make_moderator()).get("/desk")

    assert page.status_code == 200
    assert "3 hours ago" in page.text
    assert 'href="/desk/listings"' in page.text


def test_what_waits_is_counted_by_its_state(app: Flask) -> None:
    first = clock.now() - timedelta(days=2)
    make_job(state=JobState.IN_REVIEW, submitted_at=clock.now())
    make_job(state=JobState.IN_REVIEW, submitted_at=first)
    make_job(state=JobState.LIVE)
    make_job(state=JobState.DRAFT)

    figures = desk_figures()

    assert (figures.in_review, figures.live) == (2, 1)
    assert figures.oldest_in_review == first


def test_what_was_paid_this_week_is_what_came_in(app: Flask) -> None:
    """Not what was asked for: promotion codes, refunds and lost disputes bring nothing."""
    order = make_order()
    for number, (cents, back, state) in enumerate(
        [(249_00, 0, "succeeded"), (0, 0, "succeeded"), (99_00, 40_00, "succeeded"), (1, 0, "lost")]
    ):
        order.charges.append(
            Charge(
                provider_id=f"pi_{number}",
                amount_cents=cents,
                refunded_cents=back,
                currency="usd",
                state=state,
                created_at=clock.now(),
            )
        )
    db.session.commit()

    assert desk_figures().paid_this_week_cents == 249_00 + 59_00


def test_a_late_worker_and_rows_set_aside_are_seen(app: Flask) -> None:
    put_in_outbox(due_at=clock.now() - timedelta(seconds=90))
    put_in_outbox(done_at=clock.now())
    put_in_outbox(abandoned_at=clock.now())

    figures = desk_figures()

    assert figures.outbox_waiting == 1
    assert figures.outbox_oldest_seconds == pytest.approx(90, abs=5)
    assert figures.outbox_set_aside == 1


def test_the_desk_says_that_the_worker_is_behind(client_of: LogIn) -> None:
    put_in_outbox(due_at=clock.now() - timedelta(minutes=5))

    assert "The worker is behind" in client_of(make_moderator()).get("/desk").text


def test_the_desk_opens_when_search_is_down(app: Flask, client_of: LogIn) -> None:
    before = app.extensions.pop("search_engine", None)
    app.extensions["search_engine"] = DownEngine()
    try:
        page = client_of(make_moderator()).get("/desk")
    finally:
        del app.extensions["search_engine"]
        if before is not None:
            app.extensions["search_engine"] = before

    assert page.status_code == 200
    assert "Down: pages fall back to the database" in page.text
    assert "no answer from 127.0.0.1:7700" in page.text


def test_nothing_waiting_is_said_in_words(client_of: LogIn) -> None:
    assert "Nothing waits." in client_of(make_moderator()).get("/desk").text
    assert tasks.backlog() == (0, 0.0)
