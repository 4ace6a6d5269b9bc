"""Who an address and a password belong to."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.services import authenticate
from app.audit import AuditEntry
from app.extensions import db
from tests.factories.accounts import PASSWORD, make_account


def test_the_right_password_names_the_account_in_any_spelling_of_the_address(app):
    account = make_account(email="ann@example.com")
    assert authenticate(email=" ANN@example.com", password=PASSWORD) is account


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann@example.com", "wrong horse battery"),
        ("ann@example.com", PASSWORD + " "),
        ("ann@example.com", ""),
        ("nobody@example.com", PASSWORD),
        ("not an address", PASSWORD),
        ("ann@example.com", "x" * 5000),
    ],
)
def test_anything_else_is_nobody(app, email, password):
    make_account(email="ann@example.com")
    assert authenticate(email=email, password=password) is None


def test_a_closed_account_cannot_be_entered(app):
    make_account(email="ann@example.com", closed_at=clock.now())
    assert authenticate(email="ann@example.com", password=PASSWORD) is None


def test_an_account_whose_address_is_not_confirmed_cannot_be_entered(app):
    make_account(email="ann@example.com", email_verified_at=None)
    assert authenticate(email="ann@example.com", password=PASSWORD) is None


def test_an_account_without_a_password_cannot_be_entered(app):
    make_account(email="ann@example.com", password_hash="")
    assert authenticate(email="ann@example.com", password="") is None


def test_a_hash_with_old_parameters_is_renewed_at_log_in(app, monkeypatch):
    account = make_account(email="ann@example.com")
    before = account.password_hash
    monkeypatch.setitem(app.config, "ARGON2_TIME_COST", 2)
    assert authenticate(email="ann@example.com", password="wrong horse battery") is None
    assert account.password_hash == before
    authenticate(email="ann@example.com", password=PASSWORD)
    assert account.password_hash != before
    assert authenticate(email="ann@example.com", password=PASSWORD) is account


def test_success_and_refusal_are_in_the_audit_log(app):
    account = make_account(email="ann@example.com")
    authenticate(email="ann@example.com", password=PASSWORD)
    authenticate(email="ann@example.com", password="wrong horse battery")
    authenticate(email="nobody@example.com", password=PASSWORD)
    found = [
        (e.action, e.subject_id)
        for e in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    ]
    assert found == [
        ("account.logged_in", account.id),
        ("account.log_in_refused", account.id),
        ("account.log_in_refused", None),
    ]
