"""Reading the AMA's data files. Every descriptor in here is invented."""

import json
import zipfile
from datetime import date

import pytest

from app.codes.intake.contract import Hints
from app.codes.intake.cpt import KINDS
from app.codes.intake.files import members
from app.errors import Invalid

[CPT] = KINDS
LICENSED = Hints(licensed=True)
NOTICE = (
    "INVENTED FILE NOTICE\r\n\r\n"
    "CPT\u00ae 2031 invented data file\r\n"
    "Copyright 1990-2030 American Medical Association. All rights reserved.\r\n\r\n"
)
LONG = NOTICE + (
    "99901\tInvented procedure one on an imaginary organ\r\n"
    "0999T\tInvented procedure two, of the year 2019\r\n"
)
MEDIUM = NOTICE + (
    "99901 INVENTED PROCEDURE ONE IMAGINARY ORGAN          \r\n"
    "0999T INVENTED PROCEDURE TWO                          \r\n"
)
SHORT = NOTICE + "99901 INVENTED ONE                \r\n0999T INVENTED TWO                \r\n"
CONSUMER = (
    "Concept Id\tCPT Code\tConsumer Friendly Descriptor\r\n"
    "1000001\t99901\tInvented words for everyone\r\n"
)
CLINICIAN = (
    "Concept Id\tCPT Code\tClinician Descriptor Id\tClinician Descriptor\r\n"
    "1000001\t99901\t20001\tInvented first way\r\n"
    '1000001\t99901\t20002\t"Invented ""second"" way"\r\n'
)
MODIFIERS = """Copyright 2030 American Medical Association.

Appendix A

INVENTED HEADING

21 Invented Circumstance: Words that go
on over 30 lines of nonsense,
22 of them wrapped.

22 Another Circumstance: Nothing happened.

Anesthesia Physical Status

Physical Status Modifier P1: An invented person
Physical Status Modifier P2: Another invented person

CPT Level I Modifiers

22 Another Circumstance: Said otherwise for centers.

27 Invented Center: Only there.

Category II Modifiers

1P Invented Exclusion: For no reason

Level II (HCPCS/National) Modifiers

LT Invented left
25 Not here
"""
HISTORY = (
    "Date\tChange Type\tConcept Id\tCPT Code\tLevel\tPrior Value\tCurrent Value\tInstruction\r\n"
    "20140101\tADDED\t1000001\t99901\t\t\tInvented procedure\t\r\n"
    "20200101\tREVISED\t1000001\t99901\t\tInvented procedure\tInvented procedure one\t\r\n"
    "Pre-1982\tDELETED\t1000002\t99902\t\tDescriptor not available\t\t\r\n"
)
DELETED = (
    "Concept Id\tCode\tDate Deleted\tLevel\tDescriptor\tInstruction\r\n"
    "1000003\t99903\t20190101\tNot available\tInvented and gone\tUse 99901\r\n"
)
FILES = {
    "LONGULT.txt": LONG,
    "MEDU.txt": MEDIUM,
    "SHORTU.txt": SHORT,
    "Consumer Friendly Descriptors/ConsumerDescriptor.txt": CONSUMER,
    "Clinician Descriptors/ClinicianDescriptor.txt": CLINICIAN,
    "MODUL.txt": MODIFIERS,
    "CPT Link/history/History_DTK_tab.txt": HISTORY,
    "CPT Link/history/Deleted_DTK_tab.txt": DELETED,
    "Read me.txt": "Nothing of use.",
}


def read(tmp_path, files=FILES, *, hints=LICENSED, name="invented.zip"):
    path = tmp_path / name
    with zipfile.ZipFile(path, "w") as archive:
        for each, text in files.items():
            content = text if isinstance(text, bytes) else text.encode()
            archive.writestr(each, content)
    parts = {}
    for member in members(path):
        if part := CPT.recognise(member):
            parts.setdefault(part, []).append(member)
    reading = CPT.read(parts, hints)
    return reading, [row for _, rows in reading.batches for row in rows]


def found(facts, topic="descriptor"):
    return [(f.code, f.other, json.loads(f.data)) for f in facts if f.topic == topic]


def long_of(tmp_path, text, notice=NOTICE):
    content = text if isinstance(text, bytes) else (notice + text).encode()
    reading, facts = read(tmp_path, {"LONGULT.txt": content})
    return reading, {code: data["long"] for code, _, data in found(facts)}


def test_without_a_license_nothing_is_read(tmp_path):
    with pytest.raises(Invalid, match="set CPT_LICENSED_USES"):
        read(tmp_path, hints=Hints())


def test_every_text_of_a_code_comes_together(tmp_path):
    reading, facts = read(tmp_path)
    assert not reading.quarantine.count
    assert found(facts) == [
        (
            "0999T",
            "",
            {
                "long": "Invented procedure two, of the year 2019",
                "medium": "INVENTED PROCEDURE TWO",
                "short": "INVENTED TWO",
            },
        ),
        (
            "99901",
            "",
            {
                "long": "Invented procedure one on an imaginary organ",
                "medium": "INVENTED PROCEDURE ONE IMAGINARY ORGAN",
                "short": "INVENTED ONE",
                "consumer": "Invented words for everyone",
                "clinician": ["Invented first way", 'Invented "second" way'],
            },
        ),
    ]


