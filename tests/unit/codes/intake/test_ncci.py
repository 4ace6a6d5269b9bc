"""NCCI: pairs that are not paid together, units that are not likely, codes that add on."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.codes.intake import ncci
from app.codes.intake.contract import Hints, Kind, Reading
from app.codes.intake.files import Member, members
from app.codes.intake.rows import Edit
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

KINDS = {kind.name: kind for kind in ncci.KINDS}
NO_HINTS = Hints()
JULY = Hints(effective=date(2024, 7, 1))

NOTICE = "NOTICE OF SOMEBODY'S RIGHTS\t\t\t\t\t\t\r\n"
HEADER = (
    NOTICE + "Column1/Column2 Edits\t\t\t\t\t\t\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
)
EDITS = (
    "0001A\t0591T\t\t20230101\t20231231\t1\tMisuse of Column Two code with Column One code\r\n"
    "10021\t10004\t*\t19960101\t*\t0\tMutually exclusive procedures\r\n"
    "10021\t10004\t\t20240701\t20240701\t9\tMutually exclusive procedures\r\n"
)
PAIRS = [
    ("0001A", "0591T", "2023-01-01", "2023-12-31", 1, 1),
    ("10021", "10004", "1996-01-01", None, 0, 2),
    ("10021", "10004", "2024-07-01", "2024-07-01", 9, 2),
]

MUE_HEADER = (
    '"NOTICE OF RIGHTS, of several\nlines, and ""quotes""\n\nin one cell",,,\r\n'
    '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,'
    "MUE Rationale\r\n"
)
MUE_ROWS = (
    "0001U,1,2 Date of Service Edit: Policy,Code Descriptor / CPT Instruction\r\n"
    "A4206,0,3 Date of Service Edit: Clinical,CMS Policy\r\n"
)
MUE_NAME = "MCR_MUE_PractitionerServices_Eff_07-01-2024.csv"

AOC_HEADER = (
    "NOTICE OF RIGHTS\t\t\t\t\t\t\t\n"
    "AOC_Edit_Type\tAdd-On_Code\tAOC_DelDT\tPrimary_Code\tPrimary_Code_DelDT\tAOC_Edit_EffDT\t"
    "AOC_Edit_DelDT\tSpecial_Instruction_Notes\n"
)
AOC_ROWS = (
    "1\t0054T\t\t20985\t\t2013001\t\tINVENTED NOTE ONE\n"
    "2\t0055T\t2024091\tCCCCC\t\t2013001\t2024091\t\n"
    "3\tG2212\t\t99205\t\t2021001\t\tINVENTED NOTE TWO\n"
)


def write(tmp_path: Path, name: str, content: str | bytes) -> Member:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (member,) = members(path)
    return member


def sheet(tmp_path: Path, name: str, rows: list[list[object]]) -> Member:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / name)
    (member,) = members(tmp_path / name)
    return member


def part_of(member: Member) -> list[tuple[str, str]]:
    return [(name, part) for name, kind in KINDS.items() if (part := kind.recognise(member))]


def read(kind: str, *files: Member, hints: Hints = NO_HINTS) -> Reading:
    part = "edits" if kind.startswith("ptp") else "table"
    return KINDS[kind].read({part: list(files)}, hints)


def pairs(reading: Reading) -> list[tuple]:
    return [tuple(row) for kind, rows in reading.batches for row in rows if kind is Edit]


def facts(reading: Reading) -> list[tuple]:
    return [
        (f.topic, f.code, f.other, json.loads(f.data)) for _, rows in reading.batches for f in rows
    ]


def faults(reading: Reading) -> list[tuple[int, str]]:
    return [(fault.line, fault.why) for fault in reading.quarantine.kept]


def test_edits_are_read_with_their_history_and_those_that_were_never_active(tmp_path):
    member = write(tmp_path, "ccipra-v302r0-f1.TXT", HEADER + EDITS)
    reading = read("ptp-practitioner", member)
    assert pairs(reading) == PAIRS
    assert reading.legend == {
        "1": "Misuse of Column Two code with Column One code",
        "2": "Mutually exclusive procedures",
        "since": min(pair[2] for pair in PAIRS),
    }
    assert faults(reading) == []


@pytest.mark.parametrize(
    ("name", "edition", "day"),
    [
        ("ccipra-v302r0-f1.TXT", "2024 Q3", date(2024, 7, 1)),
        ("ccipra-v320r0-f1.txt", "2026 Q1", date(2026, 1, 1)),
        ("ccipra-v313r0-f1.txt", "2025 Q4", date(2025, 10, 1)),
        ("ptp_practitioner_2024q3.tsv", "2024 Q3", date(2024, 7, 1)),
    ],
)
def test_the_edition_comes_from_the_version_or_the_quarter_in_the_name(
    tmp_path, name, edition, day
):
    reading = read("ptp-practitioner", write(tmp_path, name, HEADER + EDITS))
    assert (reading.edition, reading.effective_from) == (edition, day)


def test_a_name_without_an_edition_asks_for_the_day(tmp_path):
    member = write(tmp_path, "practitioner.txt", HEADER + EDITS)
    with pytest.raises(Invalid, match="--effective"):
        read("ptp-practitioner", member)
    hinted = read("ptp-practitioner", member, hints=Hints(date(2024, 10, 1), "Autumn"))
    assert (hinted.edition, hinted.effective_from) == ("Autumn", date(2024, 10, 1))


def test_both_sets_of_edits_are_told_apart_by_name_or_not_at_all(tmp_path):
    for name, kind in (
        ("ccipra-v302r0-f1.TXT", "ptp-practitioner"),
        ("ccioph-v302r0-f1.txt", "ptp-hospital"),
        ("outpatient_edits.tsv", "ptp-hospital"),
    ):
        assert part_of(write(tmp_path, name, HEADER + EDITS)) == [(kind, "edits")]
    assert part_of(write(tmp_path, "edits.txt", HEADER + EDITS)) == []
    assert part_of(write(tmp_path, "practitioner_and_hospital.txt", HEADER + EDITS)) == []


def test_the_other_set_of_edits_is_refused(tmp_path):
    with pytest.raises(Invalid, match="ptp-hospital"):
        read("ptp-practitioner", write(tmp_path, "ccioph-v302r0-f1.txt", HEADER + EDITS))


def test_files_of_one_release_are_read_in_their_order(tmp_path):
    first, second, _ = EDITS.splitlines(keepends=True)
    later = write(tmp_path, "ccipra-v302r0-f2.txt", HEADER + second)
    earlier = write(tmp_path, "ccipra-v302r0-f1.TXT", HEADER + first)
    assert pairs(read("ptp-practitioner", later, earlier)) == PAIRS[:2]


def test_a_missing_file_and_a_file_of_another_release_are_told(tmp_path):
    one = write(tmp_path, "ccipra-v302r0-f1.txt", HEADER + EDITS)
    three = write(tmp_path, "ccipra-v302r0-f3.txt", HEADER + EDITS)
    other = write(tmp_path, "ccipra-v303r0-f2.txt", HEADER + EDITS)
    with pytest.raises(Invalid, match="f2"):
        read("ptp-practitioner", one, three)
    with pytest.raises(Invalid, match="different releases"):
        read("ptp-practitioner", one, other)
    with pytest.raises(Invalid, match="twice"):
        read("ptp-practitioner", one, one)


def test_of_the_text_and_the_workbook_the_text_is_read(tmp_path):
    text = write(tmp_path, "ccipra-v302r0-f1.TXT", HEADER + EDITS)
    book = sheet(tmp_path, "ccipra-v302r0-f1.xlsx", [["never", "read"]])
    assert pairs(read("ptp-practitioner", book, text)) == PAIRS


def test_the_workbook_alone_is_read_too(tmp_path):
    rows = [line.split("\t") for line in (HEADER + EDITS).splitlines()]
    book = sheet(tmp_path, "ccipra-v302r0-f1.xlsx", rows)
    assert part_of(book) == [("ptp-practitioner", "edits")]
    assert pairs(read("ptp-practitioner", book)) == PAIRS


def test_a_zip_of_edits_gives_its_files(tmp_path):
    with zipfile.ZipFile(tmp_path / "edits.zip", "w") as archive:
        archive.writestr("ccipra-v302r0-f1.TXT", HEADER + EDITS)
    (member,) = members(tmp_path / "edits.zip")
    assert part_of(member) == [("ptp-practitioner", "edits")]
    assert len(pairs(read("ptp-practitioner", member))) == 3


def test_bad_edits_are_left_out_with_their_line(tmp_path):
    rows = (
        "10021\t10004\t\t20240101\t*\t0\tMutually exclusive procedures\n"
        "10021\t10004\t\t20240101\t*\t1\tMore extensive procedure\n"
        "10021\t1000\t\t20240101\t*\t0\tMutually exclusive procedures\n"
        "10021\t10005\t\t20240231\t*\t0\tMutually exclusive procedures\n"
        "10021\t10005\t\t20240101\t2024\t0\tMutually exclusive procedures\n"
        "10021\t10005\t\t20240101\t*\t7\tMutually exclusive procedures\n"
        "10021\t10005\t\t20240101\t*\n"
        "=1+1\t10005\t\t20240101\t*\t0\tMutually exclusive procedures\n"
        "10021\t10005\t\t20240101\t*\t0\t\n"
        "<p>10021</p>\n"
        "10021\t10006\t\t20240101\t*\t0\tMutually exclusive procedures\n"
        "\x1a"
    )
    reading = read("ptp-practitioner", write(tmp_path, "ccipra-v302r0-f1.txt", HEADER + rows))
    assert [row[1] for row in pairs(reading)] == ["10004", "10006"]
    assert faults(reading) == [
        (8, "is there twice"),
        (9, "“1000” is no code"),
        (10, "has a day that does not exist"),
        (11, "has a day that does not exist"),
        (12, "“7” is no modifier indicator"),
        (13, "has fewer than seven columns"),
        (14, "“=1+1” is no code"),
        (15, "gives no reason CMS gives"),
        (16, "has fewer than seven columns"),
    ]


def test_line_numbers_hold_across_the_steps_a_large_file_is_read_in(tmp_path):
    rows = "".join(
        f"{n:05d}\t10004\t\t20240101\t*\t0\tMutually exclusive procedures\r\n"
        for n in range(45_000)
    )
    member = write(tmp_path, "ccipra-v302r0-f1.txt", HEADER + rows + "BAD\t\r\n" + EDITS)
    reading = read("ptp-practitioner", member)
    sizes = [len(step) for _, step in reading.batches]
    assert sizes == [20_000, 20_000, 5_003]
    assert faults(reading) == [(6 + 45_000 + 1, "has fewer than seven columns")]


@pytest.mark.parametrize(
    "header",
    [
        "",
        HEADER.replace("Column 1\tColumn 2", "Column 2\tColumn 1"),
        HEADER.replace("Effective\tDeletion", "Deletion\tEffective"),
        HEADER.replace("\tModifier", ""),
    ],
)
def test_edits_whose_columns_are_not_named_in_their_order_are_refused(tmp_path, header):
    member = write(tmp_path, "ccipra-v302r0-f1.txt", header + EDITS)
    assert part_of(member) == []
    with pytest.raises(Invalid, match="Column 1"):
        read("ptp-practitioner", member)


def test_a_file_with_no_edits_is_refused(tmp_path):
    with pytest.raises(Invalid, match="no edits"):
        read("ptp-practitioner", write(tmp_path, "ccipra-v302r0-f1.txt", HEADER))
    with pytest.raises(Invalid, match="empty"):
        write(tmp_path, "ccipra-v302r0-f2.txt", "")


def test_an_endless_line_ends_the_reading(tmp_path):
    content = HEADER + EDITS + "x" * (6 * 1024 * 1024)
    reading = read("ptp-practitioner", write(tmp_path, "ccipra-v302r0-f1.txt", content))
    with pytest.raises(Invalid, match="line 10 is longer"):
        pairs(reading)


def test_a_cut_off_archive_is_told(tmp_path):
    packed = gzip.compress((HEADER + EDITS * 2_000).encode())
    member = write(tmp_path, "practitioner_2024q3.tsv.gz", packed[:-20])
    with pytest.raises(Invalid, match="cannot be read"):
        pairs(read("ptp-practitioner", member))


def test_another_code_page_and_a_byte_order_mark_do_no_harm(tmp_path):
    content = b"\xef\xbb\xbf" + HEADER.encode() + EDITS.encode()
    assert pairs(read("ptp-hospital", write(tmp_path, "ccioph-v302r0-f1.txt", content))) == PAIRS
    odd = HEADER.encode() + EDITS.replace("Mutually", "Mutually\xff").encode("cp1252")
    reading = read("ptp-hospital", write(tmp_path, "ccioph-v302r0-f1.txt", odd))
    assert pairs(reading) == PAIRS
    assert reading.legend["2"] == "Mutually exclusive procedures"


def test_limits_of_units_are_read_below_a_notice_of_many_lines(tmp_path):
    member = write(tmp_path, MUE_NAME, MUE_HEADER + MUE_ROWS)
    assert part_of(member) == [("mue-practitioner", "table")]
    reading = read("mue-practitioner", member)
    assert (reading.edition, reading.effective_from) == ("2024 Q3", date(2024, 7, 1))
    assert facts(reading) == [
        (
            "mue",
            "0001U",
            "",
            {"units": 1, "indicator": 2, "rationale": "Code Descriptor / CPT Instruction"},
        ),
        ("mue", "A4206", "", {"units": 0, "indicator": 3, "rationale": "CMS Policy"}),
    ]


@pytest.mark.parametrize(
    ("service", "kind"),
    [("Outpatient Hospital", "mue-outpatient"), ("DME Supplier", "mue-dme")],
)
def test_each_table_of_limits_is_known_by_its_column(tmp_path, service, kind):
    content = MUE_HEADER.replace("Practitioner", service) + MUE_ROWS
    member = write(tmp_path, "limits_2024.csv", content)
    assert part_of(member) == [(kind, "table")]
    reading = read(kind, member)
    assert (reading.edition, reading.effective_from) == ("2024", date(2024, 1, 1))
    with pytest.raises(Invalid, match="not the limits"):
        read("mue-practitioner", member)


def test_the_workbook_of_limits_is_known_too(tmp_path):
    rows = [
        ["NOTICE OF RIGHTS,\nof several lines"],
        [
            "HCPCS/\nCPT Code",
            "DME Supplier Services MUE Values",
            "MUE Adjudication Indicator",
            "MUE Rationale",
        ],
        ["A4206", 0, "3 Date of Service Edit: Clinical", "CMS Policy"],
    ]
    member = sheet(tmp_path, "MCR_MUE_DMESupplierServices_Eff_07-01-2024.xlsx", rows)
    assert part_of(member) == [("mue-dme", "table")]
    assert facts(read("mue-dme", member))[0][3]["units"] == 0


def test_limits_with_columns_in_another_order_are_read_by_name(tmp_path):
    content = (
        "MUE Rationale,MUE Adjudication Indicator,Practitioner Services MUE Values,"
        "HCPCS/CPT Code\nCMS Policy,2 Date of Service Edit: Policy,4,36415\n"
    )
    reading = read("mue-practitioner", write(tmp_path, MUE_NAME, content))
    assert facts(reading)[0][1:] == (
        "36415",
        "",
        {"units": 4, "indicator": 2, "rationale": "CMS Policy"},
    )


def test_limits_without_a_column_are_refused_by_its_name(tmp_path):
    content = MUE_HEADER.replace("MUE Adjudication Indicator,", "") + MUE_ROWS
    with pytest.raises(Invalid, match="indicator"):
        read("mue-practitioner", write(tmp_path, MUE_NAME, content))


def test_bad_limits_are_left_out_with_their_line(tmp_path):
    rows = (
        "36415,2,9 Something,CMS Policy\n"
        "36415,two,2 Date of Service Edit: Policy,CMS Policy\n"
        "=1+1,2,2 Date of Service Edit: Policy,CMS Policy\n"
        "36415,2\n"
        "\n"
        "36415,2,2 Date of Service Edit: Policy,CMS Policy\n"
        "36415,2,2 Date of Service Edit: Policy,CMS Policy\n"
        "A note of one cell below the table\n"
    )
    reading = read("mue-practitioner", write(tmp_path, MUE_NAME, MUE_HEADER + rows))
    assert len(facts(reading)) == 1
    assert [line for line, _ in faults(reading)] == [7, 8, 9, 10, 13]
    assert faults(reading)[-1] == (13, "is there twice")


def test_limits_without_a_day_ask_for_it(tmp_path):
    with pytest.raises(Invalid, match="--effective"):
        read("mue-practitioner", write(tmp_path, "limits.csv", MUE_HEADER + MUE_ROWS))
    member = write(tmp_path, "mue_2024.csv", MUE_HEADER + MUE_ROWS)
    hinted = read("mue-practitioner", member, hints=JULY)
    assert (hinted.edition, hinted.effective_from) == ("2024 Q3", date(2024, 7, 1))


def test_add_on_codes_are_read_with_the_days_of_their_edits(tmp_path):
    member = write(tmp_path, "AOC_V2024Q2-MCR.txt", AOC_HEADER + AOC_ROWS)
    assert part_of(member) == [("add-on", "table")]
    reading = read("add-on", member)
    assert (reading.edition, reading.effective_from) == ("2024 Q2", date(2024, 4, 1))
    assert facts(reading) == [
        ("add_on", "0054T", "20985", {"type": 1, "effective": "2013-01-01"}),
        (
            "add_on",
            "0055T",
            "CCCCC",
            {
                "type": 2,
                "effective": "2013-01-01",
                "deleted": "2024-03-31",
                "add_on_deleted": "2024-03-31",
            },
        ),
        (
            "add_on",
            "G2212",
            "99205",
            {"type": 3, "effective": "2021-01-01", "special": "INVENTED NOTE TWO"},
        ),
    ]
    assert reading.dropped == {"special": 1}


def test_notes_of_others_are_kept_under_a_license(tmp_path):
    member = write(tmp_path, "AOC_V2024Q2-MCR.txt", AOC_HEADER + AOC_ROWS)
    reading = read("add-on", member, hints=Hints(licensed=True))
    assert facts(reading)[0][3]["special"] == "INVENTED NOTE ONE"
    assert not reading.dropped


def test_add_on_codes_with_spelled_out_columns_are_read(tmp_path):
    content = (
        "Add-On Code\tEdit Type\tPrimary Code\tPrimary Code Edit Effective Date\t"
        "Primary Code Edit Deletion Date\n0054T\t1\t20985\t20130101\t\n"
    )
    reading = read("add-on", write(tmp_path, "AOC_V2024Q1-MCR.txt", content))
    assert facts(reading) == [("add_on", "0054T", "20985", {"type": 1, "effective": "2013-01-01"})]


def test_bad_add_on_codes_are_left_out_with_their_line(tmp_path):
    rows = (
        "4\t0054T\t\t20985\t\t2013001\t\t\n"
        "1\t0054T\t\t209\t\t2013001\t\t\n"
        "1\t0054T\t\t20985\t\t2013400\t\t\n"
        "1\t0054T\n"
        "1\t0054T\t\t20985\t\t2013001\n"
        "1\t0054T\t\t20985\t\t2013001\t\t\n"
    )
    reading = read("add-on", write(tmp_path, "AOC_V2024Q1-MCR.txt", AOC_HEADER + rows))
    assert len(facts(reading)) == 1
    assert faults(reading) == [
        (3, "“4” is no type of add-on code"),
        (4, "has no two codes"),
        (5, "has a day that does not exist"),
        (6, "has too few columns"),
        (8, "is there twice"),
    ]


def test_add_on_codes_without_a_column_are_refused_by_its_name(tmp_path):
    content = AOC_HEADER.replace("\tPrimary_Code\t", "\tSomething\t") + AOC_ROWS
    with pytest.raises(Invalid, match="primary"):
        read("add-on", write(tmp_path, "AOC_V2024Q1-MCR.txt", content))


def test_a_web_page_is_none_of_these(tmp_path):
    page = "<html><body>" + MUE_HEADER + AOC_HEADER + HEADER + EDITS + "</body></html>"
    assert part_of(write(tmp_path, "page.csv", page)) == []


def test_cms_asks_for_its_notice_to_be_accepted():
    assert all(kind.notice for kind in ncci.KINDS)
    assert [kind.name for kind in ncci.KINDS if kind.cumulative] == [
        "ptp-practitioner",
        "ptp-hospital",
    ]


def real(kind: Kind, name: str) -> Reading:
    part = "edits" if kind.cumulative else "table"
    return kind.read({part: members(DATA / "ncci" / name)}, Hints())


@needs_data
def test_the_real_edits_are_read_whole():
    reading = real(KINDS["ptp-practitioner"], "ptp_practitioner_2024q3.tsv.gz")
    count = active = 0
    for _, step in reading.batches:
        count += len(step)
        active += sum(row[3] is None for row in step)
    assert (count, active) == (1_676_764, 1_669_820)
    assert reading.quarantine.count == 0
    assert len([number for number in reading.legend if number.isdigit()]) == 12
    assert "undated" in reading.legend


@needs_data
def test_the_real_edits_are_never_held_at_once():
    reading = real(KINDS["ptp-practitioner"], "ptp_practitioner_2024q3.tsv.gz")
    tracemalloc.start()
    try:
        for number, _ in enumerate(reading.batches):
            if number == 2:
                break
        assert tracemalloc.get_traced_memory()[1] < 25 * 1024**2
    finally:
        tracemalloc.stop()


@needs_data
@pytest.mark.parametrize(
    ("kind", "name", "rows"),
    [
        ("mue-practitioner", "mue_practitioner_2024.csv", 14_677),
        ("mue-outpatient", "mue_outpatient_2024.csv", 14_628),
        ("mue-dme", "mue_dme_2024.csv", 2_928),
        ("add-on", "aoc_2024.csv", 7_465),
    ],
)
def test_the_real_tables_are_read_whole(kind, name, rows):
    reading = real(KINDS[kind], name)
    assert len(facts(reading)) == rows
    assert reading.quarantine.count == 0
    assert reading.effective_from == date(2024, 1, 1)
