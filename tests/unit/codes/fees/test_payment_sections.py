"""What code pages say of Medicare payment: indicators, fees, hospitals, drugs, HCPCS records."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import date
from html import unescape

import pytest
import time_machine

from app.codes.intake.rows import fact
from app.codes.services.reference.describing import describe
from app.codes.services.reference.subject import find_subject
from app.codes.services.reference.topics import answers
from tests.factories.codes_payment import entry, publish, publish_fees, rvu
from tests.watch import statements

DAY = date(2024, 7, 15)
CAP = {"modifier": "TC", "facility": "50.00", "nonfacility": "50.00", "status": "A"}
RECORD = {
    "coverage": "D", "pricing": ["36"], "multiple_pricing": "A", "tos": ["R", "P"],
    "betos": "D1E", "lab_cert": ["310"], "statute": "1861(n)", "mcm": ["2130"], "action": "N",
    "added": "1990-01-01", "effective": "2022-01-01", "procnote": "0013",
}  # fmt: skip


@pytest.fixture(autouse=True)
def fees(app):
    app.config["GUEST_CODE_VIEWS"] = 50
    publish_fees()
    yield
    app.config["GUEST_CODE_VIEWS"] = 1


def words(response) -> str:
    body = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def section(client, address: str, name: str) -> str:
    page = client.get(f"/codes/{address}?on=2024-07-15")
    assert page.status_code == 200
    found = re.search(rf'(?s)<section id="{name}".*?</section>', page.text)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split()) if found else ""


def said(system: str, code: str) -> dict[str, object]:
    subject = find_subject(system, code, DAY)
    assert subject is not None
    return {topic.id: found.content for topic, found in answers(subject).said}


# --- Indicators and modifiers --------------------------------------------------------------------


def test_each_indicator_stands_in_words_with_its_value(client):
    text = section(client, "cpt/20610", "indicators")
    assert "Status A Active: paid separately" in text
    assert "Multiple procedures 2 The standard reduction applies" in text
    assert "Bilateral procedure 1 150% applies" in text
    assert (
        "Rules that do not apply to 20610: Physician supervision (09); Imaging family (99)." in text
    )
    assert "Physician fee schedule relative values, July 2024" in text


def test_a_global_package_is_divided_in_words(client):
    text = section(client, "cpt/11111", "indicators")
    assert "10% before the operation, 70% during the operation, 20% after the operation." in text


def test_modifiers_say_what_they_do_to_the_payment_and_by_which_rule(client):
    text = section(client, "cpt/20610", "indicators")
    assert "50 Bilateral procedure Allowed 150% $97.86 Bilateral procedure 1." in text
    assert "Pub. 100-04, chapter 12, section 40.7." in text
    refused = text[text.index("Modifiers that Medicare does not pay with 20610") :]
    assert "62 Co-surgeons (Co-surgeons 0;" in refused


def test_components_have_rows_of_their_own(client):
    text = section(client, "cpt/70450", "indicators")
    assert (
        "70450-26 Professional component: relative values of its own, and imaging family 99" in text
    )
    assert "26 Professional or technical component Allowed $39.61" in text
    assert "TC Professional or technical component Allowed $68.91" in text


def test_hcpcs_modifiers_link_to_their_pages_and_those_of_cpt_are_numbers(client):
    page = client.get("/codes/cpt/11111?on=2024-07-15").text
    assert '<a class="code" href="/codes/hcpcs/AS?on=2024-07-15">AS</a>' in page
    assert '<span class="code">80</span>' in page


def test_no_modifier_is_named_where_the_status_decides(client):
    text = section(client, "cpt/89353", "indicators")
    assert "The status decides: no modifier makes the fee schedule pay this code." in text
    assert "Bilateral procedure (9)" in text


def test_a_modifier_of_hcpcs_says_what_it_does_by_indicator(client):
    publish("hcpcs", [entry("AS", "Assistant", kind="modifier", billable=False)])
    text = section(client, "hcpcs/AS", "indicators")
    assert "By the code’s indicator “Assistant at surgery”" in text  # noqa: RUF001
    assert "2 Allowed 13.6%" in text


# --- The fee -------------------------------------------------------------------------------------


def test_the_fee_shows_units_arithmetic_and_how_localities_differ(client):
    text = section(client, "cpt/99213", "fee")
    assert "99213 $90.87 $65.24 1.30 1.33 / 0.56 0.10 2.73 / 1.96" in text
    assert "(1.3 × 1 + 1.33 × 1 + 0.1 × 1) × 33.2875 = $90.87" in text  # noqa: RUF001
    assert "Lowest $88.73, Metropolitan St. Louis, MO" in text
    assert "Highest" in text
    assert "Geographic practice cost indices, 2024" in text


def test_the_chart_is_described_for_those_who_do_not_see_it(client):
    page = client.get("/codes/cpt/99213?on=2024-07-15").text
    assert 'role="img" aria-labelledby="fee-chart-title fee-chart-desc"' in page
    assert "a dot for each locality; the middle one is" in page


def test_a_code_that_is_not_paid_says_why_and_has_no_amount(client):
    text = section(client, "cpt/89353", "fee")
    assert "No amount under the physician fee schedule. Status X : Outside the fee schedule" in text
    assert "gives 89353 no relative value units" in text
    assert "$" not in text


def test_anesthesia_is_paid_by_units_whose_base_is_not_in_the_file(client):
    text = section(client, "cpt/00100", "fee")
    assert "(base units + time units) × the factor" in text  # noqa: RUF001
    assert "not in the files that are loaded" in text
    assert "Lowest $20.12, Metropolitan St. Louis, MO" in text


def test_the_cap_on_imaging_is_shown_where_it_binds(client):
    publish("opps-cap", [fact("opps_cap", "70450", "05302-01", **CAP)])
    page = client.get("/codes/cpt/70450/fees?on=2024-07-15&modifier=TC&locality=05302-01")
    text = words(page)
    assert "Fee before the cap on imaging $65.61" in text
    assert "Medicare allows $50.00" in text
    assert "Caps on imaging from the outpatient prospective payment, July 2024" in text


def test_editions_are_chosen_by_links(client):
    publish("pprrvu", [rvu("99213", work="1")], day=date(2024, 1, 1), edition="January 2024")
    page = client.get("/codes/cpt/99213?on=2024-07-15").text
    assert 'href="/codes/cpt/99213?on=2024-01-01#fee">January 2024</a>' in page
    assert "$33.29" in client.get("/codes/cpt/99213?on=2024-02-01").text


def test_no_edition_no_row_and_not_applicable_are_three_things(app, client):
    early = words(client.get("/codes/cpt/99213?on=2024-03-01"))
    assert (
        "Medicare fee: no edition of Physician fee schedule relative values that holds on" in early
    )
    publish("cpt", [entry("99999")], day=date(2024, 7, 2))
    assert "the fee schedule has no row of 99999" in words(
        client.get("/codes/cpt/99999?on=2024-07-15")
    )


# --- The page of fees ----------------------------------------------------------------------------


def test_the_page_of_fees_has_every_locality_and_the_arithmetic_of_one(client):
    text = words(client.get("/codes/cpt/99213/fees?on=2024-07-15&locality=St+Louis+MO"))
    assert "Practice expense 1.33 × 0.952 = 1.2662 0.56 × 0.952 = 0.5331" in text  # noqa: RUF001
    assert "Medicare allows $88.73" in text
    for row in ("San Francisco (Marin Cnty), CA 01112-05", "East St. Louis, IL 06102-12 $"):
        assert row in text


@pytest.mark.parametrize("locality", ["Atlantis", "99999-99", "<script>", "x" * 500])
def test_a_wrong_locality_is_said_at_the_field_and_the_nation_is_shown(client, locality):
    page = client.get("/codes/cpt/99213/fees", query_string={"locality": locality})
    assert page.status_code == 200
    assert "Medicare allows $90.87" in words(page)
    assert "<script>" not in page.text.split("<main", 1)[1].split("</main>")[0]


@pytest.mark.parametrize(
    "path",
    ["icd10cm/E11.9/fees", "cpt/12345/fees", "cpt/nonsense/fees", "nowhere/1/fees", "hcpcs/A/fees"],
)
def test_what_has_no_fee_has_no_such_page(client, path):
    assert client.get(f"/codes/{path}").status_code == 404


def test_the_page_of_fees_is_counted_as_the_code_and_gated_like_its_section(app):
    app.config["GUEST_CODE_VIEWS"] = 1
    guest = app.test_client()
    guest.get("/codes/cpt/99213?on=2024-07-15")
    assert "Medicare allows" in words(guest.get("/codes/cpt/99213/fees"))
    other = words(guest.get("/codes/cpt/20610/fees"))
    assert "Register to view content" in other
    assert "Medicare allows" not in other
    ahead = guest.get("/codes/cpt/99213/fees", headers={"Sec-Purpose": "prefetch"})
    assert ahead.status_code == 403


def test_fees_opened_first_count_for_the_code(app):
    app.config["GUEST_CODE_VIEWS"] = 1
    guest = app.test_client()
    assert "Medicare allows" in words(guest.get("/codes/cpt/99213/fees"))
    assert "Active: paid separately" in words(guest.get("/codes/cpt/99213?on=2024-07-15"))
    assert "Active: paid separately" not in words(guest.get("/codes/cpt/20610?on=2024-07-15"))


# --- Hospitals and drugs -------------------------------------------------------------------------


def test_the_hospital_section_tells_not_loaded_from_not_listed(client):
    publish("opps", [fact("opps", "20610", status="T", apc="5441", weight="3.3", rate="295.190",
                          minimum_copay="59.04")])  # fmt: skip
    text = section(client, "cpt/20610", "hospital")
    assert "Status indicator T : A procedure that is reduced" in text
    assert "Payment rate $295.19" in text
    assert "APC 5441 , relative weight 3.3" in text
    assert "No edition of the list of payments to surgical centers is loaded" in text
    publish("asc", [fact("asc", "11111", addendum="AA", indicator="G2", rate="100.00",
                         discounted=True)])  # fmt: skip
    assert "20610 is not listed in the list of payments to surgical centers" in section(
        client, "cpt/20610", "hospital"
    )
    assert "Payment indicator G2 : A procedure not done mainly in offices" in section(
        client, "cpt/11111", "hospital"
    )


def test_an_indicator_that_nobody_knows_is_said_to_be_unknown(client):
    publish("opps", [fact("opps", "20610", status="Z9")])
    assert "gives no meaning for it" in section(client, "cpt/20610", "hospital")


def test_a_drug_shows_its_limit_by_unit_and_the_first_forty_products(client):
    publish("hcpcs", [entry("J1100", "Injection, nonsense sodium, 1 mg")])
    products = [
        fact("ndc", "J1100", f"0040497{n:04d}", ndc=f"00404-97{n:02d}-30", labeler="Ann Co.",
             drug="Nonsense", dosage="1 MG", package_size="30", package_quantity="2",
             units="120", units_package="240")
        for n in range(45)
    ]  # fmt: skip
    publish("asp-ndc", products)
    publish("asp", [fact("asp", "J1100", dosage="1 MG", limit="0.105", coinsurance="20.000")],
            until=date(2024, 9, 30))  # fmt: skip
    text = section(client, "hcpcs/J1100", "drug")
    assert "Payment limit $0.105 per 1 MG, July 2024 quarter" in text
    assert "Coinsurance 20% of it" in text
    assert "45 products billed with J1100 (one unit: 1 MG)" in text
    assert "00404-9700-30 Nonsense Ann Co. 2 × 30 120 240" in text  # noqa: RUF001
    assert "5 more products" in text


# --- The HCPCS record ----------------------------------------------------------------------------


def test_every_field_of_a_hcpcs_record_is_in_words_with_its_edition(client):
    rows = [entry("E0601", "A nonsense device"), fact("hcpcs", "E0601", **RECORD),
            fact("procnote", "0013", text="NOT TO BE CONFUSED WITH NOTHING.")]  # fmt: skip
    publish("hcpcs", rows)
    text = section(client, "hcpcs/E0601", "hcpcs")
    for part in (
        "Coverage Special coverage instructions apply D",
        "Pricing Capped rental equipment 36",
        "Type of service Rental of equipment R ; Purchase of equipment",
        "BETOS Durable medical equipment; Other equipment D1E",
        "Laboratory certification Routine chemistry 310",
        "Added January 1, 1990",
        "NOT TO BE CONFUSED WITH NOTHING. (note 0013, as printed in July 2024)",
        "Fields as in the record of July 2024.",
    ):
        assert part in text, part


def test_a_terminated_code_says_so_at_once_with_what_replaces_it(client):
    ended = {**RECORD, "terminated": "2021-12-31", "procnote": ""}
    publish("hcpcs", [entry("A4397", "A nonsense sleeve"), entry("A4436", "Its successor", 2)])
    publish("hcpcs-fields", [fact("hcpcs", "A4397", **ended), fact("xref", "A4397", "A4436")],
            day=date(2024, 1, 1), edition="January 2024")  # fmt: skip
    text = section(client, "hcpcs/A4397", "hcpcs")
    assert text.startswith("HCPCS Level II record Terminated. A4397 ended on December 31, 2021")
    assert "Its record refers to A4436 Its successor" in text
    subject = find_subject("hcpcs", "A4397", DAY)
    assert describe(subject)[0].startswith(
        "A4397 ended on December 31, 2021. Its record refers to A4436."
    )


def test_a_code_for_what_is_not_classified_is_marked(client):
    publish("hcpcs", [entry("A9999", "Nonsense"), fact("hcpcs", "A9999", coverage="C")])
    publish("hcpcs-noc", [fact("noc", "A9999")], edition="January 2019", day=date(2019, 1, 1))
    assert "Not otherwise classified." in section(client, "hcpcs/A9999", "hcpcs")


# --- The description, and what a page costs ------------------------------------------------------


def test_the_description_is_composed_of_facts_and_always_the_same(app):
    publish("mue-practitioner", [fact("mue", "20610", units=2, indicator=3)])
    publish("rbcs", [fact("rbcs", "20610", category="Procedure", subcategory="Nonsense")])
    publish("add-on", [fact("add_on", "11111", "20610", type=1)])
    subject = find_subject("cpt", "20610", DAY)
    text = " ".join(describe(subject))
    for part in (
        "20610 is a code of CPT®.",
        "counts it under Procedure, Nonsense.",
        "1 add-on code may stand beside it.",
        "Its status in the Medicare physician fee schedule is A: active: paid separately",
        "Global period 000: endoscopic or minor procedure",
        "Medicare allows $65.24 outside a facility and $45.27 in a facility (July 2024).",
        "(MUE): 2 units for a practitioner.",
    ):
        assert part in text, part
    assert describe(find_subject("cpt", "20610", DAY)) == describe(subject)
    added = " ".join(describe(find_subject("cpt", "11111", DAY)))
    assert "It is an add-on code: it is paid beside 20610 only, and never alone." in added


def test_a_code_page_costs_no_more_than_eight_queries_with_all_of_it(app):
    said("cpt", "99213")  # what is read once per process has been read
    with statements() as seen:
        found = said("cpt", "70450")
    assert {"fee", "indicators"} <= found.keys()
    assert len(seen) <= 8


def plain_values(value: object) -> bool:
    """Whether JSON can be made of it, as the page at the same address does."""
    if is_dataclass(value):
        return all(plain_values(getattr(value, each.name)) for each in fields(value))
    if isinstance(value, (list, tuple)):
        return all(map(plain_values, value))
    if isinstance(value, dict):
        return all(isinstance(k, str) and plain_values(v) for k, v in value.items())
    return value is None or isinstance(value, (str, int, float, bool))


def test_what_a_section_holds_can_be_written_as_json(app):
    publish("opps", [fact("opps", "70450", status="S", rate="1.00")])
    publish("hcpcs", [entry("E0601", "Nonsense"), fact("hcpcs", "E0601", **RECORD)])
    publish("asp", [fact("asp", "E0601", dosage="1 MG", limit="0.105", coinsurance="20")])
    for system, code in (("cpt", "70450"), ("cpt", "00100"), ("cpt", "89353"), ("hcpcs", "E0601")):
        for name in ("fee", "indicators", "hospital", "drug", "hcpcs"):
            assert plain_values(said(system, code).get(name)), (code, name)


def test_today_is_the_day_where_none_is_chosen(client):
    with time_machine.travel("2024-07-15T15:00:00Z"):
        assert "$90.87" in words(client.get("/codes/cpt/99213"))
