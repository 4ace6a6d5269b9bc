"""HCPCS Level II out of each form CMS has given it, whole and damaged."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.codes.intake import hcpcs
from app.codes.intake.contract import Hints, Kind, Reading
from app.codes.intake.files import LONGEST_LINE, members
from app.codes.intake.hcpcs_records import AMA_OR_ADA, LAYOUT
from app.codes.intake.hcpcs_sections import LETTERS, SECTIONS
from app.codes.intake.rows import Entry, Fact
from app.codes.models import EntryKind
from app.codes.words import hcpcs as hcpcs_words
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

HCPCS, FIELDS, NOC = hcpcs.KINDS
NOTICE = "***Disclaimers\t\t\n\t\t\n*Invented notice.\n"
DEFAULTS = {
    "seqnum": "00100",
    "recid": "3",
    "long description": "Invented item one",
    "short description": "Invented one",
    "add dt": "20010101",
    "act eff dt": "20020101",
    "action cd": "N",
}
CSV_NAMES = [
    f"{name.upper()}{number if times > 1 else ''}"
    for name, (_, _, times) in LAYOUT.items()
    for number in range(1, times + 1)
]


def line(code: str, **cells: str) -> str:
    """A line of the 320-character layout; the names of cells have "_" for blanks."""
    written = [" "] * 320
    named = {name.replace("_", " "): text for name, text in cells.items()}
    named |= {k: named.pop(k.replace("_", " ")) for k in LAYOUT if k.replace("_", " ") in named}
    for name, text in ({**DEFAULTS, **named, "hcpc": code}).items():
        start = LAYOUT[name][0]
        written[start : start + len(text)] = text
    return "".join(written)


def more(code: str, sequence: str, text: str, kind: str = "4") -> str:
    return f"{code:>5}{sequence}{kind}{text:<309}"


def text_file(folder: Path, *lines: str, name: str = "HCPC2026_JUL_ANWEB_06172026.txt") -> Path:
    path = folder / name
    path.write_bytes((NOTICE + "\n".join(lines) + "\n").replace("\n", "\r\n").encode("cp1252"))
    return path


def load(kind: Kind, *paths: Path, hints: Hints | None = None) -> tuple[Reading, list, list]:
    parts: dict[str, list] = {}
    for path in paths:
        for member in members(path):
            part = kind.recognise(member)
            if part:
                parts.setdefault(part, []).append(member)
    reading = kind.read(parts, hints or Hints())
    rows = [row for _, batch in reading.batches for row in batch]
    return (
        reading,
        [row for row in rows if isinstance(row, Entry)],
        [row for row in rows if isinstance(row, Fact)],
    )


def as_part(kind: Kind, part: str, path: Path, hints: Hints | None = None) -> Reading:
    """What reading does with a file that was taken for the part, whatever it is."""
    return kind.read({part: members(path)}, hints or Hints(effective=date(2026, 1, 1)))


def entry(entries: list[Entry], key: str) -> Entry:
    return next(e for e in entries if e.key == key)


def data(facts: list[Fact], code: str, topic: str = "hcpcs") -> dict:
    return next(json.loads(f.data) for f in facts if (f.topic, f.code) == (topic, code))


def faults(reading: Reading) -> list[tuple[int, str]]:
    return [(fault.line, fault.why) for fault in reading.quarantine.kept]


def test_a_code_hangs_under_its_letter_and_its_range(tmp_path):
    _, entries, _ = load(HCPCS, text_file(tmp_path, line("A0021"), line("E0100")))
    assert [(e.key, e.kind, e.parent_key, e.ancestors, e.position) for e in entries] == [
        ("A", EntryKind.CHAPTER, None, "", 1),
        ("A0021-A0999", EntryKind.SECTION, "A", "A", 2),
        ("A0021", EntryKind.CODE, "A0021-A0999", "A/A0021-A0999", 3),
        ("E", EntryKind.CHAPTER, None, "", 4),
        ("E0100-E0159", EntryKind.SECTION, "E", "E", 5),
        ("E0100", EntryKind.CODE, "E0100-E0159", "E/E0100-E0159", 6),
    ]
    assert not any(e.billable for e in entries if e.kind != EntryKind.CODE)


def test_a_code_outside_every_range_hangs_on_its_letter(tmp_path):
    _, entries, _ = load(HCPCS, text_file(tmp_path, line("R9999")))
    assert entry(entries, "R9999").ancestors == "R"


def test_a_modifier_keeps_its_two_characters(tmp_path):
    _, entries, facts = load(HCPCS, text_file(tmp_path, line("   A1", recid="7"), line("A0021")))
    modifier = entry(entries, "A1")
    assert (modifier.shown, modifier.kind, modifier.billable) == ("A1", "modifier", False)
    assert (modifier.parent_key, modifier.ancestors) == ("modifiers", "modifiers")
    assert entry(entries, "modifiers").shown == "Modifiers"
    assert modifier.position == len(entries)  # after all letters, though the file has them first
    assert data(facts, "A1")["action"] == "N"


def test_a_modifier_that_begins_with_d_is_no_dental_code(tmp_path):
    reading, entries, _ = load(HCPCS, text_file(tmp_path, line("   DA", recid="7")))
    assert entry(entries, "DA")
    assert not reading.dropped


def test_text_over_several_lines_is_joined_by_single_blanks(tmp_path):
    first = line("A0021", long_description="Invented item  with")
    path = text_file(
        tmp_path, first, more("A0021", "00200", "more of it,"), more("A0021", "00300", "x")
    )
    _, entries, _ = load(HCPCS, path)
    assert entry(entries, "A0021").title == "Invented item with more of it, x"


def test_a_text_that_breaks_off_leaves_the_code_out(tmp_path):
    reading, entries, _ = load(
        HCPCS,
        text_file(tmp_path, line("A0021"), more("A0021", "00300", "third"), line("A0080")),
    )
    assert [e.key for e in entries if e.kind == EntryKind.CODE] == ["A0080"]
    assert faults(reading) == [(5, "the text of A0021 breaks off, so the code was left out.")]


def test_a_line_that_continues_another_code_is_told(tmp_path):
    reading, entries, _ = load(
        HCPCS, text_file(tmp_path, line("A0021"), more("A0080", "00200", "stray"))
    )
    assert entry(entries, "A0021").title == "Invented item one"
    assert "continues “A0080”" in faults(reading)[0][1]


def test_a_line_four_characters_short_is_read(tmp_path):
    path = text_file(tmp_path, line("A0021"), more("A0021", "00200", "and more")[:316])
    reading, entries, _ = load(HCPCS, path)
    assert entry(entries, "A0021").title.endswith("and more")
    assert not reading.quarantine.count


def test_a_first_line_cut_short_is_left_out_with_what_continues_it(tmp_path):
    reading, entries, _ = load(
        HCPCS,
        text_file(tmp_path, line("A0021")[:200], more("A0021", "00200", "more"), line("A0080")),
    )
    assert [e.key for e in entries if e.kind == EntryKind.CODE] == ["A0080"]
    assert faults(reading) == [(4, "it is cut short.")]


def test_every_field_becomes_a_fact(tmp_path):
    written = line(
        "A0021",
        price="0011",
        mult_pi="9",
        cim="60-9  50-1",
        mcm="2049    2130",
        statute="1833(t)",
        labcert="220610",
        xref="A0030K0001CPT",
        cov="D",
        asc_grp="YY",
        asc_dt="20190101",
        opps="102",
        opps_pi="1",
        opps_dt="20190201",
        procnote="0088",
        betos="O1A",
        tos="9S",
        anest_bu=" 05",
        term_dt="20300101",
    )
    reading, entries, facts = load(HCPCS, text_file(tmp_path, written))
    assert not reading.quarantine.count
    assert data(facts, "A0021") == {
        "short": "Invented one",
        "pricing": ["00", "11"],
        "multiple_pricing": "9",
        "cim": ["60-9", "50-1"],
        "mcm": ["2049", "2130"],
        "statute": "1833(t)",
        "lab_cert": ["220", "610"],
        "coverage": "D",
        "asc_group": "YY",
        "asc_date": "2019-01-01",
        "opps": "102",
        "opps_indicator": "1",
        "opps_date": "2019-02-01",
        "procnote": "0088",
        "betos": "O1A",
        "tos": ["9", "S"],
        "anesthesia_units": "5",
        "added": "2001-01-01",
        "effective": "2002-01-01",
        "terminated": "2030-01-01",
        "action": "N",
        "see": ["CPT"],
    }
    assert [f.other for f in facts if f.topic == "xref"] == ["A0030", "K0001"]
    assert (entry(entries, "A0021").began, entry(entries, "A0021").ended) == (
        "2001-01-01",
        "2030-01-01",
    )


@pytest.mark.parametrize(
    ("ended", "billable"),
    [("20260630", False), ("20260701", True), ("20261231", True), ("", True)],
)
def test_a_code_is_billable_until_the_day_it_ends(tmp_path, ended, billable):
    _, entries, _ = load(HCPCS, text_file(tmp_path, line("A0021", term_dt=ended)))
    assert entry(entries, "A0021").billable is billable


@pytest.mark.parametrize("code", ["99213", "0001U", "0001F", "D0120", "D9999"])
def test_codes_of_the_ama_and_the_ada_are_counted_and_never_stored(tmp_path, code):
    path = text_file(
        tmp_path,
        line(code, long_description="INVENTED TEXT ONE"),
        more(code, "00200", "INVENTED TEXT TWO"),
        line("A0021"),
    )
    reading, entries, facts = load(HCPCS, path)
    assert reading.dropped == {AMA_OR_ADA: 1}
    assert not reading.quarantine.count
    assert "INVENTED TEXT" not in repr(entries) + repr(facts)


def test_modifiers_of_the_ama_are_never_stored(tmp_path):
    path = text_file(tmp_path, line("   25", recid="7"), line("   1P", recid="7"), line("A0021"))
    reading, entries, _ = load(HCPCS, path)
    assert reading.dropped == {AMA_OR_ADA: 2}
    assert {e.key for e in entries} == {"A", "A0021-A0999", "A0021"}


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"term_dt": "20261332"}, "is no day on which a code ends"),
        ({"add_dt": "yesterda"}, "is no day on which a code was added"),
        ({"seqnum": "     "}, "sequence number"),
        ({"recid": "7"}, "record type 7"),
        ({"long description": " " * 80}, "has no description"),
    ],
)
def test_a_row_that_makes_no_sense_is_told_with_its_line(tmp_path, cells, why):
    bad = line("A0080", **{k: v for k, v in cells.items() if k != "seqnum"})
    if "seqnum" in cells:
        bad = bad[:5] + "00000" + bad[10:]
    reading, entries, _ = load(HCPCS, text_file(tmp_path, line("A0021"), bad, line("A0090")))
    assert [e.key for e in entries if e.kind == EntryKind.CODE] == ["A0021", "A0090"]
    ((number, told),) = faults(reading)
    assert (number, why in told) == (5, True)


def test_a_code_written_twice_is_kept_once(tmp_path):
    again = line("A0021", long_description="Invented other")
    reading, entries, _ = load(HCPCS, text_file(tmp_path, line("A0021"), again))
    assert entry(entries, "A0021").title == "Invented item one"
    assert faults(reading) == [(5, "A0021 is there twice.")]


def test_what_stands_between_records_is_told(tmp_path):
    reading, _, _ = load(HCPCS, text_file(tmp_path, line("A0021"), "<p>Not found</p>", "\x1a"))
    assert [number for number, _ in faults(reading)] == [5]


@pytest.mark.parametrize(
    ("name", "effective", "edition"),
    [
        ("HCPC2026_JUL_ANWEB_06172026.txt", date(2026, 7, 1), "July 2026"),
        ("HCPC2024_OCT_ANWEB_v2.txt", date(2024, 10, 1), "October 2024"),
        ("HCPC2019_CONTR_ANWEB.txt", date(2019, 1, 1), "January 2019"),
        ("april-2025-alpha-numeric-hcpcs.txt", date(2025, 4, 1), "April 2025"),
    ],
)
def test_the_name_tells_when_the_edition_takes_effect(tmp_path, name, effective, edition):
    reading, _, _ = load(HCPCS, text_file(tmp_path, line("A0021"), name=name))
    assert (reading.effective_from, reading.edition) == (effective, edition)


def test_without_a_dated_name_the_day_is_asked_for(tmp_path):
    path = text_file(tmp_path, line("A0021"), name="anweb.txt")
    with pytest.raises(Invalid, match="--effective YYYY-MM-DD"):
        load(HCPCS, path)
    reading, _, _ = load(HCPCS, path, hints=Hints(date(2026, 10, 1), "Fall"))
    assert (reading.effective_from, reading.edition) == (date(2026, 10, 1), "Fall")


def test_two_editions_are_not_mixed(tmp_path):
    with pytest.raises(Invalid, match="two editions"):
        load(
            HCPCS,
            text_file(tmp_path, line("A0021"), name="HCPC2024_JAN_ANWEB.txt"),
            text_file(tmp_path, line("A0021"), name="HCPC2024_APR_ANWEB.txt"),
        )


def test_bytes_of_another_code_page_become_blanks(tmp_path):
    path = text_file(tmp_path, line("A0021"))
    path.write_bytes(path.read_bytes().replace(b"Invented item one", b"Invented\xa0item\xffone"))
    _, entries, _ = load(HCPCS, path)
    assert entry(entries, "A0021").title == "Invented item one"


def test_a_mark_of_byte_order_is_no_character_of_the_first_code(tmp_path):
    path = tmp_path / "HCPC2026_ANWEB.txt"
    path.write_bytes(b"\xef\xbb\xbf" + line("A0021").encode())
    _, entries, _ = load(HCPCS, path)
    assert entry(entries, "A0021")


# --- The workbook, and comma separated text of it -----------------------------------------------


def sheet(rows: list[dict[str, object]], names: list[str] = CSV_NAMES) -> list[list[object]]:
    return [["***Disclaimers"], [], names, *([row.get(name, "") for name in names] for row in rows)]


def row(code: str, **cells: object) -> dict[str, object]:
    given = {
        "HCPC": code,
        "SEQNUM": "0010",
        "RECID": "3",
        "LONG DESCRIPTION": "Invented item one",
        "SHORT DESCRIPTION": "Invented one",
        "ADD DT": "20010101",
        "ACT EFF DT": "20020101",
        "ACTION CD": "N",
    }
    return given | {name.replace("_", " "): value for name, value in cells.items()}


def csv_file(folder: Path, table: list[list[object]], name: str = "HCPC2026_ANWEB.csv") -> Path:
    path = folder / name
    lines = [",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in r) for r in table]
    path.write_text("\n".join(lines) + "\n")
    return path


def xlsx_file(folder: Path, table: list[list[object]], name: str = "HCPC2026_ANWEB.xlsx") -> Path:
    book = openpyxl.Workbook()
    for cells in table:
        book.active.append([None if cell == "" else cell for cell in cells])
    book.save(folder / name)
    return folder / name


def test_a_workbook_reads_like_the_text(tmp_path):
    table = sheet(
        [
            row("   A1", RECID="7"),
            row("A0021", PRICE1=0, LABCERT1=10, PROCNOTE=88, XREF1="A0080", **{"ADD DT": 20010101}),
            row("A0021", SEQNUM="0020", RECID="4", LONG_DESCRIPTION="and more"),
        ]
    )
    reading, entries, facts = load(HCPCS, xlsx_file(tmp_path, table))
    assert not reading.quarantine.count
    assert entry(entries, "A0021").title == "Invented item one and more"
    found = data(facts, "A0021")
    assert (found["pricing"], found["lab_cert"], found["procnote"]) == (["00"], ["010"], "0088")
    assert entry(entries, "A1").kind == "modifier"


def test_the_text_is_read_where_a_workbook_lies_beside_it(tmp_path):
    reading, entries, _ = load(
        HCPCS,
        xlsx_file(tmp_path, sheet([row("A0080")])),
        text_file(tmp_path, line("A0021")),
    )
    assert {e.key for e in entries} >= {"A0021"}
    assert not {e.key for e in entries} & {"A0080"}
    assert reading.effective_from == date(2026, 7, 1)


def test_a_formula_in_a_cell_is_text(tmp_path):
    table = sheet([row("A0021", LONG_DESCRIPTION="=1+1"), row("=1+1")])
    reading, entries, _ = load(HCPCS, csv_file(tmp_path, table))
    assert entry(entries, "A0021").title == "=1+1"
    assert "“=1+1” is no code" in faults(reading)[0][1]


def test_columns_may_stand_in_another_order(tmp_path):
    names = list(reversed(CSV_NAMES))
    _, entries, facts = load(HCPCS, csv_file(tmp_path, sheet([row("A0021", PRICE2="11")], names)))
    assert entry(entries, "A0021").title == "Invented item one"
    assert data(facts, "A0021")["pricing"] == ["11"]


@pytest.mark.parametrize("name", ["TERM DT", "LONG DESCRIPTION", "COV", "ADD DT"])
def test_a_missing_column_is_named(tmp_path, name):
    names = [n for n in CSV_NAMES if n != name]
    path = csv_file(tmp_path, sheet([row("A0021")], names))
    with pytest.raises(Invalid, match=f"no column “{name}”"):
        as_part(HCPCS, "sheet", path)


def test_a_row_cut_short_is_left_out(tmp_path):
    path = csv_file(tmp_path, sheet([row("A0021"), row("A0080")]))
    path.write_text(path.read_text()[:-60])
    reading, entries, _ = load(HCPCS, path)
    assert [e.key for e in entries if e.kind == EntryKind.CODE] == ["A0021"]
    assert faults(reading) == [(5, "it is cut short.")]


# --- Codes and long descriptions ----------------------------------------------------------------


def described(folder: Path, body: str, header: str = "Code,Description,last_updated") -> Path:
    path = folder / "hcpcs_2025_oct_code_longdesc.csv"
    path.write_text(f"{header}\n{body}")
    return path


def test_codes_with_long_descriptions_alone_are_a_release(tmp_path):
    body = '   A1,Invented one,x\nA0021,"Invented, two",x\n99213,INVENTED TEXT ONE,x\n'
    reading, entries, facts = load(HCPCS, described(tmp_path, body))
    assert reading.effective_from == date(2025, 10, 1)
    assert entry(entries, "A0021").title == "Invented, two"
    assert entry(entries, "A0021").billable
    assert entry(entries, "A1").kind == "modifier"
    assert reading.dropped == {AMA_OR_ADA: 1}
    assert not facts


def test_bad_rows_of_descriptions_are_told_and_the_rest_is_read(tmp_path):
    body = "A0021,Invented,x\nA0021,Again,x\nA0080,,x\nA0090\nZ0000,No such letter,x\n"
    reading, entries, _ = load(HCPCS, described(tmp_path, body))
    assert [e.key for e in entries if e.kind == EntryKind.CODE] == ["A0021"]
    assert [number for number, _ in faults(reading)] == [3, 4, 5, 6]


def test_codes_in_the_column_of_descriptions_are_refused(tmp_path):
    path = described(tmp_path, "Invented one,A0021,x\n")
    with pytest.raises(Invalid, match="holds no code"):
        as_part(HCPCS, "codes", path)
    with pytest.raises(Invalid, match="DESCRIPTION"):
        as_part(HCPCS, "codes", described(tmp_path, "A0021,x\n", header="Code,Text"))


# --- What is no release -------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["text", "sheet", "codes"])
@pytest.mark.parametrize(
    "content",
    [b"<html><body>Page not found</body></html>\n", b"\x00\xff\xfe\x01", b"a,b\n1,2\n", b"\n"],
)
def test_another_file_is_neither_recognized_nor_read(tmp_path, part, content):
    path = tmp_path / "HCPC2026_ANWEB.txt"
    path.write_bytes(content)
    assert HCPCS.recognise(members(path)[0]) is None
    with pytest.raises(Invalid):
        as_part(HCPCS, part, path)


def test_an_endless_line_is_refused(tmp_path):
    path = text_file(tmp_path, line("A0021"), "x" * (LONGEST_LINE + 1))
    with pytest.raises(Invalid, match="line 5 is longer"):
        load(HCPCS, path)


def test_nothing_at_all_is_refused():
    for kind in hcpcs.KINDS:
        with pytest.raises(Invalid):
            kind.read({}, Hints(effective=date(2026, 1, 1)))


# --- Processing notes, field values, NOC codes --------------------------------------------------


def test_processing_notes_are_told_where_a_code_has_one(tmp_path):
    notes = tmp_path / "proc_notes_2026.txt"
    notes.write_text(
        "          PROCESSING NOTES\n _____\n\n"
        "    0001--INVENTED NOTE ONE.          *\n                       *\n"
        "    0002--INVENTED NOTE THAT GOES     *\n          ON HERE.       *\n"
    )
    _, _, facts = load(HCPCS, notes, text_file(tmp_path, line("A0021", procnote="0002")))
    assert data(facts, "0002", "procnote") == {"text": "INVENTED NOTE THAT GOES ON HERE."}
    assert not [f for f in facts if f.code == "0001"]


FIELD_NAMES = [
    *("hcpcs_code", "price", "multi", "cov", "betos", "tos", "action", "cim", "mcm", "statute"),
    *("lab", "xref", "asc_grp", "proc", "anes", "date_term", "date_added", "date_asc"),
    "date_action",
]


def fields_file(folder: Path, *rows: dict[str, str], names: list[str] = FIELD_NAMES) -> Path:
    return csv_file(
        folder,
        [names, *([r.get(name, "") for name in names] for r in rows)],
        "hcpcs_lvl2_2024_fields.csv",
    )


def test_field_values_become_the_same_facts(tmp_path):
    path = fields_file(
        tmp_path,
        {
            "hcpcs_code": "A0021",
            "price": "13:21",
            "cov": "D",
            "tos": "9:S",
            "lab": "220, 610",
            "xref": "99406, A0080",
            "anes": "0",
            "date_term": "2020-12-31",
        },
        {"hcpcs_code": "99213"},
        {"hcpcs_code": "A0021"},
        {"hcpcs_code": "A0080", "date_term": "2020-02-30"},
    )
    reading, entries, facts = load(FIELDS, path)
    assert not entries
    assert data(facts, "A0021") == {
        "pricing": ["13", "21"],
        "coverage": "D",
        "tos": ["9", "S"],
        "lab_cert": ["220", "610"],
        "terminated": "2020-12-31",
    }
    assert [f.other for f in facts if f.topic == "xref"] == ["99406", "A0080"]
    assert reading.effective_from == date(2024, 1, 1)
    assert reading.dropped == {AMA_OR_ADA: 1}
    assert [number for number, _ in faults(reading)] == [4, 5]


def test_field_values_without_a_column_are_refused(tmp_path):
    names = [n for n in FIELD_NAMES if n != "statute"]
    with pytest.raises(Invalid, match="statute"):
        load(FIELDS, fields_file(tmp_path, {"hcpcs_code": "A0021"}, names=names))


def test_codes_for_what_is_not_classified_are_marked(tmp_path):
    table = [["NOC CODES - HCPCS 2019"], [], ["HCPCS", "LONG DESCRIPTION", "ADD DATE", "TERM DATE"]]
    table += [
        ["A0999", "Invented", 19870101],
        ["A0999", "Invented"],
        ["99199", "INVENTED TEXT ONE"],
    ]
    path = xlsx_file(tmp_path, table, "NOC_Codes_2019.xlsx")
    reading, _, facts = load(NOC, path)
    assert [(f.topic, f.code, f.data) for f in facts] == [("noc", "A0999", "{}")]
    assert faults(reading) == [(5, "A0999 is there twice.")]
    printed = tmp_path / "NOC_Codes_2019.prn"
    printed.write_text(
        "   NOC CODES - HCPCS 2019\n\n\n  HCPCS  LONG\n\n  A0999  Invented  19870101\n"
    )
    _, _, facts = load(NOC, printed)
    assert [f.code for f in facts] == ["A0999"]


# --- The tables of headings and words -----------------------------------------------------------


def test_ranges_are_in_order_within_their_letter_and_do_not_overlap():
    for (first, last, title), after in zip(SECTIONS, [*SECTIONS[1:], None], strict=True):
        assert first <= last
        assert first[0] == last[0]
        assert first[0] in LETTERS
        assert title.strip() == title != ""
        assert after is None or last < after[0]


def test_betos_codes_are_put_in_words():
    assert hcpcs_words.betos("D1B") == "Durable medical equipment; Hospital beds"
    assert hcpcs_words.betos("M5C") == "Evaluation and management; Visits to specialists"
    assert hcpcs_words.betos("X") == ""


# --- The real files -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def annual():
    found = members(DATA / "hcpcs" / "2019-Alpha-Numeric-HCPCS-File.zip")
    parts = {part: [m] for m in found if m.suffix == ".txt" and (part := HCPCS.recognise(m))}
    reading = HCPCS.read(parts, Hints())
    rows = [row for _, batch in reading.batches for row in batch]
    kept = [[row for row in rows if isinstance(row, kind)] for kind in (Entry, Fact)]
    return reading, *kept


@needs_data
def test_the_annual_file_of_2019_is_read_whole(annual):
    reading, entries, facts = annual
    kinds = Counter(e.kind for e in entries)
    assert (kinds[EntryKind.CODE], kinds["modifier"]) == (6_440, 360)
    assert sum(e.ended is not None for e in entries) == 515
    assert not reading.quarantine.count
    assert not reading.dropped
    assert reading.effective_from == date(2019, 1, 1)
    keys = [e.key for e in entries]
    assert len(set(keys)) == len(keys)
    assert [e.position for e in entries] == list(range(1, len(entries) + 1))
    assert Counter(f.topic for f in facts)["hcpcs"] == 6_800
    assert max(len(e.title) for e in entries) == 1_247  # double blanks within are made one
    assert data(facts, "A0021")["pricing"] == ["00"]


@needs_data
def test_what_the_real_records_say_has_words(annual):
    _, _, facts = annual
    found = [json.loads(f.data) for f in facts if f.topic == "hcpcs"]
    for key, words in {
        "coverage": hcpcs_words.COVERAGE,
        "multiple_pricing": hcpcs_words.MULTIPLE_PRICING,
        "action": hcpcs_words.ACTION,
    }.items():
        assert {d[key] for d in found if key in d} <= words.keys()
    for key, words in {
        "pricing": hcpcs_words.PRICING,
        "tos": hcpcs_words.TYPE_OF_SERVICE,
        "lab_cert": hcpcs_words.LAB_CERTIFICATION,
    }.items():
        assert {code for d in found for code in d.get(key, ())} <= words.keys()
    assert all(hcpcs_words.betos(d["betos"]) for d in found if "betos" in d)


@needs_data
def test_the_workbook_of_2018_reads_like_its_text():
    found = members(DATA / "hcpcs" / "2018-Alpha-Numeric-HCPCS-File.zip")
    read = {}
    for part, suffix in (("text", ".txt"), ("sheet", ".xlsx")):
        chosen = [m for m in found if "ANWEB" in m.name and m.suffix == suffix]
        reading = HCPCS.read({part: chosen}, Hints())
        read[part] = [row for _, batch in reading.batches for row in batch]
        assert not reading.quarantine.count
    assert read["text"] == read["sheet"]
    assert sum(isinstance(r, Entry) and r.kind == EntryKind.CODE for r in read["text"]) == 6_205


@needs_data
def test_the_codes_of_october_2025_all_stand_in_a_section():
    reading, entries, _ = load(HCPCS, DATA / "hcpcs" / "hcpcs_2025_oct_code_longdesc.csv")
    kinds = Counter(e.kind for e in entries)
    assert (kinds[EntryKind.CODE], kinds["modifier"]) == (8_463, 383)
    assert not reading.quarantine.count
    assert reading.effective_from == date(2025, 10, 1)
    assert not [e.key for e in entries if e.kind == EntryKind.CODE and "/" not in e.ancestors]
    assert max(len(e.title) for e in entries) > 4_000


@needs_data
def test_the_field_values_of_2024_and_the_noc_codes_of_2019_are_read():
    reading, _, facts = load(FIELDS, DATA / "hcpcs" / "hcpcs_lvl2_2024_fields.csv")
    assert Counter(f.topic for f in facts)["hcpcs"] == 8_033
    assert not reading.quarantine.count
    _, _, facts = load(NOC, DATA / "hcpcs" / "2019-HCPCS-NOC-Codes.zip")
    assert len(facts) == 139
