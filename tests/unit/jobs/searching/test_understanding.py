"""What typed words are understood as, and which of them stay words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.jobs.services.searching.criteria import read_criteria
from app.jobs.services.searching.understanding import understand

PIECES = st.sampled_from(
    ["CPC", "cpc-a", "OR", "or", "in", "texas", "TX", "St.", "Louis,", "MO", "63101", "$", "30",
     "/hr", "65k", "E11", "E08-E13", "E11.9", '"', "remote", "work", "from", "home", "coder",
     "medical", "&", "E/M", "2 years", "50 miles", "the", "-", "é", "\x00", "١٢"]
)  # fmt: skip


def asked(typed: str) -> dict[str, str]:
    """The address of what is understood; several values of one name are joined."""
    found: dict[str, str] = {}
    for name, value in read_criteria({"q": [typed]}).parameters():
        found[name] = f"{found[name]} {value}" if name in found else value
    return found


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("remote CPC auditor", {"place": "remote", "credential": "cpc", "role": "auditor"}),
        ("CPC OR CCS", {"credential": "cpc ccs"}),
        ("cpc or ccs", {"credential": "cpc ccs"}),
        ("CPC-A", {"credential": "cpc", "apprentice": "1"}),
        ("ccs-p", {"credential": "ccs-p"}),
        ("certified professional coder", {"credential": "cpc"}),
        ("oncology data specialist", {"credential": "ods-c"}),
        ("no experience", {"apprentice": "1"}),
        ("entry level remote medical coding jobs",
         {"place": "remote", "apprentice": "1"}),
        ("2 years experience", {"experience": "none under-1 1-2"}),
    ],
)  # fmt: skip
def test_credentials_and_experience(typed, expected):
    assert asked(typed) == expected


@pytest.mark.parametrize("typed", ["CPCO", "cpco"])
def test_one_credential_is_never_another_that_begins_alike(typed):
    assert asked(typed) == {"credential": "cpco"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("HCC", {"setting": "risk-adjustment"}),
        ("HCC coder", {"role": "risk-adjustment"}),
        ("profee cardiology", {"setting": "profee", "specialty": "cardiology"}),
        ("professional fee", {"setting": "profee"}),
        ("E/M auditor", {"setting": "em", "role": "auditor"}),
        ("ob/gyn coder", {"specialty": "ob-gyn"}),
        ("CDI", {"role": "cdi"}),
        ("ER coder", {"setting": "ed"}),
        ("epic inpatient", {"setting": "inpatient", "tool": "epic"}),
        ("3M 360 encompass", {"tool": "360-encompass"}),
        ("ICD-10-PCS", {"code_set": "icd10pcs"}),
        ("PRN weekend coder", {"q": "weekend", "engagement": "prn"}),
        ("1099 per chart", {"engagement": "1099", "paid": "chart"}),
        ("not remote", {"place": "onsite"}),
        ("work CPC from home", {"place": "remote", "credential": "cpc"}),
    ],
)
def test_the_words_of_the_trade(typed, expected):
    assert asked(typed) == expected


@pytest.mark.parametrize("typed", ["HIM coder", "coding specialist", "Medical Records Technician"])
def test_a_title_alone_is_searched_as_it_is_typed(typed):
    assert asked(typed) == {"q": typed}


def test_beside_something_that_was_understood_coder_says_nothing():
    assert asked("remote medical coder specialist") == {"place": "remote"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("New York remote", {"place": "remote", "state": "NY"}),
        ("west virginia", {"state": "WV"}),
        ("district of columbia", {"state": "DC"}),
        ("auditor, Ohio, Iowa", {"state": "IA OH", "role": "auditor"}),
        ("coder in OR", {"state": "OR"}),
        ("coder tx", {"state": "TX"}),
        ("coder in me", {"q": "coder"}),
        ("Kansas City", {"near": "Kansas City, MO"}),
        ("Oklahoma City coder", {"near": "Oklahoma City, OK"}),
        ("inpatient St. Louis, MO", {"setting": "inpatient", "near": "St. Louis, MO"}),
        ("coder 63101", {"near": "63101 St. Louis, MO"}),
        ("ccs phoenix az 50 miles", {"credential": "ccs", "near": "Phoenix, AZ", "miles": "50"}),
    ],
)
def test_places(typed, expected):
    assert asked(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "Mayo Clinic",
        "Texas Health",
        "MD Anderson",
        "St. Luke's",
        "Epic Staffing",
        "Auditing Partners",
    ],
)
def test_the_name_of_an_employer_is_words(typed):
    assert asked(typed) == {"q": typed}


@pytest.mark.parametrize(
    ("typed", "pay"),
    [
        ("$30/hr", ("30", "hour")),
        ("30 an hour", ("30", "hour")),
        ("paying $28.50 per hour", ("28.50", "hour")),
        ("$30", ("30", "hour")),
        ("$28-$34/hr", ("28", "hour")),
        ("28 to 34 an hour", ("28", "hour")),
        ("$65k", ("65000", "year")),
        ("65k", ("65000", "year")),
        ("$65,000", ("65000", "year")),
        ("$3.25 per chart", ("3.25", "chart")),
        ("$2/encounter", ("2", "encounter")),
    ],
)
def test_pay(typed, pay):
    assert asked(typed) == {"pay_min": pay[0], "pay_per": pay[1]}


@pytest.mark.parametrize("typed", ["30", "99213", "J1885", "$900", "level 3 coder", "E1165"])
def test_a_number_without_a_sign_or_a_unit_is_a_word(typed):
    assert "pay_min" not in asked(typed)
    assert "code" not in asked(typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("I21", "I21"), ("e11.9", "E11.9"), ("E08-E13", "E08-E13"), ("icd E11.9", "E11.9")],
)
def test_codes_and_ranges(typed, code):
    assert asked(typed)["code"] == f"icd10cm:{code}"


@pytest.mark.parametrize("typed", ["V28", "0.5", "2.5 charts", "U11.9", "A1C", "H1B"])
def test_what_only_looks_like_a_code_is_none(typed):
    assert "code" not in asked(typed)


def test_what_stands_in_quotes_is_left_as_it_is():
    assert asked('"remote" CPC') == {"q": '"remote"', "credential": "cpc"}


@pytest.mark.parametrize("typed", ["jobs", "the", "looking for"])
def test_words_that_say_nothing_are_searched_where_nothing_else_is_typed(typed):
    assert asked(typed) == {"q": typed}


@given(st.lists(PIECES, max_size=9).map(" ".join))
def test_what_is_left_holds_nothing_that_would_be_understood_another_time(typed):
    left = understand(typed).text

    assert understand(left).text == left
    assert not understand(left).is_anything


@pytest.mark.parametrize("typed", ["a" * 200, "$" * 200, '"' * 199, "1," * 100, "E11-" * 50, "٣$"])
def test_senseless_text_is_read_quickly_and_refused_never(typed):
    read_criteria({"q": [typed]})
