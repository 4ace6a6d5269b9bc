"""HCPCS Level II, its codes and modifiers under headings, out of the files CMS publishes.

Official source: CMS's quarterly “alpha-numeric HCPCS file” at
https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update
"""

from __future__ import annotations

import calendar
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from app.codes.intake import hcpcs_records as records_of
from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.days import month_named, year_named
from app.codes.intake.files import Member, named_columns
from app.codes.intake.hcpcs_records import Record, Unfit, accepted, crossings, day
from app.codes.intake.hcpcs_sections import LETTERS, MODIFIERS, SECTIONS
from app.codes.intake.rows import Entry, Fact, Row, batches, fact
from app.codes.models import EntryKind
from app.errors import Invalid

_QUARTERLY = (
    "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/"
    "quarterly-update"
)
_MONTHS = "|".join(name.lower() for name in calendar.month_abbr[1:])
_YEAR_FIRST = re.compile(rf"(20\d\d)[-_ ]+((?:{_MONTHS})[a-z]*)", re.IGNORECASE)
_NOTE = re.compile(r"\s*(\d{4})--(.*)")
_NOC = re.compile(r"  ([A-Z]\d{4})  \S")


def effective_from(members: Iterable[Member], hints: Hints, what: str) -> date:
    """When an edition takes effect: what was said of it, else the month or year its name gives."""
    if hints.effective:
        return hints.effective
    for name in dict.fromkeys(n for m in members for n in (m.name, m.archive) if n):
        # CMS writes "HCPC2026_JUL_ANWEB" in files and "july-2024-…" in archives.
        found = month_named([name]) or month_named([_YEAR_FIRST.sub(r"\2 \1", name)])
        if found:
            return found.replace(day=1)
        year = year_named([name])
        if year:
            return date(year, 1, 1)
    raise Invalid(
        f"{what}: no name says when it takes effect. Give it with --effective YYYY-MM-DD."
    )


def edition(effective: date, hints: Hints) -> str:
    return hints.edition or f"{calendar.month_name[effective.month]} {effective.year}"


def header_of(member: Member) -> set[str]:
    """The names of the columns in the first row with more than one cell, lower case."""
    for line in member.head.splitlines():
        cells = [cell.strip().strip('"').strip().lower() for cell in re.split("[\t,]", line)]
        if sum(bool(cell) for cell in cells) > 1:
            return set(cells)
    return set()


# --- The code set -------------------------------------------------------------------------------


def _recognise(member: Member) -> str | None:
    head = member.head
    if member.suffix == ".txt":
        if records_of.is_text(head):
            return "text"
        is_notes = "PROCESSING NOTES" in head[:400] and re.search(r"^\s*\d{4}--", head, re.M)
        return "notes" if is_notes else None
    if member.suffix not in (".xlsx", ".csv"):
        return None
    for line in head.splitlines()[:40]:
        cells = {cell.strip().strip('"').lower() for cell in re.split("[\t,]", line)}
        if cells >= {"seqnum", "recid", "long description"}:
            return "sheet"
    is_codes = "hcpc" in member.name.lower() and header_of(member) >= {"code", "description"}
    return "codes" if is_codes else None


def _read(parts: Parts, hints: Hints) -> Reading:
    member, rows = None, None
    for part, reader in (("text", records_of.text_rows), ("sheet", records_of.sheet_rows)):
        if parts.get(part) and member is None:
            member = _single(parts[part])
            rows = reader(member)
    if member is None:
        if not parts.get("codes"):
            raise Invalid("None of these files holds the codes of HCPCS Level II.")
        member = _single(parts["codes"])
    effective = effective_from([member], hints, member.name)
    reading = Reading(edition(effective, hints), effective, iter(()))
    found = records_of.records(member, rows, reading) if rows else _described(member, reading)
    if not found:
        raise Invalid(f"{member.name} holds no code of HCPCS Level II.")
    notes = [note for part in parts.get("notes", ()) for note in _notes(part)]
    reading.batches = batches(_rows(found, effective.isoformat(), dict(notes)))
    return reading


def _single(members: Iterable[Member]) -> Member:
    first, *more = members
    if more:
        names = " and ".join(member.name for member in (first, *more))
        raise Invalid(f"{names} are two editions: load one at a time.")
    return first


def _described(member: Member, reading: Reading) -> dict[str, Record]:
    """Records of a table of codes and long descriptions, with nothing else said of them."""
    columns, rows = named_columns(member.rows(), ("code",))
    if "description" not in columns:
        raise Invalid(f"{member.name} has no column “DESCRIPTION”.")
    found: dict[str, Record] = {}
    at_code, at_text = columns["code"], columns["description"]
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        try:
            if len(row) <= max(at_code, at_text):
                raise Unfit("the row is too short")
            code, text = row[at_code].strip(), row[at_text].strip()
            if not accepted(code, reading):
                continue
            if code in found:
                raise Unfit(f"{code} is there twice")
            if not text:
                raise Unfit(f"{code} has no description")
            found[code] = Record(code, " ".join(text.split()))
        except Unfit as why:
            reading.quarantine.add(member.name, number, f"{why}.", ",".join(row))
    return found


