"""The files of a release, bare or in zips within zips: opened safely, as text, as tables."""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import islice
from pathlib import Path
from typing import IO, BinaryIO, cast

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from app.errors import Invalid

LARGEST = 1024**3  # bytes of one file, unpacked: the edits CMS ships in one are a tenth of that
LARGEST_RATIO = 250  # unpacked to packed; text of the thinnest kind stays below a hundred
LONGEST_LINE = 4 * 1024**2  # bytes; the longest text of a coverage article is a tenth of that
HEAD = 64 * 1024  # bytes a kind is recognized by
DEEPEST = 3  # zips within zips: the coverage database has two
_CHUNK = 1024 * 1024
_SHEET_STEP = 500  # rows of a workbook that are taken at once
_IGNORED = re.compile(r"(?:^|/)(?:__MACOSX|\.)", re.IGNORECASE)

# What Python raises for a file that is broken, encrypted, or packed in a way it does not know.
UNREADABLE = (
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)

csv.field_size_limit(LONGEST_LINE)


class _Limited(io.RawIOBase):
    """Bytes of a file up to a limit, whatever its header claims."""

    def __init__(self, name: str, inner: IO[bytes], limit: int) -> None:
        self._name, self._inner, self._left = name, inner, limit

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        try:
            found = self._inner.read(len(buffer))
        except UNREADABLE as error:
            raise Invalid(f"{self._name} cannot be read: {error}") from error
        self._left -= len(found)
        if self._left < 0:
            raise Invalid(f"{self._name} unpacks to more than any official release holds.")
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._inner.close()
        super().close()


