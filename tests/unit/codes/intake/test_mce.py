"""Reading the lists of the Medicare Code Editor."""

from datetime import date

import pytest

from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.mce import KINDS
from app.errors import Invalid
from tests.intake_files import read, written
from tests.shared_data import DATA, needs_data

(MCE,) = KINDS
TEXT = (
    '"icd_code","icd_description","icd_conflict_group","icd_conflict_rule"\n'
    '"E84.11","Invented","Age","Newborn"\n"E84.11","Invented","Sex","Female Only"\n'
)


def test_an_edit_is_of_the_version_in_the_name(tmp_path):
    found = read(MCE, written(tmp_path, "mce_v41.csv", TEXT))
    assert (found.reading.edition, found.reading.effective_from) == ("v41", date(2023, 10, 1))
    assert [(code, data) for _, code, _, data in found.facts] == [
        ("E8411", {"group": "Age", "rule": "Newborn"}),
        ("E8411", {"group": "Sex", "rule": "Female Only"}),
    ]
    spring = read(MCE, written(tmp_path, "mce_v41.1.csv", TEXT))
    assert spring.reading.effective_from == date(2024, 4, 1)


def test_a_file_of_no_version_asks_for_the_day(tmp_path):
    member = written(tmp_path, "mce_code_edits.csv", TEXT)
    with pytest.raises(Invalid, match="--effective"):
        read(MCE, member)
    found = read(MCE, member, hints=Hints(effective=date(2023, 10, 1), edition="v41"))
    assert found.reading.edition == "v41"


def test_rows_that_cannot_be_read_are_left_out_with_their_lines(tmp_path):
    rows = '"E84.11","Invented","Age","Newborn"\n=1+1,x,Age,Newborn\nA00,x,,Newborn\nA00,x\n'
    found = read(MCE, written(tmp_path, "mce_v41.csv", TEXT + rows))
    assert len(found.facts) == 2
    assert [line for line, _ in found.faults] == [4, 5, 6, 7]


def test_a_missing_column_is_named(tmp_path):
    member = written(tmp_path, "mce_v41.csv", TEXT.replace("icd_conflict_rule", "rule"))
    assert MCE.recognise(member) is None
    with pytest.raises(Invalid, match="ICD_CONFLICT_RULE"):
        MCE.read({"edits": [member]}, Hints())


@needs_data
def test_the_lists_here_are_read_whole():
    hints = Hints(effective=date(2023, 10, 1))
    found = read(MCE, *members(DATA / "drg" / "mce_code_edits.csv"), hints=hints)
    assert (len(found.facts), found.reading.quarantine.count) == (7_946, 0)
