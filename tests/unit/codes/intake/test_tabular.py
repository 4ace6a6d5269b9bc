"""Reading CDC's tabular XML."""

import pytest

from app.codes.intake.tabular import codes_named, dotted, read_tabular
from app.codes.models import EntryKind, NoteKind
from app.errors import Invalid
from tests.factories.codes import BOOK


@pytest.fixture(scope="module")
def entries():
    return {entry.key: entry for entry in read_tabular(BOOK.encode()).entries}


def test_every_line_of_the_book_is_an_entry_with_its_kind_and_place(entries):
    assert entries["4"].kind == EntryKind.CHAPTER
    assert entries["4"].shown == "Chapter 4"
    assert entries["E08-E13"].kind == EntryKind.SECTION
    assert entries["E11"].kind == EntryKind.CATEGORY
    assert entries["E114"].kind == EntryKind.SUBCATEGORY
    assert entries["E119"].kind == EntryKind.CODE
    assert entries["E119"].shown == "E11.9"
    assert entries["E1140"].ancestors == "4/E08-E13/E11/E114"


def test_titles_of_headings_do_not_repeat_their_range(entries):
    assert entries["4"].title == "Endocrine, nutritional and metabolic diseases"
    assert entries["E08-E13"].title == "Diabetes mellitus"


def test_billable_is_what_has_nothing_below_it(entries):
    assert {k for k, e in entries.items() if e.billable and k.startswith("E")} == {
        "E109", "E1140", "E1141", "E119", "E13",
    }  # fmt: skip


def test_a_section_of_one_category_does_not_take_its_key(entries):
    assert entries["QA0-QA0"].shown == "QA0"
    assert entries["QA0"].parent_key == "QA0-QA0"
    assert entries["QA00"].billable


def test_seventh_characters_fill_up_with_x_and_add_their_words(entries):
    made = entries["T149XXA"]
    assert made.shown == "T14.9XXA"
    assert made.title == "Unspecified injury, initial encounter"
    assert (made.seventh, made.billable, made.parent_key) == ("A", True, "T149")
    assert not entries["T149"].billable
    assert entries["T149"].kind == EntryKind.SUBCATEGORY


def test_the_exception_to_the_seventh_characters_is_read_from_the_book(entries):
    assert {k for k in entries if k.startswith("S060X0") and len(k) == 7} == {
        "S060X0A", "S060X0D", "S060X0S",
    }  # fmt: skip
    assert [k for k in entries if k.startswith("S060X7") and len(k) == 7] == ["S060X7A"]


def test_a_section_without_codes_heads_those_within_its_range(entries):
    assert entries["V00-V99"].parent_key == "V00-X58"
    assert entries["V00-V09"].ancestors == "20/V00-X58/V00-V99"
    assert entries["W00-W19"].ancestors == "20/V00-X58"


def test_notes_keep_their_kind_and_order(entries):
    kinds = [(note.kind, note.text) for note in entries["E11"].notes]
    assert kinds[0] == (NoteKind.INCLUDES, "diabetes NOS")
    assert kinds[2] == (NoteKind.EXCLUDES1, "type 1 diabetes mellitus (E10.-)")
    assert kinds[-1] == (NoteKind.USE_ADDITIONAL, "insulin (Z79.4)")


def test_a_note_after_a_seventh_character_goes_on_about_it(entries):
    lines = [(note.extension, note.text) for note in entries["T14"].notes]
    assert lines == [
        ("A", "initial encounter"),
        ("A", "initial encounter NOS"),
        ("S", "sequela"),
    ]


def test_the_table_of_visual_impairment_is_kept_row_by_row(entries):
    rows = [n.text.split("\t") for n in entries["H548"].notes if n.kind == NoteKind.TABLE]
    assert rows[0] == [
        "Category",
        "Acuity: Maximum less than",
        "Acuity: Minimum equal to or better than",
    ]
    assert rows[1] == ["1", "6/18; 20/70", "6/60; 20/200"]
    assert rows[2] == ["5", "No light perception", ""]


def test_a_list_of_codes_decides_which_seventh_characters_exist(entries):
    listed = frozenset(k for k, e in entries.items() if e.kind not in ("chapter", "section"))
    again = read_tabular(BOOK.encode(), listed)
    assert [e.key for e in again.entries] == list(entries)
    with pytest.raises(Invalid, match="disagree: 0 codes only in the list, 1 only in the XML"):
        read_tabular(BOOK.encode(), listed - {"E119"})
    with pytest.raises(Invalid, match="1 code only in the list"):
        read_tabular(BOOK.encode(), listed | {"E12"})


def test_what_cannot_be_read_is_left_out_and_named_with_its_line():
    broken = BOOK.replace("<name>E13</name>", "<name>E1</name>").replace(
        "<desc>Fall due to ice and snow</desc>", ""
    )
    book = read_tabular(broken.encode())
    assert "E13" not in {e.key for e in book.entries}
    assert [why for _, why in book.faults] == [
        "“E1” is not a code",
        "<diag> W00 has no name or no description",
    ]
    assert all(line > 1 for line, _ in book.faults)


def test_a_code_that_is_there_twice_is_read_once():
    twice = BOOK.replace("<name>E13</name>", "<name>E11.9</name>")
    book = read_tabular(twice.encode())
    assert [e.title for e in book.entries if e.key == "E119"] == [
        "Type 2 diabetes mellitus without complications"
    ]
    assert "is there twice" in book.faults[0][1]


EXTERNAL = """<?xml version="1.0"?><!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<ICD10CM.tabular><version>&x;</version></ICD10CM.tabular>"""
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    + "]><ICD10CM.tabular><version>&a11;</version></ICD10CM.tabular>"
)
REMOTE = """<?xml version="1.0"?><!DOCTYPE t SYSTEM "http://127.0.0.1:9/t.dtd">
<ICD10CM.tabular><version>2026</version></ICD10CM.tabular>"""


@pytest.mark.parametrize("attack", [EXTERNAL, LAUGHS, REMOTE], ids=["entity", "laughs", "dtd"])
def test_a_file_that_declares_a_document_type_is_refused(attack):
    with pytest.raises(Invalid) as refused:
        read_tabular(attack.encode())
    assert "root:" not in refused.value.message


@pytest.mark.parametrize(
    "content",
    [b"", b"not xml", b"<a><b></a>", b"\x00\x01", b"<ICD10CM.index/>", "<ä/>".encode("utf-16")],
)
def test_what_is_not_a_tabular_list_is_refused(content):
    with pytest.raises(Invalid):
        read_tabular(content)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("type 1 diabetes mellitus (E10.-)", ["E10"]),
        ("vitamin B12 deficiency (E10.9)", ["E10.9"]),
        ("injuries (S06-T14)", ["S06", "T14"]),
        ("G6PD and HIV and 2E10.9 and E10.9999", []),
        ("E10.9, E10.9 and E11.40", ["E10.9", "E11.40"]),
        ("disorders (QA0.-)", ["QA0"]),
    ],
)
def test_codes_in_a_note_are_those_that_exist(entries, text, named):
    assert codes_named(text, entries) == named


def test_the_dot_stands_after_the_third_character():
    assert [dotted(k) for k in ("E11", "E119", "S060X0A")] == ["E11", "E11.9", "S06.0X0A"]
