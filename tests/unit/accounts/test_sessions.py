"""Sessions open, last, and end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.models import AccountSession
from app.accounts.services import (
    end_session,
    end_session_of,
    forget_ended_sessions,
    log_out_everywhere,
    name_browser,
    note_use,
    open_session,
    session_of,
    sessions_of,
)
from app.errors import NotFound
from app.extensions import db
from tests.factories.accounts import make_account, make_moderator, make_operator


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(AccountSession)) or 0


def test_a_token_stands_for_its_account_and_is_not_stored(app):
    account = make_account()
    token = open_session(account, browser="Firefox on Linux")
    found = session_of(token)
    assert (found.id, found.name, found.email) == (account.id, account.name, account.email)
    assert found.account() is account
    assert db.session.scalar(select(AccountSession.token_hash)) != token
    assert session_of(token + "x") is None


def test_what_a_session_tells_of_its_account_is_what_the_account_says(app):
    for account in (make_account(email_verified_at=None), make_moderator(), make_operator()):
        found = session_of(open_session(account, browser=""))
        for told in ("is_verified", "is_moderator", "is_operator", "is_authenticated"):
            assert getattr(found, told) == getattr(account, told), told


def test_a_session_ends_after_thirty_days_however_much_it_is_used(app):
    token = open_session(make_account(), browser="")
    start = clock.now()
    for day in range(1, 30):
        with time_machine.travel(start + timedelta(days=day), tick=False):
            assert note_use(session_of(token))
            db.session.commit()
    with time_machine.travel(start + timedelta(days=30, minutes=1)):
        assert session_of(token) is None


def test_a_session_nobody_used_for_two_weeks_has_ended(app):
    token = open_session(make_account(), browser="")
    with time_machine.travel(clock.now() + timedelta(days=13, hours=23)):
        assert session_of(token) is not None
    with time_machine.travel(clock.now() + timedelta(days=14, minutes=1)):
        assert session_of(token) is None


def test_use_is_noted_every_few_minutes_and_not_for_each_page(app):
    token = open_session(make_account(), browser="")
    assert not note_use(session_of(token))
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        assert note_use(session_of(token))
        db.session.commit()
        assert session_of(token).seen_at == clock.now()
        assert not note_use(session_of(token))


def test_a_closed_account_has_no_session(app):
    account = make_account()
    token = open_session(account, browser="")
    account.closed_at = clock.now()
    db.session.commit()
    assert session_of(token) is None


def test_people_see_their_own_sessions_only_and_end_only_those(app):
    ann, ben = make_account(), make_account()
    open_session(ann, browser="Firefox on Linux")
    open_session(ben, browser="Safari on iPhone")
    (of_ann,) = sessions_of(ann)
    assert of_ann.browser == "Firefox on Linux"
    with pytest.raises(NotFound):
        end_session(ben, of_ann.id)
    end_session(ann, of_ann.id)
    assert not sessions_of(ann)
    assert len(sessions_of(ben)) == 1
    with pytest.raises(NotFound):
        end_session(ann, of_ann.id)


def test_logging_out_twice_is_fine(app):
    token = open_session(make_account(), browser="")
    end_session_of(token)
    end_session_of(token)
    assert session_of(token) is None


def test_logging_out_everywhere_ends_all_of_mine_and_none_of_others(app):
    ann, ben = make_account(), make_account()
    tokens = [open_session(ann, browser="") for _ in range(3)]
    other = open_session(ben, browser="")
    log_out_everywhere(ann)
    assert [session_of(t) for t in tokens] == [None, None, None]
    assert session_of(other) is not None


def test_ended_sessions_are_forgotten_and_others_kept(app):
    account = make_account()
    open_session(account, browser="")
    with time_machine.travel(clock.now() + timedelta(days=20)):
        kept = open_session(account, browser="")
        forget_ended_sessions()
        assert count() == 1
        assert session_of(kept) is not None


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
         "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/128.0.0.0 Safari/537.36", "Chrome on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
         "like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        ("<script>alert(1)</script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)  # fmt: skip
def test_browsers_are_named_as_people_know_them(agent, name):
    assert name_browser(agent) == name
