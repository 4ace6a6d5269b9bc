"""Reading the general equivalence mappings, from tables and from CMS's own text."""

from datetime import date

import pytest

from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.gem import KINDS
from app.errors import Invalid
from tests.intake_files import read, written
from tests.shared_data import DATA, needs_data

TO_9, TO_10, PCS_TO_9, TO_PCS = KINDS
HEADER = (
    '"icd10cm","icd9cm","flags","approximate","no_map","combination","scenario","choice_list"\n'
)


def test_the_table_is_read_with_all_its_flags(tmp_path):
    text = HEADER + (
        '"A000","0010","00000",0,0,0,0,0\n'
        '"E1010","25011","10112",1,0,1,1,2\n"R402130","NoDx","11000",1,1,0,0,0\n'
    )
    found = read(TO_9, written(tmp_path, "icd10cmtoicd9gem.csv", text))
    assert (found.reading.edition, found.reading.effective_from) == ("2018", date(2017, 10, 1))
    assert found.of("gem")["E1010", "25011"] == {
        "flags": "10112", "approximate": 1, "no_map": 0, "combination": 1, "scenario": 1,
        "choice": 2,
    }  # fmt: skip
    assert found.of("gem")["R402130", ""]["no_map"] == 1
    assert found.of("gem")["A000", "0010"]["approximate"] == 0


@pytest.mark.parametrize(
    ("kind", "name", "line", "key"),
    [
        (TO_9, "2018_I10gem.txt", "A000    0010  00000", ("A000", "0010")),
        (TO_10, "2018_I9gem.txt", "E8000 V800XXA 10000", ("E8000", "V800XXA")),
        (PCS_TO_9, "gem_pcsi9.txt", "0016070 0234  10000", ("0016070", "0234")),
        (TO_PCS, "gem_i9pcs.txt", "0010  NoPCS   11000", ("0010", "")),
    ],
)
def test_the_text_of_cms_is_told_apart_by_its_name(tmp_path, kind, name, line, key):
    member = written(tmp_path, name, f"{line}\r\n\x1a")
    assert [other for other in KINDS if other.recognise(member)] == [kind]
    found = read(kind, member)
    assert list(found.of("gem")) == [key]
    assert found.faults == []


def test_a_pair_may_stand_in_several_scenarios_and_once_in_each(tmp_path):
    text = "T400X1A 9650 10111\nT400X1A 9650 10121\nT400X1A 9650 10121\n"
    found = read(TO_9, written(tmp_path, "2018_I10gem.txt", text))
    assert [data["scenario"] for *_, data in found.facts] == [1, 2]
    assert found.faults == [(3, "This mapping is listed twice; the first row was kept.")]


def test_swapped_columns_of_a_table_are_found_by_their_names(tmp_path):
    text = "flags,icd9cm,icd10cm\n00000,0010,A000\n"
    found = read(TO_9, written(tmp_path, "icd10cmtoicd9gem.csv", "\ufeff" + text))
    assert list(found.of("gem")) == [("A000", "0010")]


def test_swapped_columns_of_text_are_refused(tmp_path):
    member = written(tmp_path, "2018_I10gem.txt", "0010 A000 00000\n" * 5)
    with pytest.raises(Invalid, match=r"is not the text of a GEM, ICD-10-CM to ICD-9-CM"):
        read(TO_9, member)


def test_rows_that_cannot_be_read_are_left_out_with_their_lines(tmp_path):
    text = HEADER + (
        "A000,0010,00000\nA001,0011,0\nA002,0011,11000\nA003,=1+1,00000\n"
        "=1+1,0011,00000\nA004,NoDx,10000\nA005,0011\nA006,0011,20000\n"
    )
    found = read(TO_9, written(tmp_path, "icd10cmtoicd9gem.csv", text))
    assert len(found.facts) == 1
    assert sorted(line for line, _ in found.faults) == [3, 4, 5, 6, 7, 8, 9]
    text = "A000 0010 00000\n\nA001\n<html>\nA001 0011 00000\n"
    found = read(TO_9, written(tmp_path, "2018_I10gem.txt", text))
    assert [line for line, _ in found.faults] == [3, 4]


def test_a_missing_column_is_named(tmp_path):
    member = written(tmp_path, "icd10cmtoicd9gem.csv", "icd10cm,icd9,x\nA000,0010,00000\n")
    assert TO_9.recognise(member) is None
    with pytest.raises(Invalid, match="not the text"):
        TO_9.read({"gem": [member]}, Hints())


def test_a_later_year_than_the_last_needs_its_day(tmp_path):
    member = written(tmp_path, "2021_I10gem.txt", "A000 0010 00000\n")
    with pytest.raises(Invalid, match="last mappings are of 2018"):
        read(TO_9, member)
    earlier = written(tmp_path, "2017_I10gem.txt", "A000 0010 00000\n")
    assert read(TO_9, earlier).reading.effective_from == date(2016, 10, 1)
    with pytest.raises(Invalid, match="One mapping"):
        TO_9.read({"gem": [member, earlier]}, Hints())


@needs_data
def test_the_mappings_here_are_read_whole():
    found = read(TO_9, *members(DATA / "gem" / "icd10cmtoicd9gem.csv"))
    assert (len(found.rows), found.reading.quarantine.count) == (78_838, 0)
    assert sum(not row.other for row in found.rows) == 669
    back = read(TO_10, *members(DATA / "gem" / "icd9toicd10cmgem.csv"))
    assert (len(back.rows), back.reading.quarantine.count) == (23_912, 0)
