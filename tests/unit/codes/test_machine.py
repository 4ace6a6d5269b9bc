"""Codes, systems and search as JSON: the same facts, allowance and gates as the pages."""

import json
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import pytest

from app.codes.models import SectionGate, ViewGrant
from app.codes.services.reference import plain as plain_module
from app.codes.services.reference.plain import plain, without_descriptors
from app.codes.services.reference.subject import FactRow, find_subject
from app.codes.services.structure import Reference
from app.extensions import db
from app.index_keeper import rebuild_now
from tests.factories.accounts import make_account
from tests.factories.codes import BOOK, make_release
from tests.factories.codes_own import make_key
from tests.unit.codes.test_show import count
from tests.watch import statements

E119 = "/codes/icd10cm/E11.9.json"
E13 = "/codes/icd10cm/E13.json"
SITE = "http://127.0.0.1:8000"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture(autouse=True)
def release(app):
    app.extensions.pop("code_plain", None)
    app.extensions.pop("code_gates", None)
    yield make_release()
    app.extensions.pop("code_plain", None)
    app.extensions.pop("code_gates", None)


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


# --- What a code says ----------------------------------------------------------------------------


def test_a_code_says_what_its_page_says_with_the_edition_of_each_statement(client):
    answer = client.get(E119)
    found = answer.json
    assert answer.mimetype == "application/json"
    assert list(found)[:6] == ["system", "system_name", "code", "key", "title", "kind"]
    assert (found["code"], found["key"], found["billable"]) == ("E11.9", "E119", True)
    assert found["official"]["text"] == "Type 2 diabetes mellitus without complications"
    assert "Centers for Disease Control" in found["official"]["notice"]
    assert found["common"][0].startswith("E11.9 is the ICD-10-CM code for")
    assert found["edition"]["name"] == "April 1, 2026"
    assert found["sections"]["billable"]["content"]["billable"] is True
    for section in found["sections"].values():
        assert section["sources"][0]["name"] == "April 1, 2026"
    assert found["allowance"] == {"remaining": 0, "renews_at": None}
    assert found["not_applicable"] is not None


def test_links_lead_to_json_and_to_the_page(client):
    links = client.get(E119).json["links"]
    assert links["self"] == f"{SITE}{E119}"
    assert links["html"] == f"{SITE}/codes/icd10cm/E11.9"
    assert links["parent"] == f"{SITE}/codes/icd10cm/E11.json"
    for name in ("parent", "next"):
        assert client.get(links[name].removeprefix(SITE)).status_code == 200
    on = client.get(f"{E119}?on=2026-05-01").json
    assert on["day"] == "2026-05-01"
    assert on["links"]["parent"] == f"{SITE}/codes/icd10cm/E11.json?on=2026-05-01"


def test_chapters_and_sections_are_free(client):
    client.get(E119)
    for address in ("4", "E08-E13"):
        found = client.get(f"/codes/icd10cm/{address}.json").json
        assert found["links"]["children"]
        assert "sections" not in found
        assert "allowance" not in found
    assert count(ViewGrant) == 0


def test_a_code_with_its_parts_kept_costs_as_little_as_its_page(client, app):
    client.get(E119)
    with statements() as seen:
        assert app.test_client().get(E119).json["sections"]["billable"]
    assert seen == []


# --- Which of the two is meant -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (BROWSER, "text/html"),
        ("*/*", "text/html"),
        ("", "text/html"),
        ("text/html;q=0.5,application/json;q=0.5", "text/html"),
        ("nonsense;;;q=x", "text/html"),
        ("application/json", "application/json"),
        ("application/json;q=0.9,text/html;q=0.1", "application/json"),
    ],
)
def test_accept_decides_and_answers_say_that_it_does(client, accept, expected):
    answer = client.get("/codes/icd10cm/E11.9", headers={"Accept": accept})
    assert answer.mimetype == expected
    assert "Accept" in answer.vary


@pytest.mark.parametrize("accept", [BROWSER, "text/html", "application/json"])
def test_the_suffix_wins_over_accept(client, accept):
    assert client.get(E119, headers={"Accept": accept}).mimetype == "application/json"


