"""Which edition of HCPCS a file is of, and since when that is in effect."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date

from app.codes.intake.contract import Hints
from app.codes.intake.days import month_named, year_named
from app.codes.intake.files import Member
from app.errors import Invalid

QUARTERLY = (
    "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/"
    "quarterly-update"
)
_MONTHS = "|".join(name.lower() for name in calendar.month_abbr[1:])
_YEAR_FIRST = re.compile(rf"(20\d\d)[-_ ]+((?:{_MONTHS})[a-z]*)", re.IGNORECASE)


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


def single(members: Iterable[Member]) -> Member:
    """The one file there must be."""
    first, *more = members
    if more:
        names = " and ".join(member.name for member in (first, *more))
        raise Invalid(f"{names} are two editions: load one at a time.")
    return first
