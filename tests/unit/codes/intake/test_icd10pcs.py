"""Reading ICD-10-PCS: its codes, its order file, its tables."""

import json
from datetime import date
from functools import cache

import pytest

from app.codes.intake import icd10pcs
from app.codes.intake.contract import Hints
from app.codes.intake.files import LONGEST_LINE, members
from app.codes.intake.pcs_titles import compose_title
from app.codes.intake.rows import Entry, Fact
from app.codes.models import EntryKind
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

(PCS,) = icd10pcs.KINDS

CODES = """0016070 Bypass Cerebral Ventricle to Nasopharynx with Tissue, Open Approach
0016071 Bypass Cerebral Ventricle to Mastoid Sinus with Tissue, Open Approach
B00BYZZ Plain Radiography of Spinal Cord using Other Contrast
"""


def axis(position, title, labels, more=""):
    listed = "".join(f'<label code="{code}">{text}</label>' for code, text in labels.items())
    return (
        f'<axis pos="{position}" values="{len(labels)}"><title>{title}</title>{listed}{more}</axis>'
    )


def row(count, *axes):
    return f'<pcsRow codes="{count}">\n' + "\n".join(axes) + "\n</pcsRow>"


def table(key, heads, *rows, definition="<definition>Altering a route</definition>"):
    titles = ("Section", "Body System", "Operation")
    axes = [
        axis(at, title, {code: label}, definition if at == 3 else "")
        for at, (title, code, label) in enumerate(zip(titles, key, heads, strict=True), 1)
    ]
    return "\n".join(["<pcsTable>", *axes, *rows, "</pcsTable>"])


def tables(*found, version="2025"):
    body = "\n".join(found)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<ICD10PCS.tabular>\n'
        f"<version>{version}</version>\n{body}\n</ICD10PCS.tabular>\n"
    )


BYPASS_ROW = row(
    2,
    axis(4, "Body Part", {"6": "Cerebral Ventricle"}),
    axis(5, "Approach", {"0": "Open"}),
    axis(6, "Device", {"7": "Tissue"}),
    axis(7, "Qualifier", {"0": "Nasopharynx", "1": "Mastoid Sinus"}),
)
BYPASS = table("001", ("Medical and Surgical", "Nervous System", "Bypass"), BYPASS_ROW)
XRAY = table(
    "B00",
    ("Imaging", "Nervous System", "Plain Radiography"),
    row(
        1,
        axis(4, "Body Part", {"B": "Spinal Cord"}),
        axis(5, "Contrast", {"Y": "Other Contrast"}),
        axis(6, "Qualifier", {"Z": "None"}),
        axis(7, "Qualifier", {"Z": "None"}),
    ),
    definition="",
)


def order(*lines):
    return "".join(
        f"{number:05} {code:<7} {flag} {short:<60} {title}\r\n"
        for number, (code, flag, short, title) in enumerate(lines, 1)
    )


ORDER = order(
    ("001", 0, "Nervous System, Bypass", "Nervous System, Bypass"),
    ("0016070", 1, "Bypass Vent", "Bypass Cerebral Ventricle to Nasopharynx, Open Approach"),
    ("0016071", 1, "Bypass Vent", "Bypass Cerebral Ventricle to Mastoid Sinus, Open Approach"),
)


