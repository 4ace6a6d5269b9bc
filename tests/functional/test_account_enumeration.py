"""Nobody can find out whether an address has an account."""

from __future__ import annotations

import re
import statistics
import time

import pytest

from app.accounts.services.passwords import hash_password, password_matches
from tests.factories.accounts import PASSWORD, make_account

KNOWN, UNKNOWN = "known@example.com", "other@example.com"
VARIES = {"Set-Cookie", "Date", "X-Request-ID"}
FORMS = {
    "/register": {"name": "Ann Rivera", "password": "blue lantern horse"},
    "/log-in": {"password": "wrong horse battery"},
    "/forgotten-password": {},
}


def answer(app, path, email):
    """Status, place to go and everything shown, for one address, in a browser of its own."""
    browser = app.test_client()
    sent = browser.post(path, data={**FORMS[path], "email": email}, query_string={"next": "/codes"})
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


@pytest.mark.parametrize("path", FORMS)
def test_known_and_unknown_addresses_take_the_same_time(app, monkeypatch, path):
    """Interleaved pairs, medians; what would give an account away is the hash that is not made."""
    monkeypatch.setitem(app.config, "ARGON2_TIME_COST", 2)
    monkeypatch.setitem(app.config, "ARGON2_MEMORY_KIB", 12 * 1024)
    make_account(email=KNOWN)
    stored = hash_password(PASSWORD)
    hashing = statistics.median(_seconds(lambda: password_matches(stored, "x")) for _ in range(9))
    taken = {KNOWN: [], UNKNOWN: []}
    browser = app.test_client()
    password_matches(None, "x")  # the hash of nobody is made once a process
    for number in range(12):
        for email in (KNOWN, UNKNOWN):
            # A new address each time: once registered, an address is no longer unknown.
            typed = email if email == KNOWN else f"{number}{path.strip('/')}@example.com"
            data = {**FORMS[path], "email": typed}
            taken[email].append(_seconds(lambda data=data: browser.post(path, data=data)))
    gap = abs(statistics.median(taken[KNOWN]) - statistics.median(taken[UNKNOWN]))
    assert gap < max(hashing / 2, 0.004), (gap, hashing)


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