@pytest.mark.parametrize("typed", ["e11.9", "E119", "e119"])
def test_other_spellings_lead_to_the_one_address(client, typed):
    assert client.get(f"/codes/icd10cm/{typed}.json").location == E119
    accepted = client.get(f"/codes/icd10cm/{typed}", headers={"Accept": "application/json"})
    assert accepted.location == "/codes/icd10cm/E11.9"


# --- Allowance and gates -------------------------------------------------------------------------


def test_a_code_is_counted_once_for_page_and_json(client):
    assert client.get("/codes/icd10cm/E11.9").status_code == 200
    assert "content" in client.get(E119).json["sections"]["billable"]
    locked = client.get(E13).json
    assert locked["sections"]["billable"] == {
        "heading": "Billable or not",
        "locked": True,
        "how": f"Create a free account at {SITE}/register, and ask with its key.",
    }
    assert (locked["none"], locked["not_loaded"], locked["not_applicable"]) == (None, None, None)
    assert {locked["links"][name] for name in ("parent", "previous", "next")} == {None}
    assert locked["links"]["children"] is None
    assert locked["title"] == "Other specified diabetes mellitus"
    assert "gestational" not in json.dumps(locked["sections"])


def test_a_section_for_plans_stays_locked_and_the_others_open(client, client_of):
    db.session.add(SectionGate(section="excludes", opens_to="plan"))
    db.session.add(SectionGate(section="place", opens_to="account"))
    db.session.commit()
    found = client.get(E119).json
    assert found["sections"]["excludes"]["how"].startswith("Part of a plan.")
    assert found["sections"]["place"]["locked"] is True
    assert found["links"]["parent"] is None
    assert "content" in found["sections"]["billable"]
    member = client_of(make_account()).get(E119).json
    assert member["sections"]["place"]["content"]["above"]
    assert member["links"]["parent"]


def test_an_account_out_of_views_is_told_when_they_renew(client_of, app, monkeypatch):
    monkeypatch.setitem(app.config, "FREE_CODE_VIEWS", 1)
    member = client_of(make_account())
    assert member.get(E119).json["allowance"]["remaining"] == 0
    locked = member.get(E13).json
    assert "They renew on" in locked["sections"]["billable"]["how"]
    assert locked["allowance"]["renews_at"]


def test_what_is_fetched_ahead_or_asked_about_counts_nothing(client):
    assert client.get(E119, headers={"Sec-Purpose": "prefetch"}).status_code == 403
    assert client.head(E119).status_code == 200
    assert client.get_cookie("guest") is None


# --- CPT descriptors -----------------------------------------------------------------------------


def with_invented_descriptors():
    subject = find_subject("icd10cm", "E119", date(2026, 5, 1))
    assert subject is not None
    entry = replace(subject.structure.entry, title="An invented descriptor")
    structure = replace(subject.structure, entry=entry, previous=entry, children=(entry,))
    named = {("cpt", "00000"): entry, ("icd10cm", "E119"): entry}
    facts = (FactRow("cpt-descriptors", "descriptor", "E119", "", {"long": "An invented one"}),)
    return replace(subject, system="cpt", structure=structure, named=named, facts=facts)


def test_cpt_descriptors_are_gone_before_anything_is_said(app):
    bare = without_descriptors(with_invented_descriptors())
    assert (bare.entry.title, bare.structure.children[0].title) == ("", "")
    assert bare.named["cpt", "00000"].title == ""
    assert bare.named["icd10cm", "E119"].title == "An invented descriptor"
    assert bare.facts == ()
    assert {version.title for version in bare.versions} == {""}
    assert bare.structure.ancestors[0].title  # headings are ours


@pytest.mark.parametrize(
    ("uses", "expected"),
    [((), None), (("pages",), None), (("pages", "json"), "An invented descriptor")],
)
def test_cpt_descriptors_come_only_with_a_license_for_json(app, monkeypatch, uses, expected):
    monkeypatch.setitem(app.config, "CPT_LICENSED_USES", frozenset(uses))
    found = plain_module.plain_code(with_invented_descriptors())
    assert found.top["title"] == expected
    said = json.dumps([dict(found.top), [dict(s.value) for s in found.sections]])
    assert ("invented" in said) is (expected is not None)


# --- The encoder ---------------------------------------------------------------------------------


class Shade(StrEnum):
    DARK = "dark"


@dataclass(frozen=True)
class Shape:
    shade: Shade
    days: tuple[date, ...]
    more: dict[int, object]


