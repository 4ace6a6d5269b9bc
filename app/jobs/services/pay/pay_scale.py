"""How pay is compared and drawn: the one scale of every listing, its marks, and rounded amounts."""

from __future__ import annotations

from dataclasses import dataclass

from app import taxonomy
from app.filters import money
from app.jobs.documents import cents_a_year

# The end of the scale on which every listing's pay is drawn: $80 an hour for a full year.
SCALE_CENTS = 80_00 * taxonomy.HOURS_A_YEAR
NARROWEST = 2.5  # per cent of the scale; a single rate is drawn as wide as this
TO_AN_HOUR, TO_A_YEAR = 50, 100_000  # cents that compared amounts are rounded to

_TICKS = {"hour": (20, 40, 60), "year": (40_000, 80_000, 120_000)}  # dollars


@dataclass(frozen=True, slots=True)
class PayBar:
    """Where a pay range lies on the common scale, in per cent."""

    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    at: float  # per cent of the scale
    label: str


def pay_bar(low_cents: int, high_cents: int, unit: str) -> PayBar | None:
    """None for piece rates: no scale holds both a chart and an hour."""
    low, high = cents_a_year(low_cents, unit), cents_a_year(high_cents, unit)
    if low is None or high is None or not high:
        return None
    start = min(100 * low / SCALE_CENTS, 100 - NARROWEST)
    end = min(100 * high / SCALE_CENTS, 100)
    return PayBar(round(start, 1), round(max(end - start, NARROWEST), 1))


def ticks(unit: str) -> list[Tick]:
    """The marks of the scale in the unit a listing pays by; none for piece rates."""
    found = []
    for dollars in _TICKS.get(unit, ()):
        cents = cents_a_year(dollars * 100, unit) or 0
        label = f"${dollars:,}" if unit == "hour" else f"${dollars // 1000}k"
        found.append(Tick(round(100 * cents / SCALE_CENTS, 2), label))
    return found


def rounded_range(low: float, high: float, step: int) -> str:
    """Two amounts rounded to `step` cents, or one where they are the same."""
    ends = [money(round(cents / step) * step) for cents in (low, high)]
    return " to ".join(dict.fromkeys(ends))
