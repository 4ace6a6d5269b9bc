"""What people change on their own account."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.models import AccountSession, OneTimeToken
from app.accounts.services import (
    address_to_confirm,
    ask_email_change,
    ask_reset,
    authenticate,
    change_password,
    close_account,
    confirm_email,
    find_account,
    open_session,
    session_of,
)
from app.accounts.signals import account_closing
from app.audit import AuditEntry
from app.errors import Conflict, Gone, Invalid
from app.extensions import db
from tests.factories.accounts import PASSWORD, make_account, make_operator
from tests.mailbox import last_mail_to, mails_to, path_in

NEW = "green kettle mountain"


def asked(account, email: str) -> str:
    ask_email_change(account, current=PASSWORD, email=email)
    db.session.commit()
    return path_in(last_mail_to(email), "/confirm-email/").removeprefix("/confirm-email/")


def test_a_new_password_needs_the_current_one_and_ends_every_session(app):
    account = make_account()
    session = open_session(account, browser="")
    with pytest.raises(Invalid) as refused:
        change_password(account, current="not this one", password=NEW)
    assert refused.value.field == "current"
    assert session_of(session) is not None
    change_password(account, current=PASSWORD, password=NEW)
    assert session_of(session) is None
    assert authenticate(email=account.email, password=NEW) is account


def test_a_new_password_is_held_to_the_same_rules(app):
    with pytest.raises(Invalid) as refused:
        change_password(make_account(), current=PASSWORD, password="1234567890")
    assert refused.value.field == "password"


def test_a_new_address_is_taken_only_once_it_is_confirmed(app):
    account = make_account(email="ann@example.com")
    token = asked(account, "Ann.New@example.com".lower())
    assert account.email == "ann@example.com"
    assert last_mail_to("ann@example.com").name == "email_change_asked"
    here, elsewhere = open_session(account, browser=""), open_session(account, browser="")
    confirm_email(account, token, session=here)
    db.session.commit()
    assert account.email == "ann.new@example.com"
    assert session_of(here) is not None
    assert session_of(elsewhere) is None
    assert last_mail_to("ann@example.com").name == "email_changed"
    with pytest.raises(Gone):
        confirm_email(account, token, session=here)


def test_the_link_works_in_the_account_that_asked_only(app):
    """The address may have been mistyped: whoever gets the mail must not get the account."""
    account, stranger = make_account(), make_account()
    token = asked(account, "typo@example.com")
    with pytest.raises(Gone):
        address_to_confirm(stranger, token)
    with pytest.raises(Gone):
        confirm_email(stranger, token, session=None)


def test_an_address_in_use_is_told_to_its_owner_only(app):
    make_account(email="ben@example.com")
    account = make_account(email="ann@example.com")
    ask_email_change(account, current=PASSWORD, email="ben@example.com")
    db.session.commit()
    assert [m.name for m in mails_to("ben@example.com")] == ["address_in_use"]
    assert last_mail_to("ann@example.com").name == "email_change_asked"


def test_an_address_taken_meanwhile_is_refused(app):
    account = make_account()
    token = asked(account, "new@example.com")
    make_account(email="new@example.com")
    with pytest.raises(Conflict):
        confirm_email(account, token, session=None)
    db.session.rollback()
    assert account.email != "new@example.com"


def test_only_the_last_address_asked_for_can_be_confirmed(app):
    account = make_account()
    first, _second = asked(account, "one@example.com"), asked(account, "two@example.com")
    with pytest.raises(Gone):
        confirm_email(account, first, session=None)


def test_a_new_password_stops_a_change_of_address(app):
    account = make_account()
    token = asked(account, "new@example.com")
    change_password(account, current=PASSWORD, password=NEW)
    with pytest.raises(Gone):
        confirm_email(account, token, session=None)


@pytest.mark.parametrize(
    ("current", "email", "field"),
    [
        ("wrong horse battery", "new@example.com", "current"),
        (PASSWORD, "ann@example.com", "email"),
        (PASSWORD, "not an address", "email"),
    ],
)
def test_a_change_of_address_that_makes_no_sense_is_refused(app, current, email, field):
    account = make_account(email="ann@example.com")
    with pytest.raises(Invalid) as refused:
        ask_email_change(account, current=current, email=email)
    assert refused.value.field == field


def test_closing_erases_what_is_personal(app):
    account = make_operator(email="ann@example.com", name="Ann Rivera")
    open_session(account, browser="Firefox on Linux")
    ask_reset("ann@example.com")
    db.session.commit()
    mails_to("ann@example.com")
    close_account(account, password=PASSWORD)
    db.session.commit()
    assert (account.email, account.name) == (f"closed-{account.id}@invalid", "Closed account")
    assert account.password_hash == ""
    assert not account.is_operator
    assert find_account("ann@example.com") is None
    for model in (AccountSession, OneTimeToken):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0
    assert last_mail_to("ann@example.com").name == "account_closed"
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.action == "account.closed"


def test_the_address_of_a_closed_account_can_register_again(app):
    close_account(make_account(email="ann@example.com"), password=PASSWORD)
    db.session.commit()
    make_account(email="ann@example.com")


def test_closing_needs_the_password(app):
    account = make_account()
    with pytest.raises(Invalid):
        close_account(account, password="wrong horse battery")
    assert account.closed_at is None


def test_a_feature_hears_of_the_closing_first_and_may_refuse_it(app):
    account = make_account()
    heard = []

    def refuse(sender):
        heard.append((sender.id, sender.name))
        raise Conflict("Hand your organization to someone else first.")

    with account_closing.connected_to(refuse), pytest.raises(Conflict):
        close_account(account, password=PASSWORD)
    assert heard == [(account.id, account.name)]
    assert account.closed_at is None
