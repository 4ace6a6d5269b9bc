"""Places of service: the two-digit codes of where a service was given.

Official source: CMS's “Place of Service Code Set” at
https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.days import month_named
from app.codes.intake.files import Member, named_columns
from app.codes.intake.rows import Fact, batches, fact
from app.errors import Invalid

# What each column may be called; CMS's own table has the last names.
_CODE = ("pos_code", "place_of_service_code", "place of service code(s)", "place of service code")
_NAME = ("pos_name", "place_of_service_name", "place of service name")
_TEXT = ("pos_description", "description", "place of service description")
_TYPE = ("pos_type", "place_of_service_type")
_CODES = re.compile(r"(\d\d)(?:\s*[-\u2013]\s*(\d\d))?")  # "28-30"
_UNASSIGNED = "Unassigned"
_TYPES = {"facility": "Facility", "non-facility": "Non-Facility", "unassigned": ""}


def _recognise(member: Member) -> str | None:
    if member.suffix not in (".csv", ".xlsx", ".txt"):
        return None
    for line in member.head.splitlines()[:20]:
        names = [cell.strip().strip('"').lower() for cell in re.split("[\t,]", line)]
        if any(name in _CODE for name in names) and any(name in _TEXT for name in names):
            return "places"
    return None


def _read(parts: Parts, hints: Hints) -> Reading:
    found = parts.get("places", ())
    if len(found) != 1:
        raise Invalid("The places of service are one table: these files hold none, or several.")
    member = found[0]
    # The table itself gives no day, and days in it are those of single codes.
    names = [name for name in (member.name, member.archive) if name]
    effective = hints.effective or month_named(names)
    if effective is None:
        raise Invalid(
            f"Nothing tells since when {member.name} is in effect: add --effective YYYY-MM-DD."
        )
    columns, rows = named_columns(member.rows(), _CODE)
    places = {
        key: at
        for key, known in (("code", _CODE), ("name", _NAME), ("text", _TEXT), ("type", _TYPE))
        for at in [next((columns[name] for name in known if name in columns), None)]
        if at is not None
    }
    if "text" not in places:
        raise Invalid(f"{member.name} has no column “{_TEXT[-1].upper()}”.")
    if "name" not in places:
        if "description" not in columns:
            raise Invalid(f"{member.name} has no column “{_NAME[-1].upper()}”.")
        # Of two columns, the one beside the code holds the name, though it is called otherwise.
        places["name"] = places.pop("text")
    edition = hints.edition or f"{calendar.month_name[effective.month]} {effective.year}"
    reading = Reading(edition, effective, iter(()))
    reading.batches = batches(_facts(member, places, rows, reading))
    return reading


def _facts(
    member: Member, places: dict[str, int], rows: Iterator[tuple[int, list[str]]], reading: Reading
) -> Iterator[Fact]:
    seen: set[str] = set()
    width = max(places.values())
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        why = "the row is too short" if len(row) <= width else ""
        cells = {} if why else {key: " ".join(row[at].split()) for key, at in places.items()}
        codes = [] if why else _codes(cells["code"])
        if not why and not codes:
            why = f"“{cells['code'][:20]}” is no place of service"
        elif not why and not seen.isdisjoint(codes):
            why = f"place {cells['code']} is there twice"
        elif not why and not cells["name"]:
            why = f"place {cells['code']} has no name"
        elif not why and cells.get("type", "").lower() not in ("", *_TYPES):
            why = f"“{cells['type'][:20]}” is neither facility nor non-facility"
        if why:
            reading.quarantine.add(member.name, number, f"{why}.", ",".join(row))
            continue
        seen.update(codes)
        text = "" if cells.get("text") in (_UNASSIGNED, "N/A") else cells.get("text", "")
        kind = _TYPES.get(cells.get("type", "").lower(), "")
        for code in codes:
            yield fact("pos", code, name=cells["name"], description=text, type=kind)


def _codes(text: str) -> list[str]:
    """The codes a cell stands for: one, or all of a range such as "28-30"."""
    found = _CODES.fullmatch(text)
    if not found:
        return []
    return [f"{code:02}" for code in range(int(found[1]), int(found[2] or found[1]) + 1)]


KINDS: tuple[Kind, ...] = (
    Kind(
        name="place-of-service",
        title="Place of service codes",
        owner="CMS",
        floor=40,
        recognise=_recognise,
        read=_read,
        source="https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets",
    ),
)
