"""The Medicare physician fee of a code in a place, with every step that leads to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.codes.words.fee_indicators import PAID_STATUSES, STATUS

CENT = Decimal("0.01")
MINUTES_OF_A_UNIT = 15  # anesthesia: Medicare Claims Processing Manual, chapter 12, section 50
_TENTH = Decimal("0.1")

NOT_IN_OFFICE = "CMS gives no price outside a facility: the service is rarely or never done there."
NOT_IN_FACILITY = "CMS gives no price in a facility: the service is rarely or never paid there."
PRICED_BY_CONTRACTOR = "No relative values are set: the Medicare contractor prices the service."


@dataclass(frozen=True, slots=True)
class Product:
    """One of the three lines of the formula: relative value units times the local index."""

    name: str
    units: Decimal
    index: Decimal

    @property
    def value(self) -> Decimal:
        return self.units * self.index


@dataclass(frozen=True, slots=True)
class Fee:
    """What Medicare allows for a service, or why it sets no amount, and the arithmetic."""

    amount: Decimal | None  # dollars and cents
    work: Product
    practice: Product
    malpractice: Product
    factor: Decimal
    facility: bool
    reason: str = ""  # why there is no amount

    @property
    def products(self) -> tuple[Product, Product, Product]:
        return self.work, self.practice, self.malpractice

    @property
    def units(self) -> Decimal:
        """The relative value units of the place: the three products together."""
        return self.work.value + self.practice.value + self.malpractice.value


@dataclass(frozen=True, slots=True)
class AnesthesiaFee:
    """What Medicare allows for anesthesia: base and time units times the local factor."""

    amount: Decimal
    base: Decimal
    time: Decimal
    factor: Decimal
    share: Decimal = Decimal(1)  # half of it where an anesthetist is medically directed


def fee(rvu: Mapping[str, str], gpci: Mapping[str, str], *, facility: bool) -> Fee:
    """The fee of CMS's published formula.

    [(work RVU x work GPCI) + (PE RVU x PE GPCI) + (MP RVU x MP GPCI)] x conversion factor, with
    the practice expense of the setting; nothing is rounded before the amount itself. The formula
    is in the documentation CMS ships in every release of its relative value files.
    """
    practice = "fac_pe" if facility else "nonfac_pe"
    work = Product("Work", Decimal(rvu["work"]), Decimal(gpci["work"]))
    expense = Product("Practice expense", Decimal(rvu[practice]), Decimal(gpci["pe"]))
    malpractice = Product("Malpractice", Decimal(rvu["mp"]), Decimal(gpci["mp"]))
    factor = Decimal(rvu["factor"])
    reason = _reason(rvu, work.units + expense.units + malpractice.units, facility=facility)
    amount = None
    if not reason:
        amount = cents((work.value + expense.value + malpractice.value) * factor)
    return Fee(amount, work, expense, malpractice, factor, facility, reason)


def _reason(rvu: Mapping[str, str], units: Decimal, *, facility: bool) -> str:
    """Why CMS sets no amount; empty where it does."""
    status = rvu["status"]
    if status not in PAID_STATUSES:
        return STATUS.get(status, f"Status {status}: not paid under the fee schedule.")
    if rvu.get("fac_na" if facility else "nonfac_na"):
        return NOT_IN_FACILITY if facility else NOT_IN_OFFICE
    return "" if units else PRICED_BY_CONTRACTOR


def capped(amount: Decimal, cap: Decimal | None) -> Decimal:
    """The lower of the fee and the cap on imaging (Deficit Reduction Act of 2005, s. 5102(b))."""
    return amount if cap is None else min(amount, cap)


def limiting_charge(amount: Decimal) -> Decimal:
    """The most a physician who does not take part may charge: 115% of 95% of the fee."""
    return cents(amount * Decimal("1.0925"))


def time_units(minutes: int) -> Decimal:
    """Anesthesia time in units of fifteen minutes, to one decimal place."""
    return (Decimal(minutes) / MINUTES_OF_A_UNIT).quantize(_TENTH, ROUND_HALF_UP)


def anesthesia_fee(
    base: Decimal, minutes: int, factor: Decimal, *, directed: bool = False
) -> AnesthesiaFee:
    """(Base units + time units) x the factor of the place; half of it under medical direction.

    Medicare Claims Processing Manual (Pub. 100-04), chapter 12, section 50.
    """
    time = time_units(minutes)
    share = Decimal("0.5") if directed else Decimal(1)
    return AnesthesiaFee(cents((base + time) * factor * share), base, time, factor, share)


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
