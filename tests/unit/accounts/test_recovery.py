"""A forgotten password."""

from __future__ import annotations

import pytest

from app import tasks
from app.accounts.services import (
    ask_reset,
    authenticate,
    open_session,
    register,
    reset_password,
    session_of,
)
from app.errors import Gone, Invalid
from app.extensions import db
from tests.factories.accounts import PASSWORD, make_account
from tests.mailbox import last_mail_to, mails_to, path_in

NEW = "green kettle mountain"


def asked(email: str) -> str:
    ask_reset(email, back="/codes")
    db.session.commit()
    return path_in(last_mail_to(email), "/reset-password/").split("/")[2].partition("?")[0]


def test_a_mailed_link_sets_a_new_password_and_ends_every_session(app):
    account = make_account(email="ann@example.com")
    session = open_session(account, browser="")
    assert reset_password(asked("ann@example.com"), NEW) is account
    assert session_of(session) is None
    assert authenticate(email="ann@example.com", password=NEW) is account
    assert authenticate(email="ann@example.com", password=PASSWORD) is None
    db.session.commit()
    assert last_mail_to("ann@example.com").name == "password_changed"


def test_the_link_also_proves_the_address(app):
    account = make_account(email="ann@example.com", email_verified_at=None)
    reset_password(asked("ann@example.com"), NEW)
    assert account.is_verified


def test_a_poor_password_is_refused_and_the_link_stays_good(app):
    make_account(email="ann@example.com")
    token = asked("ann@example.com")
    with pytest.raises(Invalid):
        reset_password(token, "password123")
    reset_password(token, NEW)
    with pytest.raises(Gone):
        reset_password(token, NEW)


def test_using_one_link_kills_the_others(app):
    make_account(email="ann@example.com")
    first, second = asked("ann@example.com"), asked("ann@example.com")
    reset_password(second, NEW)
    with pytest.raises(Gone):
        reset_password(first, NEW)


def test_an_address_without_an_account_gets_no_mail(app):
    ask_reset("nobody@example.com")
    ask_reset("not an address")
    db.session.commit()
    assert tasks.drain() == 2
    assert mails_to("nobody@example.com") == []


def test_an_account_gets_only_so_many_links_an_hour(app):
    make_account(email="ann@example.com")
    for _ in range(8):
        ask_reset("ann@example.com")
        db.session.commit()
    assert len(mails_to("ann@example.com")) == 5


def test_a_strangers_registrations_keep_no_reset_link_from_the_owner(app):
    make_account(email="ann@example.com")
    for _ in range(6):
        register(name="Someone", email="ann@example.com", password=NEW)
        db.session.commit()
    mails_to("ann@example.com")
    reset_password(asked("ann@example.com"), NEW)


def test_a_link_mailed_to_an_address_the_account_gave_up_is_worth_nothing(app):
    account = make_account(email="ann@example.com")
    token = asked("ann@example.com")
    account.email = "ann.new@example.com"
    db.session.commit()
    with pytest.raises(Invalid):
        reset_password(token, NEW)
