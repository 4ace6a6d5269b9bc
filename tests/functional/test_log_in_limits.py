"""Guessing is slowed down, without becoming a way to lock people out."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from tests.factories.accounts import PASSWORD, make_account


def log_in(browser, email, password, network="198.51.100.7"):
    return browser.post(
        "/log-in",
        data={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": network},
    ).status_code


def test_guessing_one_account_is_stopped_and_another_network_is_not(limited):
    make_account(email="ann@example.com")
    attacker = limited.test_client()
    answers = [log_in(attacker, "ann@example.com", f"guess number {n}") for n in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert log_in(attacker, "ann@example.com", PASSWORD) == 429
    owner = limited.test_client()
    assert log_in(owner, "ann@example.com", PASSWORD, network="203.0.113.5") == 302


def test_guessing_many_accounts_from_one_network_is_stopped(limited):
    attacker = limited.test_client()
    answers = [log_in(attacker, f"person{n}@example.com", "password1234") for n in range(33)]
    assert answers == [422] * 30 + [429] * 3


def test_logging_in_correctly_is_not_counted(limited):
    make_account(email="ann@example.com")
    for _ in range(35):
        browser = limited.test_client()
        assert log_in(browser, "ann@example.com", PASSWORD) == 302


def test_guessing_from_everywhere_is_stopped_but_spares_a_browser_the_owner_used(limited):
    make_account(email="ann@example.com")
    owner = limited.test_client()
    assert log_in(owner, "ann@example.com", PASSWORD, "203.0.113.5") == 302
    owner.post("/log-out")
    attacker = limited.test_client()
    answers = [
        log_in(attacker, "ann@example.com", "guess guess guess", f"198.51.100.{n}")
        for n in range(63)
    ]
    assert answers == [422] * 60 + [429] * 3
    assert log_in(limited.test_client(), "ann@example.com", PASSWORD, "192.0.2.9") == 429
    assert log_in(owner, "ann@example.com", PASSWORD, "203.0.113.5") == 302
    owner.post("/log-out")
    assert log_in(owner, "ann@example.com", PASSWORD, "192.0.2.77") == 302


def test_a_forged_mark_of_a_known_browser_is_ignored(limited):
    attacker = limited.test_client()
    attacker.set_cookie("known", "WyJhY2NvdW50OjEyMyJd.forged")
    answers = [
        log_in(attacker, "ann@example.com", "guess guess guess", f"198.51.100.{n}")
        for n in range(62)
    ]
    assert answers[-2:] == [429, 429]


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/register", {"name": "Ann", "email": "ann@example.com", "password": "blue lantern ox"}),
        ("/forgotten-password", {"email": "ann@example.com"}),
    ],
)
def test_one_network_causes_only_so_many_mails(limited, path, data):
    browser = limited.test_client()
    answers = [browser.post(path, data=data).status_code for _ in range(12)]
    assert answers == [302] * 10 + [429] * 2
    assert browser.get(path).status_code == 200


def test_the_own_password_cannot_be_guessed_in_a_borrowed_browser(limited):
    account: Account = make_account(email="ann@example.com")
    browser = limited.test_client()
    log_in(browser, "ann@example.com", PASSWORD)
    forms = {
        "/account/password": {"current": "guess", "password": "blue lantern horse"},
        "/account/email": {"current": "guess", "email": "x@example.com"},
        "/account/close": {"password": "guess"},
    }
    answers = [browser.post(p, data=d).status_code for _ in range(4) for p, d in forms.items()]
    assert answers == [422] * 10 + [429] * 2
    assert account.closed_at is None
