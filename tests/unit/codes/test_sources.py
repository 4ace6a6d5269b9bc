"""Finding the files of a release: bare, zipped, or carried by a package."""

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from app.codes.services.sources import (
    LARGEST,
    carried_source,
    effective_date,
    file_source,
    read_listing,
)
from app.errors import Invalid
from tests.factories.codes import BOOK

ORDER = (
    "00001 E11     0 Type 2 diabetes mellitus                                     Type 2\r\n"
    "00002 E119    1 Type 2 diabetes mellitus without complications               Type 2\r\n"
)


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_installed_package_carries_a_release_and_is_not_imported():
    source = carried_source()
    assert source.tabular.startswith(b"<?xml")
    assert source.listing
    assert len(source.listing.keys) > 90_000
    assert source.effective
    assert source.effective.day == 1
    assert source.name.endswith(".xml (simple-icd-10-cm 1.5.0)")


def test_a_bare_xml_is_a_source_without_a_list(tmp_path):
    path = tmp_path / "icd10cm_tabular_2025.xml"
    path.write_text(BOOK)
    source = file_source(path)
    assert (source.name, source.listing) == ("icd10cm_tabular_2025.xml", None)
    assert source.effective == date(2024, 10, 1)


def test_any_name_will_do_for_a_bare_file(tmp_path):
    path = tmp_path / "book.xml"
    path.write_text(BOOK)
    assert file_source(path).tabular == BOOK.encode()


def test_a_zip_gives_its_xml_and_its_order_file_and_ignores_the_rest(tmp_path):
    path = zipped(
        tmp_path / "icd10cm-table-and-index.zip",
        {
            "Table and Index/icd10cm-tabular-April-1-2026.xml": BOOK.encode(),
            "Table and Index/icd10cm-eindex-April-1-2026.xml": b"<ICD10CM.index/>",
            "Table and Index/icd10cm-tabular-addenda-2026.xml": b"<x/>",
            "__MACOSX/._icd10cm-tabular-April-1-2026.xml": b"junk",
            "icd10cm-order-2026.txt": ORDER.encode(),
            "icd10cm-order-addenda-2026.txt": b"Add: ...",
        },
    )
    source = file_source(path)
    assert source.effective == date(2026, 4, 1)
    assert source.listing
    assert source.listing.keys == {"E11", "E119"}
    assert source.listing.billable == {"E119"}


def test_a_list_given_apart_replaces_the_one_in_the_zip(tmp_path):
    book = zipped(
        tmp_path / "a.zip", {"tabular.xml": BOOK.encode(), "code-list.txt": b"E11\nE119\n"}
    )
    order = zipped(tmp_path / "b.zip", {"icd10cm-order-2026.txt": ORDER.encode()})
    assert file_source(book).listing.billable is None
    assert file_source(book, listing=order).listing.billable == {"E119"}


def test_the_same_files_have_the_same_digest_however_they_came(tmp_path):
    members = {"tabular.xml": BOOK.encode(), "code-list.txt": b"E11\nE119\n"}
    one = file_source(zipped(tmp_path / "a.zip", members))
    for name, content in members.items():
        (tmp_path / name).write_bytes(content)
    other = file_source(tmp_path / "tabular.xml", listing=tmp_path / "code-list.txt")
    assert one.sha256 == other.sha256
    assert one.sha256 != file_source(tmp_path / "tabular.xml").sha256


def test_a_zip_without_a_tabular_list_or_with_two_is_refused(tmp_path):
    with pytest.raises(Invalid, match="holds no tabular XML"):
        file_source(zipped(tmp_path / "a.zip", {"readme.txt": b"hello"}))
    two = {"tabular-2025.xml": b"<a/>", "tabular-2026.xml": b"<a/>"}
    with pytest.raises(Invalid, match="more than one tabular XML"):
        file_source(zipped(tmp_path / "b.zip", two))


def test_a_broken_zip_is_refused(tmp_path):
    whole = zipped(tmp_path / "a.zip", {"tabular.xml": BOOK.encode()}).read_bytes()
    broken = tmp_path / "b.zip"
    broken.write_bytes(whole.replace(whole[50:60], b"0123456789", 1))
    with pytest.raises(Invalid, match="cannot be read"):
        file_source(broken)


def test_a_zip_bomb_is_refused_by_what_it_holds(tmp_path):
    bomb = zipped(tmp_path / "a.zip", {"tabular.xml": bytes(LARGEST + 1)})
    assert bomb.stat().st_size < LARGEST / 500
    with pytest.raises(Invalid, match="larger than any file CDC publishes"):
        file_source(bomb)


def test_the_lines_of_a_list_that_are_none_are_left_out_with_their_number():
    listing = read_listing(b"00001 E11     0 Type 2 \n????\n00002 E119    1 Type 2\n\n")
    assert listing.keys == {"E11", "E119"}
    assert listing.faults == ("line 2: not a line of an order file",)


def test_a_plain_list_may_hold_headings_dots_and_another_code_page():
    listing = read_listing("1\nA00-A09\nA00\nA00.0 Chol\xe9ra\nnonsense!\n".encode("cp1252"))
    assert listing.keys == {"A00", "A000"}
    assert listing.billable is None
    assert listing.faults == ("line 5: neither a code nor a heading",)


def test_a_list_without_codes_is_refused():
    with pytest.raises(Invalid, match="holds no code"):
        read_listing(b"nothing here\n")


def test_a_digit_is_not_asked_for_in_second_place():
    assert read_listing(b"QA0\nQA00131\n").keys == {"QA0", "QA00131"}


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


def test_an_empty_zip_member_is_read_as_it_is(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("tabular.xml", b"")
    (tmp_path / "a.zip").write_bytes(buffer.getvalue())
    assert file_source(tmp_path / "a.zip").tabular == b""