def test_the_year_and_the_copyright_line_are_the_files_own(tmp_path):
    reading, _ = read(tmp_path)
    assert (reading.edition, reading.effective_from) == ("CPT 2031", date(2031, 1, 1))
    assert reading.legend == {
        "copyright": "CPT copyright 2030 American Medical Association. All rights reserved."
    }


def test_without_a_notice_the_year_is_that_of_the_name_or_the_operators(tmp_path):
    bare = {"LONGULT.txt": "99901\tInvented\r\n"}
    reading, _ = read(tmp_path, bare, name="CPT 2032 files.zip")
    assert reading.effective_from == date(2032, 1, 1)
    assert "copyright 2032 American" in reading.legend["copyright"]
    reading, _ = read(tmp_path, bare, hints=Hints(licensed=True, effective=date(2033, 1, 1)))
    assert reading.edition == "CPT 2033"
    with pytest.raises(Invalid, match="--effective"):
        read(tmp_path, bare)


def test_files_of_two_years_are_refused(tmp_path):
    with pytest.raises(Invalid, match="2030 and 2031"):
        read(tmp_path, FILES | {"MEDU.txt": MEDIUM.replace("2031", "2030")})


def test_a_modifier_keeps_its_paragraph_and_national_ones_are_left_to_cms(tmp_path):
    _, facts = read(tmp_path)
    assert found(facts, "modifier") == [
        ("1P", "", {"text": "Invented Exclusion: For no reason"}),
        (
            "21",
            "",
            {
                "text": "Invented Circumstance: Words that go on over 30 lines of nonsense, "
                "22 of them wrapped."
            },
        ),
        ("22", "", {"text": "Another Circumstance: Nothing happened.", "asc": True}),
        ("27", "", {"text": "Invented Center: Only there.", "asc": True}),
        ("P1", "", {"text": "An invented person"}),
        ("P2", "", {"text": "Another invented person"}),
    ]


def test_modifiers_one_a_line_or_with_tabs_are_read(tmp_path):
    text = "21\tInvented Circumstance\n22\tAnother, invented\n"
    _, facts = read(tmp_path, {"LONGULT.txt": LONG, "MODUL.txt": text})
    assert [(code, data["text"]) for code, _, data in found(facts, "modifier")] == [
        ("21", "Invented Circumstance"),
        ("22", "Another, invented"),
    ]


def test_history_says_what_became_of_a_code(tmp_path):
    _, facts = read(tmp_path)
    assert found(facts, "history") == [
        ("99901", "2014-01-01", {"change": "added", "text": "Invented procedure"}),
        (
            "99901",
            "2020-01-01",
            {"change": "revised", "prior": "Invented procedure", "text": "Invented procedure one"},
        ),
        ("99902", "", {"change": "deleted", "before": "1982"}),
        (
            "99903",
            "2019-01-01",
            {"change": "deleted", "text": "Invented and gone", "instruction": "Use 99901"},
        ),
    ]


def test_bad_rows_of_the_history_are_left_out_with_their_lines(tmp_path):
    bad = HISTORY + (
        "20140231\tADDED\t1\t99901\t\t\tInvented\t\r\n"
        "20140101\tMOVED\t1\t99901\t\t\tInvented\t\r\n"
        "20140101\tADDED\t1\tABCDE\t\t\tInvented\t\r\n"
        "20140101\tADDED\t1000001\t99901\t\t\tInvented procedure\t\r\n"
        "20140101\r\n"
    )
    reading, facts = read(tmp_path, {"LONGULT.txt": LONG, "History_DTK_tab.txt": bad})
    assert [f.line for f in reading.quarantine.kept] == [5, 6, 7, 9]
    assert len(found(facts, "history")) == 3


def test_a_long_text_that_wraps_with_a_sequence_is_put_together(tmp_path):
    reading, longs = long_of(
        tmp_path,
        "9990101 Invented procedure\r\n9990102 on an imaginary\r\n9990103 organ\r\n"
        "9990201 Another\r\n",
    )
    assert longs == {"99901": "Invented procedure on an imaginary organ", "99902": "Another"}
    assert not reading.quarantine.count


def test_a_long_text_that_wraps_under_its_code_is_put_together(tmp_path):
    _, longs = long_of(tmp_path, "99901   Invented procedure\r\n        on an organ\r\n")
    assert longs == {"99901": "Invented procedure on an organ"}


def test_lines_of_two_codes_among_each_other_are_told_apart(tmp_path):
    reading, longs = long_of(
        tmp_path,
        "9990101 Invented\r\n9990201 Another\r\n9990102 procedure\r\n9990202 one\r\n",
    )
    assert longs == {"99901": "Invented procedure", "99902": "Another one"}
    assert not reading.quarantine.count


