"""CMS's tables: which form of a file is read, columns by their names, cells that are checked."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from app.codes.intake.contract import Hints
from app.codes.intake.days import month_named, quarter_start, year_named
from app.codes.intake.files import Member
from app.errors import Invalid

CODE = re.compile(r"[A-Z0-9]{5}")
MAC = re.compile(r"\d{4,5}")
LOCALITY = re.compile(r"\d{1,2}")

_NUMBER = re.compile(r"\d{0,9}(?:\.\d{0,18})?(?<=\d)")
_FORMS = (".csv", ".tsv", ".txt", ".xlsx")  # the same file, from the quickest to the slowest
_US_DAY = re.compile(r"(?<!\d)([01]\d)-([0-3]\d)-(20\d\d)(?!\d)")
_HEAD = 12_000  # characters that hold every notice and header CMS puts before its rows


def beginning(member: Member) -> str:
    """The head of a table on one line, lower case and without quotes; empty for a web page."""
    head = member.head[:_HEAD]
    if head.lstrip().startswith("<"):
        return ""
    return " ".join(head.lower().replace('"', "").split())


def one_form(members: Sequence[Member]) -> Member:
    """The file to read, of the forms CMS ships one table in. Raises Invalid for two tables."""
    for form in _FORMS:
        found = [member for member in members if member.suffix == form]
        if len(found) > 1:
            names = " and ".join(sorted(member.name for member in found))
            raise Invalid(f"There is more than one such table here: {names}. Load one at a time.")
        if found:
            return found[0]
    raise Invalid("There is no table here: give a .csv, a .txt or an .xlsx file.")


def is_table(member: Member) -> bool:
    return member.suffix in _FORMS


def placed(
    columns: Mapping[str, int], patterns: Mapping[str, str], optional: Iterable[str], file: str
) -> dict[str, int]:
    """Which column holds each field. Raises Invalid where one is missing or is there twice."""
    found: dict[str, int] = {}
    for field, pattern in patterns.items():
        named = [at for name, at in columns.items() if re.fullmatch(pattern, name)]
        if len(named) > 1:
            raise Invalid(f"{file} has more than one column for {_spoken(field)}.")
        if named:
            found[field] = named[0]
        elif field not in optional:
            raise Invalid(f"{file} has no column for {_spoken(field)}.")
    return found


def _spoken(field: str) -> str:
    return f"“{field.replace('_', ' ')}”"


def cells(row: Sequence[str], columns: Mapping[str, int]) -> dict[str, str] | None:
    """The row's cells by field, trimmed; None for a row too short to have them all."""
    if len(row) <= max(columns.values()):
        return None
    return {field: row[at].strip() for field, at in columns.items()}


def is_note(row: Sequence[str]) -> bool:
    """Whether it is no row of the table: empty, the old end-of-file mark, or a line of notes."""
    return sum(1 for cell in row if cell.strip(" \t\x1a")) < 2


def is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None


def beginning_of(row: Sequence[str]) -> str:
    return "\t".join(row[:12])[:200]


def locality_key(mac: str, locality: str) -> str | None:
    """ "01112-05" of a contractor and a locality, whose zeros a spreadsheet may have lost."""
    if not MAC.fullmatch(mac) or not LOCALITY.fullmatch(locality):
        return None
    return f"{mac.zfill(5)}-{locality.zfill(2)}"


def names_of(members: Iterable[Member]) -> list[str]:
    """What the files and the zips they came in are called."""
    members = list(members)
    return [m.name for m in members] + [m.archive for m in members if m.archive]


def day_given(names: Iterable[str]) -> date | None:
    """The day a name gives as "Eff_07-01-2024", or the first of its quarter or its month."""
    names = list(names)
    for name in names:
        if found := _US_DAY.search(name):
            with contextlib.suppress(ValueError):
                return date(int(found[3]), int(found[1]), int(found[2]))
    return quarter_start(names) or month_named(names)


def year_start(names: Iterable[str]) -> date | None:
    """January 1 of the first year a name gives."""
    year = year_named(names)
    return date(year, 1, 1) if year else None


def effective(hints: Hints, found: date | None, file: str) -> date:
    """The first day of the edition. Raises Invalid where nothing tells it."""
    day = hints.effective or found
    if day is None:
        raise Invalid(
            f"{file} does not say when it takes effect: give the day with --effective YYYY-MM-DD."
        )
    return day


def quarter_edition(day: date) -> str:
    """ "2024 Q3", as people call the edition that begins on a day."""
    return f"{day.year} Q{(day.month + 2) // 3}"
