"""ICD-10-CM from CDC's files: the XML, with a list of codes that must agree, or an order file."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from app.codes.intake.carried import carried_members
from app.codes.intake.contract import Hints, Quarantine
from app.codes.intake.days import effective_date
from app.codes.intake.files import members
from app.codes.intake.icd10cm import read, read_listing, recognise
from app.codes.intake.kinds import find_releases
from app.codes.intake.rows import Entry
from app.codes.models import HEADINGS
from app.errors import Invalid
from tests.factories.codes import BOOK, make_member


def line(number: int, key: str, billable: int, title: str) -> str:
    return f"{number:05} {key:7} {billable} {title[:60]:60} {title}\r\n"


ORDER = line(1, "E11", 0, "Type 2 diabetes mellitus") + line(2, "E119", 1, "Without complications")


def zipped(path: Path, contents: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def entries(reading) -> list[Entry]:
    return [row for kind, rows in reading.batches if kind is Entry for row in rows]


def whole_order(**changes: int) -> str:
    found = entries(read({"tabular": [make_member(BOOK)]}, Hints(effective=date(2026, 4, 1))))
    codes = [e for e in found if e.kind not in HEADINGS]
    lines = [line(0, e.key, changes.get(e.key, int(e.billable)), e.title) for e in codes]
    # A real order file begins with A00.
    return line(1, "A00", 0, "Cholera") + "".join(lines)


def test_the_installed_package_carries_a_release():
    (found,) = find_releases([carried_members()], only="icd10cm")
    assert set(found.parts) == {"tabular", "list"}
    assert found.parts["tabular"][0].archive == "simple-icd-10-cm 1.5.0"


def test_a_zip_gives_its_xml_and_its_order_file_and_ignores_the_rest(tmp_path):
    path = zipped(
        tmp_path / "icd10cm-table-and-index.zip",
        {
            "Table and Index/icd10cm-tabular-April-1-2026.xml": BOOK,
            "Table and Index/icd10cm-tabular-addenda-2026.xml": BOOK,
            "__MACOSX/._icd10cm-tabular-April-1-2026.xml": "junk",
            "icd10cm-order-2026.txt": ORDER,
            "icd10cm-order-addenda-2026.txt": "Add: ...",
        },
    )
    found = [(m.name, recognise(m)) for m in members(path)]
    assert [part for _, part in found] == ["tabular", None, "order", None]


def test_any_name_will_do_for_a_bare_file():
    assert recognise(make_member(BOOK, "book.xml")) == "tabular"
    assert recognise(make_member(ORDER, "x.txt")) == "order"
    assert recognise(make_member("1\nA00-A09\nA00\nA00.0\n", "x.txt")) == "list"


@pytest.mark.parametrize("content", ["<ICD10CM.index/>", "<html/>", "hello\nworld\n", "0016070 x"])
def test_other_files_are_not_taken_for_it(content):
    assert recognise(make_member(content, "x.xml")) is None
    assert recognise(make_member(content, "icd10cm-order.txt")) is None


def test_two_books_at_once_are_refused():
    two = {"tabular": [make_member(BOOK, "a.xml"), make_member(BOOK, "b.xml")]}
    with pytest.raises(Invalid, match=r"more than one tabular XML: a.xml, b.xml"):
        read(two, Hints())


def test_the_edition_is_that_of_the_names_then_of_the_file_then_what_the_operator_says():
    dated = make_member(BOOK, "icd10cm-tabular-April-1-2026.xml")
    assert read({"tabular": [dated]}, Hints()).edition == "April 1, 2026"
    undated = {"tabular": [make_member(BOOK, "x.xml")]}
    assert read(undated, Hints()).effective_from == date(2025, 10, 1)
    said = Hints(effective=date(2026, 1, 1), edition="Winter")
    assert read(undated, said).effective_from == date(2026, 1, 1)
    assert read(undated, said).edition == "Winter"
    nameless = make_member(BOOK.replace("<version>2026</version>", ""), "x.xml")
    with pytest.raises(Invalid, match=r"when the edition takes effect: say so with --effective"):
        read({"tabular": [nameless]}, Hints())


def test_an_order_file_that_disagrees_on_codes_or_billing_is_refused():
    book = make_member(BOOK, "icd10cm_tabular_2026.xml")
    with pytest.raises(Invalid, match="disagree: 0 codes only in the list"):
        read({"tabular": [book], "order": [make_member(ORDER, "order.txt")]}, Hints())
    agreeing = whole_order().partition("\n")[2].replace("00000 E10 ", "00001 E10 ", 1)
    parts = {"tabular": [book], "order": [make_member(agreeing, "order.txt")]}
    assert len(entries(read(parts, Hints()))) > 20
    wrong = agreeing.replace("E119    1", "E119    0").replace("E11     0", "E11     1")
    parts = {"tabular": [book], "order": [make_member(wrong, "order.txt")]}
    with pytest.raises(Invalid, match="disagree on what is billable: 2 codes, such as E11, E119"):
        read(parts, Hints())


def test_an_order_file_alone_gives_the_codes_under_each_other():
    reading = read({"order": [make_member(ORDER, "icd10cm-order-2026.txt")]}, Hints())
    assert reading.effective_from == date(2025, 10, 1)
    assert [(e.shown, e.title, e.billable, e.ancestors) for e in entries(reading)] == [
        ("E11", "Type 2 diabetes mellitus", False, ""),
        ("E11.9", "Without complications", True, "E11"),
    ]


def test_a_plain_list_alone_is_refused():
    with pytest.raises(Invalid, match="has no descriptions: add the tabular XML"):
        read({"list": [make_member("A00\n", "list.txt")]}, Hints())


def test_lines_that_are_none_are_left_out_with_their_number():
    quarantine = Quarantine()
    listing = read_listing(make_member(ORDER.replace("\r\n", "\r\n????\n", 1)), quarantine)
    assert listing.keys == {"E11", "E119"}
    assert [(f.line, f.why) for f in quarantine.kept] == [(2, "not a line of an order file")]


def test_a_plain_list_may_hold_headings_dots_and_another_code_page():
    quarantine = Quarantine()
    content = "1\nA00-A09\nA00\nA00.0 Chol\xe9ra\nnonsense!\n".encode("cp1252")
    listing = read_listing(make_member(content), quarantine)
    assert (listing.keys, listing.billable) == ({"A00", "A000"}, None)
    assert [fault.line for fault in quarantine.kept] == [5]


def test_a_list_without_codes_is_refused():
    with pytest.raises(Invalid, match="holds no code"):
        read_listing(make_member("nothing here\n"), Quarantine())


def test_a_digit_is_not_asked_for_in_second_place():
    assert read_listing(make_member("QA0\nQA00131\n"), Quarantine()).keys == {"QA0", "QA00131"}


@pytest.mark.parametrize(
    ("names", "day"),
    [
        (["icd10c-tabular-April-1-2026.xml"], date(2026, 4, 1)),
        (["icd10cm-tabular-April-2025.xml"], date(2025, 4, 1)),
        (["icd10cm_tabular_2021.xml", "icd10cm-order-Jan-2021.txt"], date(2021, 1, 1)),
        (["icd10cm_tabular_2027.xml", "", "x.zip"], date(2026, 10, 1)),
        (["tabular-June-31-2026.xml"], date(2025, 10, 1)),
        (["tabular.xml"], None),
    ],
)
def test_the_edition_is_read_from_the_names(names, day):
    assert effective_date(names) == day