@dataclass(frozen=True)
class Member:
    """One file of a release. It can be opened again and again."""

    name: str  # without folders
    archive: str  # the zip it came from; empty for a bare file
    size: int  # bytes, as claimed
    _open: Callable[[], IO[bytes]]
    _limit: int = LARGEST

    def open(self) -> BinaryIO:
        """Its bytes, unpacked. Reading raises Invalid where it is broken or too large."""
        try:
            inner = self._open()
        except UNREADABLE as error:
            raise Invalid(f"{self.name} cannot be read: {error}") from error
        return io.BufferedReader(_Limited(self.name, inner, self._limit), _CHUNK)  # type: ignore[type-var]

    def content(self) -> bytes:
        with self.open() as file:
            return file.read()

    @property
    def suffix(self) -> str:
        """The ending of the name, lower case, with its dot; of "a.csv.gz" it is ".csv"."""
        name = self.name.lower().removesuffix(".gz").removesuffix(".xz")
        return Path(name).suffix

    @cached_property
    def head(self) -> str:
        """The beginning as text. Of a workbook it is its first rows, tabs between the cells."""
        if self.suffix == ".xlsx":
            return "\n".join("\t".join(row) for _, row in _first(_sheet_rows(self), 40))
        with self.open() as file:
            content = file.read(HEAD)
        return decoded(content, whole=False)

    @cached_property
    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self.open() as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    @cached_property
    def encoding(self) -> str:
        """UTF-8 where all of it is that, else cp1252, the code page CMS's own tools write."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self.open() as file:
            try:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "cp1252"
        return "utf-8-sig"

    def lines(self) -> Iterator[tuple[int, str]]:
        """Its lines from 1, without their ends."""
        for number, line in enumerate(self._whole_lines(), start=1):
            yield number, line.rstrip("\r\n")

    def rows(self, delimiter: str = "") -> Iterator[tuple[int, list[str]]]:
        """Its rows as cells of text, with the line or the row of the sheet each begins at.

        Unless a delimiter is given, commas or tabs separate them, whichever the beginning of the
        file has more lines with. Quoted cells may hold line ends.
        """
        if self.suffix == ".xlsx":
            yield from _sheet_rows(self)
            return
        delimiter = delimiter or ("\t" if _tabs(self.head) else ",")
        reader = csv.reader(self._whole_lines(), delimiter=delimiter)
        number = 1
        try:
            for row in reader:
                yield number, row
                number = reader.line_num + 1
        except csv.Error as error:
            raise Invalid(f"{self.name}, line {number}: {error}.") from error

    def _whole_lines(self) -> Iterator[str]:
        encoding = self.encoding
        with self.open() as file:
            number = 0
            while raw := file.readline(LONGEST_LINE + 1):
                number += 1
                if len(raw) > LONGEST_LINE:
                    raise Invalid(
                        f"{self.name}, line {number} is longer than any line of such a file: "
                        "nothing was loaded."
                    )
                if number == 1 and encoding == "utf-8-sig":
                    raw = raw.removeprefix(codecs.BOM_UTF8)
                yield _text(raw, encoding)


def _text(raw: bytes, encoding: str) -> str:
    if encoding == "cp1252":
        # Another writer's code page has hard spaces at 0xFF and 0xA0.
        return raw.decode("cp1252", errors="replace").replace("\xff", " ").replace("\xa0", " ")
    return raw.decode("utf-8", errors="replace").replace("\xa0", " ")


def decoded(content: bytes, *, whole: bool = True) -> str:
    """Text of UTF-8 or, failing that, cp1252; with `whole` false the last character may be cut."""
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=whole)
    except UnicodeDecodeError:
        return _text(content, "cp1252")
    return text.replace("\xa0", " ")


def members(path: Path, *, name: str = "") -> list[Member]:
    """The files at `path`: itself, or what its zips hold. Raises Invalid where it is broken.

    `name` is what the file was called where that is not the name it is kept under.
    """
    called = name or path.name
    try:
        with path.open("rb") as file:
            magic = file.read(4)
        size = path.stat().st_size
        if not size:
            raise Invalid(f"{called} is empty.")
        if magic[:2] == b"\x1f\x8b":
            return [Member(called, "", size, lambda: _stream(gzip.open(path)), _room(size))]
        if magic == b"\xfd7zX":
            return [Member(called, "", size, lambda: _stream(lzma.open(path)), _room(size))]
        if magic == b"PK\x03\x04" and Path(called).suffix.lower() != ".xlsx":
            return list(_unzipped(lambda: zipfile.ZipFile(path), called, DEEPEST))
    except UNREADABLE as error:
        raise Invalid(f"{called} cannot be read: {error}") from error
    return [Member(called, "", size, lambda: path.open("rb"))]


def _stream(opened: object) -> IO[bytes]:
    return cast("IO[bytes]", opened)


def _room(packed: int) -> int:
    """How much a packed file may unpack to."""
    return min(LARGEST, max(packed, 4096) * LARGEST_RATIO)


def _unzipped(opened: Callable[[], zipfile.ZipFile], name: str, depth: int) -> Iterator[Member]:
    if not depth:
        raise Invalid(f"{name} holds zips within zips deeper than any official release.")
    with opened() as archive:
        found = [
            i for i in archive.infolist() if not i.is_dir() and not _IGNORED.search(i.filename)
        ]
    if len({info.filename for info in found}) != len(found):
        raise Invalid(f"{name} holds two files of the same name.")
    if sum(info.file_size for info in found) > LARGEST * 2:
        raise Invalid(f"{name} unpacks to more than any official release holds.")
    for info in found:
        inner = _member(opened, name, info)
        if info.filename.lower().endswith(".zip"):
            # A zip is read from its end, so this one has to be whole.
            yield from _unzipped(partial(_opened, inner.content()), inner.name, depth - 1)
        else:
            yield inner


def _opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def _member(opened: Callable[[], zipfile.ZipFile], archive: str, info: zipfile.ZipInfo) -> Member:
    limit = _room(info.compress_size)
    if info.file_size > limit:
        raise Invalid(f"{info.filename} in {archive} unpacks to more than any release holds.")
    name = Path(info.filename.replace("\\", "/")).name
    return Member(name, archive, info.file_size, lambda: opened().open(info), limit)


def _tabs(head: str) -> bool:
    lines = head.splitlines()[:200]
    return sum("\t" in line for line in lines) > sum("," in line for line in lines) / 2


def _sheet_rows(member: Member) -> Iterator[tuple[int, list[str]]]:
    """The first sheet's rows. Formulas are not worked out: their last result is the cell."""
    try:
        content = member.content()
        with _opened(content) as archive:
            if sum(info.file_size for info in archive.infolist()) > _room(len(content)):
                raise Invalid(f"{member.name} unpacks to more than any official release holds.")
        with _unwarned():
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what is claimed of a sheet's size is often wrong
            found = enumerate(sheet.iter_rows(values_only=True), start=1)
        while True:
            with _unwarned():  # not while a row is with the caller, whose warnings are its own
                step = [
                    (number, [_cell(value) for value in row])
                    for number, row in islice(found, _SHEET_STEP)
                ]
            if not step:
                break
            yield from step
        book.close()
    except (InvalidFileException, KeyError, ValueError, IndexError, *UNREADABLE) as error:
        raise Invalid(f"{member.name} is no workbook that can be read: {error}") from error


@contextmanager
def _unwarned() -> Iterator[None]:
    """Without the warnings of headers, footers and styles, which are not read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\xa0", " ")


def _first(rows: Iterable[tuple[int, list[str]]], count: int) -> Iterator[tuple[int, list[str]]]:
    for _, row in zip(range(count), rows, strict=False):
        yield row


def named_columns(
    rows: Iterable[tuple[int, list[str]]], first: Sequence[str], *, within: int = 60
) -> tuple[dict[str, int], Iterator[tuple[int, list[str]]]]:
    """Where the columns stand, by their names in lower case, and the rows after that line.

    The header is the first of `within` rows with a cell equal to one of `first` (lower case).
    Raises Invalid where there is none.
    """
    rows = iter(rows)
    for _, (_, row) in zip(range(within), rows, strict=False):
        names = [" ".join(cell.lower().split()) for cell in row]
        if any(name in first for name in names):
            columns: dict[str, int] = {}
            for at, name in enumerate(names):
                columns.setdefault(name, at)
            return columns, rows
    raise Invalid(f"No row names its columns: one of them should be “{first[0].upper()}”.")
