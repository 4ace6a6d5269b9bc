"""Lines of a claim as people type them: a code, its modifiers and units, one line for each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.errors import Invalid

MOST_LINES = 50
MOST_UNITS = 9_999
MOST_MODIFIERS = 4
LONGEST = 5_000  # characters of all lines
_CODE = re.compile(r"[A-Z\d]\d{3}[A-Z\d]")
_MODIFIER = re.compile(r"[A-Z\d]{2}")
_UNITS = re.compile(r"(?:[X×*](\d{1,9})|(\d{1,9})[X×*]|(\d{1,9})UNITS?)", re.IGNORECASE)  # noqa: RUF001
_APART = re.compile(r"[\s,;:|/\-]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: "99213-25 x1"."""

    number: int
    code: str
    modifiers: tuple[str, ...]
    units: int

    @property
    def typed(self) -> str:
        return " ".join((self.code, *self.modifiers, f"x{self.units}"))


def read_lines(text: str) -> tuple[Line, ...]:
    """The lines of a text. Raises Invalid for the first that cannot be read, naming it."""
    if len(text) > LONGEST:
        raise Invalid(f"That is too long: up to {MOST_LINES} lines are priced.", field="lines")
    written = [line.strip() for line in text.splitlines() if line.strip()]
    if len(written) > MOST_LINES:
        raise Invalid(
            f"These are {len(written)} lines: up to {MOST_LINES} are priced at once.",
            field="lines",
        )
    return tuple(_line(number, line) for number, line in enumerate(written, start=1))


def _line(number: int, written: str) -> Line:
    # "x 2" is "x2"; a multiplication sign is an x.
    text = re.sub(r"[X×*]\s+(?=\d)", "X", written.upper())  # noqa: RUF001
    code, *rest = [part for part in _APART.split(text) if part] or [""]
    if not text.isascii() and not text.replace("×", "").isascii():  # noqa: RUF001
        raise _unreadable(number, written, "a code is made of letters and digits")
    if len(code) == 7 and _CODE.fullmatch(code[:5]) and _MODIFIER.fullmatch(code[5:]):
        code, rest = code[:5], [code[5:], *rest]  # "9921325"
    if not _CODE.fullmatch(code):
        raise _unreadable(number, written, "it does not begin with a code of five characters")
    units, modifiers = _rest(number, written, rest)
    return Line(number, code, modifiers, units)


def _rest(number: int, written: str, parts: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    units: int | None = None
    modifiers: list[str] = []
    for part in parts:
        if found := _UNITS.fullmatch(part):
            if units is not None:
                raise _unreadable(number, written, "it has units twice")
            units = int(next(group for group in found.groups() if group))
        elif _MODIFIER.fullmatch(part):
            modifiers.append(part)
        else:
            raise _unreadable(number, written, f"“{part[:12]}” is neither a modifier nor units")
    if units is not None and not 1 <= units <= MOST_UNITS:
        raise _unreadable(number, written, f"units are from 1 to {MOST_UNITS:,}")
    if len(modifiers) > MOST_MODIFIERS:
        raise _unreadable(number, written, f"a line has up to {MOST_MODIFIERS} modifiers")
    return units or 1, tuple(dict.fromkeys(modifiers))


def _unreadable(number: int, written: str, why: str) -> Invalid:
    shown = written if len(written) <= 30 else written[:30] + "…"
    return Invalid(f"Line {number}, “{shown}”: {why}. Write it like 99213 25 x1.", field="lines")
