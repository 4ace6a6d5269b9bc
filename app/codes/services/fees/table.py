"""What Medicare pays for a code in a place: its rows, amounts with every step, and the caps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median_low
from typing import Any

from app.codes.fees import Fee, capped, cents, fee
from app.codes.services.fees.localities import NATIONAL, Locality

COMPONENTS = {
    "": "The whole service",
    "26": "Professional component",
    "TC": "Technical component",
    "53": "Discontinued procedure",
}
TIMES = "\N{MULTIPLICATION SIGN}"
Row = Mapping[str, Any]  # of relative values
Caps = Mapping[tuple[str, str], Row]  # by modifier and locality


@dataclass(frozen=True, slots=True)
class Step:
    """One product of the formula."""

    name: str
    units: str
    index: str
    value: str


@dataclass(frozen=True, slots=True)
class Priced:
    """An amount with the arithmetic that leads to it, or why there is none."""

    amount: str  # "88.73"; empty where CMS sets none
    reason: str
    steps: tuple[Step, ...]
    units: str
    factor: str
    uncapped: str  # what the formula gives, where the cap on imaging is lower

    @property
    def formula(self) -> str:
        """The products added up, times the factor, as a line of arithmetic."""
        products = " + ".join(f"{step.units} {TIMES} {step.index}" for step in self.steps)
        return f"({products}) {TIMES} {self.factor}"


@dataclass(frozen=True, slots=True)
class Component:
    """One row of relative values with both its national amounts."""

    modifier: str
    name: str
    work: str
    office_expense: str
    facility_expense: str
    malpractice: str
    office_units: str
    facility_units: str
    office: Priced
    facility: Priced


@dataclass(frozen=True, slots=True)
class Place:
    """What a locality pays for one component."""

    key: str
    label: str
    office: str
    facility: str
    is_capped: bool


def plain(number: Decimal) -> str:
    """The number without zeros at its end: "1.3", "100"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def by_modifier(rows: Iterable[tuple[str, Row]]) -> dict[str, Row]:
    """The rows of a code, the whole service first."""
    found = dict(rows)
    return {modifier: found[modifier] for modifier in COMPONENTS if modifier in found}


def price(rvu: Row, place: Locality, *, facility: bool, cap: Row | None = None) -> Priced:
    """The fee of a row in a place, not above the cap on imaging there."""
    found = fee(rvu, place.indices, facility=facility)
    limit = _limit(cap, facility=facility)
    amount = None if found.amount is None else capped(found.amount, limit)
    lowered = found.amount is not None and amount != found.amount
    return Priced(
        amount="" if amount is None else f"{amount:.2f}",
        reason=found.reason,
        steps=_steps(found),
        units=plain(found.units),
        factor=plain(found.factor),
        uncapped=f"{found.amount:.2f}" if lowered else "",
    )


def _limit(cap: Row | None, *, facility: bool) -> Decimal | None:
    if not cap:
        return None
    return Decimal(cap["facility" if facility else "nonfacility"])


def _steps(found: Fee) -> tuple[Step, ...]:
    return tuple(
        Step(part.name, plain(part.units), plain(part.index), plain(part.value))
        for part in found.products
    )


def national_cap(rvu: Row) -> Row | None:
    """The cap at indices of 1, from the practice expense that the file gives for it."""
    expenses = [Decimal(rvu.get(name) or "0") for name in ("opps_nonfac_pe", "opps_fac_pe")]
    if not any(expenses):
        return None
    others = Decimal(rvu["work"]) + Decimal(rvu.get("opps_mp") or "0")
    office, facility = (cents((others + pe) * Decimal(rvu["factor"])) for pe in expenses)
    return {"nonfacility": office, "facility": facility}


def components(rows: Mapping[str, Row]) -> tuple[Component, ...]:
    """Each row with its units and what Medicare pays at indices of 1."""
    found = []
    for modifier, rvu in rows.items():
        shared = Decimal(rvu["work"]) + Decimal(rvu["mp"])
        cap = national_cap(rvu)
        found.append(
            Component(
                modifier,
                COMPONENTS[modifier],
                rvu["work"],
                rvu["nonfac_pe"],
                rvu["fac_pe"],
                rvu["mp"],
                plain(shared + Decimal(rvu["nonfac_pe"])),
                plain(shared + Decimal(rvu["fac_pe"])),
                price(rvu, NATIONAL, facility=False, cap=cap),
                price(rvu, NATIONAL, facility=True, cap=cap),
            )
        )
    return tuple(found)


def everywhere(
    rvu: Row, modifier: str, places: Iterable[Locality], caps: Caps
) -> tuple[Place, ...]:
    """What every locality pays for a row, in their order."""
    found = []
    for place in places:
        cap = caps.get((modifier, place.key))
        office = price(rvu, place, facility=False, cap=cap)
        facility = price(rvu, place, facility=True, cap=cap)
        lowered = bool(office.uncapped or facility.uncapped)
        found.append(Place(place.key, place.label, office.amount, facility.amount, lowered))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Spread:
    """How the localities' amounts lie: the lowest, the middle one, the highest, and all."""

    setting: str  # "outside a facility"
    low: Place
    middle: Place
    high: Place
    amounts: tuple[str, ...]  # the lowest first

    def of(self, place: Place) -> str:
        return place.facility if self.setting == IN_FACILITY else place.office


IN_OFFICE, IN_FACILITY = "outside a facility", "in a facility"


def spread(places: Sequence[Place]) -> Spread | None:
    """Of the setting that has amounts, outside a facility first; None where neither has."""
    for setting, amount in ((IN_OFFICE, _office), (IN_FACILITY, _facility)):
        ordered = sorted((p for p in places if amount(p)), key=lambda p: Decimal(amount(p)))
        if ordered:
            middle = ordered[median_low(range(len(ordered)))]
            amounts = tuple(amount(place) for place in ordered)
            return Spread(setting, ordered[0], middle, ordered[-1], amounts)
    return None


def _office(place: Place) -> str:
    return place.office


def _facility(place: Place) -> str:
    return place.facility
