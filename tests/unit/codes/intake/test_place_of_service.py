"""Places of service, in the forms the table is passed around in."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from app.codes.intake import place_of_service
from app.codes.intake.contract import Hints, Reading
from app.codes.intake.files import LONGEST_LINE, members
from app.codes.intake.rows import Fact
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

(PLACES,) = place_of_service.KINDS
LONG = "pos_code,pos_type,pos_name,pos_description"
SHORT = "place_of_service_code,description"
SINCE = Hints(date(2024, 5, 1))


def table(folder: Path, text: str, name: str = "places.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def load(path: Path, hints: Hints = SINCE) -> tuple[Reading, list[Fact]]:
    reading = PLACES.read({"places": members(path)}, hints)
    return reading, [row for _, batch in reading.batches for row in batch]


def lines(reading: Reading) -> list[int]:
    return [fault.line for fault in reading.quarantine.kept]


def test_a_place_has_its_name_its_type_and_what_it_is(tmp_path):
    path = table(tmp_path, f'{LONG}\n"01","Non-Facility","Shop","Where, invented."\n')
    assert PLACES.recognise(members(path)[0]) == "places"
    reading, facts = load(path)
    assert [(f.topic, f.code, f.other) for f in facts] == [("pos", "01", "")]
    assert json.loads(facts[0].data) == {
        "name": "Shop",
        "type": "Non-Facility",
        "description": "Where, invented.",
    }
    assert (reading.edition, reading.effective_from) == ("May 2024", date(2024, 5, 1))


def test_of_two_columns_the_second_is_the_name(tmp_path):
    path = table(tmp_path, f"\ufeff{SHORT}\n01,Shop\n")
    assert PLACES.recognise(members(path)[0]) == "places"
    assert json.loads(load(path)[1][0].data) == {"name": "Shop"}


def test_the_table_of_cms_gives_ranges_that_are_not_assigned(tmp_path):
    header = "Place of Service Code(s),Place of Service Name,Place of Service Description"
    path = table(tmp_path, f"{header}\n28-30,Unassigned,N/A\n31\u201332,Unassigned,N/A\n")
    assert PLACES.recognise(members(path)[0]) == "places"
    _, facts = load(path)
    assert [f.code for f in facts] == ["28", "29", "30", "31", "32"]
    assert {f.data for f in facts} == {'{"name":"Unassigned"}'}


@pytest.mark.parametrize(
    "row",
    [
        "1,Facility,Shop,Text",
        "=1+1,Facility,Shop,Text",
        "01,Facility,,Text",
        "01,Shop,Facility,Text",
        "01,Facility",
        "<p>Not found</p>",
        "99,Facility,Again,Text",
    ],
)
def test_a_bad_row_is_told_with_its_line(tmp_path, row):
    reading, facts = load(table(tmp_path, f"{LONG}\n99,Facility,Other,Text\n{row}\n"))
    assert [f.code for f in facts] == ["99"]
    assert lines(reading) == [3]


def test_columns_may_stand_in_another_order_and_must_all_be_there(tmp_path):
    header = ",".join(reversed(LONG.split(",")))
    _, facts = load(table(tmp_path, f"{header}\nText,Shop,Facility,01\n"))
    assert (facts[0].code, json.loads(facts[0].data)["name"]) == ("01", "Shop")
    with pytest.raises(Invalid, match="DESCRIPTION"):
        load(table(tmp_path, "pos_code,pos_name\n01,Shop\n"))
    with pytest.raises(Invalid, match="NAME"):
        load(table(tmp_path, "pos_code,pos_description\n01,Text\n"))


def test_since_when_it_holds_is_asked_for(tmp_path):
    path = table(tmp_path, f"{SHORT}\n01,Shop\n")
    with pytest.raises(Invalid, match="--effective"):
        load(path, Hints())
    dated = table(tmp_path, f"{SHORT}\n01,Shop\n", "places of service may 2024.csv")
    assert load(dated, Hints())[0].effective_from == date(2024, 5, 1)


@pytest.mark.parametrize("content", [b"<html></html>", b"\xff\x00,\x01\n", b"a,b\n1,2\n", b"\n"])
def test_another_file_is_neither_recognized_nor_read(tmp_path, content):
    path = tmp_path / "places.csv"
    path.write_bytes(content)
    assert PLACES.recognise(members(path)[0]) is None
    with pytest.raises(Invalid):
        load(path)


def test_an_empty_file_and_an_endless_line_are_refused(tmp_path):
    with pytest.raises(Invalid, match="is empty"):
        load(table(tmp_path, ""))
    with pytest.raises(Invalid, match="line 2 is longer"):
        load(table(tmp_path, f"{SHORT}\n" + "x" * (LONGEST_LINE + 1)))
    with pytest.raises(Invalid):
        PLACES.read({}, SINCE)


def test_another_code_page_is_read(tmp_path):
    path = tmp_path / "places.csv"
    path.write_bytes(f"{SHORT}\n01,Patient".encode() + b"\x92s\xffhome\n")
    assert json.loads(load(path)[1][0].data)["name"] == "Patient\u2019s home"


@needs_data
@pytest.mark.parametrize(("name", "count"), [("northstar", 99), ("tuva", 50)])
def test_both_real_tables_are_read_whole(name, count):
    path = DATA / "pos" / f"place_of_service_{name}.csv"
    assert PLACES.recognise(members(path)[0]) == "places"
    reading, facts = load(path)
    assert len(facts) == count
    assert not reading.quarantine.count
    assert json.loads(next(f.data for f in facts if f.code == "11"))["name"] == "Office"
