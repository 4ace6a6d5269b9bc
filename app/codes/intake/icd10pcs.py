"""ICD-10-PCS as CMS publishes it: the list of codes, the order file, the tables, or several.

Sources: "icd10pcs_codes", "icd10pcs_order" and "icd10pcs_tables" of each fiscal year at
https://www.cms.gov/medicare/coding-billing/icd-10-codes. Codes file: code in columns 1-7, title
from 9. Order file: code in 7-13, a flag in 15 (0 for a table's heading), short title in 17-76, long
title from 78.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.codes.intake.books import begin, sole
from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.files import Member
from app.codes.intake.pcs_tables import TABLES, Book, Table, read_tables
from app.codes.intake.rows import Entry, Fact, Row, batches, fact
from app.codes.models import EntryKind
from app.errors import Invalid
from app.filters import plural

_VALUE = "[0-9A-HJ-NP-Z]"  # neither I nor O, which read as 1 and 0
_CODE_LINE = re.compile(rf"({_VALUE}{{7}}) (?P<title>\S.*)")
_ORDER_LINE = re.compile(
    rf"\d{{5}} ({_VALUE}{{7}}|{_VALUE}{{3}}    ) (?P<flag>[01]) (?P<short>.{{60}}) (?P<title>\S.*)"
)
_TABLES_ROOT = re.compile(r"<ICD10PCS\.tabular[\s>]")
_LOOKED_AT = 50  # lines a list of codes is known by
_PATTERNS = {"codes": _CODE_LINE, "order": _ORDER_LINE}
_KINDS = (EntryKind.CHAPTER, EntryKind.SECTION, EntryKind.CATEGORY)


def _recognise(member: Member) -> str | None:
    if member.suffix == ".xml":
        return "tables" if _TABLES_ROOT.search(member.head) else None
    if member.suffix != ".txt":
        return None
    lines = [line for line in member.head.splitlines()[:_LOOKED_AT] if line.strip()]
    for part, pattern in _PATTERNS.items():
        fitting = sum(pattern.fullmatch(line.rstrip()) is not None for line in lines)
        # Its book begins with section 0; that of ICD-10-CM, whose lines look alike, with a letter.
        begins = fitting and pattern.match(lines[0])
        if begins and begins[1].startswith("0") and fitting * 10 >= len(lines) * 9:
            return part
    return None


@dataclass(slots=True)
class _Listing:
    """Codes with their titles, as a file lists them, and what the order file calls the tables."""

    name: str
    codes: dict[str, str] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)


def _read(parts: Parts, hints: Hints) -> Reading:
    quarantine = Quarantine()
    members = {
        part: found
        for part, what in (("codes", "codes"), ("order", "codes in order"), ("tables", TABLES))
        if (found := sole(parts, part, what))
    }
    if not members:
        raise Invalid("There is neither a list of ICD-10-PCS codes nor a file with their tables.")
    tables = members.get("tables")
    book = read_tables(tables, quarantine) if tables else None
    listings = [
        _read_listing(member, _PATTERNS[part], quarantine)
        for part, member in members.items()
        if part in _PATTERNS
    ]
    reading = begin(
        members.values(), hints, version=book.version if book else "", what="ICD-10-PCS"
    )
    for other in listings[1:]:
        _must_agree(listings[0], set(other.codes), other.name)
    if book and listings:
        _must_agree(listings[0], book.codes(), tables.name if tables else "")
    if not listings:
        reading.legend["titles"] = "composed"
    reading.quarantine = quarantine
    reading.batches = batches(_rows(book, listings))
    return reading


def _read_listing(member: Member, pattern: re.Pattern[str], quarantine: Quarantine) -> _Listing:
    listing = _Listing(member.name)
    for number, line in member.lines():
        if not line.strip():
            continue
        found = pattern.fullmatch(line.rstrip())
        if found is None:
            quarantine.add(member.name, number, "this is not a code and its title", line)
            continue
        key, title = found[1].strip(), " ".join(found["title"].split())
        heading = len(key) == 3
        if heading == (found.groupdict().get("flag", "1") == "1"):
            quarantine.add(member.name, number, "the flag does not fit the length", line)
            continue
        kept = listing.headings if heading else listing.codes
        if key in kept:
            quarantine.add(member.name, number, f"{key} is there twice", line)
        else:
            kept[key] = title
    if not listing.codes:
        raise Invalid(f"{member.name} has no line with an ICD-10-PCS code and its title.")
    return listing


def _must_agree(listing: _Listing, codes: set[str], name: str) -> None:
    missing, extra = codes - listing.codes.keys(), listing.codes.keys() - codes
    if missing or extra:
        first = ", ".join([*sorted(missing)[:3], *sorted(extra)[:3]])
        raise Invalid(
            f"{name} and {listing.name} disagree on {plural(len(missing) + len(extra), 'code')}: "
            f"{len(missing):,} only in the first, {len(extra):,} only in the second (such as "
            f"{first}). Are both of one release?"
        )


def _rows(book: Book | None, listings: list[_Listing]) -> Iterator[Row]:
    """Every code under its table, body system and section, in the order of the book."""
    headings: dict[str, str] = {}
    for listing in listings:
        headings |= listing.headings
    tables: dict[str, Table] = {}
    if book:
        tables = book.tables
        headings |= book.headings()
    codes = sorted(listings[0].codes.items()) if listings else _composed(tables)
    above = ""
    position = 0
    for code, title in codes:
        for length, kind in enumerate(_KINDS, start=1):
            key = code[:length]
            if above[:length] == key:
                continue
            position += 1
            name = headings.get(key, f"Codes beginning with {key}")
            yield _entry(key, kind, name, position)
            if length == 3 and key in tables:
                yield _table_fact(tables[key])
        above = code
        position += 1
        yield _entry(code, EntryKind.CODE, title, position)


def _composed(tables: dict[str, Table]) -> Iterable[tuple[str, str]]:
    for key in sorted(tables):
        yield from tables[key].composed()


def _entry(key: str, kind: EntryKind, title: str, position: int) -> Entry:
    above = [key[:length] for length in range(1, min(len(key), 4))]
    return Entry(
        key=key,
        shown=key,
        kind=kind.value,
        title=title,
        billable=kind is EntryKind.CODE,
        seventh=None,
        parent_key=above[-1] if above else None,
        ancestors="/".join(above),
        position=position,
    )


def _table_fact(table: Table) -> Fact:
    return fact("pcs_table", table.key, "", rows=table.rows, definition=table.definition)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="icd10pcs",
        title="ICD-10-PCS",
        owner="CMS",
        floor=70_000,
        recognise=_recognise,
        read=_read,
        system="icd10pcs",
        source="https://www.cms.gov/medicare/coding-billing/icd-10-codes",
    ),
)
