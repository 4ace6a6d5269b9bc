"""One-time links are good once, for one purpose, for a while."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.models import OneTimeToken, Purpose
from app.accounts.services.tokens import (
    LIFE,
    find_token,
    forget_old_tokens,
    issue_token,
    spend_token,
    void_tokens,
)
from app.errors import Gone
from app.extensions import db
from tests.factories.accounts import make_account


def issued(purpose: Purpose = Purpose.VERIFY_EMAIL) -> str:
    account = make_account()
    token = issue_token(account.id, purpose, email=account.email)
    db.session.commit()
    return token


def test_the_database_holds_no_token(app):
    token = issued()
    row = db.session.scalars(select(OneTimeToken)).one()
    assert token not in (row.token_hash, row.email, row.purpose)


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_link_lives_as_long_as_its_purpose_says(app, purpose):
    token = issued(purpose)
    with time_machine.travel(clock.now() + LIFE[purpose] - timedelta(minutes=1)):
        find_token(token, purpose)
    late = clock.now() + LIFE[purpose] + timedelta(seconds=1)
    with time_machine.travel(late), pytest.raises(Gone):
        find_token(token, purpose)


def test_a_link_is_good_for_its_own_purpose_only(app):
    token = issued(Purpose.VERIFY_EMAIL)
    for other in (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL):
        with pytest.raises(Gone):
            find_token(token, other)
    find_token(token, Purpose.VERIFY_EMAIL)


def test_a_spent_link_is_dead(app):
    token = issued()
    row = find_token(token, Purpose.VERIFY_EMAIL)
    spend_token(row)
    with pytest.raises(Gone):
        spend_token(row)
    with pytest.raises(Gone):
        find_token(token, Purpose.VERIFY_EMAIL)


def test_a_link_that_ran_out_between_reading_and_spending_is_dead(app):
    row = find_token(issued(Purpose.RESET_PASSWORD), Purpose.RESET_PASSWORD)
    with time_machine.travel(clock.now() + timedelta(hours=2)), pytest.raises(Gone):
        spend_token(row)


def test_of_many_who_spend_a_link_at_once_one_succeeds(app):
    for _ in range(5):
        token = issued()
        start = threading.Barrier(8)
        outcomes: list[str] = []

        def spend(token=token, start=start, outcomes=outcomes):
            with app.app_context():
                row = find_token(token, Purpose.VERIFY_EMAIL)
                start.wait()
                try:
                    spend_token(row)
                    db.session.commit()
                    outcomes.append("spent")
                except Gone:
                    outcomes.append("gone")

        threads = [threading.Thread(target=spend) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["gone"] * 7 + ["spent"]


def test_voided_links_are_dead_and_those_of_others_live(app):
    ann, ben = make_account(), make_account()
    tokens = [issue_token(a.id, Purpose.RESET_PASSWORD, email=a.email) for a in (ann, ben)]
    void_tokens(ann, Purpose.RESET_PASSWORD)
    with pytest.raises(Gone):
        find_token(tokens[0], Purpose.RESET_PASSWORD)
    find_token(tokens[1], Purpose.RESET_PASSWORD)


@pytest.mark.parametrize("typed", ["", "x", "é" * 500, "' or 1=1 --", "\x00"])
def test_what_was_never_issued_is_dead(app, typed):
    issued()
    with pytest.raises(Gone):
        find_token(typed, Purpose.VERIFY_EMAIL)


def test_old_links_are_forgotten(app):
    issued()
    with time_machine.travel(clock.now() + timedelta(days=40)):
        issued()
        forget_old_tokens()
        assert db.session.scalar(select(func.count()).select_from(OneTimeToken)) == 1
