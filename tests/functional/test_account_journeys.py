"""The way in and out of an account, as a browser takes it."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts import services
from app.accounts.models import Account, AccountSession
from app.accounts.services import authenticate, find_account
from app.extensions import db
from app.jobs.models import JobState
from tests.factories.accounts import PASSWORD, make_account
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.mailbox import last_mail_to, mails_to, path_in

PAGE = "/codes/icd10cm/E11.9?date=2026-10-01"
CHOSEN = "blue lantern horse"


def register(client, email="ann@example.com", password=CHOSEN, **query):
    return client.post(
        "/register",
        query_string=query,
        data={"name": "Ann Rivera", "email": email, "password": password},
    )


def log_in(client, email="ann@example.com", password=PASSWORD, **query):
    return client.post("/log-in", query_string=query, data={"email": email, "password": password})


def is_logged_in(client) -> bool:
    return client.get("/account").status_code == 200


def test_a_new_visitor_is_back_on_the_page_that_asked_for_an_account(client):
    sent = register(client, next=PAGE)
    assert sent.status_code == 302
    assert "ann@example.com" in client.get(sent.location).text
    assert not is_logged_in(client)
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert client.get(link).status_code == 200
    confirmed = client.post(link, data={"password": CHOSEN})
    assert (confirmed.status_code, confirmed.location) == (302, PAGE)
    assert is_logged_in(client)


def test_opening_a_link_any_number_of_times_uses_nothing_up(client):
    """Mail scanners open every link before the person does."""
    register(client)
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert not find_account("ann@example.com").is_verified
    assert client.post(link, data={"password": CHOSEN}).status_code == 302
    assert client.get(link).status_code == 410


def test_a_wrong_password_at_the_link_says_so_and_the_link_stays_good(client):
    register(client)
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    refused = client.post(link, data={"password": "something else"})
    assert refused.status_code == 422
    assert "<title>Error: " in refused.text
    assert client.post(link, data={}).status_code == 422
    assert client.post(link, data={"password": CHOSEN}).status_code == 302


def test_a_link_that_is_too_old_offers_the_next_step(client):
    register(client)
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    with time_machine.travel(clock.now() + timedelta(days=4)):
        page = client.get(link)
        assert page.status_code == 410
        assert "/log-in" in page.text
        assert "/register" in page.text
        assert client.post(link, data={"password": CHOSEN}).status_code == 410


def test_who_has_not_confirmed_is_told_how_and_registers_again_for_the_mail(client):
    register(client, next=PAGE)
    first = last_mail_to("ann@example.com")
    refused = log_in(client, password=CHOSEN, next=PAGE)
    assert refused.status_code == 422
    assert "open the link in the e-mail" in refused.text
    register(client, next=PAGE)
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert link != path_in(first, "/verify/")
    assert client.post(link, data={"password": CHOSEN}).location == PAGE
    assert is_logged_in(client)


def test_whoever_was_logged_in_without_a_confirmed_address_can_have_the_mail_again(client_of):
    browser = client_of(make_account(email="ann@example.com", email_verified_at=None))
    page = browser.get("/verify-first", query_string={"next": PAGE})
    assert "ann@example.com" in page.text
    assert browser.post("/verify-first", query_string={"next": PAGE}).status_code == 302
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert browser.post(link, data={}).status_code == 422
    assert browser.post(link, data={"password": PASSWORD}).location == PAGE
    assert browser.get("/verify-first", query_string={"next": PAGE}).location == PAGE


def test_a_strangers_registration_cannot_replace_the_password_of_whoever_is_logged_in(client_of):
    account = make_account(email="ann@example.com", email_verified_at=None)
    owner = client_of(account)
    services.register(name="Stranger", email="ann@example.com", password=CHOSEN)
    db.session.commit()
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert owner.post(link, data={}).status_code == 422
    assert owner.post(link, data={"password": PASSWORD}).status_code == 422
    assert not account.is_verified
    owner.post("/verify-first")
    own_link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert owner.post(own_link, data={"password": PASSWORD}).status_code == 302
    assert authenticate(email="ann@example.com", password=PASSWORD) is account
    assert authenticate(email="ann@example.com", password=CHOSEN) is None
    assert owner.get(link).status_code == 410


def test_twenty_registrations_at_once_make_one_account(app):
    start = threading.Barrier(20)
    answers = []

    def send():
        browser = app.test_client()
        start.wait()
        answers.append(register(browser))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(a.status_code, a.location) for a in answers] == [
        (302, "/check-your-mail?about=register")
    ] * 20
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1
    link = path_in(last_mail_to("ann@example.com"), "/verify/")
    assert app.test_client().post(link, data={"password": CHOSEN}).status_code == 302


def test_logging_in_begins_a_new_session_and_ends_the_one_before(app, client):
    """A cookie planted before log-in is worth nothing after it."""
    make_account(email="ann@example.com")
    with client.session_transaction() as planted:
        planted["_user_id"] = "planted-by-someone"
        planted["csrf_token"] = "known-to-someone"
        planted["anything"] = "else"
    assert log_in(client).status_code == 302
    with client.session_transaction() as session:
        token = session["_user_id"]
        assert token != "planted-by-someone"
        assert session.get("csrf_token") != "known-to-someone"
        assert "anything" not in session
    fresh = app.test_client()
    with fresh.session_transaction() as session:
        session["_user_id"] = "planted-by-someone"
    assert not is_logged_in(fresh)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client):
    make_account(email="ann@example.com")
    cookies = log_in(client).headers.getlist("Set-Cookie")
    assert {c.partition("=")[0] for c in cookies} == {"session", "known"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_a_copy_of_the_cookie_is_worth_nothing_after_logging_out(app, client):
    make_account(email="ann@example.com")
    log_in(client)
    thief = app.test_client()
    thief.set_cookie("session", client.get_cookie("session").value)
    assert is_logged_in(thief)
    assert client.post("/log-out").status_code == 302
    assert not is_logged_in(thief)
    assert not is_logged_in(client)
    assert client.get("/log-out").status_code == 405
    assert client.post("/log-out").status_code == 302


def test_logging_out_everywhere_includes_this_browser(app, client):
    make_account(email="ann@example.com")
    other = app.test_client()
    log_in(client)
    log_in(other)
    assert client.post("/log-out-everywhere").status_code == 302
    assert not is_logged_in(client)
    assert not is_logged_in(other)


def test_the_account_page_lists_browsers_and_ends_one(app, client):
    account = make_account(email="ann@example.com")
    other = app.test_client()
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1"
    other.post(
        "/log-in",
        data={"email": "ann@example.com", "password": PASSWORD},
        headers={"User-Agent": phone},
    )
    log_in(client)
    page = client.get("/account").text
    assert "Safari on iPhone" in page
    (action,) = re.findall(r"/account/sessions/\d+/end", page)
    assert client.post(action).status_code == 302
    assert not is_logged_in(other)
    assert is_logged_in(client)
    assert db.session.scalars(select(AccountSession.account_id)).all() == [account.id]


def test_another_persons_session_does_not_exist_for_me(app, client_of):
    ann, ben = client_of(make_account()), client_of(make_account())
    assert is_logged_in(ben)
    row = db.session.scalars(select(AccountSession.id).order_by(AccountSession.id.desc())).first()
    assert ann.post(f"/account/sessions/{row}/end").status_code == 404
    assert ann.post("/account/sessions/999999999999999999999/end").status_code == 404
    assert is_logged_in(ben)


def test_a_forgotten_password_is_replaced_and_leads_back(client):
    make_account(email="ann@example.com")
    client.post(
        "/forgotten-password", query_string={"next": PAGE}, data={"email": "ann@example.com"}
    )
    link = path_in(last_mail_to("ann@example.com"), "/reset-password/")
    assert client.get(link).status_code == 200
    refused = client.post(link, data={"password": "password123"})
    assert refused.status_code == 422
    assert client.post(link, data={"password": CHOSEN}).location == PAGE
    assert is_logged_in(client)
    assert client.post(link, data={"password": CHOSEN}).status_code == 410
    assert authenticate(email="ann@example.com", password=CHOSEN)


def test_a_reset_link_is_dead_after_an_hour(client):
    make_account(email="ann@example.com")
    client.post("/forgotten-password", data={"email": "ann@example.com"})
    link = path_in(last_mail_to("ann@example.com"), "/reset-password/")
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert client.get(link).status_code == 410
        assert client.post(link, data={"password": CHOSEN}).status_code == 410
    assert authenticate(email="ann@example.com", password=PASSWORD)


def test_a_link_for_one_thing_does_nothing_else(client, client_of):
    account = make_account(email="ann@example.com")
    client.post("/forgotten-password", data={"email": "ann@example.com"})
    token = path_in(last_mail_to("ann@example.com"), "/reset-password/").split("/")[2]
    assert client.post(f"/verify/{token}", data={"password": PASSWORD}).status_code == 410
    assert client_of(account).post(f"/confirm-email/{token}").status_code == 410


def test_the_address_is_changed_by_its_new_owner_in_the_same_account(client_of):
    account = make_account(email="ann@example.com")
    browser = client_of(account)
    sent = browser.post("/account/email", data={"email": "New@example.com", "current": PASSWORD})
    assert sent.status_code == 302
    link = path_in(last_mail_to("new@example.com"), "/confirm-email/")
    stranger = client_of(make_account())
    assert stranger.get(link).status_code == 410
    assert stranger.post(link).status_code == 410
    assert "new@example.com" in browser.get(link).text
    assert account.email == "ann@example.com"
    assert browser.post(link).status_code == 302
    assert account.email == "new@example.com"
    assert is_logged_in(browser)


def test_a_new_password_keeps_this_browser_and_ends_the_others(client_of):
    account = make_account(email="ann@example.com")
    here, there = client_of(account), client_of(account)
    with here.session_transaction() as session:
        before = session["_user_id"]
    changed = here.post("/account/password", data={"current": PASSWORD, "password": CHOSEN})
    assert changed.status_code == 302
    with here.session_transaction() as session:
        assert session["_user_id"] != before
    assert is_logged_in(here)
    assert not is_logged_in(there)
    assert last_mail_to("ann@example.com").name == "password_changed"


def test_closing_the_account_asks_for_the_password_and_ends_the_visit(client_of, client):
    account = make_account(email="ann@example.com")
    browser = client_of(account)
    assert "cannot be taken back" in browser.get("/account/close").text
    assert browser.post("/account/close", data={"password": "wrong"}).status_code == 422
    assert browser.post("/account/close", data={"password": PASSWORD}).status_code == 302
    assert not is_logged_in(browser)
    assert account.closed_at is not None
    assert log_in(client).status_code == 422
    assert [m.name for m in mails_to("ann@example.com")] == ["account_closed"]


def test_the_only_owner_of_live_listings_is_told_to_close_them_first(client_of):
    account = make_account()
    job = make_job(organisation=make_organisation(owner=account, name="Mercy Health"))
    browser = client_of(account)
    refused = browser.post("/account/close", data={"password": PASSWORD})
    assert refused.status_code == 422
    assert "You are the only owner of Mercy Health" in refused.text
    assert account.closed_at is None
    job.state = JobState.ARCHIVED
    db.session.commit()
    assert browser.post("/account/close", data={"password": PASSWORD}).status_code == 302
    assert account.closed_at is not None


def test_the_name_is_changed(client_of):
    account = make_account()
    browser = client_of(account)
    assert browser.post("/account", data={"name": " Zoë  "}).status_code == 302
    assert account.name == "Zoë"
    assert browser.post("/account", data={"name": ""}).status_code == 422
    assert browser.post("/account", data={"name": "x" * 101}).status_code == 422
    assert account.name == "Zoë"


@pytest.mark.parametrize(
    "path",
    [
        "/account",
        "/account/password",
        "/account/email",
        "/account/close",
        "/verify-first",
        "/confirm-email/x",
    ],
)
def test_settings_are_for_whoever_is_logged_in(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location.startswith("/log-in?next=")


HOSTILE = [
    {},
    {"name": "", "email": "", "password": ""},
    {"name": "x" * 101, "email": "ann@example.com", "password": CHOSEN},
    {"name": "Ann", "email": "a" * 300 + "@example.com", "password": CHOSEN},
    {"name": "Ann", "email": "ann@example.com", "password": "x7!q" * 100_000},
    {"name": "Ann", "email": "ann@example.com\r\nBcc: ben@example.com", "password": CHOSEN},
    {"name": "\x00\x07", "email": "ann@example.com", "password": CHOSEN},
    {"name": "Ann", "email": "'; drop table account; --", "password": CHOSEN},
    {"name": "Ann", "email": ["ann@", "example.com"], "password": CHOSEN},
]


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_registrations_are_refused_and_leave_nothing(client, data):
    answer = client.post("/register", data=data)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert db.session.scalar(select(func.count()).select_from(Account)) == 0


def test_what_was_typed_is_kept_except_the_password(client):
    page = client.post(
        "/register",
        data={"name": '<img src=x onerror="1">', "email": "ann@example", "password": CHOSEN},
    ).text
    assert "ann@example" in page
    assert "&lt;img" in page
    assert "<img src=x" not in page
    assert CHOSEN not in page


@pytest.mark.parametrize("path", ["/log-in", "/forgotten-password", "/register"])
def test_a_body_beyond_all_measure_is_refused(client, path):
    answer = client.post(path, data={"email": "x" * 2_000_000})
    assert answer.status_code in (413, 422)


def test_forms_from_elsewhere_are_refused(app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    browser = app.test_client()
    for path in ("/register", "/log-in", "/log-out", "/forgotten-password", "/verify/x"):
        answer = browser.post(path, data={"email": "ann@example.com", "password": PASSWORD})
        assert answer.status_code == 400, path
