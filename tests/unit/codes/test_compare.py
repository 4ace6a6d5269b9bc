"""Codes side by side."""

import re
from html import unescape

import pytest

from tests.factories.accounts import make_account
from tests.factories.codes import make_release
from tests.factories.codes_rows import add_fact, make_codes, make_edition

PAIR = "/codes/compare?c=icd10cm:E11.9&c=icd10cm:E11.41"


@pytest.fixture(autouse=True)
def release(app):
    make_codes("hcpcs", {"Q9001": "A thing", "Q9002": "Another thing"})
    return make_release()


def words(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_titles_stand_side_by_side_with_the_words_that_differ_marked(client):
    page = client.get(PAIR).text
    assert "Type 2 diabetes mellitus without complications" in page
    assert "<mark>with diabetic mononeuropathy</mark>" in page


def test_a_guest_opens_the_first_code_and_the_other_waits(client):
    page = client.get(PAIR)
    assert "diabetes NOS" in page.text
    assert "Register to view content" in page.text
    assert client.get_cookie("guest") is not None
    again = client.get("/codes/compare?c=icd10cm:E10.9&c=icd10cm:E11.41").text
    assert "diabetes NOS" not in again


def test_an_account_spends_a_view_for_each_code(client_of, app):
    coder = client_of(make_account())
    page = coder.get(PAIR)
    assert "Register to view content" not in page.text
    assert "3 code page views remaining" in words(coder.get("/codes/icd10cm/E11.9"))


def test_codes_of_several_systems_are_compared_by_what_files_say(client_of):
    add_fact(make_edition("opps"), "opps", "Q9001", status="K", rate="12.50")
    page = words(client_of(make_account()).get("/codes/compare?c=hcpcs:Q9001&c=icd10cm:E11.9"))
    assert "OPPS payment rate OPPS Addendum B, payment by code, January 2026 12.50 nothing" in page


@pytest.mark.parametrize(
    "query",
    ["c=icd10cm:E11.9", "c=icd10cm:E11.9&c=icd10cm:e119", "c=E11.9&c=E11.8", "c=nothing:1&c=x:2",
     "c=icd10cm:Z99.9&c=icd10cm:E11.9", "c=:&c=:", "c=icd10cm:4&c=icd10cm:E11.9",
     "c=icd10cm:" + "E" * 5000 + "&c=icd10cm:E11.9", "c=%3Cb%3E&c=%3Cb%3E",
     "&".join(f"c=icd10cm:E1{n}" for n in range(9))],
)  # fmt: skip
def test_wrong_codes_are_refused_with_a_sentence_and_kept(client, query):
    answer = client.get(f"/codes/compare?{query}")
    assert answer.status_code == 422
    assert 'class="field-error"' in answer.text
    assert "<b>" not in answer.text.replace("<b>Center</b>", "")
    assert client.get_cookie("guest") is None


def test_without_codes_there_is_the_form(client):
    assert "Code 3 (optional)" in words(client.get("/codes/compare"))
