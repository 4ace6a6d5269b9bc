"""Several procedures on one day: which is paid in full, and which at half or less.

Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 40.6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from app.codes.fees import cents

SHARES = (100, 50, 50, 50, 50)  # of the highest fee to the fifth; further ones are by report
STANDARD, ENDOSCOPY = "2", "3"
_SOURCE = "Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 40.6"
_OTHERS = {
    "4": "Imaging of one session reduces each further technical and professional component",
    "5": "Therapy reduces the practice expense of each further unit",
    "6": "Cardiovascular diagnostics reduce each further technical component",
    "7": "Ophthalmology diagnostics reduce each further technical component",
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """One unit of a line: what the rules between lines leave of it."""

    place: int  # in the ranking of the day; 0 where it is the only procedure in it
    percent: int | None  # None where the contractor decides, by report
    less: Decimal  # the fee of the family's base code, which other endoscopies are paid without
    amount: Decimal | None


class Priceable(Protocol):
    """What is ranked: see Result."""

    line: Any
    rvu: Any
    priced: Any
    each: Decimal | None
    ranked: tuple[Ranked, ...]
    amount: Decimal | None
    messages: list[str]


@dataclass(slots=True)
class _Unit:
    """One unit of a line, and what is left of its fee after the rule of its family."""

    result: Priceable
    fee: Decimal
    less: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return max(self.fee - self.less, Decimal(0))


def rank(results: Sequence[Priceable], bases: Mapping[str, Decimal]) -> tuple[str, ...]:
    """Apply the rules between lines, and say which there were.

    `bases` are the fees of the base codes of endoscopic families in the same place and setting.
    """
    said = []
    families = _families(results, bases)
    if any(len(units) > 1 for units in families):
        said.append(
            "Endoscopies of one family (indicator 3): the highest in full, each further one less "
            f"the fee of the family’s base code, the base code itself not at all ({_SOURCE})."  # noqa: RUF001
        )
    in_family = {id(unit.result) for units in families for unit in units}
    single = [
        [unit]
        for result in results
        if id(result) not in in_family and _indicator(result) == STANDARD
        for unit in _units(result)
    ]
    groups = [*families, *single]
    if len(groups) > 1:
        said.append(
            "Several procedures (indicators 2 and 3): the highest fee at 100%, the second to the "
            f"fifth at 50%, further ones by report ({_SOURCE})."
        )
    if sum(map(len, groups)) > 1:
        _reduce(groups)
    return (*said, *_not_applied(results))


def _families(results: Sequence[Priceable], bases: Mapping[str, Decimal]) -> list[list[_Unit]]:
    """Endoscopies by family, with what each is paid less."""
    found: dict[str, list[_Unit]] = {}
    for result in results:
        if _indicator(result) == ENDOSCOPY:
            found.setdefault(result.rvu.get("endo", ""), []).extend(_units(result))
    for base, units in found.items():
        units.sort(key=lambda unit: -unit.fee)
        for unit in units[1:]:
            unit.less = cents(bases.get(base, Decimal(0)) * _share(unit.result))
        for result in results:
            if base and result.line.code == base and units:
                units += [_Unit(result, unit.fee, unit.fee) for unit in _units(result)]
    return [units for units in found.values() if units]


def _units(result: Priceable) -> list[_Unit]:
    each = result.each
    return [] if each is None else [_Unit(result, each) for _ in range(result.line.units)]


def _share(result: Priceable) -> Decimal:
    """What modifiers and the biller make of the fee of the line."""
    whole = Decimal(result.priced.amount or "0")
    return (result.each or Decimal(0)) / whole if whole else Decimal(0)


def _indicator(result: Priceable) -> str:
    return str(result.rvu.get("mult", "")) if result.rvu else ""


def _reduce(groups: Sequence[list[_Unit]]) -> None:
    """Rank groups by what is left of their fees: a family counts as one procedure."""
    ordered = sorted(groups, key=lambda units: -sum(unit.left for unit in units))
    ranked: dict[int, tuple[Priceable, list[Ranked]]] = {}
    for place, units in enumerate(ordered, start=1):
        percent = SHARES[place - 1] if place <= len(SHARES) else None
        for unit in units:
            amount = None if percent is None else cents(unit.left * percent / 100)
            row = Ranked(place if len(groups) > 1 else 0, percent, unit.less, amount)
            ranked.setdefault(id(unit.result), (unit.result, []))[1].append(row)
    for result, rows in ranked.values():
        result.ranked = tuple(rows)
        amounts = [row.amount for row in rows if row.amount is not None]
        result.amount = sum(amounts, Decimal(0)) if amounts else None
        if len(amounts) < len(rows):
            result.messages.append("Beyond the fifth procedure the contractor decides, by report.")


def _not_applied(results: Iterable[Priceable]) -> Iterable[str]:
    """Rules between lines that concern these, and that the amounts leave out."""
    for indicator, what in _OTHERS.items():
        of_it = [r for r in results if r.each is not None and _indicator(r) == indicator]
        if sum(r.line.units for r in of_it) > 1:
            codes = ", ".join(dict.fromkeys(r.line.code for r in of_it))
            yield f"{what} ({codes}, indicator {indicator}): not part of these amounts."
