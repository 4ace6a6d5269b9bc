"""Browsing every system: chapters, headings in pages, ranges, sources, places of service."""

import re
from html import unescape

import pytest

from tests.factories.codes import make_release
from tests.factories.codes_rows import add_fact, make_codes, make_edition

MANY = {f"Q{number:04}": f"Thing {number}" for number in range(1, 251)}


@pytest.fixture(autouse=True)
def releases(app):
    make_release()
    make_codes("hcpcs", MANY, heading="Q0001-Q0999")
    make_codes("cpt", {"99998": "", "99999": ""})


def words(response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def test_every_system_is_listed_with_what_is_loaded_and_what_is_not(client):
    page = words(client.get("/codes"))
    assert "HCPCS Level II January 2026" in page
    assert "ICD-10-PCS not loaded" in page
    assert "NCCI procedure-to-procedure edits" in page
    for path in ("hcpcs", "cpt", "icd10cm"):
        assert client.get(f"/codes/{path}").status_code == 200
    assert client.get("/codes/icd10cm?on=2020-01-01").status_code == 404


def test_a_heading_of_hundreds_is_read_page_by_page(client):
    first = client.get("/codes/hcpcs/Q0001-Q0999").text
    assert "Thing 100<" in first
    assert "Thing 101<" not in first
    assert 'href="/codes/hcpcs/Q0001-Q0999?page=3"' in first
    assert "Thing 250<" in client.get("/codes/hcpcs/Q0001-Q0999?page=3&on=2026-02-01").text
    for page in ("0", "-1", "x", "99999999999999"):
        assert client.get(f"/codes/hcpcs/Q0001-Q0999?page={page}").status_code == 200


def test_a_range_lists_its_codes_whether_its_ends_exist_or_not(client):
    page = client.get("/codes/hcpcs/Q0003-Q0005?on=2026-02-01")
    assert "3 entries in this range" in words(page)
    assert 'href="/codes/hcpcs/Q0004?on=2026-02-01"' in page.text
    assert "2 entries" in words(client.get("/codes/hcpcs/Q0249-Q9999"))
    assert "E11.41" in words(client.get("/codes/icd10cm/E10-E11"))
    assert "Notes that apply" in words(client.get("/codes/icd10cm/E08-E13"))
    assert "No code in" in words(client.get("/codes/hcpcs/A0001-A0002"))
    assert client.get_cookie("guest") is None


@pytest.mark.parametrize(
    ("address", "status"),
    [("Q0005-Q0003", 422), ("Q0001-zz.z", 422), ("-", 404), ("Q0001-", 404), ("--", 404),
     ("Q0001-Q0002-Q0003", 404), ("%00-%00", 400), ("Q" * 900 + "-Q", 404), ("%3Cb%3E-Q0001", 404)],
)  # fmt: skip
def test_wrong_ranges_are_refused_kindly(client, address, status):
    answer = client.get(f"/codes/hcpcs/{address}")
    assert answer.status_code in (status, 404)
    assert "<b>" not in answer.text.replace("<b>Center</b>", "")


def test_a_backward_range_says_the_other_way_round(client):
    assert "it is Q0003-Q0005" in words(client.get("/codes/hcpcs/Q0005-Q0003"))


def test_a_range_too_large_says_how_large_it_is(client, monkeypatch):
    monkeypatch.setattr("app.codes.services.browsing.MOST_IN_RANGE", 10)
    assert "holds 250 codes" in words(client.get("/codes/hcpcs/Q0001-Q9999"))


def test_a_range_is_a_file_too(client):
    file = client.get("/codes/range.csv?system=hcpcs&range=Q0001-Q0002")
    assert file.text.count("HCPCS Level II, January 2026") == 2
    for query in ("system=hcpcs", "system=hcpcs&range=Q0001", "system=hcpcs&range=zz-zz%27"):
        assert client.get(f"/codes/range.csv?{query}").status_code == 422
    for query in ("", "system=nothing&range=Q0001-Q0002"):
        assert client.get(f"/codes/range.csv?{query}").status_code == 404


def test_search_knows_every_system_and_may_be_held_to_one(client):
    make_codes("icd9cm", {"Q00": "An old code"})
    page = client.get("/codes/search?q=Q00")
    assert "HCPCS Level II 99" in words(page)
    assert "An old code" in page.text
    assert "An old code" not in client.get("/codes/search?q=Q00&system=hcpcs").text
    assert client.get("/codes/search?q=Q00&system=nothing").status_code == 200
    assert client.get("/codes/search?q=99999").text.count(">99999</a>") == 1


def test_suggestions_give_each_system_its_share(client):
    make_codes("icd9cm", {"Q00": "An old code"})
    items = client.get("/codes/suggest.json?q=Q0").json["items"]
    assert len(items) == 10
    assert {item["system"] for item in items} == {"HCPCS Level II", "ICD-9-CM"}


def test_sources_tell_of_each_edition_and_of_what_is_not_loaded(client):
    page = words(client.get("/codes/sources"))
    assert "invented.csv" in page
    assert "0" * 64 in page
    assert "ICD-10-PCS Index" in page
    assert "newer due" in page


def test_places_of_service_are_listed_or_said_not_to_be_loaded(client):
    assert "are not loaded" in words(client.get("/codes/place-of-service"))
    release = make_edition("place-of-service")
    add_fact(release, "pos", "11", name="Office", description="A room.", type="Non-Facility")
    page = words(client.get("/codes/place-of-service"))
    assert "11 Office A room. Non-Facility" in page
    assert "are not loaded for that day" in words(
        client.get("/codes/place-of-service?on=2020-01-01")
    )
