"""Reading the lines of a claim as people write them: a code, up to four modifiers, units."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.codes.ncci_rules import ClaimLine

MOST_LINES = 25
MOST_MODIFIERS = 4
MOST_UNITS = 9_999_999  # seven places, as MUE tables have them
LONGEST = 20_000  # characters of a pasted claim that are read

_BETWEEN = re.compile(r"[\s,;|/]+")
_CODE = re.compile(r"(?:\d{4}[0-9A-Z]|[A-Z]\d{4})")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
# "x3" is three units, though X3 is a modifier too: in the fields of a row it is read as that.
_UNITS = re.compile(r"(?:X|\*|UNITS?[:=])(-?\d+)|(-?\d+)(?:X|UNITS?)")
_MARKS = ("X", "*", "UNIT", "UNITS")  # they stand before or after a number of units
_NUMBER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it was typed in fields of its own."""

    code: str
    modifiers: str
    units: str

    @property
    def is_empty(self) -> bool:
        return not (self.code.strip() or self.modifiers.strip() or self.units.strip())


@dataclass(frozen=True, slots=True)
class ReadClaim:
    lines: tuple[ClaimLine, ...]
    problems: tuple[tuple[str, str], ...]  # the field, and a sentence


def read_claim(text: str, rows: Iterable[Row] = ()) -> ReadClaim:
    """The lines of a pasted text, then those of the rows, with what is wrong about any."""
    problems: list[tuple[str, str]] = []
    found: list[ClaimLine] = []
    if len(text) > LONGEST:
        problems.append(("lines", "The pasted claim is too long to be one: paste its lines only."))
        text = ""
    typed = [
        (f"Line {at} of the pasted claim", "lines", Row(line, "", ""))
        for at, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]
    typed += [
        (f"Row {at}", f"code-{at}", row) for at, row in enumerate(rows, 1) if not row.is_empty
    ]
    for number, (where, field, row) in enumerate(typed[:MOST_LINES], 1):
        try:
            found.append(_line(number, row))
        except ValueError as problem:
            problems.append((field, f"{where}: {problem}"))
    if len(typed) > MOST_LINES:
        many = f"A claim has up to {MOST_LINES} lines here; these are {len(typed)}."
        problems.append(("lines", many))
    if not typed and not problems:
        problems.append(("lines", "Enter at least one line: a code, its modifiers, its units."))
    return ReadClaim(tuple(found), tuple(problems))


def _line(number: int, row: Row) -> ClaimLine:
    """Raises ValueError with a sentence on the first thing that is wrong."""
    tokens = _tokens(row.code)
    first = tokens[0] if tokens else ""
    head, _, tail = first.partition("-")
    if not _CODE.fullmatch(head):
        raise ValueError(f"“{_short(first)}” is no CPT or HCPCS code: five characters, like 99213.")
    tokens = [*(t for t in tail.split("-") if t), *tokens[1:]]
    modifiers = [m for token in _tokens(row.modifiers) for m in _modifiers(token)]
    units = [_number(row.units)] if row.units.strip() else []
    for at, token in enumerate(tokens):
        read = _units_of(token, tokens[at - 1] if at else "", "".join(tokens[at + 1 : at + 2]))
        if read is not None:
            units.append(read)
        elif token not in _MARKS:
            modifiers += _modifiers(token)
    _refuse(head, modifiers, units)
    return ClaimLine(number, head, tuple(modifiers), units[0] if units else 1)


def _tokens(text: str) -> list[str]:
    if not text.isascii():  # upper() would make codes of letters that only look like ours
        raise ValueError(f"“{_short(text)}” has characters that no claim has.")
    return [token for token in _BETWEEN.split(text.upper()) if token]


def _refuse(code: str, modifiers: list[str], units: list[int]) -> None:
    repeated = next((m for m in modifiers if modifiers.count(m) > 1), None)
    if len(modifiers) > MOST_MODIFIERS:
        raise ValueError(f"{code} has {len(modifiers)} modifiers: a line has up to four.")
    if repeated:
        raise ValueError(f"{code} carries modifier {repeated} twice.")
    if len(units) > 1:
        raise ValueError(f"{code} has units twice.")
    if units and not 1 <= units[0] <= MOST_UNITS:
        raise ValueError(f"{code}: units are a whole number from 1 to {MOST_UNITS:,}.")


def _number(text: str) -> int:
    number = text.strip().removeprefix("x").removeprefix("X")
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"“{_short(text)}” is no number of units.")
    return int(number) if len(number) <= 9 else MOST_UNITS + 1


def _units_of(token: str, before: str, after: str) -> int | None:
    """Units: "x3", "3x", "x 3", or a number that is no modifier, as those have two characters."""
    match = _UNITS.fullmatch(token)
    if match:
        return _number(match[1] or match[2])
    is_bare = _NUMBER.fullmatch(token) is not None
    marked = before in _MARKS or after in ("UNIT", "UNITS")
    if is_bare and (marked or len(token) != 2 or token.startswith("-")):
        return _number(token)
    return None


def _modifiers(token: str) -> list[str]:
    """One modifier, or several joined by hyphens."""
    found = [part for part in token.split("-") if part]
    if not found or not all(_MODIFIER.fullmatch(part) for part in found):
        raise ValueError(
            f"“{_short(token)}” is neither a modifier of two characters nor units like x3."
        )
    return found


def _short(text: str) -> str:
    shown = text.strip()
    return shown if len(shown) <= 24 else shown[:24] + "…"
