"""ICD-9-CM, diagnoses and procedures, from the lists CMS kept of them."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from app.codes.intake import icd9
from app.codes.intake.contract import Hints, Kind, Reading
from app.codes.intake.files import LONGEST_LINE, members
from app.codes.intake.icd9_sections import (
    DIAGNOSIS_CHAPTERS,
    DIAGNOSIS_SECTIONS,
    PROCEDURE_CHAPTERS,
    PROCEDURE_SECTIONS,
)
from app.codes.intake.rows import Entry, Fact
from app.codes.models import EntryKind
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

DIAGNOSES, PROCEDURES = icd9.KINDS
DX, SG = "CMS32_DESC_LONG_DX.txt", "CMS32_DESC_LONG_SG.txt"


def listed(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode("cp1252"))
    return path


def load(kind: Kind, *paths: Path, part: str = "") -> tuple[Reading, list[Entry], list[Fact]]:
    parts: dict[str, list] = {}
    for path in paths:
        for member in members(path):
            found = part or kind.recognise(member)
            if found:
                parts.setdefault(found, []).append(member)
    reading = kind.read(parts, Hints())
    rows = [row for _, batch in reading.batches for row in batch]
    return (
        reading,
        [row for row in rows if isinstance(row, Entry)],
        [row for row in rows if isinstance(row, Fact)],
    )


def codes(entries: list[Entry]) -> list[Entry]:
    return [e for e in entries if e.kind == EntryKind.CODE]


@pytest.mark.parametrize(
    ("name", "key", "shown", "ancestors"),
    [
        (DX, "0010", "001.0", "1/001-009"),
        (DX, "042", "042", "1/042-042"),
        (DX, "28521", "285.21", "4"),
        (DX, "E0000", "E000.0", "E/E000-E000"),
        (DX, "E030", "E030", "E/E001-E030"),
        (DX, "V010", "V01.0", "V/V01-V06"),
        (DX, "V9199", "V91.99", "V/V91-V91"),
        (SG, "0001", "00.01", "0"),
        (SG, "016", "01.6", "1/01-02"),
        (SG, "1711", "17.11", "3A"),
    ],
)
def test_a_code_is_written_as_the_book_does_and_stands_in_its_chapter(
    tmp_path, name, key, shown, ancestors
):
    kind = DIAGNOSES if name == DX else PROCEDURES
    _, entries, _ = load(kind, listed(tmp_path, name, f"{key:<5} Invented title"))
    (found,) = codes(entries)
    assert (found.key, found.shown, found.title) == (key, shown, "Invented title")
    assert (found.ancestors, found.parent_key) == (ancestors, ancestors.split("/")[-1])
    assert (found.billable, found.ended) == (True, "2015-09-30")
    assert [e.position for e in entries] == list(range(1, len(entries) + 1))


def test_external_causes_stand_last_whatever_the_order_of_the_file(tmp_path):
    path = listed(tmp_path, DX, "E0000 Invented", "V010  Invented", "0010  Invented")
    _, entries, _ = load(DIAGNOSES, path)
    assert [e.shown for e in codes(entries)] == ["001.0", "V01.0", "E000.0"]


def test_version_32_is_that_of_october_2014(tmp_path):
    reading, _, _ = load(DIAGNOSES, listed(tmp_path, DX, "0010  Invented"))
    assert (reading.edition, reading.effective_from) == ("Version 32", date(2014, 10, 1))
    assert reading.effective_to == date(2015, 9, 30)


def test_short_titles_are_facts_beside_the_long_ones(tmp_path):
    short = listed(tmp_path, "CMS32_DESC_SHORT_DX.txt", "0010  Inv", "0011  Not in the list")
    _, entries, facts = load(DIAGNOSES, short, listed(tmp_path, DX, "0010  Invented"))
    assert [e.title for e in codes(entries)] == ["Invented"]
    assert [(f.topic, f.code, json.loads(f.data)) for f in facts] == [
        ("icd9", "0010", {"short": "Inv"})
    ]


@pytest.mark.parametrize(
    "line",
    ["0010", "A000  Invented", "00100000 Invented", "=1+1  Invented", "<p>x</p>", "Invented 0010"],
)
def test_a_bad_line_is_told_with_its_number(tmp_path, line):
    reading, entries, _ = load(DIAGNOSES, listed(tmp_path, DX, "0011  Invented", "", line, "\x1a"))
    assert [e.key for e in codes(entries)] == ["0011"]
    assert [fault.line for fault in reading.quarantine.kept] == [3]


def test_a_code_twice_and_a_code_of_no_chapter_are_told(tmp_path):
    path = listed(tmp_path, DX, "0010  Invented", "0010  Again", "V990  Invented", "000   Invented")
    reading, entries, _ = load(DIAGNOSES, path)
    assert [e.title for e in codes(entries)] == ["Invented"]
    assert [fault.line for fault in reading.quarantine.kept] == [2, 3, 4]


def test_bytes_of_another_code_page_and_a_mark_of_byte_order_are_read(tmp_path):
    path = tmp_path / DX
    path.write_bytes(b"\xef\xbb\xbf0010  Inv\xc3\xa9nted\r\n")
    assert codes(load(DIAGNOSES, path)[1])[0].title == "Invénted"
    path.write_bytes(b"0010  Inv\xe9nted\xffone\r\n")
    assert codes(load(DIAGNOSES, path)[1])[0].title == "Invénted one"


@pytest.mark.parametrize("content", [b"<html></html>", b"\xff\x00\x01\n", b"A000 Text\n", b"\n"])
def test_another_file_is_neither_recognized_nor_read(tmp_path, content):
    path = tmp_path / DX
    path.write_bytes(content)
    assert DIAGNOSES.recognise(members(path)[0]) is None
    with pytest.raises(Invalid, match="holds no code"):
        load(DIAGNOSES, path, part="long")


def test_each_volume_is_known_by_its_name(tmp_path):
    diagnoses = members(listed(tmp_path, DX, "0010  Invented"))[0]
    procedures = members(listed(tmp_path, SG, "0001 Invented"))[0]
    others = members(listed(tmp_path, "codes.txt", "0010  Invented"))[0]
    assert [DIAGNOSES.recognise(m) for m in (diagnoses, procedures, others)] == ["long", None, None]
    assert [PROCEDURES.recognise(m) for m in (diagnoses, procedures, others)] == [
        None,
        "long",
        None,
    ]


def test_an_unnamed_version_an_empty_file_and_an_endless_line_are_refused(tmp_path):
    with pytest.raises(Invalid, match="--effective"):
        load(DIAGNOSES, listed(tmp_path, "codes.txt", "0010  Invented"), part="long")
    with pytest.raises(Invalid, match="line 1 is longer"):
        load(DIAGNOSES, listed(tmp_path, DX, "x" * (LONGEST_LINE + 1)), part="long")
    with pytest.raises(Invalid, match="is empty"):
        load(DIAGNOSES, listed(tmp_path, DX))
    with pytest.raises(Invalid):
        DIAGNOSES.read({}, Hints())


@pytest.mark.parametrize(
    ("chapters", "sections"),
    [(DIAGNOSIS_CHAPTERS, DIAGNOSIS_SECTIONS), (PROCEDURE_CHAPTERS, PROCEDURE_SECTIONS)],
)
def test_sections_do_not_overlap_and_each_lies_in_one_chapter(chapters, sections):
    ordered = sorted(sections)
    for (_, last, _), (first, _, _) in pairwise(ordered):
        assert last < first
    for first, last, _ in sections:
        assert (
            sum(
                len(first) == len(begins) and begins <= first <= last <= ends
                for _, begins, ends, _ in chapters
            )
            == 1
        ), first


@needs_data
@pytest.mark.parametrize(
    ("kind", "name", "count", "chapters"),
    [(DIAGNOSES, DX, 14_567, 19), (PROCEDURES, SG, 3_882, 18)],
)
def test_the_last_edition_is_read_whole(kind, name, count, chapters):
    reading, entries, _ = load(kind, DATA / "gem" / name)
    assert len(codes(entries)) == count
    assert sum(e.kind == EntryKind.CHAPTER for e in entries) == chapters
    assert not reading.quarantine.count
    keys = {e.key for e in entries}
    assert len(keys) == len(entries)
    assert all(e.parent_key is None or e.parent_key in keys for e in entries)
