"""The fee calculator: its lines, its amounts, the rules between lines, and wrong input."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from app.codes.intake.rows import fact
from app.codes.services.fees.claim import Asked, price_claim
from app.codes.services.fees.lines import MOST_LINES, read_lines
from app.codes.services.fees.localities import NATIONAL, localities
from app.errors import Invalid
from tests.factories.codes_payment import publish, publish_fees
from tests.watch import statements

DAY = date(2024, 7, 15)
URL = "/codes/fee-calculator"


@pytest.fixture(autouse=True)
def fees(app):
    publish_fees()


def words(response) -> str:
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def ask(client, lines: str, status: int = 200, **more: str):
    response = client.get(URL, query_string={"lines": lines, "on": "2024-07-15", **more})
    assert response.status_code == status, words(response)
    return response


def amounts(lines: str, place=NATIONAL, *, facility=False, biller="physician"):
    claim = price_claim(read_lines(lines), Asked(DAY, place, facility, biller))
    return [result.amount for result in claim.results]


# --- Lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("99213 25 x1", ("99213", ("25",), 1)),
        ("99213-25", ("99213", ("25",), 1)),
        ("g0101", ("G0101", (), 1)),
        ("20610,50,LT X 3", ("20610", ("50", "LT"), 3)),
        ("9921325", ("99213", ("25",), 1)),
        ("J1100 ×4", ("J1100", (), 4)),  # noqa: RUF001
        ("J1100 4 units", None),
        ("70450 26 26", ("70450", ("26",), 1)),
        ("\t 99213\u00a0", ("99213", (), 1)),
    ],
)
def test_a_line_is_a_code_with_modifiers_and_units_however_they_are_set_apart(written, read):
    if read is None:
        with pytest.raises(Invalid):
            read_lines(written)
        return
    (line,) = read_lines(written)
    assert (line.code, line.modifiers, line.units) == read


@pytest.mark.parametrize(
    "written",
    ["hello", "99213 x0", "99213 x10000", "99213 1 2 3", "99213 25 26 27 28 29", "99213 x1 x2",
     "<script>", "=1+1", "٩٩٢١٣", "9921", "99213 x999999999999"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_with_its_number_and_nothing_is_lost(client, written):
    response = ask(client, f"20610\n{written}", 422)
    text = words(response)
    assert "Line 2," in text
    assert "Write it like 99213 25 x1." in text
    typed = re.search(r"(?s)<textarea[^>]*>(.*?)</textarea>", response.text)
    assert unescape(typed[1]).strip() == f"20610\n{written}"
    assert 'aria-invalid="true"' in response.text


def test_fifty_lines_are_priced_and_one_more_is_refused(client):
    assert ask(client, "\n".join(["99213"] * MOST_LINES)).text.count(">$90.87</strong>") == 50
    assert "These are 51 lines" in words(ask(client, "\n".join(["99213"] * 51), 422))
    assert "too long" in words(ask(client, "9" * 6_000, 422))


# --- Amounts -------------------------------------------------------------------------------------


def test_an_established_visit_in_st_louis_in_july_2024_is_88_73(client):
    text = words(ask(client, "99213", locality="05302-01"))
    assert "$88.73 in total" in text
    assert "Metropolitan St. Louis, MO" in text
    assert "(1.3 × 1 + 1.33 × 0.952 + 0.1 × 0.994) × 33.2875 = $88.73" in text  # noqa: RUF001
    assert "Physician fee schedule relative values, July 2024" in text
    assert "Geographic practice cost indices, 2024" in text


def test_a_facility_is_paid_by_its_own_practice_expense_and_a_shared_address_says_so(client):
    assert "$65.24 in total" in words(ask(client, "99213", setting="facility"))
    assert amounts("99213", facility=True) == [Decimal("65.24")]


@pytest.mark.parametrize(
    ("biller", "line", "amount"),
    [
        ("physician", "99213", "90.87"),
        ("pa", "99213", "77.24"),
        ("np", "99213", "77.24"),
        ("csw", "99213", "68.15"),
        ("cnm", "99213", "90.87"),
        ("pa", "11111 AS", "95.07"),  # 13.6% already is the share of a PA
    ],
)
def test_who_bills_is_paid_a_share(app, biller, line, amount):
    assert amounts(line, biller=biller) == [Decimal(amount)]


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ("20610 50", "97.86"),  # 150%
        ("11111 80", "111.85"),  # 16%
        ("11111 54", "559.23"),  # 10% before and 70% during the operation
        ("11111 55", "139.81"),
        ("11111 62", None),  # not allowed
        ("99213 26", None),  # no component
        ("70450 26", "39.61"),  # a row of its own
        ("70450 TC", "68.91"),
        ("99213 22", None),  # the contractor decides
        ("99213 25", "90.87"),
        ("99213 x3", "272.61"),
        ("00100", None),
        ("89353", None),
        ("12345", None),
    ],
)
def test_modifiers_and_units_change_the_amount_as_the_indicators_say(app, line, amount):
    assert amounts(line) == [None if amount is None else Decimal(amount)]


def test_a_line_without_an_amount_says_why_and_is_not_in_the_total(client):
    text = words(ask(client, "99213\n89353\n12345\n99213 26\n00100"))
    assert "$90.87 in total" in text
    assert "4 lines have no amount and are not in the total" in text
    assert "Outside the fee schedule by law" in text
    assert "12345 is not in the physician fee schedule, July 2024." in text
    assert "26 is not allowed with 99213: not paid." in text
    assert "Anesthesia: paid by base and time units" in text


def test_a_drug_is_priced_by_its_asp_limit_where_one_is_loaded(client):
    assert amounts("J1100 x10") == [None]
    publish("asp", [fact("asp", "J1100", "", dosage="1 MG", limit="0.105")])
    text = words(ask(client, "J1100 x10"))
    assert "$1.05 in total" in text
    assert "Paid by the ASP limit: $0.105 per 1 MG, everywhere the same." in text
    assert "ASP payment limits of Part B drugs, July 2024" in text


def test_imaging_is_paid_no_more_than_its_cap_in_the_locality(client):
    cap = {"modifier": "TC", "facility": "50.00", "nonfacility": "50.00", "status": "A"}
    publish("opps-cap", [fact("opps_cap", "70450", "05302-01", **cap)])
    text = words(ask(client, "70450 TC", locality="05302-01"))
    assert "$50.00 in total" in text
    assert "The cap on imaging lowers $65.61 to $50.00." in text
    assert "Caps on imaging" in text
    assert "$68.91 in total" in words(ask(client, "70450 TC"))


# --- Rules between lines -------------------------------------------------------------------------


def test_procedures_of_a_day_are_ranked_by_fee_and_the_sixth_is_by_report(client):
    found = amounts("20610\n11111\n99213")
    assert found == [Decimal("32.62"), Decimal("699.04"), Decimal("90.87")]
    assert amounts("20610 x5") == [Decimal("195.72")]  # 65.24 and four halves
    text = words(ask(client, "20610 x6"))
    assert "$195.72 in total" in text
    assert "Beyond the fifth procedure the contractor decides, by report." in text
    assert "section 40.6" in text


def test_one_procedure_and_a_visit_are_not_ranked(client):
    assert "Several procedures" not in words(ask(client, "20610\n99213"))
    assert amounts("20610 51") == [Decimal("65.24")]


def test_endoscopies_of_a_family_are_paid_less_their_base_code(client):
    # 43244 in full, 43239 less 43235, and 43235 itself not at all.
    found = amounts("43239\n43244\n43235")
    assert found == [Decimal("66.58"), Decimal("266.30"), Decimal("0.00")]
    assert amounts("43239") == [Decimal("199.73")]
    text = words(ask(client, "43239\n43244"))
    assert "Endoscopies of one family (indicator 3)" in text
    assert "for the endoscopic base code" in text


def test_a_family_counts_as_one_procedure_in_the_ranking(app):
    assert amounts("43239\n43244\n11111") == [
        Decimal("33.29"),
        Decimal("133.15"),
        Decimal("699.04"),
    ]


def test_a_rule_that_is_not_applied_is_said(client):
    text = words(ask(client, "70450\n70450"))
    assert "(70450, indicator 4): not part of these amounts." in text


# --- What else is typed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("05302-01", "05302-01"),
        ("MO Metropolitan St. Louis (05302-01)", "05302-01"),
        ("0530201", "05302-01"),
        ("St Louis, MO", "05302-01"),
        ("st. charles", "05302-01"),
        ("mo", "05302-01"),
        ("san fran", "01112-05"),
        ("", ""),
        ("national", ""),
    ],
)
def test_a_locality_is_found_by_its_number_state_city_or_county(app, typed, key):
    assert localities(DAY).find(typed).key == key


def test_the_name_of_a_state_is_not_only_the_rest_of_it(app):
    given = {"state": "WA", "work": "1", "pe": "1", "mp": "1"}
    places = [
        fact("gpci", "02402-02", name="SEATTLE (KING CNTY)", **given),
        fact("gpci", "02402-99", name="REST OF WASHINGTON", **given),
    ]
    publish("gpci", places, day=date(2024, 7, 2), edition="another")
    with pytest.raises(Invalid, match=r"Rest of Washington \(02402-99\); WA Seattle"):
        localities(DAY).find("Washington")
    assert localities(DAY).find("rest of washington").key == "02402-99"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("St. Louis", "Several localities are called that: IL East St. Louis (06102-12); MO"),
        ("99999-99", "There is no locality 99999-99"),
        ("Atlantis", "No Medicare locality is called that."),
        ("'; DROP TABLE code_fact", "No Medicare locality is called that."),
        ("%%%", "No Medicare locality is called that."),
    ],
)
def test_a_locality_that_is_none_or_several_is_said_at_its_field(client, typed, said):
    response = ask(client, "99213", 422, locality=typed)
    assert said in words(response)
    assert 'id="locality-error"' in response.text
    assert ">\n99213</textarea>" in response.text


def test_a_wrong_day_setting_or_biller_is_said_and_the_lines_stay(client):
    response = ask(client, "99213", 422, on="2024-02-31", setting="moon", biller="witch")
    text = words(response)
    for part in ("written like 2024-07-15", "where the service was done", "who bills the service"):
        assert part in text
    assert ">\n99213</textarea>" in response.text


def test_a_day_before_the_first_edition_has_no_amounts(client):
    text = words(ask(client, "99213", 422, on="2019-01-01"))
    assert "No edition of the physician fee schedule that holds on this day is loaded." in text


def test_without_lines_the_page_says_what_it_does_and_prices_an_example(client):
    page = client.get(URL)
    assert "What it does" in words(page)
    example = unescape(re.search(r'href="(/codes/fee-calculator\?lines=[^"]+)"', page.text)[1])
    assert "in total" in words(client.get(example))


def test_text_is_escaped_wherever_it_is_shown_again(client):
    hostile = '"><script>alert(1)</script>'
    response = ask(client, hostile, 422, locality=hostile)
    assert "<script>alert" not in response.text


def test_the_table_can_be_taken_away_as_csv(client):
    response = ask(client, "99213 25\n12345", locality="05302-01", format="csv")
    assert response.mimetype == "text/csv"
    assert "attachment" in response.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    assert [row["Amount"] for row in rows] == ["88.73", "", "88.73"]
    assert rows[0]["Locality"] == "Metropolitan St. Louis, MO 05302-01"
    assert "Physician fee schedule relative values, July 2024" in rows[0]["Editions"]
    assert "12345 is not in the physician fee schedule" in rows[1]["Notes"]


def test_a_claim_costs_a_query_for_its_codes_and_the_localities_are_read_once(client):
    lines = "\n".join(["99213 25", "20610 50", "11111", "70450 26"] * 12)
    ask(client, lines, locality="05302-01")
    with statements() as seen:
        ask(client, lines, locality="06102-12")
    assert len(seen) <= 2
