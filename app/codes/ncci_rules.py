"""What NCCI says of the lines of a claim: pure decisions over edits that were looked up before.

Whether an edition is loaded at all is for the caller to say: a rule that is not given here is not
known to be absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations, permutations

from app.codes.words.ncci import (
    ADD_ON_TYPES,
    DISTINCT,
    GROUP_OF,
    MUE_INDICATORS,
    PTP_INDICATORS,
    VISIT,
)
from app.filters import long_date, plural

# Visits: evaluation and management, and those of ophthalmology, by number.
_VISIT_CODE = re.compile(r"99[2-4]\d\d|9200[24]|9201[24]|G0463|G0402|G043[89]")
_DUPLICATES = "Medicare Claims Processing Manual, chapter 1, section 120"


class Severity(StrEnum):
    """How a finding stands; in this order on the page."""

    DENIED = "denied"
    OVERRIDABLE = "overridable"
    CHECK = "check"
    NOTE = "note"


ORDER = {severity: at for at, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class ClaimLine:
    number: int
    code: str
    modifiers: tuple[str, ...] = ()
    units: int = 1


@dataclass(frozen=True, slots=True)
class Ptp:
    column1: str
    column2: str
    effective: date | None
    deletion: date | None
    modifier: int
    rationale: str

    def holds_on(self, day: date) -> bool:
        began = self.effective is None or self.effective <= day
        return began and not self.never_held and (self.deletion is None or self.deletion >= day)

    @property
    def never_held(self) -> bool:
        return self.deletion is not None and self.deletion == self.effective

    @property
    def period(self) -> str:
        """From when to when it is in force, in words."""
        if self.deletion is not None and self.never_held:
            return f"deleted as of {long_date(self.deletion)}, the day it took effect"
        begun = (
            f"from {long_date(self.effective)}"
            if self.effective
            else "from a day the file does not give"
        )
        return f"{begun} to {long_date(self.deletion)}" if self.deletion else begun


@dataclass(frozen=True, slots=True)
class Mue:
    code: str
    units: int
    indicator: int
    rationale: str


@dataclass(frozen=True, slots=True)
class AddOn:
    """An add-on code as it is on a day, with the primaries that make it payable."""

    code: str
    types: frozenset[int]
    primaries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rule:
    """What says so: the kind of the release, its edition, and what stands in it."""

    kind: str
    edition: str = ""
    in_force: str = ""
    indicator: str = ""
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    lines: tuple[int, ...]
    codes: tuple[str, ...]
    title: str
    explanation: str
    override: str  # what may be done about it; empty where nothing may
    rule: Rule


class Cell(StrEnum):
    """What the grid says of two lines, the row in column 1 and the head of the column in 2."""

    DENIED = "denied"
    OVERRIDABLE = "overridable"
    CARRIED = "carried"
    ENDED = "ended"
    NONE = "none"
    SAME = "same"
    UNKNOWN = "unknown"


Grid = dict[tuple[int, int], Cell]


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (ORDER[f.severity], f.lines)))


def check_pairs(
    lines: Sequence[ClaimLine], edits: Iterable[Ptp], day: date, source: Rule
) -> tuple[list[Finding], Grid]:
    """Every two lines, both ways: findings, and the grid by the numbers of the lines."""
    by_pair: dict[tuple[str, str], list[Ptp]] = {}
    for edit in edits:
        by_pair.setdefault((edit.column1, edit.column2), []).append(edit)
    found: list[Finding] = []
    grid: Grid = {}
    for first, second in permutations(lines, 2):
        place = (first.number, second.number)
        known = by_pair.get((first.code, second.code), [])
        if first.code == second.code:
            grid[place] = Cell.SAME
        elif not known:
            grid[place] = Cell.NONE
        else:
            finding, grid[place] = _pair(first, second, _of_day(known, day), day, source)
            found.append(finding)
    return found, grid


def _of_day(known: Sequence[Ptp], day: date) -> Ptp:
    """The one in force; else the one that was last."""
    return max(known, key=lambda e: (e.holds_on(day), not e.never_held, e.deletion or date.max))


def _pair(
    first: ClaimLine, second: ClaimLine, edit: Ptp, day: date, source: Rule
) -> tuple[Finding, Cell]:
    words = PTP_INDICATORS[edit.modifier]
    pair = f"{second.code} (line {second.number}) beside {first.code} (line {first.number})"
    base = Finding(
        Severity.DENIED,
        (first.number, second.number),
        (first.code, second.code),
        f"{pair} is not paid",
        f"{first.code} (column 1) is paid; {second.code} (column 2) is not. {words.meaning}",
        "",
        replace(
            source,
            in_force=edit.period,
            indicator=f"{edit.modifier}: {words.short}",
            rationale=edit.rationale,
        ),
    )
    if not edit.holds_on(day):
        return replace(
            base,
            severity=Severity.NOTE,
            title=f"{pair}: not in force on this date",
            explanation=f"There is an edit, {edit.period}. It does not hold on {long_date(day)}.",
        ), Cell.ENDED
    if edit.modifier == 1:
        return _overridable(base, pair, first, second)
    return base, Cell.DENIED


def _overridable(
    base: Finding, pair: str, first: ClaimLine, second: ClaimLine
) -> tuple[Finding, Cell]:
    """An edit a modifier may override: does a line carry one, and is it the right line?"""
    visit = _visit(first, second)
    carried = [
        (line, modifier)
        for line in (second, first)
        for modifier in line.modifiers
        if modifier in GROUP_OF
    ]
    right = [(line, m) for line, m in carried if _is_at_home(line, m, visit, second)]
    if right:
        named = " and ".join(f"{m} on line {line.number}" for line, m in right)
        belongs = "; ".join(dict.fromkeys(f"{m} belongs {GROUP_OF[m].belongs}" for _, m in right))
        return replace(
            base,
            severity=Severity.CHECK,
            title=f"{pair}: overridden by {named}",
            explanation="Both are paid, where the record shows that the two were separate.",
            override=f"Keep it only if that is documented. {belongs}.",
        ), Cell.CARRIED
    if visit is not None:
        fitting = f"25 or 57 on line {visit.number}, the visit {visit.code}"
    else:
        fitting = (
            "an anatomic modifier, 59 or XE, XP, XS, XU, usually on "
            f"line {second.number}, the column 2 code {second.code}"
        )
    override = f"Where the record shows that the two were separate: {fitting}."
    if carried:
        named = " and ".join(f"{m} on line {line.number}" for line, m in carried)
        override += f" The claim carries {named}: not where it overrides this edit."
    return replace(
        base,
        severity=Severity.OVERRIDABLE,
        title=f"{pair} is not paid without a modifier",
        explanation=f"{base.codes[0]} (column 1) is paid; {base.codes[1]} (column 2) is not, "
        "unless an NCCI-associated modifier says that the two were separate.",
        override=override,
    ), Cell.OVERRIDABLE


def _visit(first: ClaimLine, second: ClaimLine) -> ClaimLine | None:
    """The line that is a visit, where one of the two is."""
    found = [line for line in (first, second) if _VISIT_CODE.fullmatch(line.code)]
    return found[0] if len(found) == 1 else None


def _is_at_home(
    line: ClaimLine, modifier: str, visit: ClaimLine | None, column2: ClaimLine
) -> bool:
    """Whether a modifier on a line overrides the edit there."""
    if modifier in VISIT:
        return visit is None or line is visit
    return line is column2 or modifier in DISTINCT


def check_units(
    lines: Sequence[ClaimLine], limits: Mapping[str, Mue], source: Rule
) -> list[Finding]:
    """Units against the limit of each code: by the line or by the day, as its indicator says."""
    found = []
    for code in dict.fromkeys(line.code for line in lines):
        limit = limits.get(code)
        if limit is None:
            continue
        own = [line for line in lines if line.code == code]
        by_line = MUE_INDICATORS[limit.indicator].scope == "line"
        for group in [[line] for line in own] if by_line else [own]:
            if sum(line.units for line in group) > limit.units:
                found.append(_too_many(group, limit, source))
    return found


def _too_many(lines: Sequence[ClaimLine], limit: Mue, source: Rule) -> Finding:
    words = MUE_INDICATORS[limit.indicator]
    units = sum(line.units for line in lines)
    numbers = tuple(line.number for line in lines)
    where = f"line {numbers[0]}" if len(numbers) == 1 else f"lines {_listed(numbers)} together"
    most = plural(limit.units, "unit") if limit.units else "none at all"
    return Finding(
        Severity.OVERRIDABLE if limit.indicator == 1 else Severity.DENIED,
        numbers,
        (limit.code,),
        f"{limit.code}, {where}: {plural(units, 'unit')}, where the limit is {most}",
        words.meaning,
        f"{words.modifiers} {words.appeal}",
        replace(
            source, indicator=f"MAI {limit.indicator}: {words.short}", rationale=limit.rationale
        ),
    )


def check_add_ons(
    lines: Sequence[ClaimLine], add_ons: Mapping[str, AddOn], source: Rule
) -> list[Finding]:
    """Add-on codes, and whether one of their primaries is on the claim."""
    found = []
    for line in lines:
        add_on = add_ons.get(line.code)
        if add_on is None:
            continue
        primary = next((other for other in lines if other.code in add_on.primaries), None)
        words = ADD_ON_TYPES[max(add_on.types)]
        rule = replace(source, indicator=words.short)
        if primary is not None:
            numbers, codes = (line.number, primary.number), (line.code, primary.code)
            title = f"{line.code} (line {line.number}) is an add-on code, and has its primary"
            text = f"{primary.code} on line {primary.number} is one of its primary codes."
            found.append(Finding(Severity.NOTE, numbers, codes, title, text, "", rule))
            continue
        is_closed = add_on.types == {1}
        listed = sorted(add_on.primaries)
        some = f" Listed: {', '.join(listed[:12])}" if listed else ""
        more = f" and {len(listed) - 12} more" if len(listed) > 12 else ""
        found.append(
            Finding(
                Severity.DENIED if is_closed else Severity.CHECK,
                (line.number,),
                (line.code,),
                f"{line.code} (line {line.number}) is an add-on code without "
                + ("a primary on the claim" if is_closed else "a listed primary on the claim"),
                words.meaning + some + more + ("." if listed else ""),
                "Add the primary code, where it was done. It may stand on another claim of the "
                "same practitioner for the same day.",
                rule,
            )
        )
    return found


def check_duplicates(lines: Sequence[ClaimLine]) -> list[Finding]:
    """Lines that say the same twice."""
    found = []
    for one, other in combinations(lines, 2):
        if (one.code, sorted(one.modifiers)) == (other.code, sorted(other.modifiers)):
            found.append(
                Finding(
                    Severity.CHECK,
                    (one.number, other.number),
                    (one.code,),
                    f"Line {other.number} repeats line {one.number}",
                    f"Both are {' '.join((one.code, *one.modifiers))}. A second line that is the "
                    "same in everything is denied as a duplicate.",
                    "One line with all the units, or a modifier that says why it is there again "
                    "(76, 77, 91, 59 or an X modifier, an anatomic one).",
                    Rule(_DUPLICATES),
                )
            )
    return found


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:-1])) + f" and {numbers[-1]}"