@pytest.fixture
def member(tmp_path):
    def write(content, name="icd10pcs_codes_2024.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (found,) = members(path)
        return found

    return write


@pytest.fixture
def reading(member):
    def read(*, hints=None, **contents):
        names = {
            "codes": "icd10pcs_codes_2024.txt",
            "order": "icd10pcs_order_2026.txt",
            "tables": "icd10pcs_tables_2025.xml",
        }
        found = {part: [member(text, names[part])] for part, text in contents.items()}
        return PCS.read(found, hints or Hints())

    return read


def rows(reading, kind=Entry):
    return [row for found, batch in reading.batches if found is kind for row in batch]


def test_codes_stand_under_their_table_body_system_and_section(reading):
    found = rows(reading(codes=CODES))
    assert [(e.key, e.kind, e.parent_key, e.ancestors) for e in found] == [
        ("0", EntryKind.CHAPTER, None, ""),
        ("00", EntryKind.SECTION, "0", "0"),
        ("001", EntryKind.CATEGORY, "00", "0/00"),
        ("0016070", EntryKind.CODE, "001", "0/00/001"),
        ("0016071", EntryKind.CODE, "001", "0/00/001"),
        ("B", EntryKind.CHAPTER, None, ""),
        ("B0", EntryKind.SECTION, "B", "B"),
        ("B00", EntryKind.CATEGORY, "B0", "B/B0"),
        ("B00BYZZ", EntryKind.CODE, "B00", "B/B0/B00"),
    ]
    assert [e.position for e in found] == list(range(1, 10))
    assert [e.key for e in found if e.billable] == ["0016070", "0016071", "B00BYZZ"]


def test_headings_of_a_bare_list_claim_no_title(reading):
    found = {entry.key: entry.title for entry in rows(reading(codes=CODES))}
    assert found["001"] == "Codes beginning with 001"
    assert found["B00BYZZ"] == "Plain Radiography of Spinal Cord using Other Contrast"


def test_the_order_file_names_the_tables(reading):
    read = reading(order=ORDER)
    found = {entry.key: entry.title for entry in rows(read)}
    assert found["001"] == "Nervous System, Bypass"
    assert found["0016071"] == "Bypass Cerebral Ventricle to Mastoid Sinus, Open Approach"
    assert (read.edition, read.effective_from) == ("2026", date(2025, 10, 1))


def test_tables_alone_make_every_code_with_a_composed_title(reading):
    read = reading(tables=tables(BYPASS, XRAY))
    assert read.legend["titles"] == "composed"
    found = {entry.key: entry.title for entry in rows(read)}
    assert found == {
        "0": "Medical and Surgical",
        "00": "Nervous System",
        "001": "Bypass",
        "0016070": "Bypass Cerebral Ventricle to Nasopharynx with Tissue, Open Approach",
        "0016071": "Bypass Cerebral Ventricle to Mastoid Sinus with Tissue, Open Approach",
        "B": "Imaging",
        "B0": "Nervous System",
        "B00": "Plain Radiography",
        "B00BYZZ": "Plain Radiography of Spinal Cord using Other Contrast",
    }


def test_tables_give_headings_and_the_list_gives_titles(reading):
    read = reading(tables=tables(BYPASS, XRAY), codes=CODES.replace("Tissue", "Their Word"))
    assert "titles" not in read.legend
    found = {entry.key: entry.title for entry in rows(read)}
    assert found["001"] == "Bypass"
    assert "Their Word" in found["0016070"]


def test_one_fact_holds_each_table_as_it_is_built_from(reading):
    found = rows(reading(tables=tables(BYPASS, XRAY)), Fact)
    assert [(f.topic, f.code, f.other) for f in found] == [
        ("pcs_table", "001", ""),
        ("pcs_table", "B00", ""),
    ]
    assert json.loads(found[0].data) == {
        "definition": "Altering a route",
        "rows": [
            [
                ["Body Part", {"6": "Cerebral Ventricle"}],
                ["Approach", {"0": "Open"}],
                ["Device", {"7": "Tissue"}],
                ["Qualifier", {"0": "Nasopharynx", "1": "Mastoid Sinus"}],
            ]
        ],
    }
    assert "definition" not in json.loads(found[1].data)


def test_a_list_and_tables_of_two_releases_are_refused_with_how_many_differ(reading):
    with pytest.raises(Invalid, match=r"disagree on 2 codes: 1 only in the first, 1 only in"):
        reading(tables=tables(BYPASS, XRAY), codes=CODES.replace("0016071", "0016072"))
    with pytest.raises(Invalid, match="disagree on 1 code"):
        reading(order=ORDER, codes=CODES)


def test_a_row_that_makes_another_number_of_codes_than_it_says_is_left_out(reading):
    wrong = BYPASS_ROW.replace('codes="2"', 'codes="3"')
    content = tables(BYPASS.replace(BYPASS_ROW, wrong), XRAY)
    read = reading(tables=content)
    assert [entry.key for entry in rows(read)] == ["B", "B0", "B00", "B00BYZZ"]
    (fault,) = read.quarantine.kept
    assert "says it makes 3 codes and makes 2" in fault.why
    assert fault.line == content[: content.index("<pcsRow")].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('<label code="7">', '<label code="O">', "a character of the row"),
        ('<label code="7">Tissue', '<label code="7">', "a character of the row"),
        ('pos="7"', 'pos="8"', "a character of the row"),
        ('<label code="1">Mastoid Sinus', '<label code="0">Mastoid Sinus', "a character"),
        ('codes="2"', 'codes="2026-02-31"', "says it makes"),
        ('codes="2"', "", "says it makes no codes"),
    ],
)
def test_a_row_that_cannot_be_right_is_left_out(reading, old, new, why):
    broken = BYPASS_ROW.replace(old, new)
    assert broken != BYPASS_ROW
    read = reading(tables=tables(BYPASS.replace(BYPASS_ROW, broken), XRAY))
    assert len(rows(read)) == 4
    assert why in read.quarantine.kept[0].why


