"""Pay as a feed states it, in cents of its own unit: read, never worked out."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation


@dataclass(frozen=True, slots=True)
class Pay:
    """`unit` is a slug of taxonomy.PAY_UNITS, or nothing where none is stated."""

    low_cents: int
    high_cents: int
    unit: str


_AMOUNT = r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.\d{1,4})?(?=\s*k\b|\W|_|$)(?![.,]?\d)"
_UNITS = {
    "hour": r"(?:/|per|an?|each)\s*(?:hours?|hrs?)\b\.?|\bhourly\b|\bPER[-_ ]HOUR[-_ ]WAGE\b"
            r"|\bHOURS?\b",
    "year": r"(?:/|per|an?|each)\s*(?:years?|yrs?|annum)\b\.?|\b(?:annual(?:ly|ized)?|yearly)\b"
            r"|\bPER[-_ ]YEAR[-_ ]SALARY\b|\bYEARS?\b",
    "chart": r"(?:/|per|an?|each)\s*(?:medical\s+)?charts?\b",
    "encounter": r"(?:/|per|an?|each)\s*(?:encounters?|visits?)\b",
    "rvu": r"(?:/|per|an?|each)\s*(?:w?RVUs?)\b",
}  # fmt: skip
_UNIT = {unit: re.compile(words, re.I) for unit, words in _UNITS.items()}
_OTHER_UNIT = re.compile(
    r"(?:/|per|an?|each)[\s-]*(?:months?|weeks?|days?|shifts?|biweek\w*)\b"
    r"|\b(?:monthly|weekly|bi-?weekly|daily|months?|weeks?|days?)\b", re.I
)  # fmt: skip
_RANGE = re.compile(
    rf"(?P<mark>\$|\bUSD\s*)?\s*(?P<low>{_AMOUNT})\s*(?P<lowk>k\b)?"
    r"(?P<lowunit>\s*(?:/|per|an?)\s*(?:hours?|hrs?|years?|yrs?|chart|encounter|rvu)\b)?"
    r"(?:\s*(?:-|\u2013|\u2014|\u2212|to|and)\s*(?:\$|USD\s*)?\s*"
    rf"(?P<high>{_AMOUNT})\s*(?P<highk>k\b)?)?",
    re.I,
)
_OPEN = re.compile(r"(?:\b(?:up to|from|starting(?: at)?|at least|minimum|maximum|max|min)\s*\$?|"
                   r"(?:\+|\band up\b|\bplus\b))", re.I)  # fmt: skip
_BETWEEN = re.compile(r"^[\s(,]*(?:USD\b)?[\s(,]*", re.I)
_BEHIND = 40  # characters in which the unit must follow


def read_pay(stated: str) -> Pay | None:
    """The pay in what is known to be about pay; None where it is no plain amount or range."""
    text = html.unescape(stated)
    found = [m for m in _RANGE.finditer(text) if not _is_part(text, m)]
    if len(found) != 1 or _is_open(text, found[0]) or _foreign(text):
        return None
    return _pay(found[0], unit_of(text), is_other=bool(_OTHER_UNIT.search(text)))


def find_pay(prose: str) -> Pay | None:
    """The pay in a description: an amount in dollars with its unit, where there is just one."""
    found: set[Pay] = set()
    text = html.unescape(prose)
    for match in _RANGE.finditer(text):
        behind = re.split(r"[.;\n$](?!\d)", text[match.end() : match.end() + _BEHIND])[0]
        near = (match["lowunit"] or "") + behind
        if match["mark"] is None or _is_open(text, match) or _foreign(text):
            continue
        unit = _unit_right_behind(near)
        pay = _pay(match, unit, is_other=False) if unit else None
        if pay is not None:
            found.add(pay)
    return found.pop() if len(found) == 1 else None


def unit_of(label: str) -> str:
    """The unit a label names, such as HOUR, per-year-salary, "per chart"; nothing for others."""
    found = {unit for unit, words in _UNIT.items() if words.search(label)}
    return found.pop() if len(found) == 1 else ""


def amounts(low: str, high: str) -> tuple[int, int] | None:
    """Two stated numbers in cents; one alone is both."""
    first, last = _cents(low or high, False), _cents(high or low, False)
    return None if first is None or last is None or not 0 < first <= last else (first, last)


def _pay(match: re.Match[str], unit: str, *, is_other: bool) -> Pay | None:
    if is_other and not unit:
        return None
    thousands = bool(match["highk"] or match["lowk"])
    low = _cents(match["low"], thousands)
    high = _cents(match["high"], thousands) if match["high"] else low
    if low is None or high is None or not 0 < low <= high:
        return None
    return Pay(low, high, unit)


def _unit_right_behind(text: str) -> str:
    """The unit that follows an amount at once: "$5,000 after a year" is no yearly pay."""
    text = _BETWEEN.sub("", text)
    return next((unit for unit, words in _UNIT.items() if words.match(text)), "")


def _cents(text: str, thousands: bool) -> int | None:
    try:
        amount = Decimal(text.replace(",", "")) * (100_000 if thousands else 100)
    except InvalidOperation:
        return None
    # A tenth of a cent cannot be kept, and is not rounded into something nobody stated.
    return int(amount) if amount == amount.to_integral_value() and amount < 10**9 else None


def _is_part(text: str, match: re.Match[str]) -> bool:
    """A number that is no amount: "2 shifts", "401(k)", "40 hours" beside one in dollars."""
    return match["mark"] is None and "$" in text


def _is_open(text: str, match: re.Match[str]) -> bool:
    """Whether one end of the range is left open: "up to $40", "$30 and up"."""
    if match["high"] is not None:
        return False
    before = text[max(0, match.start() - 14) : match.start()].rstrip()
    behind = text[match.end() : match.end() + 8].lstrip()
    opened = _OPEN.search(before)
    return bool((opened and opened.end() == len(before)) or _OPEN.match(behind))


def _foreign(text: str) -> bool:
    return bool(re.search(r"[\u20ac\u00a3\u00a5]|\b(?:CAD|EUR|GBP|AUD|INR|PHP)\b", text))
