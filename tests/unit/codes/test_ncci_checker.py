"""The NCCI checker as a visitor uses it, and the check other features ask for."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from html import unescape
from urllib.parse import urlencode

import pytest

from app.codes.ncci_rules import Cell, ClaimLine, Severity
from app.codes.services.claim_check import ClaimSetting, Looked, check_claim
from tests.factories.codes_ncci import make_add_ons, make_codes, make_limits, make_pairs
from tests.watch import statements

DAY = date(2026, 2, 1)
PAGE = "/codes/ncci-checker"


def words(response) -> str:
    body = re.sub(r"(?s)<(script|style|textarea).*?</\1>", " ", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", body)).split())


def address(lines: str, page: str = PAGE, **more: str) -> str:
    return f"{page}?{urlencode({'lines': lines, 'on': '2026-02-01', **more})}"


def check(*codes: str, day: date = DAY, setting: ClaimSetting = ClaimSetting.PRACTITIONER):
    return check_claim([ClaimLine(n, code) for n, code in enumerate(codes, 1)], day, setting)


@pytest.fixture(autouse=True)
def releases(app):
    make_codes("cpt", ["20600", "20610", "99213", "22600", "22614"])
    make_codes("hcpcs", ["G0101", "J1100"])
    make_pairs(
        "practitioner",
        [
            ("20610", "20600", 1),
            ("20610", "99213", 0),
            ("20600", "G0101", 1, "2020-01-01", "2024-12-31"),
        ],
    )
    make_limits("practitioner", [("20610", 2, 3), ("J1100", 4, 1)])
    make_limits("dme", [("J1100", 1, 2)])
    make_add_ons([("22614", "22600", 1)])


# --- The service ---------------------------------------------------------------------------------


def test_every_pair_is_looked_up_both_ways_in_one_query():
    codes = ["20600", "20610", "99213", "G0101", "J1100", "22614"]
    with statements() as seen:
        found = check(*codes, *codes, *codes, *codes)
    assert sum("ptp_edit" in statement for statement in seen) == 1
    assert len(seen) <= 4
    assert len(found.grid) == 24 * 23


def test_three_things_are_never_confused():
    found = check("20610", "20600", "G0101")
    assert found.grid[1, 2] is Cell.OVERRIDABLE
    assert found.grid[1, 3] is Cell.NONE  # no edit exists
    assert found.grid[2, 3] is Cell.ENDED  # one existed
    (note,) = [f for f in found.findings if f.severity is Severity.NOTE]
    assert note.rule.in_force == "from January 1, 2020 to December 31, 2024"
    unknown = check("20610", "20600", setting=ClaimSetting.HOSPITAL)  # nobody can say
    assert unknown.grid == {}
    assert [s.looked for s in unknown.sources] == [
        Looked.NOT_LOADED, Looked.NOT_LOADED, Looked.UP,
    ]  # fmt: skip
    assert not unknown.is_complete


def test_a_day_before_every_edition_is_said_to_be_one():
    found = check("20610", "20600", day=date(2019, 5, 1))
    assert {s.looked for s in found.sources} == {Looked.NOT_THAT_DAY}
    assert "For May 1, 2019 none is loaded (there is 2026 Q1)" in found.sources[0].sentence
    assert found.findings == ()
    assert found.unknown == ()  # of no code can it be said that it did not exist


def test_a_later_edition_speaks_of_a_day_before_it_where_its_edits_are_dated():
    """Of cumulative releases only the latest is kept: it holds what held in earlier quarters."""
    pairs = [("20610", "20600", 1, "2010-01-01", "2018-12-31"), ("20610", "99213", 0, "2019-01-01")]
    make_pairs("hospital", pairs, legend={"since": "2010-01-01"})
    found = check("20610", "20600", "99213", day=date(2018, 5, 1), setting=ClaimSetting.HOSPITAL)
    assert (found.grid[1, 2], found.grid[1, 3]) == (Cell.OVERRIDABLE, Cell.ENDED)
    sentence = "Of January 1, 2026, which keeps what held since January 1, 2010."
    assert found.sources[0].sentence == sentence
    before = check("20610", "20600", day=date(2009, 12, 31), setting=ClaimSetting.HOSPITAL)
    assert before.sources[0].looked is Looked.NOT_THAT_DAY


def test_of_edits_without_a_day_nobody_can_say_what_held_before():
    pairs = [("20610", "20600", 1, "2010-01-01"), ("20610", "99213", 0)]
    make_pairs("hospital", pairs, legend={"since": "2010-01-01", "undated": "yes"})
    found = check("20610", "20600", day=date(2018, 5, 1), setting=ClaimSetting.HOSPITAL)
    assert found.sources[0].looked is Looked.NOT_THAT_DAY


def test_suppliers_have_limits_of_their_own_and_no_pairs():
    found = check("J1100", "J1100", setting=ClaimSetting.DME)
    assert found.sources[0].looked is Looked.NOT_APPLICABLE
    assert found.is_complete
    assert [f.severity for f in found.findings] == [Severity.DENIED, Severity.CHECK]


def test_each_finding_names_the_rule_and_its_edition():
    found = check("20610", "20600", "22614")
    assert {(f.rule.kind, f.rule.edition) for f in found.findings} == {
        ("NCCI procedure-to-procedure edits, practitioner", "2026 Q1"),
        ("NCCI add-on code edits", "2026 Q1"),
    }


def test_an_add_on_code_that_has_ended_is_none_anymore():
    make_add_ons([("22614", "22600", 1, {"deleted": "2026-01-31"})], effective=date(2026, 1, 15))
    assert check("22614").findings == ()
    assert check("22614", day=date(2026, 1, 31)).findings != ()


# --- The page ------------------------------------------------------------------------------------


def test_the_empty_form_says_which_modifiers_count(client):
    text = words(client.get(PAGE))
    assert "59 XE XP XS XU" in text
    assert "NCCI Policy Manual" in text
    assert "There is a problem" not in text


def test_a_pasted_claim_is_checked(client):
    response = client.get(address("20610 RT x3\n20600\n99213 25\ng0101 LT"))
    text = words(response)
    assert response.status_code == 200
    assert "Practitioner claim of February 1, 2026, 4 lines" in text
    assert "20600 (line 2) beside 20610 (line 1) is not paid without a modifier" in text
    assert "99213 (line 3) beside 20610 (line 1) is not paid" in text
    assert "20610, line 1: 3 units, where the limit is 2 units" in text
    assert "Nonsense, for tests" in text  # what G0101 is called
    assert "✗ Not paid" in text
    assert "Edition of 2026 Q1" in text


def test_fields_of_rows_do_as_well_as_pasting(client):
    query = urlencode(
        [("code", "20610"), ("mod", "rt"), ("units", ""), ("code", "20600"), ("mod", "59"),
         ("units", "1"), ("on", "2026-02-01"), ("setting", "practitioner")]
    )  # fmt: skip
    response = client.get(f"{PAGE}?{query}")
    assert "overridden by 59 on line 2" in words(response)
    assert 'name="code" value="20600"' in response.text


def test_what_is_not_loaded_makes_the_check_incomplete(client):
    text = words(client.get(address("20610\n20600", setting="hospital")))
    assert "This check is not complete" in text
    assert "whether there is such an edit, this check cannot tell" in text
    assert "No edit" not in text


def test_codes_that_do_not_exist_are_named_with_the_nearest(client):
    response = client.get(address("20615\n20610"))
    assert "20615 (line 1) is not in CPT®, 2026 Q1. Did you mean" in words(response)
    assert 'href="/codes/cpt/20610?on=2026-02-01"' in response.text


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"lines": "99213 1 2 3 4 5"}, "units twice"),
        ({"lines": "99213 25 26 27 57 58"}, "5 modifiers"),
        ({"lines": "99213\n" * 26}, "these are 26"),
        ({"lines": ""}, "Enter at least one line"),
        ({"lines": "99213", "on": "yesterday"}, "The date of service is written like"),
        ({"lines": "99213", "on": "9999-12-31"}, "The date of service is written like"),
        ({"lines": "99213", "setting": "moon"}, "Choose whose claim it is"),
        ({"lines": "9" * 30_000}, "too long"),
        ({"lines": "99213 x99999999999"}, "whole number from 1"),
    ],
)
def test_wrong_input_is_said_and_kept(client, query, says):
    response = client.get(f"{PAGE}?{urlencode(query)}")
    assert response.status_code == 422
    assert "There is a problem" in words(response)
    assert says in words(response)
    assert query["lines"][:200].strip() in response.text


def test_hostile_text_is_shown_as_text(client):
    attack = '"><script>alert(1)</script>'
    for query in ({"lines": attack}, {"code": attack, "mod": attack, "units": attack}):
        response = client.get(f"{PAGE}?{urlencode({**query, 'on': attack, 'setting': attack})}")
        assert response.status_code == 422
        assert "<script>alert" not in response.text


def test_thousands_of_fields_are_not_all_read(client):
    query = urlencode([("code", "99213")] * 3_000)
    assert client.get(f"{PAGE}?{query}").status_code == 422


# --- CSV -----------------------------------------------------------------------------------------


def test_findings_come_as_csv_with_what_could_not_be_looked_up(client):
    response = client.get(address("20610\n20600", f"{PAGE}.csv", setting="hospital"))
    assert response.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [(r["Severity"], r["Finding"]) for r in rows] == [
        ("Not looked up", "not loaded"), ("Not looked up", "not loaded"),
        ("Looked up", "looked up"),
    ]  # fmt: skip
    page = client.get(address("20610\n20600"))
    link = unescape(re.search(r'href="([^"]+\.csv[^"]+)"', page.text)[1])
    rows = list(csv.DictReader(io.StringIO(client.get(link).text.removeprefix("\ufeff"))))
    assert rows[0]["Codes"] == "20610, 20600"
    assert rows[0]["Date of service"] == "2026-02-01"


def test_csv_of_a_wrong_claim_leads_to_the_page_that_says_so(client):
    response = client.get(f"{PAGE}.csv?lines=%3D1%2B1&_external=1&endpoint=x")
    assert response.status_code == 302
    assert response.headers["Location"].startswith(f"{PAGE}?lines=%3D1%2B1")
    assert client.get(response.headers["Location"]).status_code == 422