def test_a_row_that_repeats_codes_is_left_out(reading):
    read = reading(tables=tables(BYPASS, XRAY, BYPASS))
    assert len(rows(read)) == 9
    assert "repeats codes" in read.quarantine.kept[0].why


def test_a_row_of_more_codes_than_any_is_left_out(reading):
    values = {c: f"Value {c}" for c in "0123456789ABCDEFGHJK"}
    axes = [axis(at, "Axis", values) for at in (4, 5, 6, 7)]
    wide = BYPASS.replace(BYPASS_ROW, row(20**4, *axes))
    read = reading(tables=tables(wide, XRAY))
    assert "more than any does" in read.quarantine.kept[0].why


def test_a_table_without_its_three_characters_is_left_out(reading):
    broken = BYPASS.replace('pos="2"', 'pos="9"')
    read = reading(tables=tables(broken, XRAY))
    assert len(rows(read)) == 4
    assert read.quarantine.count == 1


def test_a_body_system_that_is_none_is_not_called_that(reading):
    none = XRAY.replace("Nervous System", "None")
    found = {entry.key: entry.title for entry in rows(reading(tables=tables(none)))}
    assert found["B0"] == "Codes beginning with B0"


@pytest.mark.parametrize(
    "line",
    [
        "001607",  # too short
        "001607O Letter O is not in any code",
        "0016072",
        "=1+1",
        "0016070 There twice",
        "<td>0016072</td> Markup",
    ],
)
def test_a_line_that_is_no_code_is_left_out_with_its_number(reading, line):
    read = reading(codes=f"{CODES}\n{line}\n")
    assert len(rows(read)) == 9
    assert [(f.line, f.row or line) for f in read.quarantine.kept] == [(5, line)]


def test_a_flag_that_does_not_fit_is_left_out(reading):
    text = "Text"
    read = reading(order=ORDER + order(("002", 1, text, text), ("0016072", 0, text, text)))
    assert read.quarantine.count == 2


def test_text_is_text_in_every_code_page(reading):
    found = rows(reading(codes=b"\xef\xbb\xbf" + CODES.encode()))
    assert found[3].key == "0016070"
    odd = CODES.replace("Spinal Cord", "Sp\xefnal\xffCord =1+1 <b>").encode("cp1252")
    assert rows(reading(codes=odd))[-1].title == (
        "Plain Radiography of Sp\xefnal Cord =1+1 <b> using Other Contrast"
    )


def test_swapped_columns_are_refused(reading, member):
    swapped = "".join(f"{line[8:]} {line[:7]}\n" for line in CODES.splitlines())
    assert PCS.recognise(member(swapped)) is None
    with pytest.raises(Invalid, match="no line with an ICD-10-PCS code"):
        reading(codes=swapped)


@pytest.mark.parametrize(
    "contents",
    [
        {"codes": "\n"},
        {"codes": "A000    Cholera due to Vibrio cholerae\n"},
        {"codes": CODES + "x" * (LONGEST_LINE + 1)},
        {"tables": tables(BYPASS)[:-40]},
        {"tables": tables()},
        {"tables": tables(BYPASS.replace("pcsRow", "row"))},
        {"tables": tables(BYPASS).replace("ICD10PCS.tabular", "ICD10CM.tabular")},
        {"tables": tables(BYPASS).encode().replace(b"Open", b"\xff")},
    ],
)
def test_what_cannot_be_a_release_is_refused(reading, contents):
    with pytest.raises(Invalid):
        reading(**contents)


def test_nothing_to_read_is_refused():
    with pytest.raises(Invalid, match="neither a list"):
        PCS.read({}, Hints())


def test_without_any_day_the_operator_is_asked(member):
    found = {"codes": [member(CODES, "codes.txt")]}
    with pytest.raises(Invalid, match="--effective YYYY-MM-DD"):
        PCS.read(found, Hints())
    hints = Hints(effective=date(2025, 4, 1))
    assert PCS.read(found, hints).edition == "April 2025"


def test_files_are_known_by_what_they_hold(member):
    assert PCS.recognise(member(CODES)) == "codes"
    assert PCS.recognise(member(ORDER)) == "order"
    assert PCS.recognise(member(tables(BYPASS), "tables.xml")) == "tables"
    assert PCS.recognise(member("00001 A000    1 Cholera" + " " * 60 + "Cholera\n")) is None
    assert PCS.recognise(member("A000    Cholera\nS0081XA Abrasion\n")) is None
    assert PCS.recognise(member("Add 0016070 Title\n", "icd10pcs_codes_addenda_2024.txt")) is None


