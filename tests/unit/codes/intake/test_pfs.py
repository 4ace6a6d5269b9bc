"""The physician fee schedule: relative values in both layouts, localities, factors, caps."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.codes.intake import pfs, pfs_days
from app.codes.intake.contract import Hints, Reading
from app.codes.intake.files import Member, members
from app.errors import Invalid
from tests.shared_data import DATA, needs_data

KINDS = {kind.name: kind for kind in pfs.KINDS}
NO_HINTS = Hints()

# The words of the columns' names as CMS stacks them, from top to bottom.
STACKED = (
    ("", "", "", "", "HCPCS"),
    ("", "", "", "", "MOD"),
    ("", "", "", "", "DESCRIPTION"),
    ("", "", "", "STATUS", "CODE"),
    ("", "NOT USED", "FOR", "MEDICARE", "PAYMENT"),
    ("", "", "", "WORK", "RVU"),
    ("", "", "", "NON-FAC", "PE RVU"),
    ("", "", "NON-FAC", "NA", "INDICATOR"),
    ("", "", "", "FACILITY", "PE RVU"),
    ("", "", "FACILITY", "NA", "INDICATOR"),
    ("", "", "", "MP", "RVU"),
    ("", "", "", "NON-FACILITY", "TOTAL"),
    ("", "", "", "FACILITY", "TOTAL"),
    ("", "", "", "PCTC", "IND"),
    ("", "", "", "GLOB", "DAYS"),
    ("", "", "", "PRE", "OP"),
    ("", "", "", "INTRA", "OP"),
    ("", "", "", "POST", "OP"),
    ("", "", "", "MULT", "PROC"),
    ("", "", "", "BILAT", "SURG"),
    ("", "", "", "ASST", "SURG"),
    ("", "", "", "CO-", "SURG"),
    ("", "", "", "TEAM", "SURG"),
    ("", "", "", "ENDO", "BASE"),
    ("", "", "", "CONV", "FACTOR"),
    ("PHYSICIAN", "SUPERVISION", "OF", "DIAGNOSTIC", "PROCEDURES"),
    ("", "", "", "CALCULATION", "FLAG"),
    ("", "DIAGNOSTIC", "IMAGING", "FAMILY", "INDICATOR"),
    ("NON-FACILITY", "PE USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
    ("FACILITY", "PE USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
    ("MP", "USED", "FOR OPPS", "PAYMENT", "AMOUNT"),
)
PRICE = ("", "", "", "PRIC", "IND")
ENDO = 23  # where the layout of 2026 has one column more

ROWS = tuple(
    csv.reader(
        (
            "99213,,INVENTED TEXT ONE,A,,1.30,1.33,,0.56,,0.10,2.73,1.96,0,XXX,0.00,0.00,0.00,"
            "0,0,0,0,0,,33.2875,09,0,99,0.00,0.00,0.00",
            "G0202,TC,Invented public text,A,,0.00,2.76,,2.76,NA,0.01,2.77,2.77,1,XXX,0.00,0.00,"
            "0.00,0,2,0,0,0,,33.2875,01,0,88,2.61,2.61,0.01",
            "43239,53,INVENTED TEXT TWO,A,,2.39,8.59,,1.41,,0.30,11.28,4.10,0,000,0.00,0.00,0.00,"
            "3,0,1,0,0,43235,33.2875,09,0,99,0.00,0.00,0.00",
        )
    )
)
VISIT, TEST, _ = ROWS


def stacked(columns: Sequence[Sequence[str]] = STACKED, title: str = "July Release") -> list[list]:
    blank = [""] * (len(columns) - 1)
    return [
        [f"2024 National Physician Fee Schedule Relative Value File {title}", *blank],
        ["NOTICE OF SOMEBODY'S RIGHTS", *blank],
        [],
        *([column[line] for column in columns] for line in range(5)),
    ]


def in_2026(row: Sequence, price: object) -> list:
    return [*row[:ENDO], price, *row[ENDO:]]


def table(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def write(tmp_path: Path, name: str, content: str | bytes) -> Member:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (member,) = members(path)
    return member


def sheet(tmp_path: Path, name: str, rows: Iterable[Sequence[object]]) -> Member:
    book = Workbook()
    for row in rows:
        book.active.append([cell if cell != "" else None for cell in row])
    book.save(tmp_path / name)
    (member,) = members(tmp_path / name)
    return member


def part_of(member: Member) -> list[tuple[str, str]]:
    return [(name, part) for name, kind in KINDS.items() if (part := kind.recognise(member))]


def read(kind: str, *files: Member, hints: Hints = NO_HINTS) -> Reading:
    return KINDS[kind].read({"table": list(files)}, hints)


def facts(reading: Reading) -> list[tuple]:
    return [
        (f.topic, f.code, f.other, json.loads(f.data)) for _, rows in reading.batches for f in rows
    ]


def faults(reading: Reading) -> list[tuple[int, str]]:
    return [(fault.line, fault.why) for fault in reading.quarantine.kept]


def test_relative_values_are_read_under_their_stacked_names(tmp_path):
    member = write(tmp_path, "PPRRVU24_JUL.csv", table([*stacked(), *ROWS]))
    assert part_of(member) == [("pprrvu", "table")]
    reading = read("pprrvu", member)
    assert (reading.edition, reading.effective_from) == ("July 2024", date(2024, 7, 1))
    visit, test, scope = facts(reading)
    assert visit == (
        "rvu",
        "99213",
        "",
        {
            "status": "A",
            "work": "1.30",
            "nonfac_pe": "1.33",
            "fac_pe": "0.56",
            "mp": "0.10",
            "pctc": "0",
            "global": "XXX",
            "pre": "0.00",
            "intra": "0.00",
            "post": "0.00",
            "mult": "0",
            "bilateral": "0",
            "assistant": "0",
            "co": "0",
            "team": "0",
            "factor": "33.2875",
            "supervision": "09",
            "calculation": "0",
            "imaging": "99",
            "opps_nonfac_pe": "0.00",
            "opps_fac_pe": "0.00",
            "opps_mp": "0.00",
        },
    )
    assert test[1:3] == ("G0202", "TC")
    assert (test[3]["fac_na"], test[3]["text"]) == ("NA", "Invented public text")
    assert (scope[2], scope[3]["endo"]) == ("53", "43235")


def test_no_descriptor_of_others_is_kept_not_even_of_a_bad_row(tmp_path):
    bad = ["99214", "", "INVENTED TEXT THREE", *VISIT[3:5], "x", *VISIT[6:]]
    reading = read(
        "pprrvu",
        write(tmp_path, "PPRRVU24_JUL.csv", table([*stacked(), VISIT, bad])),
        hints=Hints(licensed=True),
    )
    assert "INVENTED" not in json.dumps(facts(reading))
    assert reading.dropped == {"text": 1}
    assert "INVENTED" not in reading.quarantine.kept[0].row


def test_the_column_more_of_2026_moves_nothing(tmp_path):
    rows = [*stacked(in_2026(STACKED, PRICE)), *(in_2026(row, "9") for row in ROWS)]
    reading = read("pprrvu", write(tmp_path, "PPRRVU2026_Jan_nonQPP.csv", table(rows)))
    found = facts(reading)
    assert [data["price_indicator"] for *_, data in found] == ["9", "9", "9"]
    assert (found[2][3]["endo"], found[2][3]["factor"]) == ("43235", "33.2875")


def test_both_files_of_2026_are_told_apart(tmp_path):
    heads = stacked(in_2026(STACKED, PRICE))
    plain = table([*heads, *(in_2026(row, "9") for row in ROWS)])
    qualifying = table([*heads, *(in_2026(row, "1") for row in ROWS)])
    without = write(tmp_path, "PPRRVU2026_Jan_nonQPP.csv", plain)
    with_it = write(tmp_path, "PPRRVU2026_Jan_QPP.csv", qualifying)
    assert part_of(without) == [("pprrvu", "table")]
    assert part_of(with_it) == [("pprrvu-qpp", "table")]
    assert len(facts(read("pprrvu-qpp", with_it))) == 3
    with pytest.raises(Invalid, match="other of the two"):
        read("pprrvu", with_it)
    misnamed = write(tmp_path, "PPRRVU2026_Jan.csv", qualifying)
    with pytest.raises(Invalid, match="other of the two"):
        read("pprrvu", misnamed)


def test_two_flags_of_one_name_belong_to_the_columns_before_them(tmp_path):
    plain = [(*c[:2], "", *c[3:]) if c[3:] == ("NA", "INDICATOR") else c for c in STACKED]
    reading = read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", table([*stacked(plain), *ROWS])))
    assert [data.get("fac_na") for *_, data in facts(reading)] == [None, "NA", None]


def test_the_workbook_of_relative_values_keeps_its_codes(tmp_path):
    numbers = [*VISIT[:14], 0, *VISIT[15:25], 9, *VISIT[26:]]
    rows = [*stacked(), numbers, TEST]
    member = sheet(tmp_path, "PPRRVU24_JUL.xlsx", rows)
    assert part_of(member) == [("pprrvu", "table")]
    found = facts(read("pprrvu", member))
    assert (found[0][3]["global"], found[0][3]["supervision"]) == ("000", "09")


def test_of_all_forms_in_the_zip_the_comma_separated_one_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "RVU24C.zip", "w") as archive:
        archive.writestr("PPRRVU24_JUL.csv", table([*stacked(), *ROWS]))
        archive.writestr("PPRRVU24_JUL.txt", "HDR NATIONAL FEE SCHEDULE RELATIVE VALUE FILE\n")
        archive.writestr("GPCI2024.csv", GPCI)
    found = {m.name: part_of(m) for m in members(tmp_path / "RVU24C.zip")}
    assert found == {
        "PPRRVU24_JUL.csv": [("pprrvu", "table")],
        "PPRRVU24_JUL.txt": [("pprrvu", "fixed")],
        "GPCI2024.csv": [("gpci", "table")],
    }


def test_the_text_file_alone_asks_for_another_form(tmp_path):
    member = write(tmp_path, "PPRRVU24_JUL.txt", "HDR NATIONAL FEE SCHEDULE RELATIVE VALUE FILE\n")
    with pytest.raises(Invalid, match=r"\.csv or the \.xlsx"):
        KINDS["pprrvu"].read({"fixed": [member]}, NO_HINTS)


def test_two_tables_of_one_form_are_refused(tmp_path):
    content = table([*stacked(), *ROWS])
    one = write(tmp_path, "PPRRVU24_JAN.csv", content)
    two = write(tmp_path, "PPRRVU24_JUL.csv", content)
    with pytest.raises(Invalid, match="more than one"):
        read("pprrvu", one, two)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("PPRRVU24_JAN.csv", date(2024, 1, 1)),
        ("pprrvu24_jul.redacted.csv", date(2024, 7, 1)),
        ("PPRRVU2026_Oct_nonQPP.csv", date(2026, 10, 1)),
        ("OPPSCAP_JUL2024.csv", date(2024, 7, 1)),
        ("RVU24B.zip", date(2024, 4, 1)),
        ("RVU24AR.zip", date(2024, 1, 1)),
        ("rvu26c-updated-06-30-2026.zip", date(2026, 7, 1)),
        ("values.csv", None),
    ],
)
def test_a_release_begins_when_its_name_says(name, day):
    assert pfs_days.release_day([name]) == day


@pytest.mark.parametrize(
    ("names", "year"),
    [
        (["GPCI2024.csv"], 2024),
        (["24LOCCO.csv"], 2024),
        (["LOCCO.csv", "rvu26a-updated-12-29-2025.zip"], 2026),
        (["ANES2024.xlsx", "RVU24C.zip"], 2024),
    ],
)
def test_a_table_of_localities_is_of_the_year_its_name_says(names, year):
    assert pfs_days.year_day(names) == date(year, 1, 1)


def test_the_title_wins_over_the_name(tmp_path):
    content = table([*stacked(title="October Release"), *ROWS])
    assert read("pprrvu", write(tmp_path, "values.csv", content)).edition == "October 2024"


def test_the_factor_congress_changed_in_march_2024_has_its_own_day(tmp_path):
    content = table([*stacked(title="January Release"), *ROWS])
    reading = read("pprrvu", write(tmp_path, "PPRRVU24_JAN.csv", content))
    assert (reading.edition, reading.effective_from) == ("March 9, 2024", date(2024, 3, 9))
    before = content.replace("33.2875", "32.7442")
    reading = read("pprrvu", write(tmp_path, "PPRRVU24_JAN.csv", before))
    assert reading.effective_from == date(2024, 1, 1)


def test_values_without_a_day_ask_for_it(tmp_path):
    member = write(tmp_path, "values.csv", table([*stacked(title="")[1:], *ROWS]))
    with pytest.raises(Invalid, match="--effective"):
        read("pprrvu", member)
    hinted = read("pprrvu", member, hints=Hints(date(2024, 4, 1)))
    assert hinted.edition == "April 2024"


@pytest.mark.parametrize("gone", [3, 5, 6, 10, 11, 14, 24])
def test_a_missing_column_is_named(tmp_path, gone):
    rows = [
        [cell for at, cell in enumerate(row) if at != gone or len(row) < 3]
        for row in [*stacked(), *ROWS]
    ]
    with pytest.raises(Invalid, match="no column for"):
        read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", table(rows)))


def test_columns_that_stand_elsewhere_are_found_by_name(tmp_path):
    def swapped(row: Sequence[str]) -> list[str]:
        row = list(row)
        if len(row) > 10:
            row[5], row[6] = row[6], row[5]
        return row

    rows = [swapped(row) for row in [*stacked(), *ROWS]]
    found = facts(read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", table(rows))))
    assert (found[0][3]["work"], found[0][3]["nonfac_pe"]) == ("1.30", "1.33")


def test_values_under_the_wrong_name_do_not_add_up(tmp_path):
    rows = [[*row[:6], row[8], row[7], row[6], *row[9:]] for row in ROWS]
    reading = read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", table([*stacked(), *rows])))
    assert [code for _, code, *_ in facts(reading)] == ["G0202"]
    assert faults(reading) == [
        (9, "has parts that do not add up to their total"),
        (11, "has parts that do not add up to their total"),
    ]


def test_bad_values_are_left_out_with_their_line(tmp_path):
    rows = [
        VISIT,
        VISIT,
        ["=1+1", *VISIT[1:]],
        ["99214", "59", *VISIT[2:]],
        ["99215", *VISIT[1:5], "NaN", *VISIT[6:]],
        ["99216", *VISIT[1:14], "045", *VISIT[15:]],
        ["99217", *VISIT[1:10]],
        ["\x1a"],
        ["a note below the table"],
    ]
    reading = read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", table([*stacked(), *rows])))
    assert len(facts(reading)) == 1
    assert faults(reading) == [
        (10, "is there twice"),
        (11, "has no code"),
        (12, "“59” is no value of modifier"),
        (13, "“NaN” is no number"),
        (14, "“045” is no value of global"),
        (15, "has too few columns"),
    ]


def test_other_code_pages_are_read(tmp_path):
    text = table([*stacked(), [*TEST[:2], "Invented\xa0text\xff", *TEST[3:]]])
    found = facts(read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", text.encode("cp1252"))))
    assert found[0][3]["text"] == "Invented text"
    marked = b"\xef\xbb\xbf" + table([*stacked(), *ROWS]).encode()
    assert len(facts(read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", marked)))) == 3


def test_an_endless_line_a_web_page_and_an_empty_file_are_refused(tmp_path):
    endless = table([*stacked(), *ROWS]) + "9" * (5 * 1024 * 1024)
    with pytest.raises(Invalid, match="longer"):
        facts(read("pprrvu", write(tmp_path, "PPRRVU24_JUL.csv", endless)))
    page = write(tmp_path, "page.csv", "<html>" + table([*stacked(), *ROWS]))
    assert part_of(page) == []
    with pytest.raises(Invalid, match="empty"):
        write(tmp_path, "PPRRVU24_OCT.csv", "")
    with pytest.raises(Invalid, match="no row begins"):
        read("pprrvu", write(tmp_path, "PPRRVU24_OCT.csv", "a,b\n1,2\n"))
    with pytest.raises(Invalid, match="holds no relative values"):
        read("pprrvu", write(tmp_path, "PPRRVU24_OCT.csv", table(stacked())))


GPCI = (
    "ADDENDUM E. GEOGRAPHIC PRACTICE COST INDICES BY STATE AND MEDICARE LOCALITY,,,,,,,\n"
    ",,,,,,,\n"
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "2024 PW GPCI (without 1.0 Floor),2024 PW GPCI (with 1.0 Floor),2024 PE GPCI,2024 MP GPCI\n"
    "10112,AL,00,ALABAMA,0.963,1.000,0.869,0.575\n"
    "02102,AK,01,ALASKA**,1.500,1.500,1.081,0.592\n"
    "1112,CA,5,SAN FRANCISCO*,1.088,1.088,1.419,0.445\n"
    ",,,,,,,\n"
    "* A note on a work index.,,,,,,,\n"
)


def test_indices_have_the_floor_and_no_stars(tmp_path):
    member = write(tmp_path, "GPCI2024.csv", GPCI)
    assert part_of(member) == [("gpci", "table")]
    reading = read("gpci", member)
    assert (reading.edition, reading.effective_from) == ("2024", date(2024, 1, 1))
    assert facts(reading) == [
        (
            "gpci",
            "10112-00",
            "",
            {
                "state": "AL",
                "name": "ALABAMA",
                "work": "1.000",
                "work_unfloored": "0.963",
                "pe": "0.869",
                "mp": "0.575",
            },
        ),
        (
            "gpci",
            "02102-01",
            "",
            {"state": "AK", "name": "ALASKA", "work": "1.500", "pe": "1.081", "mp": "0.592"},
        ),
        (
            "gpci",
            "01112-05",
            "",
            {"state": "CA", "name": "SAN FRANCISCO", "work": "1.088", "pe": "1.419", "mp": "0.445"},
        ),
    ]
    assert faults(reading) == []


@pytest.mark.parametrize("kept", ["with", "without"])
def test_one_work_index_is_enough(tmp_path, kept):
    rows = list(csv.reader(GPCI.splitlines()))
    gone = 4 if kept == "with" else 5
    content = table([[cell for at, cell in enumerate(row) if at != gone] for row in rows])
    found = facts(read("gpci", write(tmp_path, "GPCI2024.csv", content)))
    assert found[0][3]["work"] == ("1.000" if kept == "with" else "0.963")


def test_indices_without_a_column_are_refused_by_its_name(tmp_path):
    with pytest.raises(Invalid, match="“pe”"):
        read("gpci", write(tmp_path, "GPCI2024.csv", GPCI.replace("2024 PE GPCI", "SOMETHING")))
    both = GPCI.replace("2024 PW GPCI (without 1.0 Floor),2024 PW GPCI (with 1.0 Floor)", "A,B")
    with pytest.raises(Invalid, match="“work”"):
        read("gpci", write(tmp_path, "GPCI2024.csv", both))


def test_bad_indices_are_left_out_with_their_line(tmp_path):
    rows = (
        "10112,AL,00,ALABAMA,0.963,1.000,0.869,0.575\n"
        "101,AL,00,ALABAMA,0.963,1.000,0.869,0.575\n"
        "10113,AL,00,ALABAMA,0.963,1.000,high,0.575\n"
        "10114,AL,00\n"
    )
    reading = read("gpci", write(tmp_path, "GPCI2024.csv", GPCI + rows))
    assert len(facts(reading)) == 3
    assert faults(reading) == [
        (9, "is there twice"),
        (10, "has no contractor and locality"),
        (11, "“high” is no number"),
        (12, "has too few columns"),
    ]


LOCALITIES = (
    "COUNTIES INCLUDED IN 2024 LOCALITIES,,,,\n"
    ",,,,\n"
    "Medicare Adminstrative Contractor,Locality Number,State ,Fee Schedule Area ,Counties\n"
    ",,,,\n"
    "10112,0,ALABAMA ,STATEWIDE ,ALL COUNTIES \n"
    "01182,18,CALIFORNIA ,LOS ANGELES*,LOS ANGELES\n"
    "01112,52,,MARIN,MARIN\n"
    ",05,,SAN FRANCISCO,SAN FRANCISCO/ALAMEDA\n"
    ",,,,\n"
    "*  Payment locality is serviced by two carriers.,,,,\n"
)


def test_contractor_and_state_are_carried_down(tmp_path):
    member = write(tmp_path, "24LOCCO.csv", LOCALITIES)
    assert part_of(member) == [("locality", "table")]
    reading = read("locality", member)
    assert reading.edition == "2024"
    assert facts(reading) == [
        (
            "locality",
            "10112-00",
            "",
            {"state": "ALABAMA", "area": "STATEWIDE", "counties": "ALL COUNTIES"},
        ),
        (
            "locality",
            "01182-18",
            "",
            {"state": "CALIFORNIA", "area": "LOS ANGELES", "counties": "LOS ANGELES"},
        ),
        ("locality", "01112-52", "", {"state": "CALIFORNIA", "area": "MARIN", "counties": "MARIN"}),
        (
            "locality",
            "01112-05",
            "",
            {
                "state": "CALIFORNIA",
                "area": "SAN FRANCISCO",
                "counties": "SAN FRANCISCO/ALAMEDA",
            },
        ),
    ]
    assert faults(reading) == []


def test_anesthesia_has_one_factor_or_two(tmp_path):
    one = "Contractor,Locality,Locality Name,National Anes CF of 20.3178\n02102,01,ALASKA*,27.86\n"
    member = write(tmp_path, "ANES2024.csv", one)
    assert part_of(member) == [("anesthesia", "table")]
    reading = read("anesthesia", member)
    assert reading.effective_from == date(2024, 1, 1)
    assert facts(reading) == [("anesthesia", "02102-01", "", {"name": "ALASKA", "factor": "27.86"})]
    two = (
        "Contractor,Locality,Locality Name,Qualifying APM National Anes CF of 20.5998,"
        "Non-Qualifying APM National Anes CF of 20.4976\n02102,01,ALASKA*,28.10,27.96\n"
    )
    found = facts(read("anesthesia", write(tmp_path, "ANES2026.csv", two)))
    assert found[0][3] == {"name": "ALASKA", "factor": "27.96", "factor_qpp": "28.10"}


CAP = (
    "HCPCS,MOD,PROCSTAT,CARRIER,LOCALITY,FACILITY PRICE,NON-FACILTY PRICE\n"
    "0633T,TC,C,01112,05,150.69,150.69\n"
    "70010,,A,1112,9,99.01,99.02\n"
    "\x1a,,,,,,\n"
)


def test_caps_are_read_with_the_spelling_of_cms(tmp_path):
    with zipfile.ZipFile(tmp_path / "RVU24C.zip", "w") as archive:
        archive.writestr("OPPSCAP_JUL.csv", CAP)
    (member,) = members(tmp_path / "RVU24C.zip")
    assert part_of(member) == [("opps-cap", "table")]
    reading = read("opps-cap", member)
    assert (reading.edition, reading.effective_from) == ("July 2024", date(2024, 7, 1))
    assert facts(reading) == [
        (
            "opps_cap",
            "0633T",
            "01112-05",
            {"modifier": "TC", "status": "C", "facility": "150.69", "nonfacility": "150.69"},
        ),
        (
            "opps_cap",
            "70010",
            "01112-09",
            {"status": "A", "facility": "99.01", "nonfacility": "99.02"},
        ),
    ]
    assert faults(reading) == []


@needs_data
@pytest.mark.parametrize(
    ("kind", "name", "rows", "left_out", "edition"),
    [
        ("pprrvu", "pprrvu24_jan.redacted.csv.gz", 18_499, 0, "January 2024"),
        ("gpci", "gpci2024.csv", 109, 0, "2024"),
        ("locality", "24locco.csv", 109, 1, "2024"),  # CMS repeats the rest of Missouri
        ("anesthesia", "anes2024.csv", 109, 0, "2024"),
        ("opps-cap", "oppscap_jul2024.csv", 17_710, 0, "July 2024"),
    ],
)
def test_the_real_tables_are_read_whole(kind, name, rows, left_out, edition):
    reading = KINDS[kind].read({"table": members(DATA / "pfs" / name)}, NO_HINTS)
    assert reading.edition == edition
    assert len(facts(reading)) == rows
    assert reading.quarantine.count == left_out


@needs_data
def test_every_locality_has_the_same_key_in_every_real_table():
    keys = [
        {
            fact[1]
            for fact in facts(KINDS[kind].read({"table": members(DATA / "pfs" / name)}, NO_HINTS))
        }
        for kind, name in (
            ("gpci", "gpci2024.csv"),
            ("locality", "24locco.csv"),
            ("anesthesia", "anes2024.csv"),
        )
    ]
    assert keys[0] == keys[1] == keys[2]
