"""Registering, and confirming the address."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.models import Account, OneTimeToken
from app.accounts.services import (
    authenticate,
    find_account,
    open_session,
    register,
    send_verification_again,
    session_of,
    verify_email,
)
from app.audit import AuditEntry
from app.errors import Gone, Invalid, TooMany
from app.extensions import db
from tests.factories.accounts import PASSWORD, make_account
from tests.mailbox import last_mail_to, mails_to, path_in

CHOSEN = "blue lantern horse"


def registered(email: str = "ann@example.com", password: str = CHOSEN, **fields: str) -> str:
    """Register and return the token that was mailed."""
    register(name="Ann Rivera", email=email, password=password, **fields)
    db.session.commit()
    return token_in(last_mail_to(email))


def token_in(mail) -> str:
    return path_in(mail, "/verify/").removeprefix("/verify/").partition("?")[0]


def test_a_registration_makes_an_unconfirmed_account_and_a_mail(app):
    registered()
    account = find_account("ann@example.com")
    assert (account.name, account.is_verified) == ("Ann Rivera", False)
    assert CHOSEN not in account.password_hash
    assert last_mail_to("ann@example.com").name == "verify_email"
    assert "Ann" not in last_mail_to("ann@example.com").html


def test_confirming_takes_the_link_and_the_password(app):
    token = registered()
    with pytest.raises(Invalid) as refused:
        verify_email(token, "blue lantern hors")
    assert refused.value.field == "password"
    assert not find_account("ann@example.com").is_verified
    assert verify_email(token, CHOSEN).is_verified


def test_an_account_cannot_be_entered_before_its_address_is_confirmed(app):
    token = registered()
    assert authenticate(email="ann@example.com", password=CHOSEN) is None
    verify_email(token, CHOSEN)
    assert authenticate(email="ann@example.com", password=CHOSEN) is not None


def test_nobody_can_prepare_an_account_for_the_owner_of_an_address(app):
    """A stranger registers first; the owner's own registration wins once it is confirmed."""
    registered(password="the stranger knows this")
    stranger = open_session(find_account("ann@example.com"), browser="")
    token = registered(password=CHOSEN)
    verify_email(token, CHOSEN)
    db.session.commit()
    assert authenticate(email="ann@example.com", password="the stranger knows this") is None
    assert authenticate(email="ann@example.com", password=CHOSEN) is not None
    assert session_of(stranger) is None


def test_a_strangers_second_registration_cannot_put_its_password_on_the_account(app):
    """Its link is in the owner's mailbox, newest of all; pressing its button proves nothing."""
    own = registered(password=CHOSEN)
    theirs = registered(password="the stranger knows this")
    with pytest.raises(Invalid):
        verify_email(theirs, CHOSEN)
    verify_email(own, CHOSEN)
    assert authenticate(email="ann@example.com", password=CHOSEN) is not None
    assert authenticate(email="ann@example.com", password="the stranger knows this") is None
    with pytest.raises(Gone):
        verify_email(theirs, "the stranger knows this")


def test_the_strangers_link_does_not_take_the_owners_password(app):
    theirs = registered(password="the stranger knows this")
    registered(password=CHOSEN)
    with pytest.raises(Invalid):
        verify_email(theirs, CHOSEN)


def test_a_second_registration_of_a_confirmed_address_changes_nothing(app):
    account = make_account(email="ann@example.com", name="Ann")
    register(name="Someone Else", email="Ann@Example.com", password=CHOSEN)
    db.session.commit()
    assert last_mail_to("ann@example.com").name == "already_registered"
    assert account.name == "Ann"
    assert authenticate(email="ann@example.com", password=PASSWORD) is account
    assert authenticate(email="ann@example.com", password=CHOSEN) is None
    assert db.session.scalars(select(Account)).all() == [account]


def test_the_mail_to_a_confirmed_address_leaves_no_live_link(app):
    make_account(email="ann@example.com")
    register(name="Someone", email="ann@example.com", password=CHOSEN)
    db.session.commit()
    last_mail_to("ann@example.com")
    row = db.session.scalars(select(OneTimeToken)).one()
    assert row.used_at is not None
    assert row.password_hash is None


def test_a_confirmed_address_gets_only_so_many_mails_an_hour(app):
    make_account(email="ann@example.com")
    for _ in range(9):
        register(name="Someone", email="ann@example.com", password=CHOSEN)
        db.session.commit()
        mails_to("ann@example.com")
    assert len(mails_to("ann@example.com")) == 5


def test_the_mail_carries_the_page_to_return_to(app):
    registered(back="/codes/icd10cm/E11.9?tab=notes&x=1")
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert "next=/codes/icd10cm/E11.9" in link.replace("%2F", "/")


def test_a_confirmed_link_is_dead(app):
    token = registered()
    verify_email(token, CHOSEN)
    with pytest.raises(Gone):
        verify_email(token, CHOSEN)


def test_confirming_voids_the_other_links(app):
    first, second = registered(), registered()
    verify_email(second, CHOSEN)
    with pytest.raises(Gone):
        verify_email(first, CHOSEN)


def test_the_mail_can_be_had_again_a_few_times(app):
    registered()
    account = find_account("ann@example.com")
    for _ in range(4):
        send_verification_again(account)
        db.session.commit()
    with pytest.raises(TooMany):
        send_verification_again(account)
    token = token_in(last_mail_to("ann@example.com"))
    assert verify_email(token, CHOSEN).is_verified


def test_each_step_is_in_the_audit_log_without_the_address(app):
    verify_email(registered(), CHOSEN)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [e.action for e in entries] == ["account.registered", "account.email_verified"]
    assert not any("example.com" in str(e.detail) for e in entries)