@pytest.mark.parametrize(
    ("code", "operation", "labels", "title"),
    [
        ("0210", "Bypass", "Coronary Artery, One Artery|Open|No Device|Aorta",
         "Bypass Coronary Artery, One Artery from Aorta, Open Approach"),
        ("03F", "Fragmentation", "Axillary Artery, Right|Percutaneous|No Device|Ultrasonic",
         "Fragmentation of Right Axillary Artery, Percutaneous Approach, Ultrasonic"),
        ("047", "Dilation",
         "Renal Artery, Left|Open|Intraluminal Device, Drug-eluting, Two|Drug-Coated Balloon",
         "Dilation of Left Renal Artery with Two Drug-eluting Intraluminal Devices, using "
         "Drug-Coated Balloon, Open Approach"),
        ("0HB", "Excision", "Skin, Face|External|No Device|Diagnostic",
         "Excision of Face Skin, External Approach, Diagnostic"),
        ("02H", "Insertion", "Coronary Vein|Open|Cardiac Lead, Pacemaker|No Qualifier",
         "Insertion of Pacemaker Lead into Coronary Vein, Open Approach"),
        ("10Q", "Repair", "Products of Conception|Open|No Device|Skin",
         "Repair Skin in Products of Conception, Open Approach"),
        ("2W0", "Change", "Face|External|Bandage|No Qualifier", "Change Bandage on Face"),
        ("302", "Transfusion", "Central Vein|Percutaneous|Whole Blood|Autologous",
         "Transfusion of Autologous Whole Blood into Central Vein, Percutaneous Approach"),
        ("4A0", "Measurement", "None|External|Sleep|No Qualifier",
         "Measurement of Sleep, External Approach"),
        ("5A1", "Performance", "Respiratory|24-96 Consecutive Hours|Ventilation|No Qualifier",
         "Respiratory Ventilation, 24-96 Consecutive Hours"),
        ("7W0", "Treatment", "Thoracic|External|Indirect|None",
         "Osteopathic Treatment of Thoracic Region using Indirect Forces"),
        ("9WB", "Manipulation", "Head|External|Non-Manual|None",
         "Chiropractic Manipulation of Head, Non-Manual"),
        ("B31", "Fluoroscopy", "Aorta|Low Osmolar|Laser|Intraoperative",
         "Fluoroscopy of Aorta using Low Osmolar Contrast, Laser Intraoperative"),
        ("D01", "Brachytherapy", "Brain|High Dose Rate (HDR)|Iodine 125 (I-125)|None",
         "High Dose Rate (HDR) Brachytherapy of Brain using Iodine 125 (I-125)"),
        ("F00", "Speech Assessment", "None|Voice|Aerodynamic Function|None",
         "Voice Assessment using Aerodynamic Function Equipment"),
        ("HZ3", "Individual Counseling", "Cognitive|None|None|None",
         "Individual Counseling for Substance Abuse Treatment, Cognitive"),
        ("XW0", "Introduction", "Central Vein|Percutaneous|Nerinitide|New Technology Group 6",
         "Introduction of Nerinitide into Central Vein, Percutaneous Approach, "
         "New Technology Group 6"),
    ],
)  # fmt: skip
def test_titles_are_composed_as_cms_composes_them(code, operation, labels, title):
    assert compose_title(code, operation, labels.split("|")) == title


@cache
def real(part):
    archives = (DATA / "icd10pcs").glob("*.zip")
    return [m for path in archives for m in members(path) if PCS.recognise(m) == part]


@cache
def entries(part):
    read = PCS.read({part: real(part)}, Hints())
    found = {entry.key: entry for entry in rows(read)}
    assert read.quarantine.count == 0
    return read, found


@needs_data
def test_the_codes_of_2024_are_read_whole():
    read, found = entries("codes")
    assert (read.edition, read.effective_from) == ("2024", date(2023, 10, 1))
    assert sum(entry.billable for entry in found.values()) == 78_603


@needs_data
def test_the_tables_of_2025_make_exactly_their_codes():
    read, found = entries("tables")
    assert (read.edition, read.effective_from) == ("2025", date(2024, 10, 1))
    assert sum(entry.billable for entry in found.values()) == 78_948
    assert found["001"].title == "Bypass"


@needs_data
def test_nearly_all_composed_titles_are_the_official_ones():
    _, official = entries("codes")
    _, composed = entries("tables")
    shared = [key for key, entry in official.items() if entry.billable and key in composed]
    same = sum(official[key].title == composed[key].title for key in shared)
    assert len(shared) == 78_536
    assert same / len(shared) > 0.998


@needs_data
def test_codes_of_2024_and_tables_of_2025_are_not_one_release():
    with pytest.raises(Invalid, match="disagree on 479 codes"):
        PCS.read({"codes": real("codes"), "tables": real("tables")}, Hints())