def _notes(member: Member) -> Iterator[tuple[str, str]]:
    """The processing notes by number; each ends before the next, starred at its right edge."""
    number, lines = "", list[str]()
    for _, line in member.lines():
        begins = _NOTE.match(line)
        if begins:
            if lines:
                yield number, " ".join(lines)
            number, lines = begins[1], []
        text = (begins[2] if begins else line).rstrip("* \t").strip()
        if number and text:
            lines.append(text)
    if lines:
        yield number, " ".join(lines)


def _rows(found: dict[str, Record], effective: str, notes: dict[str, str]) -> Iterator[Row]:
    yield from _entries(found, effective)
    used = set()
    for code in sorted(found):
        record = found[code]
        if record.data:
            yield fact("hcpcs", code, **record.data)
            used.add(record.data["procnote"])
        for other in record.crossed:
            yield fact("xref", code, other)
    for number in sorted(used & notes.keys()):
        yield fact("procnote", number, text=notes[number])


_SECTION_STARTS = [first for first, _, _ in SECTIONS]


def _section(code: str) -> tuple[str, str] | None:
    """Key and title of the section a code stands in, where there is one."""
    at = bisect_right(_SECTION_STARTS, code) - 1
    if at < 0 or code > SECTIONS[at][1]:
        return None
    first, last, title = SECTIONS[at]
    return f"{first}-{last}", title


def _entries(found: dict[str, Record], effective: str) -> Iterator[Entry]:
    """Headings and codes in the order of the book: letters, and modifiers after them."""
    position = 0
    begun: set[str] = set()
    for code in sorted(found, key=lambda code: (len(code) == 2, code)):
        record = found[code]
        for entry in _headings(record, begun, position):
            position = entry.position
            yield entry
        position += 1
        path = _path(record)
        ended = record.data.get("terminated")
        yield Entry(
            key=code,
            shown=code,
            kind="modifier" if record.is_modifier else EntryKind.CODE,
            title=record.title,
            billable=not record.is_modifier and (ended is None or ended >= effective),
            seventh=None,
            parent_key=path[-1],
            ancestors="/".join(path),
            position=position,
            began=record.data.get("added"),
            ended=ended,
        )


def _path(record: Record) -> list[str]:
    if record.is_modifier:
        return [MODIFIERS]
    section = _section(record.code)
    return [record.code[0], section[0]] if section else [record.code[0]]


def _headings(record: Record, begun: set[str], position: int) -> Iterator[Entry]:
    """The headings over a record that were not written yet."""
    section = None if record.is_modifier else _section(record.code)
    for depth, key in enumerate(path := _path(record)):
        if key in begun:
            continue
        begun.add(key)
        position += 1
        above = path[:depth]
        shown = "Modifiers" if key == MODIFIERS else key
        yield Entry(
            key=key,
            shown=shown,
            kind=EntryKind.SECTION if above else EntryKind.CHAPTER,
            title=section[1] if above and section else LETTERS.get(key, "Two-character modifiers"),
            billable=False,
            seventh=None,
            parent_key=above[-1] if above else None,
            ancestors="/".join(above),
            position=position,
        )


# --- Field values without descriptions ----------------------------------------------------------

# The names of the re-laid table, and the fact each becomes; what separates several values.
_FIELDS: dict[str, tuple[str, str]] = {
    "price": ("pricing", ":"),
    "multi": ("multiple_pricing", ""),
    "cov": ("coverage", ""),
    "betos": ("betos", ""),
    "tos": ("tos", ":"),
    "action": ("action", ""),
    "cim": ("cim", ","),
    "mcm": ("mcm", ","),
    "statute": ("statute", ""),
    "lab": ("lab_cert", ","),
    "asc_grp": ("asc_group", ""),
    "proc": ("procnote", ""),
    "anes": ("anesthesia_units", ""),
}
_FIELD_DAYS = {
    "date_term": "terminated",
    "date_added": "added",
    "date_asc": "asc_date",
    "date_action": "effective",
}


def _recognise_fields(member: Member) -> str | None:
    wanted = {"hcpcs_code", "multi", "cov", "betos", "tos", "date_term"}
    return "fields" if member.suffix == ".csv" and header_of(member) >= wanted else None


