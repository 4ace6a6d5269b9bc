"""Tables beside HCPCS Level II: field values without descriptions, and the NOC codes.

Official source of the second: CMS's “NOC Codes”, the codes for what is not otherwise classified,
which ship beside the alpha-numeric files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.files import Member, named_columns
from app.codes.intake.hcpcs_editions import QUARTERLY, edition, effective_from, header_of, single
from app.codes.intake.hcpcs_records import Unfit, accepted, crossings, day
from app.codes.intake.rows import Fact, batches, fact
from app.errors import Invalid

_NOC = re.compile(r"  ([A-Z]\d{4})  \S")

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
    member = single(parts["fields"])
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
    member = single(of_sheet or parts.get("print") or _none_of("NOC codes"))
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


FIELDS = Kind(
    name="hcpcs-fields",
    title="HCPCS Level II, field values",
    owner="CMS",
    floor=5_000,
    recognise=_recognise_fields,
    read=_read_fields,
    source=QUARTERLY,
)
NOC = Kind(
    name="hcpcs-noc",
    title="HCPCS codes for what is not otherwise classified",
    owner="CMS",
    floor=40,
    recognise=_recognise_noc,
    read=_read_noc,
    source=QUARTERLY,
)
