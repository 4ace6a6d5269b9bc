"""When an edition takes effect, from what its files are called, and days as CMS writes them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATED = re.compile(
    rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*[-_ ]+(?:(?P<day>[0-3]?\d)[-_, ]+)?(?P<year>20\d\d)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_QUARTER = re.compile(
    r"(?<!\d)(20\d\d)[ _-]?Q([1-4])(?!\d)|Q([1-4])[ _-]?(20\d\d)(?!\d)", re.IGNORECASE
)


def quarter_start(names: Iterable[str]) -> date | None:
    """The first day of the quarter that one of the names gives, such as "2024q3"."""
    for name in names:
        found = _QUARTER.search(name)
        if found:
            year, quarter = found[1] or found[4], found[2] or found[3]
            return date(int(year), int(quarter) * 3 - 2, 1)
    return None


def month_named(names: Iterable[str]) -> date | None:
    """The first date that one of the names gives with its month, such as "July 2024"."""
    for name in names:
        dated = _DATED.search(name)
        if dated:
            month = _MONTHS.index(dated["month"].lower()) + 1
            with contextlib.suppress(ValueError):  # "June 31"
                return date(int(dated["year"]), month, int(dated["day"] or 1))
    return None


def year_named(names: Iterable[str]) -> int | None:
    """The first year from 2000 on that one of the names gives."""
    for name in names:
        year = _YEAR.search(name)
        if year:
            return int(year[0])
    return None


def effective_date(names: Iterable[str]) -> date | None:
    """The first date a name gives; a bare year is a fiscal year, beginning the October before."""
    names = list(names)
    dated, year = month_named(names), year_named(names)
    return dated or (fiscal_year_start(year) if year else None)


def fiscal_year_start(year: int) -> date:
    return date(year - 1, 10, 1)


def iso_day(digits: str) -> str | None:
    """The day "20240131" as "2024-01-31"; None for an empty cell, "*", zeros, or no such day."""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError:
        return None
