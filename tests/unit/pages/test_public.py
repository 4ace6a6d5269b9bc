"""The pages anyone reads say what is true today."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.billing.prices import PRICES
from app.filters import money
from app.jobs.models import JobState
from tests.factories.accounts import make_account
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job


def test_home_offers_to_search_jobs_and_codes(client: FlaskClient) -> None:
    page = client.get("/").text

    assert '<form class="hero-box" action="/jobs"' in page
    assert '<form class="hero-box" action="/codes/search"' in page
    assert 'data-suggest-url="/codes/suggest.json"' in page


def test_home_shows_the_newest_listings_with_their_pay(client: FlaskClient) -> None:
    job = make_job(title="Trauma coder <night>", pay_low_cents=3_150, pay_high_cents=3_900)
    make_job(title="Unpublished", state=JobState.IN_REVIEW)

    page = client.get("/").text

    assert f'href="/jobs/{job.id}-trauma-coder-night">Trauma coder &lt;night&gt;</a>' in page
    assert "$31.50 to $39 an hour" in page
    assert "Unpublished" not in page


def test_home_without_listings_says_what_to_do_instead(client: FlaskClient) -> None:
    assert "No listing is up right now" in client.get("/").text


def test_sample_listings_are_labeled(client: FlaskClient) -> None:
    make_job(organisation=make_organisation(is_sample=True))

    assert '<span class="tag warn">Sample</span>' in client.get("/").text


def test_home_tells_which_products_are_open_and_which_are_not(client: FlaskClient) -> None:
    page = client.get("/").text
    products = page[page.index('id="products"') :]

    assert products.count("In preparation") == 3
    for name in ("CareerCenter", "Case2Code", "CasePilot", "CaseConsultant"):
        assert f"<h3>{name}</h3>" in products


def test_the_price_list_is_the_one_orders_are_made_from(client: FlaskClient) -> None:
    page = client.get("/pricing").text

    for price in PRICES.values():
        assert price.description in page
        assert money(price.cents) in page


def test_an_employer_who_is_logged_in_goes_straight_to_posting(
    client_of: Callable[[Account], FlaskClient],
) -> None:
    page = client_of(make_account()).get("/pricing").text

    assert '<a class="button" href="/employers">Post a listing</a>' in page


@pytest.mark.parametrize("path", ["/", "/pricing", "/privacy", "/terms"])
def test_a_guest_reads_them_without_a_cookie(client: FlaskClient, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert response.text.count("<h1") == 1


def test_the_privacy_page_states_the_settings_in_force(client: FlaskClient) -> None:
    assert "counted for 30 days" in client.get("/privacy").text


def test_the_terms_state_the_allowance_in_force(client: FlaskClient) -> None:
    page = client.get("/terms").text

    assert "1 code page," in page
    assert "free accounts 5 more, every 30 days" in page