def test_a_text_that_lacks_a_line_is_left_out(tmp_path):
    reading, longs = long_of(
        tmp_path, "9990101 Invented\r\n9990103 organ\r\n9990202 Late\r\n9990301 Whole\r\n"
    )
    assert longs == {"99903": "Whole"}
    assert [f.why for f in reading.quarantine.kept] == [
        "The text of 99901 lacks a line.",
        "The text of 99902 lacks a line.",
    ]


def test_a_code_with_two_different_texts_is_left_out_and_both_are_named(tmp_path):
    reading, longs = long_of(
        tmp_path, "99901\tInvented one\r\n99902\tTwo\r\n99901\tInvented other\r\n99902\tTwo\r\n"
    )
    assert longs == {"99902": "Two"}
    assert [(f.line, f.row) for f in reading.quarantine.kept] == [
        (6, "Invented one"),
        (8, "Invented other"),
    ]
    assert "99901 has two different texts, on lines 6 and 8." in reading.quarantine.kept[0].why


def test_what_is_no_cpt_code_is_left_out(tmp_path):
    reading, longs = long_of(
        tmp_path,
        "ABCDE\tInvented before\r\n99901\tInvented\r\nA9990\tNot here\r\n9990\tShort\r\n"
        "99902X\tLong\r\n9990B\tOther\r\n99903\t\r\n99904\tLast\r\n",
    )
    assert longs == {"99901": "Invented", "99904": "Last"}
    assert [f.line for f in reading.quarantine.kept] == [6, 8, 9, 10, 11, 12]


def test_texts_are_text_whatever_they_look_like(tmp_path):
    long = "INVENTED words " * 340
    _, longs = long_of(
        tmp_path,
        f"99901\t=1+1\r\n99902\t<b>bold</b> & more\r\n99903\t{long}\r\n99904\ta \x00\x07b\r\n",
    )
    assert longs["99901"] == "=1+1"
    assert longs["99902"] == "<b>bold</b> & more"
    assert len(longs["99903"]) == len(long.strip()) > 5_000
    assert longs["99904"] == "a b"


def test_other_code_pages_and_byte_order_marks_are_read(tmp_path):
    _, longs = long_of(tmp_path, NOTICE.encode("cp1252") + b"99901\tInvented \x93one\x94\xff\r\n")
    assert longs == {"99901": "Invented \u201cone\u201d"}
    _, longs = long_of(tmp_path, b"\xef\xbb\xbf" + LONG.encode())
    assert len(longs) == 2


def test_a_header_names_the_columns_in_whatever_order(tmp_path):
    swapped = (
        "Consumer Friendly Descriptor\tCPT Code\tConcept Id\r\nInvented words\t99901\t1\r\n"
        "Short row\r\nInvented\tWRONG\t2\r\n"
    )
    reading, facts = read(tmp_path, FILES | {"ConsumerDescriptor.txt": swapped} | {
        "Consumer Friendly Descriptors/ConsumerDescriptor.txt": ""
    })  # fmt: skip
    assert {c: d for c, _, d in found(facts)}["99901"]["consumer"] == "Invented words"
    assert [f.line for f in reading.quarantine.kept] == [3, 4]


@pytest.mark.parametrize(
    ("name", "header", "column"),
    [
        ("ConsumerDescriptor.txt", "Concept Id\tCPT Code\tWords", "descriptor"),
        ("History_DTK_tab.txt", "Date\tConcept Id\tCPT Code\tCurrent Value", "change type"),
        ("History_DTK_tab.txt", "Change Type\tCPT Code\tCurrent Value", "date"),
    ],
)
def test_a_missing_column_is_named(tmp_path, name, header, column):
    with pytest.raises(Invalid, match=f"no column “{column}”"):
        read(tmp_path, {"LONGULT.txt": LONG, name: header + "\r\n1\t99901\tx\ty\r\n"})


def test_a_release_without_its_long_texts_is_refused(tmp_path):
    with pytest.raises(Invalid, match=r"LONGULT\.txt"):
        read(tmp_path, {"MEDU.txt": MEDIUM})
    with pytest.raises(Invalid, match=r"LONGULT\.txt"):
        read(tmp_path, {"LONGULT.txt": "Job\tPlace\r\nCoder\tSt. Louis\r\n"})
    with pytest.raises(Invalid, match=r"LONGULT\.txt"):
        read(tmp_path, {"LONGULT.txt": ""})


def test_a_line_longer_than_any_is_refused(tmp_path):
    path = tmp_path / "LONGULT.txt"
    path.write_bytes(LONG.encode() + b"99905\t" + b"x " * (2 * 1024**2 + 10))
    [member] = members(path)
    reading = CPT.read({"long": [member]}, LICENSED)
    with pytest.raises(Invalid, match="longer than"):
        list(reading.batches)


def test_ten_thousand_codes_are_read(tmp_path):
    text = "".join(f"{n:05d}\tInvented {n} of an organ\r\n" for n in range(10_000, 20_000))
    _, longs = long_of(tmp_path, text)
    assert len(longs) == 10_000
