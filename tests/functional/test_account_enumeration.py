"""Nobody can find out whether an address has an account."""

from __future__ import annotations

import re
import statistics
import time

import pytest
from argon2 import PasswordHasher

from app import tasks
from app.accounts.services.passwords import hash_password, password_matches
from tests.factories.accounts import PASSWORD, make_account
from tests.watch import statements

KNOWN, UNKNOWN = "known@example.com", "other@example.com"
VARIES = {"Set-Cookie", "Date", "X-Request-ID"}
FORMS = {
    "/register": {"name": "Ann Rivera", "password": "blue lantern horse"},
    "/log-in": {"password": "wrong horse battery"},
    "/forgotten-password": {},
}


def answer(app, path, email, **typed):
    """Status, place to go and everything shown, for one address, in a browser of its own."""
    browser = app.test_client()
    sent = browser.post(
        path, data={**FORMS[path], **typed, "email": email}, query_string={"next": "/codes"}
    )
    shown = browser.get(sent.location).text if sent.location else sent.text
    shown = re.sub(r'name="csrf_token" value="[^"]+"', "", shown)
    headers = sorted((k, v) for k, v in sent.headers if k not in VARIES)
    return (
        sent.status_code,
        sent.location,
        shown.replace(email, "ADDRESS"),
        [(k, "" if k == "Content-Length" else v) for k, v in headers],
    )


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("verified", [True, False])
def test_known_and_unknown_addresses_get_the_same_answer(app, path, verified):
    make_account(email=KNOWN, **({} if verified else {"email_verified_at": None}))
    assert answer(app, path, KNOWN) == answer(app, path, UNKNOWN)


@pytest.mark.parametrize("path", FORMS)
def test_the_answer_does_not_change_the_second_time(app, path):
    make_account(email=KNOWN)
    for _ in range(3):
        assert answer(app, path, KNOWN) == answer(app, path, UNKNOWN)


def test_setting_a_new_address_does_not_tell_whose_it_is(client_of):
    make_account(email=KNOWN)
    for email in (KNOWN, UNKNOWN):
        sent = client_of(make_account()).post(
            "/account/email", data={"email": email, "current": PASSWORD}
        )
        assert (sent.status_code, sent.location) == (302, "/account")


@pytest.mark.parametrize("verified", [True, False])
def test_registering_and_then_logging_in_does_not_tell_whether_the_address_was_known(app, verified):
    """Who chose the password at /register must not learn at /log-in whether it was taken."""
    make_account(email=KNOWN, **({} if verified else {"email_verified_at": None}))
    chosen = FORMS["/register"]["password"]
    told = []
    for email in (KNOWN, UNKNOWN):
        registered = answer(app, "/register", email)
        tasks.drain()
        told.append([registered, answer(app, "/log-in", email, password=chosen)])
    assert told[0] == told[1]
    assert told[0][1][0] == 422


@pytest.fixture
def costly(app, monkeypatch):
    """Hashes that take as long as would show."""
    monkeypatch.setitem(app.config, "ARGON2_TIME_COST", 2)
    monkeypatch.setitem(app.config, "ARGON2_MEMORY_KIB", 12 * 1024)
    password_matches(None, "x")  # the hash of nobody is made once a process
    return app


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("verified", [True, False])
def test_known_and_unknown_addresses_cost_the_same_hashes_and_statements(
    costly, monkeypatch, path, verified
):
    make_account(email=KNOWN, **({} if verified else {"email_verified_at": None}))
    assert spent(costly, monkeypatch, path, KNOWN) == spent(costly, monkeypatch, path, UNKNOWN)


def spent(app, monkeypatch, path, email) -> tuple[list[str], list[str]]:
    """The hashes computed and the statements sent to answer one form."""
    hashes: list[str] = []

    def counted(name):
        original = getattr(PasswordHasher, name)
        return lambda self, *given: hashes.append(name) or original(self, *given)

    browser = app.test_client()
    with monkeypatch.context() as watched:
        for name in ("hash", "verify"):
            watched.setattr(PasswordHasher, name, counted(name))
        with statements() as sent:
            browser.post(path, data={**FORMS[path], "email": email})
    return hashes, sent


@pytest.mark.parametrize("path", FORMS)
def test_known_and_unknown_addresses_take_the_same_time(costly, path):
    """What would give an account away is the hash that is not made: it shows in every round.

    A busy machine shows something in one round or another, so the calmest of three counts; how
    much is tolerated follows the machine's speed only up to a bound.
    """
    make_account(email=KNOWN)
    stored = hash_password(PASSWORD)
    hashing = statistics.median(_seconds(lambda: password_matches(stored, "x")) for _ in range(9))
    tolerated = min(max(hashing / 2, 0.004), 0.02)
    gaps = []
    for round_number in range(3):
        gaps.append(_gap(costly.test_client(), path, round_number))
        if gaps[-1] < tolerated:
            return
    pytest.fail(f"{path}: {gaps} of {tolerated} seconds tolerated")


def _gap(browser, path, round_number) -> float:
    """Interleaved pairs, medians."""
    taken = {KNOWN: [], UNKNOWN: []}
    for number in range(12):
        for email in (KNOWN, UNKNOWN):
            # A new address each time: once registered, an address is no longer unknown.
            new = f"{round_number}x{number}{path.strip('/')}@example.com"
            data = {**FORMS[path], "email": email if email == KNOWN else new}
            taken[email].append(_seconds(lambda data=data: browser.post(path, data=data)))
    return abs(statistics.median(taken[KNOWN]) - statistics.median(taken[UNKNOWN]))


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
