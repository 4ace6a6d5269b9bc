"""What an address asks for, and the address of what is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import taxonomy
from app.jobs.services.searching.criteria import (
    FILTERS,
    FLAGS,
    CodeNamed,
    Criteria,
    read_code,
    read_criteria,
)

names = st.sampled_from(
    [
        *FILTERS,
        *FLAGS,
        "q",
        "need",
        "near",
        "miles",
        "since",
        "pay_min",
        "pay_per",
        "employer",
        "code",
        "sort",
        "page",
        "utm",
    ]
)
values = st.one_of(
    st.text(
        st.sampled_from("abexCPTX019 .,:;$-%_'<&/\\\x00\n\u00e9\u0663\u2028\U0001f600"), max_size=40
    ),
    st.sampled_from(
        [
            "cpc",
            "TX",
            "remote",
            "1",
            "newest",
            "-1",
            "9" * 40,
            "icd10cm:E11.9",
            "hour",
            "63101",
            "Austin, TX",
            "required",
            "7",
            "chart",
            "work CPC from home $30 - 40/hr",
            'a "cpc" b E08-E13',
        ]
    ),
)


def asked(**parameters: str | list[str]) -> Criteria:
    return read_criteria({k: v if isinstance(v, list) else [v] for k, v in parameters.items()})


def address_of(criteria: Criteria) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in criteria.parameters():
        found.setdefault(name, []).append(value)
    return found


@given(st.dictionaries(names, st.lists(values, max_size=4)))
def test_no_address_is_refused_and_each_search_has_one_address(parameters):
    criteria = read_criteria(parameters)

    assert read_criteria(address_of(criteria)) == criteria


@given(st.dictionaries(names, st.lists(values, max_size=4)))
def test_leaving_a_choice_out_leaves_fewer(parameters):
    criteria = read_criteria(parameters)

    for choice in criteria.choices():
        assert choice.without.narrowed == criteria.narrowed - 1
        assert choice.without.page == 1


def test_nothing_asked_is_the_whole_list():
    assert asked() == Criteria()
    assert Criteria().parameters() == []


@pytest.mark.parametrize(
    ("typed", "slug"), [("CPC", "cpc"), ("ccs", "ccs"), (" CCS-P ", "ccs-p"), ("hcs-d,", "hcs-d")]
)
def test_a_credential_typed_in_the_box_is_that_credential_and_no_word(typed, slug):
    criteria = asked(q=typed)

    assert criteria.chosen == {"credential": (slug,)}
    assert criteria.text == ""


def test_words_beside_a_credential_stay_words():
    criteria = asked(q="weekend CPC sunflower")

    assert criteria.text == "weekend sunflower"
    assert criteria.chosen == {"credential": ("cpc",)}


def test_a_typed_credential_joins_the_ones_chosen():
    assert asked(q="CPC", credential="ccs").chosen["credential"] == ("cpc", "ccs")


def test_the_apprentice_form_of_a_credential_asks_for_work_that_takes_apprentices():
    criteria = asked(q="CPC-A")

    assert criteria.chosen == {"credential": ("cpc",)}
    assert criteria.apprentice


@pytest.mark.parametrize("typed", ["icd10cm:E11.9", "icd10cm:e119", " ICD10CM : E11.9 "])
def test_a_code_is_read_with_and_without_its_dot_in_any_case(typed):
    assert read_code(typed) == CodeNamed("icd10cm", "E119")


@pytest.mark.parametrize("typed", ["E11.9", "cdt:D0120", "icd10cm:", "icd10cm:E11/9", "icd10cm:''"])
def test_what_is_no_code_of_ours_is_none(typed):
    assert read_code(typed) is None


def test_a_code_is_shown_as_the_book_writes_it():
    assert CodeNamed("icd10cm", "E119").shown == "E11.9"
    assert CodeNamed("icd10cm", "I21").shown == "I21"
    assert CodeNamed("icd10cm", "E08-E13").shown == "E08-E13"


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("30", 30_00), ("$30", 30_00), ("65,000", 65_000_00), ("28.50", 28_50), ("28.5", 28_50),
     ("28.", 28_00), ("-5", 0), ("lots", 0), ("9" * 30, 1_000_000_00), ("٣٠", 0)],
)  # fmt: skip
def test_pay_is_read_as_people_write_it(typed, cents):
    assert asked(pay_min=typed).pay_min == cents


def test_a_rate_per_chart_is_no_yearly_pay():
    criteria = asked(pay_min="3.25", pay_per="chart")

    assert (criteria.pay_min, criteria.pay_per, criteria.pay_floor) == (3_25, "chart", 0)
    assert criteria.parameters() == [("pay_min", "3.25"), ("pay_per", "chart")]


@pytest.mark.parametrize(
    ("typed", "label"),
    [("63101", "63101 St. Louis, MO"), ("saint louis, mo", "St. Louis, MO"), ("", None)],
)
def test_a_place_is_read_and_written_back_as_its_label(typed, label):
    near = asked(near=typed).near

    assert (near and near.place.label) == label


def test_a_place_nobody_knows_is_kept_to_be_told():
    criteria = asked(near="Nowhereville, ZZ", miles="50")

    assert criteria.near is None
    assert criteria.nowhere == "Nowhereville, ZZ"
    assert criteria.parameters() == [("near", "Nowhereville, ZZ")]
    assert criteria.narrowed == 0


@pytest.mark.parametrize(
    ("asked_for", "miles"), [("50", 50), ("", 25), ("0", 25), ("30", 50), ("900", 100), ("x", 25)]
)
def test_a_circle_has_one_of_a_few_sizes(asked_for, miles):
    near = asked(near="63101", miles=asked_for).near

    assert near is not None
    assert near.miles == miles


def test_whether_a_credential_is_required_is_asked_only_about_a_credential():
    assert asked(need="required") == Criteria()
    assert asked(credential="cpc", need="required").credential_field == "credentials_required"
    assert asked(credential="cpc", need="sideways").credential_field == "credentials"


def test_without_its_last_credential_a_search_asks_no_more_whether_it_is_required():
    [choice] = asked(credential="cpc", need="required").choices()

    assert choice.kind == "Credential, required"
    assert choice.without == Criteria()


@pytest.mark.parametrize(("typed", "days"), [("7", 7), ("8", 0), ("-7", 0), ("x", 0)])
def test_a_listing_is_searched_since_one_of_a_few_days(typed, days):
    assert asked(since=typed).since == days


def test_pay_floors_by_the_hour_and_by_the_year_compare():
    assert asked(pay_min="30").pay_floor == asked(pay_min="62400", pay_per="year").pay_floor


@pytest.mark.parametrize(
    ("typed", "page"), [("3", 3), ("0", 1), ("-1", 1), ("x", 1), ("9" * 99, 500)]
)
def test_a_page_is_one_that_could_exist(typed, page):
    assert asked(page=typed).page == page


def test_unknown_values_are_left_out_and_known_ones_kept_once_in_one_order():
    criteria = asked(setting=["ed", "nowhere", "inpatient", "ed"], sort="sideways", state="tx")

    assert criteria.chosen == {"state": ("TX",), "setting": ("inpatient", "ed")}
    assert criteria.sort == "relevance"


def test_very_long_text_is_cut():
    assert len(asked(q="coder " * 10_000).text) <= 200


@pytest.mark.parametrize("name", FILTERS)
def test_every_value_of_every_filter_has_a_label(name):
    assert all(FILTERS[name].values.values())


def test_choices_carry_the_labels_people_read():
    criteria = asked(
        q="weekend CPC", place="remote", apprentice="1", pay_min="30", employer="mercy",
        code="icd10cm:E11.9",
    )  # fmt: skip

    assert [(c.kind, c.label) for c in criteria.choices("Mercy Health")] == [
        ("Words", "“weekend”"),
        ("Place of work", "Remote"),
        ("Credential", "CPC"),
        ("Only", "New coders welcome"),
        ("Pay", "$30 or more an hour"),
        ("Employer", "Mercy Health"),
        ("Names the code", "ICD-10-CM E11.9"),
    ]


def test_states_and_credentials_have_no_spelling_in_common():
    spelled = {name.lower() for name in taxonomy.STATES.values()}

    assert spelled.isdisjoint(c.label.lower() for c in taxonomy.CREDENTIALS.values())
