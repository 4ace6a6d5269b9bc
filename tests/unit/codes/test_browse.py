"""Browsing and searching the reference in a browser."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine

from app import index_keeper
from tests.factories.codes import BOOK, make_release
from tests.factories.codes_reference import make_reference
from tests.watch import statements

E119 = "/codes/icd10cm/E11.9"


@pytest.fixture(autouse=True)
def release(app):
    return make_release()


def words(response) -> str:
    """What a person reads, without the markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", response.text)).split())


def test_chapters_lead_to_sections_and_those_to_categories(client):
    assert 'href="/codes/icd10cm"' in client.get("/codes").text
    assert 'href="/codes/icd10cm/4"' in client.get("/codes/icd10cm").text
    assert 'href="/codes/icd10cm/E08-E13"' in client.get("/codes/icd10cm/4").text
    section = client.get("/codes/icd10cm/E08-E13")
    assert 'href="/codes/icd10cm/E11"' in section.text
    assert "Notes that apply to every code in it" in section.text
    assert client.get("/codes/icd10cm/QA0-QA0").status_code == 200


def test_what_has_pages_of_its_own_is_named_where_it_is_loaded(client):
    none = client.get("/codes").text
    assert "/codes/ms-drg" not in none
    assert "<li>MS-DRG groups, weights and severity</li>" in none
    make_reference()
    client.application.extensions.pop("code_editions", None)
    found = client.get("/codes").text
    for path in ("/codes/ms-drg", "/codes/coverage"):
        assert f'href="{path}"' in found
    earlier = client.get("/codes?on=1999-01-01").text
    assert "None is loaded for that day." in earlier


def test_headings_are_free_to_read(client):
    for path in ("4", "E08-E13", "20", "V00-X58"):
        assert "Register to view content" not in client.get(f"/codes/icd10cm/{path}").text
    assert client.get_cookie("guest") is None


def test_suggestions_are_what_the_search_box_asks_for(client, release):
    index_keeper.rebuild_now("codes")
    assert client.get("/codes/suggest.json?q=e11.9").json == {
        "items": [
            {
                "code": "E11.9",
                "title": "Type 2 diabetes mellitus without complications",
                "system": "ICD-10-CM",
                "url": E119,
            }
        ]
    }
    words_ = client.get("/codes/suggest.json?q=mononeuro").json["items"]
    assert [item["code"] for item in words_] == ["E11.41"]
    assert client.get("/codes/suggest.json").json == {"items": []}


def test_a_suggestion_is_kept_for_a_minute_and_for_its_edition(client, release):
    index_keeper.rebuild_now("codes")
    with time_machine.travel("2026-11-23 12:00Z", tick=False) as now:
        first = client.get("/codes/suggest.json?q=E11.9")
        assert first.headers["Cache-Control"] == "public, max-age=60"
        with statements() as asked:
            assert client.get("/codes/suggest.json?q=e11.9").json == first.json
            assert asked == []
            now.shift(60)
            assert client.get("/codes/suggest.json?q=e11.9").json == first.json
            assert asked
        make_release(BOOK.replace("without complications", "with none at all"))
        (item,) = client.get("/codes/suggest.json?q=e11.9").json["items"]
        assert item["title"] == "Type 2 diabetes mellitus with none at all"


def test_a_search_keeps_the_date_of_service(client, release):
    make_release(BOOK.replace("E11.9<", "E11.8<"), effective=date(2025, 10, 1))
    index_keeper.rebuild_now("codes")
    page = client.get("/codes/search?q=E11&on=2025-12-01").text
    assert 'href="/codes/icd10cm/E11.8?on=2025-12-01"' in page
    assert page.count('<input type="hidden" name="on" value="2025-12-01">') >= 1
    assert '<input type="hidden" name="q" value="E11">' in page
    assert "E11.9<" not in page
    left_out = client.get("/codes/search?q=diabetes&on=2025-12-01").text
    assert "left out: the editions of December 1, 2025 do not hold" in left_out
    assert "left out" not in client.get("/codes/search?q=diabetes").text
    (item,) = client.get("/codes/suggest.json?q=E11.8&on=2025-12-01").json["items"]
    assert item["url"] == "/codes/icd10cm/E11.8?on=2025-12-01"
    assert client.get("/codes/suggest.json?q=E11.8").json["items"] == []
    code = client.get("/codes/icd10cm/E11.8?on=2025-12-01").text
    assert '<input type="hidden" name="on" value="2025-12-01">' in code  # of the frame's search


@pytest.mark.parametrize("typed", ["%00", "%FF%FE", "é" * 300, "<b>", "A" * 10_000, "%25_%27"])
def test_hostile_searches_find_nothing_and_break_nothing(client, release, typed):
    index_keeper.rebuild_now("codes")
    for path in (f"/codes/suggest.json?q={typed}", f"/codes/search?q={typed}"):
        answer = client.get(path)
        assert answer.status_code in (200, 400)
        assert "<b>" not in answer.text.replace("<b>Center</b>", "")


def test_the_search_page_shows_results_with_pages(client, release):
    index_keeper.rebuild_now("codes")
    page = client.get("/codes/search?q=E11")
    assert "5 results" in words(page)
    assert page.text.index(">E11</a>") < page.text.index(">E11.9</a>")
    assert 'value="E11"' in page.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "2"])
def test_a_page_number_of_any_kind_is_answered(client, page):
    assert client.get(f"/codes/search?q=E11&page={page}").status_code == 200


def test_a_search_without_results_says_what_to_do(client, release):
    index_keeper.rebuild_now("codes")
    text = words(client.get("/codes/search?q=zzzz"))
    assert "Nothing found for “zzzz”" in text
    assert "Browse all chapters" in text


def test_search_without_its_index_still_answers_and_says_so(client, app, tmp_path, monkeypatch):
    app.extensions.pop("search_engine", None)
    monkeypatch.setitem(app.config, "SEARCH_URL", f"embedded:{tmp_path}")
    page = client.get("/codes/search?q=mononeuropathy")
    assert "Search is limited at the moment" in page.text
    assert ">E11.41</a>" in page.text
    assert client.get("/codes/suggest.json?q=e119").json["items"][0]["code"] == "E11.9"
    app.extensions.pop("search_engine", None)
