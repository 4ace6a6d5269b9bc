"""Browsing the alphabetic indexes."""

import re
from html import unescape

import pytest

from tests.factories.codes import make_release
from tests.factories.codes_rows import add_terms, make_codes, make_edition

EXTERNAL = [
    (0, "Accident (to)", {"code": "W00"}),
    (1, "transport", {}),
    (2, "bus occupant", {"code": "W00.0-; E11.9"}),
    (0, "Bite", {"see_also": "Accident, transport, bus occupant"}),
    (0, "100% wool_", {}),
]
NEOPLASM = [
    (0, "Neoplasm", {"cells": {"2": "E11.9"}}),
    (1, "abdomen", {"cells": {"2": "E11.41", "3": "C99.8-"}}),
    (2, "wall", {"cells": {"2": "E11.40"}}),
    (1, "breast", {"cells": {"2": "E10.9"}}),
]


@pytest.fixture(autouse=True)
def books(app):
    make_release()
    add_terms(make_edition("icd10cm-index"), "external", EXTERNAL)
    add_terms(make_edition("icd10cm-neoplasm"), "neoplasm", NEOPLASM)
    add_terms(make_edition("icd10pcs-keys"), "pcs-device", [(0, "Stent", {"means": "Device"})])


def words(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_letters_lead_to_main_terms_and_those_to_what_is_under_them(client):
    page = client.get("/codes/index/external").text
    assert 'href="/codes/index/external?letter=A"' in page
    letter = client.get("/codes/index/external?letter=A").text
    assert 'href="/codes/index/external?at=1#line-1"' in letter
    assert "bus occupant" not in letter
    term = client.get("/codes/index/external?at=3").text
    assert '<tr id="line-3" class="here">' in term
    assert 'href="/codes/icd10cm/E11.9"' in term


def test_see_also_leads_to_the_line_it_means(client):
    page = client.get("/codes/index/external?letter=B").text
    (link,) = re.findall(r'href="(/codes/index/external\?see=[^"]+)"', page)
    assert client.get(unescape(link)).headers["Location"] == "/codes/index/external?at=3#line-3"
    lost = client.get("/codes/index/external?see=Nowhere, at all")
    assert lost.headers["Location"] == "/codes/index/external?q=Nowhere"


def test_a_table_has_its_columns_and_the_letters_of_its_subterms(client):
    page = client.get("/codes/index/neoplasm")
    assert 'letter=A"' in page.text
    assert 'letter=N"' not in page.text
    text = words(client.get("/codes/index/neoplasm?letter=A"))
    assert "abdomen E11.41 C99.8- \u2013 wall E11.40" in text
    assert "breast" not in text


def test_terms_are_found_by_their_beginning_with_where_they_stand(client):
    assert "Accident (to), transport, bus occupant" in words(
        client.get("/codes/index/external?q=BUS")
    )
    assert "1 line beginning with “100%”" in words(client.get("/codes/index/external?q=100%25"))
    assert "No line begins with “%”" in words(client.get("/codes/index/external?q=%25"))


def test_a_key_says_what_a_term_means(client):
    assert "in ICD-10-PCS Device" in words(client.get("/codes/index/pcs-device?letter=S"))


def test_a_book_that_is_not_loaded_says_so(client):
    for path in ("index", "drug", "pcs", "no-such-book", "external?on=2020-01-01"):
        assert client.get(f"/codes/index/{path}").status_code == 404
    assert "Index to Diseases and Injuries is not loaded" in words(client.get("/codes/index/index"))


@pytest.mark.parametrize(
    "query",
    ["at=x", "at=-5", "at=99999999999999999999", "page=0", "page=99999999999999&letter=A",
     "letter=%00", "letter=%3Cb%3E", "q=%00", "q=" + "a" * 9_000, "see=%00", "see=" + ",a" * 900,
     "on=2026-02-30", "q=%27%20OR%201=1"],
)  # fmt: skip
def test_hostile_questions_break_nothing(client, query):
    answer = client.get(f"/codes/index/external?{query}")
    assert answer.status_code in (200, 302, 400, 404, 422)
    assert "<b>" not in answer.text.replace("<b>Center</b>", "")


def test_the_day_is_kept_in_every_link(client):
    page = client.get("/codes/index/external?letter=A&on=2026-05-01").text
    assert "at=1&amp;on=2026-05-01#line-1" in page


def test_the_table_of_pcs_is_free_and_shows_its_rows(client):
    release = make_codes("icd10pcs", {"0016070": "Bypass"}, heading="001")
    assert release.code_count == 1
    assert client.get("/codes/icd10pcs/001").status_code == 200
    assert client.get_cookie("guest") is None
