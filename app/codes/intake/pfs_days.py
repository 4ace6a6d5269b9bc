"""When a release of the physician fee schedule takes effect, from its text and its names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

# Releases are of January, April, July and October; RVU24A to RVU24D are what their zips are called.
_QUARTERS = {"jan": 1, "apr": 4, "jul": 7, "oct": 10, "a": 1, "b": 4, "c": 7, "d": 10}
_TITLE = re.compile(
    r"(20\d\d) national physician fee schedule relative value file (jan|apr|jul|oct)", re.IGNORECASE
)
_MONTH = re.compile(
    r"(?<!\d)(?:20)?(\d\d)[-_ ]?(jan|apr|jul|oct)|(jan|apr|jul|oct)[a-z]*[-_ ]?20(\d\d)(?!\d)",
    re.IGNORECASE,
)
_ZIP = re.compile(r"(?<![a-z])rvu(?:20)?(\d\d)([a-d])(?![a-qs-z])", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)|(?<![\da-z])(\d\d)(?=locco)", re.IGNORECASE)

# Congress raised the factor of 2024 while the year was under way: that release says "January" too.
_FACTORS_OF_THEIR_OWN_DAY = {(date(2024, 1, 1), "33.2875"): date(2024, 3, 9)}


def title_day(text: str) -> date | None:
    """The day CMS's own title line gives."""
    found = _TITLE.search(text)
    return date(int(found[1]), _QUARTERS[found[2].lower()], 1) if found else None


def release_day(names: Iterable[str]) -> date | None:
    """The day of "PPRRVU24_JUL", "OPPSCAP_JUL2024", or of a zip called "RVU24C"."""
    names = list(names)
    for name in names:
        if found := _MONTH.search(name):
            year, month = found[1] or found[4], found[2] or found[3]
            return date(2000 + int(year), _QUARTERS[month.lower()], 1)
    for name in names:
        if found := _ZIP.search(name):
            return date(2000 + int(found[1]), _QUARTERS[found[2].lower()], 1)
    return None


def year_day(names: Iterable[str]) -> date | None:
    """January 1 of the year of "GPCI2024", "24LOCCO", or of a zip called "RVU24C"."""
    for name in names:
        # Their zips may also say on which day of the year before they were put together.
        if found := _ZIP.search(name) or _MONTH.search(name) or _YEAR.search(name):
            digits = next(d for d in found.groups() if d and d.isdigit())
            return date(int(digits[-2:]) + 2000, 1, 1)
    return None


def with_factor(day: date | None, factor: str) -> date | None:
    """The day, unless the factor is known to have begun on another."""
    return _FACTORS_OF_THEIR_OWN_DAY.get((day, factor), day) if day else None


def month_edition(day: date) -> str:
    """ "July 2024"; "March 9, 2024" where it does not begin with its month."""
    return f"{day:%B} {day.year}" if day.day == 1 else f"{day:%B} {day.day}, {day.year}"
