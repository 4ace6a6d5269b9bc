"""The section on ICD-9 and ICD-10: flags in words, combinations, both ways, and its absences."""

from datetime import date

import pytest

from app.codes.services.reference.contract import Absence, Why, answer
from app.codes.services.reference.crosswalks import GEM, dotted, mapped
from app.codes.services.reference.subject import find_subject
from tests.factories.codes import make_release
from tests.factories.codes_inpatient import make_gems, make_icd9

DAY = date(2026, 5, 1)
TO_9 = (
    "E119    25000  10000\nE109    NoDx   11000\nE1140   25060  00000\n"
    "E1141   25060  10111\nE1141   25061  10111\nE1141   3371   10112\n"
)
TO_10 = "25000   E119   10000\n25002   E119   00000\n25061   E1141  10112\n"


def said(system, key):
    return answer(GEM, find_subject(system, key, DAY))


@pytest.fixture
def loaded(app):
    make_release()
    make_icd9("25000 Invented plain", "25060 Invented nerves", "25061 Invented more", "3371 Other")
    make_gems(TO_9, TO_10)


def test_a_code_is_translated_with_its_flags_in_words_and_back(loaded):
    content = said("icd10cm", "E119").content
    (to,) = content["to"].alternatives
    assert (to.code, to.title, to.match, to.flags) == (
        "250.00", "Invented plain", "Approximate", "10000",
    )  # fmt: skip
    back = [(one.code, one.address, one.match) for one in content["of"].codes]
    assert back == [("250.00", "250.00", "Approximate"), ("250.02", None, "Identical")]


def test_a_combination_is_one_of_each_list_together(loaded):
    to = said("icd10cm", "E1141").content["to"]
    assert to.alternatives == ()
    (combination,) = to.combinations
    assert [[one.code for one in choices] for choices in combination.lists] == [
        ["250.60", "250.61"],
        ["337.1"],
    ]


def test_no_map_is_said_and_is_not_the_same_as_nothing_known(loaded):
    assert said("icd10cm", "E109").content["to"].no_map
    absent = said("icd10cm", "E11")
    assert isinstance(absent, Absence)
    assert absent.why is Why.NONE


def test_from_the_old_side_the_mapping_leads_forward(loaded):
    content = said("icd9cm", "25000").content
    assert content["to"].to == "ICD-10-CM"
    assert [one.code for one in content["to"].alternatives] == ["E11.9"]
    assert [one.code for one in content["of"].codes] == ["E11.9"]


def test_where_no_mapping_is_loaded_nobody_can_say(app):
    make_release()
    absent = said("icd10cm", "E119")
    assert isinstance(absent, Absence)
    assert absent.why is Why.NOT_LOADED


def test_codes_of_no_edition_are_written_as_their_book_would():
    written = [dotted(s, k) for s, k in (
        ("icd9cm", "E8000"), ("icd9cm", "V5412"), ("icd9cm", "042"), ("icd9pcs", "0234"),
        ("icd10cm", "S72001A"), ("icd10pcs", "0016070"),
    )]  # fmt: skip
    assert written == ["E800.0", "V54.12", "042", "02.34", "S72.001A", "0016070"]


def test_scenarios_stay_apart():
    def row(scenario, choice):
        return f"{scenario}{choice}", {
            "combination": 1, "no_map": 0, "scenario": scenario, "choice": choice,
        }  # fmt: skip

    _, combinations = mapped([row(2, 1), row(1, 2), row(1, 1), row(2, 2)])
    assert [(c.scenario, c.lists) for c in combinations] == [
        (1, (("11",), ("12",))),
        (2, (("21",), ("22",))),
    ]


def test_the_page_reads_a_together_with_b(loaded, client):
    text = client.get("/codes/icd10cm/E11.41").text
    assert "together with" in text
    assert "frozen at that edition" in text
    assert "no substitute for coding from the record" in text
