"""The frame around every page: who sees which links, what a guest's page never holds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask, flash, render_template, render_template_string
from flask.testing import FlaskClient

from app.accounts.models import Account
from tests.factories.accounts import make_account, make_moderator

LogIn = Callable[[Account], FlaskClient]


def links(html: str) -> set[str]:
    return set(re.findall(r'href="([^"]+)"', html))


def test_a_guest_is_offered_to_log_in_and_to_register(client: FlaskClient) -> None:
    page = client.get("/no-such-page").text

    assert {"/log-in", "/register", "/jobs", "/codes", "/pricing"} <= links(page)
    assert not {"/profile", "/account", "/desk"} & links(page)
    assert "/log-out" not in page


def test_a_guests_page_sets_no_cookie_and_holds_no_token(client: FlaskClient) -> None:
    response = client.get("/no-such-page")

    assert "Set-Cookie" not in response.headers
    assert "csrf_token" not in response.text


def test_who_is_logged_in_finds_profile_applications_account_and_the_way_out(
    client_of: LogIn,
) -> None:
    page = client_of(make_account(name="Dana Whitfield")).get("/no-such-page").text

    assert {"/profile", "/applications", "/employers", "/account"} <= links(page)
    assert "Dana Whitfield" in page
    assert '<form method="post" action="/log-out">' in page
    assert "/register" not in links(page)
    assert "/desk" not in links(page)


def test_moderators_find_their_desk(client_of: LogIn) -> None:
    assert "/desk" in links(client_of(make_moderator()).get("/no-such-page").text)


def test_a_name_is_text_wherever_it_stands(client_of: LogIn) -> None:
    page = client_of(make_account(name="<img src=x onerror=alert(1)>")).get("/nowhere").text

    assert "<img" not in page
    assert "&lt;img" in page


@pytest.mark.parametrize(("path", "marked"), [("/jobs/none", "/jobs"), ("/codes/none", "/codes")])
def test_the_section_one_is_in_is_marked(client: FlaskClient, path: str, marked: str) -> None:
    page = client.get(path).text

    assert f'<a href="{marked}" aria-current="true">' in page


def test_the_site_search_asks_first_where_the_visitor_is(app: Flask) -> None:
    with app.test_request_context("/codes"):
        codes = render_template_string('{% extends "base.html" %}')
    with app.test_request_context("/jobs"):
        jobs = render_template_string('{% extends "base.html" %}')

    assert '<form class="site-search" action="/codes/search"' in codes
    assert '<form class="site-search" action="/jobs"' in jobs


def test_simulated_payments_are_labeled_on_every_page(client: FlaskClient) -> None:
    assert "Payments are simulated on this machine. No card is charged." in client.get("/no").text


def test_real_payments_carry_no_such_label(app: Flask, client: FlaskClient) -> None:
    app.config["SIMULATED_PAYMENTS"] = False
    try:
        assert "simulated" not in client.get("/no-such-page").text
    finally:
        app.config["SIMULATED_PAYMENTS"] = True


@pytest.mark.parametrize(
    ("category", "tone"),
    [("message", "info"), ("success", "good"), ("warn", "warn"), ("error", "bad"), ("odd", "info")],
)
def test_a_flashed_message_is_announced_politely(app: Flask, category: str, tone: str) -> None:
    with app.test_request_context("/"):
        flash("Saved <b>it</b>.", category)
        page = render_template_string('{% extends "base.html" %}')

    assert f'<div class="flash {tone}" role="status"><p>Saved &lt;b&gt;it&lt;/b&gt;.</p>' in page


def test_a_page_has_its_landmarks_one_heading_and_a_skip_link(client: FlaskClient) -> None:
    page = client.get("/no-such-page").text

    assert page.count("<main") == page.count("<h1") == 1
    assert "<header" in page
    assert "<footer" in page
    assert page.index('class="skip-link" href="#main"') < page.index("<header")
    assert '<html lang="en-US">' in page


def test_an_error_page_says_what_happened_and_where_to_go(client: FlaskClient) -> None:
    response = client.get("/no-such-page")

    assert response.status_code == 404
    assert "<title>Page not found · CareerCenter</title>" in response.text


def test_a_mail_button_spells_out_its_address(app: Flask) -> None:
    mail = """{% extends "email/layout.html" %}
    {% from "components/mail.html" import button %}
    {% block content %}{{ button("https://example.org/v?a=1&b=2", "Verify") }}{% endblock %}"""
    with app.test_request_context("/"):
        html = render_template_string(mail)

    assert html.count("https://example.org/v?a=1&amp;b=2") == 2


def test_every_error_can_be_shown(app: Flask) -> None:
    with app.test_request_context("/"):
        page = render_template("errors/error.html", status=401, title="Log in", message="m")

    assert '<a class="button" href="/log-in">' in page
