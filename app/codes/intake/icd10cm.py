"""ICD-10-CM as CDC publishes it: the tabular list for codes and notes, checked against its lists.

https://www.cdc.gov/nchs/icd/icd-10-cm/files.html. The tabular XML names seventh characters once, at
an ancestor; the order file ("order", with the billing flag) and the plain list of codes name every
code. Where the XML is there a list must agree with it exactly; an order file alone gives the codes
without notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.days import effective_date, fiscal_year_start
from app.codes.intake.files import Member
from app.codes.intake.rows import Entry, Note, Row, batches
from app.codes.intake.tabular import CODE, Tabular, codes_named, dotted, read_tabular
from app.codes.models import EntryKind
from app.errors import Invalid
from app.filters import long_date, plural

FLOOR = 90_000  # ICD-10-CM has not had fewer codes since 2015
LARGEST_BOOK = 64 * 1024 * 1024  # bytes; CDC's is 10 MB
_ADDENDA = re.compile(r"addenda", re.IGNORECASE)
_ORDER_LINE = re.compile(
    r"\d{5} (?P<key>[A-Z][0-9A-Z]{2,6}) +(?P<billable>[01]) (?P<short>.{0,60}) ?(?P<long>.*)"
)
_FIRST_ORDER_LINE = re.compile(r"\s*00001 [A-Z]\d[0-9A-Z] +0 ")
_LISTED = re.compile(r"[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2}|[A-Z][0-9A-Z]{2}(?:\.?[0-9A-Z]{1,4})?")
_CODES_LINE = re.compile(r"[A-Z][0-9A-Z]{2,6} +\S")


@dataclass(frozen=True, slots=True)
class Listing:
    """The codes of a release as a plain list; CDC's order file also says which are billable."""

    keys: frozenset[str]
    billable: frozenset[str] | None
    titles: dict[str, str]


def recognise(member: Member) -> str | None:
    if _ADDENDA.search(member.name):
        return None
    if member.suffix == ".xml":
        return "tabular" if "<ICD10CM.tabular" in member.head else None
    if member.suffix != ".txt":
        return None
    if _FIRST_ORDER_LINE.match(member.head):
        return "order"
    lines = [line.strip() for line in member.head.splitlines()[:40] if line.strip()]
    listed = [line for line in lines if _LISTED.fullmatch(line)]
    return "list" if len(listed) > len(lines) // 2 and lines[0] in ("1", "A00-A09", "A00") else None


def read(parts: Parts, hints: Hints) -> Reading:
    books = parts.get("tabular", ())
    lists = [*parts.get("order", ()), *([] if parts.get("order") else parts.get("list", ()))]
    for found, what in ((books, "tabular XML"), (lists, "list of codes")):
        if len(found) > 1:
            several = ", ".join(member.name for member in found)
            raise Invalid(f"There is more than one {what}: {several}.")
    quarantine = Quarantine()
    listing = read_listing(lists[0], quarantine) if lists else None
    names = [m.name for m in (*books, *lists)] + [m.archive for m in (*books, *lists)]
    effective = hints.effective or effective_date(names)
    if books:
        if books[0].size > LARGEST_BOOK:
            raise Invalid(f"{books[0].name} is larger than any file CDC publishes.")
        book = read_tabular(books[0].content(), listing.keys if listing else None)
        for line, why in book.faults:
            quarantine.add(books[0].name, line, why)
        _must_agree_on_billing(book, listing)
        effective = effective or _from_version(book.version)
        rows = _rows(book)
    elif listing is not None and listing.billable is not None:
        rows = _ordered(listing, listing.billable)
    else:
        raise Invalid("A list of codes alone has no descriptions: add the tabular XML.")
    if effective is None:
        raise Invalid(
            "Neither the file's name nor the file says when the edition takes effect: "
            "say so with --effective YYYY-MM-DD."
        )
    return Reading(
        edition=hints.edition or long_date(effective),
        effective_from=effective,
        batches=batches(rows),
        quarantine=quarantine,
    )


def read_listing(member: Member, quarantine: Quarantine) -> Listing:
    """CDC's order file, or a list of one key a line; headings in either are not codes."""
    keys: set[str] = set()
    billable: set[str] = set()
    titles: dict[str, str] = {}
    ordered = _FIRST_ORDER_LINE.match(member.head) is not None
    for number, line in member.lines():
        match = _ORDER_LINE.match(line) if ordered else None
        if match:
            keys.add(match["key"])
            titles[match["key"]] = (match["long"] or match["short"]).strip()
            if match["billable"] == "1":
                billable.add(match["key"])
        elif ordered and line.strip():
            quarantine.add(member.name, number, "not a line of an order file", line)
        elif not ordered:
            key = line.split(" ")[0].strip().replace(".", "")
            if CODE.fullmatch(key):
                keys.add(key)
            elif key and not re.fullmatch(r"\d{1,2}|[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2}", key):
                quarantine.add(member.name, number, "neither a code nor a heading", line)
    if not keys:
        raise Invalid("The list of codes holds no code.")
    return Listing(frozenset(keys), frozenset(billable) if ordered else None, titles)


def _must_agree_on_billing(book: Tabular, listing: Listing | None) -> None:
    if listing is None or listing.billable is None:
        return
    billable = {entry.key for entry in book.entries if entry.billable}
    differing = sorted(billable ^ listing.billable)
    if differing:
        raise Invalid(
            "The order file and the tabular XML disagree on what is billable: "
            f"{plural(len(differing), 'code')}, such as {', '.join(differing[:5])}."
        )


def _from_version(version: str) -> date | None:
    said = version.isascii() and version.isdigit() and len(version) == 4
    return fiscal_year_start(int(version)) if said else None


def _rows(book: Tabular) -> Iterator[Row]:
    known = {entry.key for entry in book.entries}
    for position, entry in enumerate(book.entries, start=1):
        yield Entry(
            entry.key,
            entry.shown,
            entry.kind.value,
            entry.title,
            entry.billable,
            entry.seventh,
            entry.parent_key,
            entry.ancestors,
            position,
        )
        for number, note in enumerate(entry.notes, start=1):
            links = " ".join(codes_named(note.text, known))
            yield Note(entry.key, note.kind.value, number, note.text, note.extension, links)


def _ordered(listing: Listing, billable: frozenset[str]) -> Iterator[Row]:
    """Entries from an order file alone: each under the longest code it begins with."""
    lineage: list[str] = []
    for position, (key, title) in enumerate(listing.titles.items(), start=1):
        while lineage and not key.startswith(lineage[-1]):
            lineage.pop()
        kind = EntryKind.CODE if key in billable else EntryKind.SUBCATEGORY
        if len(key) == 3:
            kind = EntryKind.CATEGORY
        yield Entry(
            key,
            dotted(key),
            kind.value,
            title,
            key in billable,
            None,
            lineage[-1] if lineage else None,
            "/".join(lineage),
            position,
        )
        lineage.append(key)


KINDS: Sequence[Kind] = (
    Kind(
        name="icd10cm",
        title="ICD-10-CM",
        owner="CDC/NCHS",
        floor=FLOOR,
        recognise=recognise,
        read=read,
        system="icd10cm",
        source="https://www.cdc.gov/nchs/icd/icd-10-cm/files.html",
    ),
)
