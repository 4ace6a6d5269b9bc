"""Several procedures on one day: which is paid in full, and which at half or less.

Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 40.6.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from app.codes.fees import cents

SHARES = (100, 50, 50, 50, 50)  # of the highest fee to the fifth; further ones are by report
STANDARD = "2"
_SOURCE = "Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 40.6"
_OTHERS = {
    "3": "Endoscopies of one family reduce each other by the fee of their base code",
    "4": "Imaging of one session reduces each further technical and professional component",
    "5": "Therapy reduces the practice expense of each further unit",
    "6": "Cardiovascular diagnostics reduce each further technical component",
    "7": "Ophthalmology diagnostics reduce each further technical component",
}


@dataclass(frozen=True, slots=True)
class Ranked:
    """One unit of a line in the ranking."""

    place: int
    percent: int | None  # None where the contractor decides, by report
    amount: Decimal | None


class Priceable(Protocol):
    """What is ranked: see Result."""

    line: Any
    rvu: Any
    each: Decimal | None
    ranked: tuple[Ranked, ...]
    amount: Decimal | None
    messages: list[str]


def rank(results: Sequence[Priceable]) -> tuple[str, ...]:
    """Rank the units of indicator 2 by fee, and say which rules between lines there are."""
    units = [
        (result, result.each)
        for result in results
        if result.each is not None and _indicator(result) == STANDARD
        for _ in range(result.line.units)
    ]
    said = []
    if len(units) > 1:
        _reduce(sorted(units, key=lambda unit: -unit[1]))
        said.append(
            "Several procedures with indicator 2: the highest fee at 100%, the second to the fifth "
            f"at 50%, further ones by report ({_SOURCE})."
        )
    for indicator, what in _OTHERS.items():
        of_it = [r for r in results if r.each is not None and _indicator(r) == indicator]
        if sum(r.line.units for r in of_it) > 1:
            codes = ", ".join(dict.fromkeys(r.line.code for r in of_it))
            said.append(f"{what} ({codes}, indicator {indicator}): not part of these amounts.")
    return tuple(said)


def _indicator(result: Priceable) -> str:
    return str(result.rvu.get("mult", "")) if result.rvu else ""


def _reduce(units: Sequence[tuple[Any, Decimal]]) -> None:
    ranked: dict[int, list[Ranked]] = {}
    for place, (result, each) in enumerate(units, start=1):
        percent = SHARES[place - 1] if place <= len(SHARES) else None
        amount = None if percent is None else cents(each * percent / 100)
        ranked.setdefault(id(result), []).append(Ranked(place, percent, amount))
    for result in {id(r): r for r, _ in units}.values():
        result.ranked = tuple(ranked[id(result)])
        amounts = [unit.amount for unit in result.ranked if unit.amount is not None]
        result.amount = sum(amounts, Decimal(0)) if amounts else None
        if any(unit.percent is None for unit in result.ranked):
            result.messages.append("Beyond the fifth procedure the contractor decides, by report.")
