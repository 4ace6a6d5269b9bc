"""The tables of the Medicare Coverage Database: known by name, read by their columns' names."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter

from app.codes.intake.contract import Hints, Parts, Quarantine
from app.codes.intake.days import month_named
from app.codes.intake.files import Member
from app.errors import Invalid

Columns = Mapping[str, Sequence[str]]  # by the name of the table, those that are read
Place = tuple[str, int]  # file and line, for the quarantine

_DAY = re.compile(r"(?:(\d{4})-(\d\d?)-(\d\d?)|(\d\d?)/(\d\d?)/(\d{4}))(?:[T ].*)?")
_LAST_YEAR = 2100  # what is said of years beyond is "for ever"


def recognised_as(member: Member, columns: Columns) -> str | None:
    """The table that the file is: it has its name, and its key among the first row's cells."""
    name = member.name.lower().removesuffix(".csv")
    if name == member.name.lower() or name not in columns:
        return None
    return name if columns[name][0] in _header(member.head) else None


def _header(head: str) -> list[str]:
    first = head.lstrip("\ufeff").splitlines()[:1]
    try:
        return [cell.strip().lower() for cell in next(csv.reader(first), [])]
    except csv.Error:
        return []


class Tables:
    """The parts of one download. Every table's columns are checked before any row is read."""

    def __init__(
        self,
        parts: Parts,
        columns: Columns,
        needed: Collection[str],
        quarantine: Quarantine,
    ) -> None:
        self._columns = columns
        self._quarantine = quarantine
        self._parts = {name: parts.get(name, ()) for name in columns}
        missing = [name for name in needed if not self._parts[name]]
        if missing:
            raise Invalid(
                f"The download holds no {missing[0]}.csv: take the whole zip as CMS ships it."
            )
        self._positions = {
            member: _positions(member, columns[name])
            for name, members in self._parts.items()
            for member in members
        }

    def rows(self, name: str, *, again: bool = False) -> Iterator[tuple[Place, tuple[str, ...]]]:
        """The cells of the columns that are read, in their order; bad rows go to quarantine,
        but not when the table is read `again`."""
        for member in self._parts[name]:
            width, positions = self._positions[member]
            cells = itemgetter(*positions)
            rows = member.rows(",")
            next(rows, None)
            for line, row in rows:
                if len(row) == width:
                    yield (member.name, line), cells(row)
                elif row and not again:
                    why = f"It has {len(row)} cells where the header has {width}."
                    self._quarantine.add(member.name, line, why, ",".join(row)[:200])

    def refuse(self, place: Place, why: str, row: Sequence[str]) -> None:
        self._quarantine.add(*place, why, ",".join(cell[:60] for cell in row))


def _positions(member: Member, wanted: Sequence[str]) -> tuple[int, list[int]]:
    names = [cell.strip().lower() for cell in next(member.rows(","), (1, []))[1]]
    for column in wanted:
        if names.count(column) != 1:
            how = "no" if column not in names else "more than one"
            raise Invalid(f"{member.name} has {how} column “{column}”: nothing was loaded.")
    return len(names), [names.index(column) for column in wanted]


def day(written: str) -> str | None:
    """The ISO day of "2024-01-01 00:00:00" or "01/01/2024"; None for an empty cell, and for a
    day so late that it means none. Raises ValueError where it is no day."""
    written = written.strip()
    if not written or written.upper() in ("NULL", "N/A"):
        return None
    found = _DAY.fullmatch(written)
    if not found:
        raise ValueError(written)
    year, month, number = (
        (found[1], found[2], found[3]) if found[1] else (found[6], found[4], found[5])
    )
    try:
        read = date(int(year), int(month), int(number))
    except ValueError:
        raise ValueError(written) from None
    return read.isoformat() if 1900 < read.year < _LAST_YEAR else None


def dated(hints: Hints, parts: Parts, newest: date | None) -> tuple[str, date]:
    """The edition and its day: as the operator says, as the zip is called, or by its newest row."""
    names = [name for members in parts.values() for m in members for name in (m.archive, m.name)]
    effective = hints.effective or _day_named(names) or month_named(names) or newest
    if effective is None:
        raise Invalid("Nothing in the download tells its day: give it with --effective YYYY-MM-DD.")
    return hints.edition or f"as of {effective:%B} {effective.day}, {effective.year}", effective


def _day_named(names: Iterable[str]) -> date | None:
    for name in names:
        found = re.search(r"(?<!\d)(20\d\d)[-_]?([01]\d)[-_]?([0-3]\d)(?!\d)", name)
        if found:
            with contextlib.suppress(ValueError):
                return date(int(found[1]), int(found[2]), int(found[3]))
    return None
