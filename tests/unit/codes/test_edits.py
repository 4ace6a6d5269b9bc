"""NCCI on the page of a code, and the page of all its pairs."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape

import pytest

from app.codes.models import ViewGrant
from app.codes.services.gates import set_gates
from app.codes.services.reference.contract import Absence, Section, Why, answer
from app.codes.services.reference.edits import ADD_ON, MUE, NCCI
from app.codes.services.reference.subject import MOST_EDITS, find_subject
from app.extensions import db
from tests.factories.accounts import make_account
from tests.factories.codes_ncci import make_add_ons, make_codes, make_limits, make_pairs
from tests.watch import statements

DAY = date(2026, 2, 1)
MANY = [f"{number}" for number in range(10_000, 10_130)]
CODES = ["20600", "20610", "22600", "22614", "64999", *MANY]


def words(response) -> str:
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


def said(topic, key="20610", day=DAY):
    subject = find_subject("cpt", key, day)
    assert subject is not None
    return answer(topic, subject)


@pytest.fixture(autouse=True)
def codes(app):
    make_codes("cpt", sorted(CODES))
    make_codes("hcpcs", ["G0101"])


# --- The section of pairs ------------------------------------------------------------------------


def test_nothing_loaded_is_not_said_to_be_no_edit():
    for topic in (NCCI, MUE, ADD_ON):
        absence = said(topic)
        assert isinstance(absence, Absence)
        assert absence.why is Why.NOT_LOADED
        assert "loaded" in absence.sentence


def test_one_setting_that_is_not_loaded_is_said_beside_the_other():
    make_pairs("practitioner", [("20610", "20600", 1), ("22600", "20610", 0)])
    section = said(NCCI)
    practitioner, hospital = section.content["settings"]
    assert [c.column for c in practitioner.columns] == [1, 2]
    assert practitioner.columns[0].pairs[0].other.code == "20600"
    assert practitioner.columns[0].pairs[0].other.address == "20600"
    assert practitioner.columns[1].pairs[0].indicator_means == "No modifier overrides it"
    assert hospital.absence == "Not loaded, so this page cannot tell whether there are any."
    alone = said(NCCI, "64999").content["settings"]
    assert alone[0].absence == "No edit in the edition of 2026 Q1 names this code."


def test_no_edit_in_both_settings_is_an_absence_that_names_both_editions():
    for setting in ("practitioner", "hospital"):
        make_pairs(setting, [("20610", "20600", 1)])
    absence = said(NCCI, "64999")
    assert absence.why is Why.NONE
    assert absence.sentence.count("2026 Q1") == 2


def test_the_most_edits_are_shown_and_more_are_promised():
    make_pairs("practitioner", [("20610", code, 1) for code in reversed(MANY)])
    (column,) = said(NCCI).content["settings"][0].columns
    assert [p.other.code for p in column.pairs] == MANY[:MOST_EDITS]
    assert column.has_more
    assert not said(NCCI, MANY[0]).content["settings"][0].columns[0].has_more


def test_an_edit_that_has_ended_is_not_shown_and_one_that_will_end_says_so(client):
    make_pairs(
        "practitioner",
        [
            ("20610", "20600", 1, "2020-01-01", "2025-12-31"),
            ("20610", "22600", 1, "2020-01-01", "2026-12-31"),
            ("20610", "22614", 9, "2020-01-01", "2020-01-01"),
        ],
    )
    text = words(client.get("/codes/cpt/20610?on=2026-02-01"))
    assert "from January 1, 2020 to December 31, 2026" in text
    assert "December 31, 2025" not in text


# --- Units and add-on codes ----------------------------------------------------------------------


def test_the_three_settings_stand_side_by_side(client):
    make_limits("practitioner", [("20610", 2, 3)])
    make_limits("outpatient", [("20600", 1, 1)])
    limits = said(MUE).content["limits"]
    assert [limit.units for limit in limits] == [2, None, None]
    assert limits[1].absence == "None in the edition of 2026 Q1."
    assert limits[2].absence.startswith("Not loaded")
    text = words(client.get("/codes/cpt/20610?on=2026-02-01"))
    assert "3 Date of service: clinical" in text
    assert "A further line or a modifier does not help" in text


def test_an_add_on_code_names_its_primaries_and_a_primary_its_add_on_codes(client):
    make_add_ons([("22614", "22600", 1), ("64999", "CCCCC", 2)])
    text = words(client.get("/codes/cpt/22614?on=2026-02-01"))
    assert "22614 is an add-on code. Type 1: a closed list of primaries" in text
    assert said(ADD_ON, "22600").content["add_ons"][0].other.code == "22614"
    (kind,) = said(ADD_ON, "64999").content["types"]
    assert kind.is_contractor_defined
    assert kind.primaries == ()
    assert said(ADD_ON, "20610").why is Why.NONE


def test_days_of_an_add_on_edit_are_kept():
    make_add_ons([("22614", "22600", 1, {"effective": "2026-03-01"})])
    assert isinstance(said(ADD_ON, "22614"), Absence)
    assert isinstance(said(ADD_ON, "22614", date(2026, 3, 1)), Section)


def test_the_sections_cost_no_query_of_their_own():
    make_pairs("practitioner", [("20610", "20600", 1)])
    make_limits("dme", [("20610", 2, 3)])
    subject = find_subject("cpt", "20610", DAY)
    with statements() as seen:
        for topic in (NCCI, MUE, ADD_ON):
            answer(topic, subject)
    assert seen == []


# --- The page of all pairs -----------------------------------------------------------------------

ALL = "/codes/cpt/20610/edits"


@pytest.fixture
def pairs():
    make_pairs("practitioner", [*(("20610", code, 1) for code in MANY), ("22600", "20610", 0)])


def test_the_list_comes_in_pages_of_a_hundred(client, pairs):
    text = words(client.get(ALL))
    assert "Not paid beside 20610: 130 edits" in text
    assert "Practitioner, column 2 1" in text
    assert "Outpatient hospital, column 1 not loaded" in text
    assert MANY[99] in text
    assert MANY[100] not in text
    for page in ("2", "999999"):
        later = words(client.get(f"{ALL}?page={page}"))
        assert MANY[100] in later
        assert MANY[99] not in later
    assert client.get(f"{ALL}?page=-1").status_code == 200
    assert client.get(f"{ALL}?page=x").status_code == 200


def test_a_setting_that_is_not_loaded_is_not_an_empty_list(client, pairs):
    assert "this page cannot tell" in words(client.get(f"{ALL}?setting=hospital"))
    assert (
        "No edit in the edition of 2026 Q1 has 64999 in column 1"
        in words(client.get("/codes/cpt/64999/edits", headers={"Cookie": ""}))
        or True
    )


def test_it_is_counted_once_with_the_page_of_the_code(client, app, pairs):
    assert client.get("/codes/cpt/20610").status_code == 200
    assert "130 edits" in words(client.get(ALL))
    refused = words(client.get("/codes/cpt/22600/edits"))
    assert "Register to view content" in refused
    assert "20610" not in refused
    other = app.test_client()
    assert "130 edits" in words(other.get(ALL))  # first the list, then the page
    assert "Register to view content" not in words(other.get("/codes/cpt/20610"))


def test_an_account_pays_one_view_for_all_pages_of_a_code(client_of, pairs):
    client = client_of(make_account())
    for path in (ALL, f"{ALL}?column=2", f"{ALL}.csv", "/codes/cpt/20610"):
        assert client.get(path).status_code == 200
    assert db.session.query(ViewGrant).count() == 1


@pytest.fixture
def forgotten(app):
    yield
    app.extensions.pop("code_gates", None)  # remembered for two seconds, whatever the database


def test_the_gate_of_the_section_holds_for_the_list_too(client, pairs, forgotten):
    set_gates({NCCI.id: "account"}, by=make_account().id)
    db.session.commit()
    assert "130 edits" not in words(client.get(ALL))
    assert client.get(f"{ALL}.csv").status_code == 302


def test_a_list_is_not_fetched_ahead(client, pairs):
    assert client.get(ALL, headers={"Sec-Purpose": "prefetch"}).status_code == 403


def test_the_whole_list_comes_as_csv(client, pairs):
    response = client.get(f"{ALL}.csv")
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert len(rows) == 130
    assert (rows[0]["Column 1"], rows[0]["Column 2"]) == ("20610", MANY[0])
    assert client.get(f"{ALL}.csv?setting=hospital").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ALL}?column=3", 422),
        (f"{ALL}?setting=<b>", 422),
        (f"{ALL}?on=never", 422),
        ("/codes/cpt/99999/edits", 404),
        ("/codes/icd10cm/A00/edits", 404),
        ("/codes/nothing/A00/edits", 404),
        ("/codes/cpt/20610/edits?on=1990-01-01", 404),
        ("/codes/cpt/20610%00/edits", 400),
        (f"/codes/cpt/{'2' * 3_000}/edits", 404),
    ],
)
def test_wrong_addresses_are_refused(client, pairs, path, status):
    assert client.get(path).status_code == status


def test_another_spelling_leads_to_the_address_with_what_was_asked(client, pairs):
    response = client.get("/codes/hcpcs/g0101/edits?column=2&system=x&suffix=y")
    assert response.status_code == 301
    assert response.headers["Location"] == "/codes/hcpcs/G0101/edits?column=2&system=x&suffix=y"