def _read_fields(parts: Parts, hints: Hints) -> Reading:
    if not parts.get("fields"):
        raise Invalid("None of these files holds field values of HCPCS codes.")
    member = _single(parts["fields"])
    effective = effective_from([member], hints, member.name)
    columns, rows = named_columns(member.rows(), ("hcpcs_code",))
    for name in ("hcpcs_code", "xref", *_FIELDS, *_FIELD_DAYS):
        if name not in columns:
            raise Invalid(f"{member.name} has no column “{name}”.")
    reading = Reading(edition(effective, hints), effective, iter(()))
    reading.batches = batches(_field_facts(member, columns, rows, reading))
    return reading


def _field_facts(
    member: Member,
    columns: dict[str, int],
    rows: Iterator[tuple[int, list[str]]],
    reading: Reading,
) -> Iterator[Fact]:
    seen: set[str] = set()
    width = max(columns.values())
    for number, row in rows:
        try:
            if len(row) <= width:
                if not any(row):
                    continue
                raise Unfit("the row is too short")
            cells = {name: row[at].strip() for name, at in columns.items()}
            code = cells["hcpcs_code"]
            if not accepted(code, reading):
                continue
            if code in seen:
                raise Unfit(f"{code} is there twice")
            data, crossed = _field_data(cells)
        except Unfit as why:
            reading.quarantine.add(member.name, number, f"{why}.", ",".join(row))
            continue
        seen.add(code)
        yield fact("hcpcs", code, **data)
        for other in crossed:
            yield fact("xref", code, other)


def _field_data(cells: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    data: dict[str, Any] = {}
    for name, (key, separator) in _FIELDS.items():
        cell = cells[name]
        parts = [part.strip() for part in cell.split(separator)] if separator and cell else None
        data[key] = parts if separator else cell
    if data["anesthesia_units"] == "0":
        data["anesthesia_units"] = ""
    for name, key in _FIELD_DAYS.items():
        data[key] = day(cells[name], "day")
    crossed, see = crossings(part.strip() for part in cells["xref"].split(",") if part.strip())
    return data | {"see": see or None}, crossed


# --- Codes for what is not classified elsewhere -------------------------------------------------


def _recognise_noc(member: Member) -> str | None:
    if "NOC CODES" not in member.head[:200].upper() or "HCPCS" not in member.head[:400].upper():
        return None
    return {".xlsx": "sheet", ".prn": "print", ".txt": "print"}.get(member.suffix)


def _read_noc(parts: Parts, hints: Hints) -> Reading:
    of_sheet = parts.get("sheet")
    member = _single(of_sheet or parts.get("print") or _none_of("NOC codes"))
    effective = effective_from([member], hints, member.name)
    reading = Reading(edition(effective, hints), effective, iter(()))
    rows = _noc_sheet(member) if of_sheet else _noc_print(member)
    reading.batches = batches(_noc_facts(member, rows, reading))
    return reading


def _none_of(what: str) -> list[Member]:
    raise Invalid(f"None of these files holds {what}.")


def _noc_sheet(member: Member) -> Iterator[tuple[int, str]]:
    columns, rows = named_columns(member.rows(), ("hcpcs",))
    if "long description" not in columns:
        raise Invalid(f"{member.name} has no column “LONG DESCRIPTION”.")
    for number, row in rows:
        code = row[columns["hcpcs"]].strip() if len(row) > columns["hcpcs"] else ""
        if code not in ("", "_x001A_"):  # the end of file of DOS, as a workbook writes it
            yield number, code


def _noc_print(member: Member) -> Iterator[tuple[int, str]]:
    for number, line in member.lines():
        found = _NOC.match(line)
        if found:
            yield number, found[1]


def _noc_facts(member: Member, rows: Iterator[tuple[int, str]], reading: Reading) -> Iterator[Fact]:
    seen: set[str] = set()
    for number, code in rows:
        try:
            if not accepted(code, reading):
                continue
            if code in seen:
                raise Unfit(f"{code} is there twice")
        except Unfit as why:
            reading.quarantine.add(member.name, number, f"{why}.", code)
            continue
        seen.add(code)
        yield fact("noc", code)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="hcpcs",
        title="HCPCS Level II",
        owner="CMS",
        floor=5_000,
        recognise=_recognise,
        read=_read,
        system="hcpcs",
        source=_QUARTERLY,
    ),
    Kind(
        name="hcpcs-fields",
        title="HCPCS Level II, field values",
        owner="CMS",
        floor=5_000,
        recognise=_recognise_fields,
        read=_read_fields,
        source=_QUARTERLY,
    ),
    Kind(
        name="hcpcs-noc",
        title="HCPCS codes for what is not otherwise classified",
        owner="CMS",
        floor=40,
        recognise=_recognise_noc,
        read=_read_noc,
        source=_QUARTERLY,
    ),
)
