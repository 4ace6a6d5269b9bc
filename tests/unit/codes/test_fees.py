"""The Medicare physician fee: CMS's formula, why there is no amount, and what modifiers do."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pytest

from app.codes.fee_modifiers import (
    ALLOWED,
    BY_MODIFIER,
    BY_REPORT,
    DOCUMENTED,
    REFUSED,
    with_modifier,
)
from app.codes.fees import (
    NOT_IN_FACILITY,
    NOT_IN_OFFICE,
    PRICED_BY_CONTRACTOR,
    anesthesia_fee,
    capped,
    fee,
    limiting_charge,
    time_units,
)
from app.codes.intake import pfs
from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.words import fee_indicators
from tests.shared_data import DATA, needs_data

GPCI = {"work": "1", "pe": "0.952", "mp": "0.994"}
RVU = {
    "status": "A",
    "work": "1.3",
    "nonfac_pe": "1.33",
    "fac_pe": "0.56",
    "mp": "0.1",
    "factor": "33.2875",
    "global": "XXX",
    "pctc": "0",
    "mult": "0",
    "bilateral": "0",
    "assistant": "0",
    "co": "0",
    "team": "0",
    "pre": "0",
    "intra": "0",
    "post": "0",
}
SURGERY = {
    **RVU,
    "global": "090",
    "mult": "2",
    "bilateral": "1",
    "assistant": "2",
    "co": "1",
    "team": "1",
    "pre": "0.1",
    "intra": "0.69",
    "post": "0.21",
}


def test_an_office_visit_in_st_louis_has_the_fee_cms_gives():
    assert fee(RVU, GPCI, facility=False).amount == Decimal("88.73")


def test_the_facility_has_its_own_practice_expense():
    assert fee(RVU, GPCI, facility=True).amount == Decimal("64.33")


def test_every_step_of_the_arithmetic_is_kept():
    found = fee(RVU, GPCI, facility=False)
    assert [str(line.value) for line in found.products] == ["1.3", "1.26616", "0.0994"]
    assert found.units == Decimal("2.66556")
    assert found.factor == Decimal("33.2875")


def test_half_a_cent_is_rounded_up():
    rvu = {**RVU, "work": "1.005", "nonfac_pe": "0", "mp": "0", "factor": "1"}
    assert fee(rvu, GPCI, facility=False).amount == Decimal("1.01")


@pytest.mark.parametrize("status", ["I", "N", "X", "J", "C", "B", "E", "M", "P"])
def test_a_status_that_is_not_paid_gives_its_reason_and_no_amount(status):
    found = fee({**RVU, "status": status}, GPCI, facility=False)
    assert found.amount is None
    assert found.reason == fee_indicators.STATUS[status]


def test_a_status_cms_has_not_used_before_gives_a_reason_too():
    assert "Status Z" in fee({**RVU, "status": "Z"}, GPCI, facility=False).reason


def test_restricted_coverage_has_a_fee_only_where_relative_values_are_shown():
    bare = {**RVU, "status": "R", "work": "0", "nonfac_pe": "0", "fac_pe": "0", "mp": "0"}
    assert fee(bare, GPCI, facility=False).reason == PRICED_BY_CONTRACTOR
    assert fee({**RVU, "status": "R"}, GPCI, facility=False).amount == Decimal("88.73")


def test_a_setting_the_service_is_not_done_in_has_no_fee():
    assert fee({**RVU, "nonfac_na": "NA"}, GPCI, facility=False).reason == NOT_IN_OFFICE
    assert fee({**RVU, "fac_na": "NA"}, GPCI, facility=True).reason == NOT_IN_FACILITY
    assert fee({**RVU, "nonfac_na": "NA"}, GPCI, facility=True).amount == Decimal("64.33")


def test_imaging_is_paid_at_no_more_than_its_cap():
    assert capped(Decimal("150.00"), Decimal("148.37")) == Decimal("148.37")
    assert capped(Decimal("140.00"), Decimal("148.37")) == Decimal("140.00")
    assert capped(Decimal("140.00"), None) == Decimal("140.00")


def test_the_limiting_charge_is_what_the_law_sets():
    assert limiting_charge(Decimal("100.00")) == Decimal("109.25")


def test_anesthesia_is_base_and_time_units_times_the_factor():
    found = anesthesia_fee(Decimal(5), 63, Decimal("20.6"))
    assert (found.time, found.amount) == (Decimal("4.2"), Decimal("189.52"))


def test_medical_direction_halves_anesthesia():
    assert anesthesia_fee(Decimal(5), 63, Decimal("20.6"), directed=True).amount == Decimal("94.76")


def test_time_units_have_one_decimal():
    assert time_units(1) == Decimal("0.1")
    assert time_units(20) == Decimal("1.3")


@pytest.mark.parametrize(
    ("indicator", "outcome", "percent"),
    [("0", ALLOWED, 100), ("1", ALLOWED, 150), ("2", ALLOWED, 100), ("3", ALLOWED, 200)],
)
def test_both_sides_are_paid_as_the_bilateral_indicator_says(indicator, outcome, percent):
    rvu = {**RVU, "bilateral": indicator}
    found = with_modifier(fee(rvu, GPCI, facility=False), rvu, "50")
    assert (found.outcome, found.percent) == (outcome, percent)


def test_a_code_without_sides_takes_no_bilateral_modifier():
    rvu = {**RVU, "bilateral": "9"}
    found = with_modifier(fee(rvu, GPCI, facility=False), rvu, "50")
    assert (found.outcome, found.amount) == (REFUSED, None)


@pytest.mark.parametrize(
    ("modifier", "amount"),
    [
        ("50", "133.10"),
        ("51", "44.37"),
        ("62", "55.46"),
        ("80", "14.20"),
        ("82", "14.20"),
        ("AS", "12.07"),
        ("54", "70.10"),
        ("55", "18.63"),
        ("56", "8.87"),
        ("78", "61.22"),
        ("79", "88.73"),
    ],
)
def test_a_modifier_pays_its_share(modifier, amount):
    found = with_modifier(fee(SURGERY, GPCI, facility=False), SURGERY, modifier)
    assert found.amount == Decimal(amount)


def test_documentation_and_law_decide_on_assistants():
    outcomes = {
        indicator: with_modifier(
            fee(RVU, GPCI, facility=True), {**RVU, "assistant": indicator}, "80"
        ).outcome
        for indicator in "0129"
    }
    assert outcomes == {"0": DOCUMENTED, "1": REFUSED, "2": ALLOWED, "9": REFUSED}


def test_what_the_contractor_prices_has_no_amount():
    for modifier in ("22", "52", "53", "66"):
        found = with_modifier(fee(SURGERY, GPCI, facility=False), SURGERY, modifier)
        assert (found.outcome, found.amount) == (BY_REPORT, None)


def test_parts_of_a_global_package_need_a_global_period():
    found = with_modifier(fee(RVU, GPCI, facility=False), RVU, "55")
    assert (found.outcome, found.amount) == (REFUSED, None)


def test_components_are_only_of_tests_that_have_them():
    test = {**RVU, "pctc": "1"}
    laboratory = {**RVU, "pctc": "6"}
    plain = fee(RVU, GPCI, facility=False)
    assert with_modifier(plain, test, "TC").outcome == ALLOWED
    assert with_modifier(plain, laboratory, "TC").outcome == REFUSED
    assert with_modifier(plain, laboratory, "26").outcome == "26 only"
    assert with_modifier(plain, RVU, "26").outcome == REFUSED


def test_an_assistant_of_a_therapist_is_paid_less_for_therapy_only():
    therapy = {**RVU, "mult": "5"}
    assert with_modifier(fee(therapy, GPCI, facility=False), therapy, "CQ").percent == 85
    assert with_modifier(fee(RVU, GPCI, facility=False), RVU, "CQ").outcome == REFUSED


def test_a_fee_that_is_not_set_stays_so_with_a_modifier():
    rvu = {**SURGERY, "status": "C"}
    assert with_modifier(fee(rvu, GPCI, facility=False), rvu, "50").amount is None


def test_a_modifier_without_a_rule_of_payment_has_none():
    assert with_modifier(fee(RVU, GPCI, facility=False), RVU, "25") is None


def test_every_rule_names_its_source():
    assert all(rule.source and rule.title for rule in BY_MODIFIER.values())


def _facts(kind: str, file: str) -> list:
    """What a real file says, as (code, other, data)."""
    (kind_,) = (k for k in pfs.KINDS if k.name == kind)
    reading = kind_.read({"table": members(DATA / "pfs" / file)}, Hints())
    return [(f.code, f.other, json.loads(f.data)) for _, rows in reading.batches for f in rows]


@pytest.fixture(scope="module")
def july():
    return _facts("pprrvu", "pprrvu24_jul.redacted.csv.gz"), _facts("gpci", "gpci2024.csv")


@needs_data
def test_the_check_value_of_july_2024_is_met(july):
    rvus, gpcis = july
    assert (len(rvus), len(gpcis)) == (18_664, 109)
    rvu = next(data for code, other, data in rvus if (code, other) == ("99213", ""))
    gpci = next(data for _, _, data in gpcis if data["name"] == "METROPOLITAN ST. LOUIS")
    assert fee(rvu, gpci, facility=False).amount == Decimal("88.73")
    assert fee(rvu, gpci, facility=True).amount == Decimal("64.33")


@needs_data
def test_a_second_computation_agrees_on_a_thousand_pairs(july):
    rvus, gpcis = july
    paid = [data for _, _, data in rvus if data["status"] in "AT"]
    chance = random.Random(2024)
    for _ in range(1_000):
        rvu, gpci = chance.choice(paid), chance.choice(gpcis)[2]
        for facility, setting in ((False, "nonfac"), (True, "fac")):
            found = fee(rvu, gpci, facility=facility)
            if rvu.get(f"{setting}_na"):
                assert found.amount is None
                continue
            # In whole numbers, straight from the formula: hundredths, thousandths, ten-thousandths.
            terms = (("work", "work"), (f"{setting}_pe", "pe"), ("mp", "mp"))
            units = sum(_whole(rvu[a], 2) * _whole(gpci[b], 3) for a, b in terms)
            scaled = units * _whole(rvu["factor"], 4)  # 10**9 to the dollar
            assert found.amount * 100 == (scaled + 5 * 10**6) // 10**7


def _whole(text: str, places: int) -> int:
    before, _, after = text.partition(".")
    assert len(after) <= places
    return int((before or "0") + after.ljust(places, "0"))


@needs_data
def test_every_indicator_of_the_real_file_has_words(july):
    for _, _, data in july[0]:
        for field in ("status", "pctc", "global", "mult", "bilateral", "assistant", "co", "team"):
            assert fee_indicators.in_words(field, data[field]), (field, data[field])
        assert fee_indicators.in_words("supervision", data["supervision"])
        assert fee_indicators.in_words("imaging", data["imaging"])


def test_an_indicator_cms_does_not_have_has_no_words():
    assert fee_indicators.in_words("pctc", "Z") is None
    assert fee_indicators.in_words("no such field", "1") is None
