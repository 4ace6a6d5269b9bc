"""Opening the files of a release: bare, packed, zipped, and whatever claims to be one."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.codes.intake import files
from app.codes.intake.files import decoded, members, named_columns
from app.errors import Invalid


def zipped(path: Path, contents: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def bare(tmp_path: Path, content: bytes, name: str = "a.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    (found,) = members(path)
    return found


def rows(member) -> list[list[str]]:
    return [row for _, row in member.rows()]


def test_a_zip_within_a_zip_is_opened_and_what_macs_add_is_ignored(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {"b.csv": b"1,2\n"}).read_bytes()
    outer = zipped(
        tmp_path / "outer.zip", {"x/inner.zip": inner, "c.txt": b"c", "__MACOSX/._c.txt": b"junk"}
    )
    assert [(m.name, m.archive) for m in members(outer)] == [
        ("b.csv", "inner.zip"), ("c.txt", "outer.zip"),
    ]  # fmt: skip
    assert rows(members(outer)[0]) == [["1", "2"]]


def test_zips_within_zips_without_end_are_refused(tmp_path):
    content = b"x"
    for depth in range(5):
        content = zipped(tmp_path / f"{depth}.zip", {f"{depth - 1}.zip": content}).read_bytes()
    (tmp_path / "deep.zip").write_bytes(content)
    with pytest.raises(Invalid, match="zips within zips deeper"):
        members(tmp_path / "deep.zip")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = zipped(tmp_path / "a.zip", {"a.txt": bytes(20_000_000)})
    with pytest.raises(Invalid, match="unpacks to more than any"):
        members(bomb)


def test_a_zip_that_lies_about_its_size_is_refused_while_it_is_read(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"0123456789" * 200_000})
    content = bytearray(path.read_bytes())
    size = (2_000_000).to_bytes(4, "little")
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = (1_000).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(Invalid):
        list(members(path)[0].lines())


def test_a_packed_bomb_without_a_zip_is_refused_while_it_is_read(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(bytes(20_000_000)))
    (member,) = members(path)
    with pytest.raises(Invalid, match="unpacks to more"):
        member.content()


@pytest.mark.parametrize("keep", [10, 60, 200])
def test_a_truncated_zip_is_refused(tmp_path, keep):
    path = zipped(tmp_path / "a.zip", {"a.txt": bytes(range(256)) * 10})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Invalid, match=r"a.zip cannot be read"):
        members(path)


def test_a_damaged_member_is_refused_when_it_is_read(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": bytes(range(256)) * 10})
    content = bytearray(path.read_bytes())
    content[60:70] = b"0123456789"
    path.write_bytes(content)
    with pytest.raises(Invalid, match="cannot be read"):
        members(path)[0].content()


def test_an_empty_file_is_refused(tmp_path):
    with pytest.raises(Invalid, match="is empty"):
        bare(tmp_path, b"")


def test_a_line_without_an_end_is_refused_at_its_number(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "LONGEST_LINE", 100)
    member = bare(tmp_path, b"short\n" + b"x" * 1_000)
    with pytest.raises(Invalid, match="line 2 is longer than any line"):
        list(member.lines())


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfcaf\xc3\xa9", "café"),
        ("café".encode(), "café"),
        (b"caf\xe9", "café"),
        (b"a\xa0b\xffc", "a b c"),
        ("a\u00a0b".encode(), "a b"),
    ],
)
def test_text_is_utf8_or_else_cp1252_and_hard_spaces_are_spaces(tmp_path, content, text):
    assert [line for _, line in bare(tmp_path, content).lines()] == [text]
    assert decoded(content) == text


def test_a_character_that_is_cut_at_the_end_of_the_head_does_not_change_the_encoding(tmp_path):
    member = bare(tmp_path, b"x" * (files.HEAD - 1) + "é".encode() * 10)
    assert member.encoding == "utf-8-sig"
    assert member.head == "x" * (files.HEAD - 1)


def test_commas_and_tabs_are_told_apart_and_quoted_cells_hold_line_ends(tmp_path):
    assert rows(bare(tmp_path, b"a\tb, c\n1\t2\n")) == [["a", "b, c"], ["1", "2"]]
    member = bare(tmp_path, b'"two\nlines",b\n=1+1,00\n')
    assert list(member.rows()) == [(1, ["two\nlines", "b"]), (3, ["=1+1", "00"])]


def test_the_rows_of_a_workbook_are_text_and_formulas_are_not_worked_out(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["code", "units", "rate"])
    sheet.append(["00100", 3, 1.5])
    sheet.append(["=1+1", None, 2.0])
    book.save(tmp_path / "a.xlsx")
    (member,) = members(tmp_path / "a.xlsx")
    assert rows(member) == [["code", "units", "rate"], ["00100", "3", "1.5"], ["", "", "2"]]
    assert member.head.startswith("code\tunits\trate\n")


def test_what_only_claims_to_be_a_workbook_is_refused(tmp_path):
    for name, content in (("a.xlsx", b"hello"), ("b.xlsx", _zip_of_text())):
        with pytest.raises(Invalid, match="no workbook that can be read"):
            rows(bare(tmp_path, content, name))


def _zip_of_text() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hello")
    return buffer.getvalue()


def test_columns_are_found_by_name_below_a_preamble():
    table = [(1, ["A notice"]), (2, ["", " HCPCS  Code", "Rate"]), (3, ["", "A0021", "1.00"])]
    columns, rest = named_columns(table, ("hcpcs code",))
    assert columns["rate"] == 2
    assert list(rest) == [table[2]]
    with pytest.raises(Invalid, match="one of them should be “NDC”"):
        named_columns(table, ("ndc",))
