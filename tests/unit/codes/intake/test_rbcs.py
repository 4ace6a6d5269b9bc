"""The Restructured BETOS Classification System, in the re-laid table and in CMS's own."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from app.codes.intake import rbcs
from app.codes.intake.contract import Hints, Reading
from app.codes.intake.files import LONGEST_LINE, members
from app.codes.intake.rows import Fact
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

(RBCS,) = rbcs.KINDS
RELAID = (
    "hcpcs_code,rbcs_procedure,rbcs_category,rbcs_subcategory,rbcs_family,"
    "hcpcs_date_added,hcpcs_date_ended,rbcs_date_effective"
)
OFFICIAL = (
    "HCPCS_Cd,RBCS_ID,RBCS_Cat,RBCS_Cat_Desc,RBCS_Cat_Subcat,RBCS_Subcat_Desc,RBCS_FamNumb,"
    "RBCS_Family_Desc,RBCS_Major_Ind,HCPCS_Cd_Add_Dt,HCPCS_Cd_End_Dt,"
)
ROW = "A0021,Other,Invented,Deeper,Family,2001-01-01,9999-12-31,2014-01-01"


def table(folder: Path, *rows: str, header: str = RELAID, name: str = "rbcs_2024.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((header, *rows)) + "\n")
    return path


def load(path: Path, hints: Hints | None = None) -> tuple[Reading, list[Fact]]:
    reading = RBCS.read({"taxonomy": members(path)}, hints or Hints())
    return reading, [row for _, batch in reading.batches for row in batch]


def lines(reading: Reading) -> list[int]:
    return [fault.line for fault in reading.quarantine.kept]


def test_a_row_becomes_a_fact(tmp_path):
    reading, facts = load(table(tmp_path, ROW))
    assert (reading.edition, reading.effective_from) == ("2024", date(2024, 1, 1))
    assert [(f.topic, f.code, f.other) for f in facts] == [("rbcs", "A0021", "")]
    assert json.loads(facts[0].data) == {
        "procedure": "Other",
        "category": "Invented",
        "subcategory": "Deeper",
        "family": "Family",
        "added": "2001-01-01",
        "effective": "2014-01-01",
    }


def test_a_code_keeps_every_family_it_was_in(tmp_path):
    later = ROW.replace("Family", "Other family").replace("2014", "2016")
    reading, facts = load(table(tmp_path, ROW, later, ROW))
    assert [json.loads(f.data)["family"] for f in facts] == ["Family", "Other family"]
    assert lines(reading) == [4]


def test_no_family_is_none(tmp_path):
    _, facts = load(table(tmp_path, ROW.replace("Family", "No RBCS Family")))
    assert "family" not in json.loads(facts[0].data)


@pytest.mark.parametrize("begins", ["RBCS_Assignment_Eff_Dt", "RBCS_Analysis_Start_Dt"])
def test_the_table_of_cms_gives_the_same_facts(tmp_path, begins):
    row = "99213,IX,I,Invented,IX,Deeper,001,Family,M,1/2/2001,12/31/9999,1/1/2014"
    path = table(tmp_path, row, header=OFFICIAL + begins, name="2024 RBCS Taxonomy_CSV.csv")
    assert RBCS.recognise(members(path)[0]) == "taxonomy"
    _, facts = load(path)
    assert facts[0].code == "99213"
    found = json.loads(facts[0].data)
    assert (found["procedure"], found["added"], found["effective"]) == (
        "Major",
        "2001-01-02",
        "2014-01-01",
    )
    assert "ended" not in found


@pytest.mark.parametrize(
    "row",
    [
        "=1+1,Other,Invented,Deeper,Family,2001-01-01,,2014-01-01",
        "A0021,Perhaps,Invented,Deeper,Family,2001-01-01,,2014-01-01",
        "A0021,Other,,Deeper,Family,2001-01-01,,2014-01-01",
        "A0021,Other,Invented,Deeper,Family,2001-02-30,,2014-01-01",
        "A0021,Other,Invented",
        "<p>Not found</p>",
    ],
)
def test_a_bad_row_is_told_with_its_line(tmp_path, row):
    good = ROW.replace("A0021", "A0080")
    reading, facts = load(table(tmp_path, row, good))
    assert [f.code for f in facts] == ["A0080"]
    assert lines(reading) == [2]


def test_columns_may_stand_in_another_order_and_must_all_be_there(tmp_path):
    header = ",".join(reversed(RELAID.split(",")))
    _, facts = load(table(tmp_path, ",".join(reversed(ROW.split(","))), header=header))
    assert facts[0].code == "A0021"
    with pytest.raises(Invalid, match="rbcs_family_desc"):
        load(table(tmp_path, ROW, header=RELAID.replace("rbcs_family", "other")))


def test_the_year_is_asked_for_where_no_name_gives_it(tmp_path):
    path = table(tmp_path, ROW, name="taxonomy.csv")
    with pytest.raises(Invalid, match="--effective"):
        load(path)
    assert load(path, Hints(date(2025, 1, 1)))[0].edition == "2025"


@pytest.mark.parametrize("content", [b"<html></html>", b"\xff\x00,\x01\n", b"a,b\n1,2\n", b"\n"])
def test_another_file_is_neither_recognized_nor_read(tmp_path, content):
    path = tmp_path / "rbcs_2024.csv"
    path.write_bytes(content)
    assert RBCS.recognise(members(path)[0]) is None
    with pytest.raises(Invalid):
        load(path)


def test_an_empty_file_and_an_endless_line_are_refused(tmp_path):
    path = table(tmp_path, ROW, "x" * (LONGEST_LINE + 1))
    with pytest.raises(Invalid, match="line 3 is longer"):
        load(path)
    path.write_bytes(b"")
    with pytest.raises(Invalid, match="is empty"):
        load(path)
    with pytest.raises(Invalid):
        RBCS.read({}, Hints())


def test_a_mark_of_byte_order_and_another_code_page_are_read(tmp_path):
    path = tmp_path / "rbcs_2024.csv"
    path.write_bytes(f"\ufeff{RELAID}\n{ROW}\n".encode())
    assert load(path)[1][0].code == "A0021"
    path.write_bytes(f"{RELAID}\n{ROW}\n".encode().replace(b"Deeper", b"Deep\xfcr"))
    assert json.loads(load(path)[1][0].data)["subcategory"] == "Deepür"


@needs_data
def test_the_classification_of_2024_is_read_whole():
    path = DATA / "hcpcs" / "rbcs_2024.csv.gz"
    assert RBCS.recognise(members(path)[0]) == "taxonomy"
    reading, facts = load(path)
    assert len(facts) == 17_033
    assert len({fact.code for fact in facts}) == 15_522
    assert not reading.quarantine.count