def test_any_content_becomes_plain_values():
    shape = Shape(Shade.DARK, (date(2026, 4, 1),), {1: None, 2: {"b", "a"}, 3: [1.5, True]})
    assert plain(shape) == {
        "shade": "dark",
        "days": ["2026-04-01"],
        "more": {"1": None, "2": ["a", "b"], "3": [1.5, True]},
    }
    assert plain(Reference("E119", "E11.9", "E11.9", "T", "code", True, None))["shown"] == "E11.9"
    with pytest.raises(TypeError):
        plain(object())


# --- What goes wrong -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["icd10cm/E11.9X", "icd10cm/E11..9", "icd10cm/%3Cscript%3E", "icd10cm/" + "A" * 3_000,
     "icd10cm/%F0%9F%98%80", "nothing/E11", "nothing", "cpt"],
)  # fmt: skip
def test_what_is_not_there_is_a_404_in_json(client, path):
    answer = client.get(f"/codes/{path}.json")
    assert answer.status_code == 404
    assert set(answer.json) <= {"error", "message", "nearest", "editions"}
    assert len(answer.data) < 5_000


def test_a_wrong_code_names_the_nearest_and_an_early_day_the_editions(client):
    wrong = client.get("/codes/icd10cm/E11.9X.json").json
    assert wrong["nearest"][0] == {"code": "E11.9", "url": f"{SITE}{E119}"}
    for path in (E119, "/codes/icd10cm.json"):
        early = client.get(f"{path}?on=2020-01-01")
        assert early.status_code == 404
        assert early.json["editions"][0]["name"] == "April 1, 2026"
    accepted = client.get("/codes/icd10cm/ZZZ", headers={"Accept": "application/json"})
    assert accepted.status_code == 404
    assert "Accept" in accepted.vary
    assert accepted.json["message"]


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "%00", "9" * 500])
def test_a_day_that_is_none_is_refused_in_json(client, day):
    for path in (E119, "/codes/icd10cm.json"):
        answer = client.get(f"{path}?on={day}")
        assert answer.status_code in (400, 422)
        assert answer.json["message"]


def test_a_code_that_left_is_found_on_its_days_and_its_editions_are_named(client):
    make_release(
        BOOK.replace("Other specified diabetes mellitus", "Other diabetes"),
        effective=date(2026, 10, 1),
    )
    assert client.get(f"{E13}?on=2026-05-01").json["title"] == "Other specified diabetes mellitus"


# --- Systems and search --------------------------------------------------------------------------


def test_a_system_names_its_edition_and_its_top_headings(client):
    found = client.get("/codes/icd10cm.json").json
    assert found["edition"]["name"] == "April 1, 2026"
    assert found["headings"][0]["url"].endswith(".json")
    for heading in found["headings"]:
        assert client.get(heading["url"].removeprefix(SITE)).status_code == 200


def test_search_answers_and_costs_no_view(client):
    rebuild_now("codes")
    found = client.get("/codes/search.json?q=e11").json
    assert found["total"] == len(found["results"]) == 5
    assert {
        "code": "E11.9",
        "url": f"{SITE}{E119}",
        "title": "Type 2 diabetes mellitus without complications",
    } in found["results"]
    assert client.get_cookie("guest") is None


@pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=zzzz", "q=E11&page=0", "q=E11&page=x",
                                   "q=E11&page=99999999999", "q=" + "é" * 900])  # fmt: skip
def test_any_search_is_answered(client, query):
    answer = client.get(f"/codes/search.json?{query}")
    assert answer.status_code in (200, 400)
    assert answer.mimetype == "application/json"


def test_a_search_in_a_system_there_is_not_is_refused(client):
    answer = client.get("/codes/search.json?q=E11&system=nothing")
    assert answer.status_code == 422
    assert "icd10cm" in answer.json["message"]


def test_a_key_makes_a_json_page_of_its_account(app):
    _, text = make_key(make_account())
    program = app.test_client(use_cookies=False)
    assert program.get(E119, headers=bearer(text)).json["allowance"]["remaining"] == 4
    assert program.get(E119, headers=bearer(text)).json["allowance"]["remaining"] == 4
    assert program.get(E13, headers=bearer(text)).json["allowance"]["remaining"] == 3
