"""HCPCS Level II, its codes and modifiers under headings, out of the files CMS publishes.

Official source: CMS's quarterly “alpha-numeric HCPCS file” at
https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/quarterly-update
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from app.codes.intake import hcpcs_records as records_of
from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.files import Member, named_columns
from app.codes.intake.hcpcs_editions import QUARTERLY, edition, effective_from, header_of, single
from app.codes.intake.hcpcs_lists import FIELDS, NOC
from app.codes.intake.hcpcs_records import Record, Unfit, accepted
from app.codes.intake.hcpcs_sections import LETTERS, MODIFIERS, SECTIONS
from app.codes.intake.rows import Entry, Row, batches, fact
from app.codes.models import EntryKind
from app.errors import Invalid

_NOTE = re.compile(r"\s*(\d{4})--(.*)")


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
            member = single(parts[part])
            rows = reader(member)
    if member is None:
        if not parts.get("codes"):
            raise Invalid("None of these files holds the codes of HCPCS Level II.")
        member = single(parts["codes"])
    effective = effective_from([member], hints, member.name)
    reading = Reading(edition(effective, hints), effective, iter(()))
    found = records_of.records(member, rows, reading) if rows else _described(member, reading)
    if not found:
        raise Invalid(f"{member.name} holds no code of HCPCS Level II.")
    notes = [note for part in parts.get("notes", ()) for note in _notes(part)]
    reading.batches = batches(_rows(found, effective.isoformat(), dict(notes)))
    return reading


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


KINDS: tuple[Kind, ...] = (
    Kind(
        name="hcpcs",
        title="HCPCS Level II",
        owner="CMS",
        floor=5_000,
        recognise=_recognise,
        read=_read,
        system="hcpcs",
        source=QUARTERLY,
    ),
    FIELDS,
    NOC,
)
