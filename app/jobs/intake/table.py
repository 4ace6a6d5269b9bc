"""Jobs as a table: CSV (RFC 4180) with a heading, its columns known by their names.

Commas, semicolons, tabs and bars are taken; UTF-8 with or without a mark, and Windows-1252.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator

from app.jobs.intake.posting import (
    Posting,
    Reading,
    Unreadable,
    day_or_remark,
    line,
    number_of,
    prose,
    several,
)
from app.jobs.intake.wording import state_code

LONGEST_CELL = 200_000
COLUMNS: dict[str, tuple[str, ...]] = {
    "external_id": ("id", "job id", "reference", "reference number", "referencenumber", "ref"),
    "requisition": ("requisition", "requisition id", "requisition number", "req", "req id"),
    "title": ("title", "job title", "position", "position title"),
    "company": ("company", "employer", "organization"),
    "description": ("description", "job description", "details", "summary"),
    "city": ("city", "town"),
    "state": ("state", "region", "state code"),
    "postal_code": ("zip", "zip code", "postal code", "postalcode", "postcode"),
    "country": ("country",),
    "location": ("location", "job location", "place"),
    "remote": ("remote", "remote type", "workplace", "workplace type", "work arrangement"),
    "eligible": ("eligible states", "remote states", "states"),
    "pay": ("pay", "salary", "compensation", "pay range", "salary range"),
    "pay_low": ("pay low", "pay min", "salary min", "minimum pay", "min salary", "pay from"),
    "pay_high": ("pay high", "pay max", "salary max", "maximum pay", "max salary", "pay to"),
    "pay_unit": ("pay unit", "pay period", "salary unit", "per", "pay frequency"),
    "pay_currency": ("currency",),
    "employment": ("employment type", "job type", "jobtype", "type", "schedule", "commitment"),
    "experience": ("experience", "years of experience"),
    "labels": ("category", "department", "team", "setting"),
    "closes_on": ("closes", "close date", "closing date", "last day", "expiration date",
                  "expires", "deadline"),
    "apply_url": ("url", "apply url", "link", "job url", "apply link"),
}  # fmt: skip
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}
SWAPPED_SHARE = 0.5  # of the rows, from which on a column holds something else


def looks_like_table(text: str) -> bool:
    heading = next(iter(text.splitlines()), "")
    return len(_columns(heading.split(_delimiter(heading)))) >= 2


def read_table(text: str) -> Reading:
    rows = _rows(text)
    try:
        _, heading = next(rows)
    except StopIteration:
        raise Unreadable("The file is empty.") from None
    columns = _columns(heading)
    if "title" not in columns:
        names = ", ".join(line(h, 30) for h in heading[:12])
        raise Unreadable(f"No column is called “title”. The heading reads: {names}.")
    reading = Reading("csv")
    found: list[tuple[int, dict[str, str]]] = []
    short = 0
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        short = 0
        if len(row) != len(heading):
            short = number
            reading.refuse(number, f"It has {len(row)} cells where the heading has {len(heading)}.")
            continue
        found.append((number, {c: row[at] for c, at in columns.items()}))
    if short:
        reading.is_complete = False
        reading.remarks.append("The last line is not whole, so the file may have been cut off.")
    _refuse_swapped(found)
    for number, cells in found:
        reading.add(_posting(number, cells))
    return reading


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins."""
    csv.field_size_limit(LONGEST_CELL)
    heading = next(iter(text.splitlines()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(heading), strict=True)
    while True:
        begins = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"The table is broken at line {begins}: {error}.") from error
        yield begins, row


def _delimiter(heading: str) -> str:
    return max(",;\t|", key=heading.count)


def _columns(heading: list[str]) -> dict[str, int]:
    """Which column holds what; the first of two with one meaning counts."""
    found: dict[str, int] = {}
    for at, name in enumerate(heading):
        plain = " ".join(name.strip('\ufeff" ').replace("_", " ").replace("-", " ").split())
        column = _BY_NAME.get(plain.casefold())
        if column:
            found.setdefault(column, at)
    return found


def _refuse_swapped(found: list[tuple[int, dict[str, str]]]) -> None:
    """Two columns that changed places would misplace every job without a fault in any."""
    stated = [(c.get("city", ""), c.get("state", "")) for _, c in found]
    stated = [(city, state) for city, state in stated if city.strip() and state.strip()]
    if len(stated) < 2:
        return
    turned = sum(
        bool(state_code(city)) and not state_code(state) and len(city.strip()) == 2
        for city, state in stated
    )
    if turned > len(stated) * SWAPPED_SHARE:
        raise Unreadable("The columns “city” and “state” hold each other's values.")


def _posting(number: int, cells: dict[str, str]) -> Posting:
    def get(name: str, longest: int = 300) -> str:
        return line(cells.get(name, ""), longest)

    def split(name: str) -> tuple[str, ...]:
        return several(cells.get(name, "").replace(";", ",").replace("|", ",").split(","))

    closes_on, remarks = day_or_remark(cells.get("closes_on", ""), "last day")
    address = get("apply_url", 2_000)
    return Posting(
        number=number,
        external_id=get("external_id") or get("requisition") or address[:300] or _made_up(cells),
        title=get("title"),
        requisition=get("requisition"),
        company=get("company"),
        description=prose(cells.get("description", "")),
        city=get("city"),
        state=get("state"),
        postal_code=get("postal_code"),
        country=get("country"),
        location=get("location"),
        remote=get("remote"),
        eligible=split("eligible"),
        pay=get("pay"),
        pay_low=number_of(cells.get("pay_low", "")),
        pay_high=number_of(cells.get("pay_high", "")),
        pay_unit=get("pay_unit"),
        pay_currency=get("pay_currency"),
        employment=split("employment"),
        experience=get("experience"),
        labels=split("labels"),
        closes_on=closes_on,
        apply_url=address,
        remarks=remarks,
    )


def _made_up(cells: dict[str, str]) -> str:
    """What a row without any number is known by: its title and place."""
    parts = [line(cells.get(n, "")).casefold() for n in ("title", "city", "state", "location")]
    return "row-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
