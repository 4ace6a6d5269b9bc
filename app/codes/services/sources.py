"""The files a release is read from: bare, in CDC's zip, or carried by an installed package."""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

from app.codes.intake.days import effective_date
from app.codes.services.tabular import CODE
from app.errors import Invalid, Unavailable

PACKAGE = "simple-icd-10-cm"
LARGEST = 64 * 1024 * 1024  # bytes unpacked; CDC's biggest file is 15 MB

# What Python raises for a file that is broken, encrypted, or packed in a way it does not know.
UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)

_TABULAR = re.compile(r"tabular[^/]*\.xml$", re.IGNORECASE)
_LISTING = re.compile(r"(?:order|code-list)[^/]*\.txt$", re.IGNORECASE)
_IGNORED = re.compile(r"addenda|__MACOSX|(?:^|/)\.", re.IGNORECASE)
_ORDER_LINE = re.compile(r"\d{5} (?P<key>[A-Z][0-9A-Z]{2,6}) +(?P<billable>[01]) ")


@dataclass(frozen=True, slots=True)
class Listing:
    """The codes of a release as a plain list; CDC's order file also says which are billable."""

    keys: frozenset[str]
    billable: frozenset[str] | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Everything one import reads, and what its names say of it."""

    name: str
    tabular: bytes
    listing: Listing | None
    effective: date | None  # None where no name gives it: the file's own version then does
    sha256: str


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    content: bytes


def carried_source() -> Source:
    """CDC's files inside the installed package, found without importing it."""
    try:
        files = metadata.distribution(PACKAGE).files or []
    except metadata.PackageNotFoundError as error:
        raise Unavailable(
            f"The package {PACKAGE}, which carries CDC's files, is missing."
        ) from error
    paths = {str(f): Path(str(f.locate())) for f in files}
    found = [
        _File(path.name, path.read_bytes())
        for name, path in paths.items()
        if (_TABULAR.search(name) or _LISTING.search(name)) and path.is_file()
    ]
    return _source(found, f"{PACKAGE} {metadata.version(PACKAGE)}", None)


def file_source(
    path: Path, *, listing: Path | None = None, effective: date | None = None
) -> Source:
    """A tabular XML or a zip that holds one, with the list of codes from it or from `listing`."""
    found = _files(path)
    if listing is not None:
        found = [f for f in found if not _LISTING.search(f.name)]
        found += [f for f in _files(listing) if not _TABULAR.search(f.name)]
    return _source(found, path.name, effective)


def _source(found: list[_File], name: str, effective: date | None) -> Source:
    tabular = _only(found, _TABULAR, "tabular XML")
    if tabular is None:
        raise Invalid(f"{name} holds no tabular XML (a file named like icd10cm_tabular_2026.xml).")
    codes = _only(found, _LISTING, "list of codes")
    names = [tabular.name, codes.name if codes else "", name]
    digest = hashlib.sha256(tabular.content)
    if codes:
        digest.update(codes.content)
    return Source(
        name=tabular.name if tabular.name == name else f"{tabular.name} ({name})",
        tabular=tabular.content,
        listing=read_listing(codes.content) if codes else None,
        effective=effective or effective_date(names),
        sha256=digest.hexdigest(),
    )


def _only(found: Iterable[_File], pattern: re.Pattern[str], what: str) -> _File | None:
    matches = [f for f in found if pattern.search(f.name)]
    if len(matches) > 1:
        names = ", ".join(f.name for f in matches)
        raise Invalid(f"There is more than one {what}: {names}.")
    return matches[0] if matches else None


def _files(path: Path) -> list[_File]:
    try:
        if not zipfile.is_zipfile(path):
            name = path.name
            if not (_TABULAR.search(name) or _LISTING.search(name)):
                # A file given by itself says by its content what it is.
                name += "-tabular.xml" if path.suffix.lower() == ".xml" else "-order.txt"
            return [_File(name, _limited(path.name, path.read_bytes()))]
        with zipfile.ZipFile(path) as archive:
            return [
                _File(Path(info.filename).name, _unpacked(archive, info))
                for info in archive.infolist()
                if (_TABULAR.search(info.filename) or _LISTING.search(info.filename))
                and not _IGNORED.search(info.filename)
            ]
    except UNREADABLE as error:
        raise Invalid(f"{path.name} cannot be read: {error}") from error


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """What a member really holds, whatever size its header claims."""
    with archive.open(info) as member:
        return _limited(info.filename, member.read(LARGEST + 1))


def _limited(name: str, content: bytes) -> bytes:
    if len(content) > LARGEST:
        raise Invalid(f"{name} is larger than any file CDC publishes.")
    return content


def read_listing(content: bytes) -> Listing:
    """CDC's order file, or a list of one key a line; headings in either are not codes."""
    keys: set[str] = set()
    billable: set[str] = set()
    faults: list[str] = []
    lines = _decoded(content).splitlines()
    ordered = any(_ORDER_LINE.match(line) for line in lines[:5])
    for number, line in enumerate(lines, start=1):
        match = _ORDER_LINE.match(line) if ordered else None
        if match:
            keys.add(match["key"])
            if match["billable"] == "1":
                billable.add(match["key"])
        elif ordered and line.strip():
            faults.append(f"line {number}: not a line of an order file")
        elif not ordered:
            key = line.split(" ")[0].strip().replace(".", "")
            if CODE.fullmatch(key):
                keys.add(key)
            elif key and not re.fullmatch(r"\d{1,2}|[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2}", key):
                faults.append(f"line {number}: neither a code nor a heading")
    if not keys:
        raise Invalid("The list of codes holds no code.")
    return Listing(frozenset(keys), frozenset(billable) if ordered else None, tuple(faults))


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
