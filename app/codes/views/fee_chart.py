"""The drawing of amounts by locality: dots stacked where several are nearly the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 480
_MARGIN = 6
_COLUMNS = 60
_STEP = 8  # between dots, either way


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    path: str  # of all dots, each a stroke without length
    middle: str
    middle_at: float
    here_at: float | None


def fee_chart(amounts: Sequence[str], here: str = "") -> Chart:
    """Dots for amounts in dollars, the lowest first; `here` is marked."""
    low, high = float(amounts[0]), float(amounts[-1])
    reach = (high - low) or 1.0

    def column(amount: str) -> int:
        return round((float(amount) - low) / reach * (_COLUMNS - 1))

    stacked: Counter[int] = Counter()
    places = []
    for amount in amounts:
        at = column(amount)
        places.append((at, stacked[at]))
        stacked[at] += 1
    height = max(stacked.values()) * _STEP + 8
    path = "".join(f"M{_across(at)} {height - 7 - up * _STEP}h0" for at, up in places)
    middle = amounts[(len(amounts) - 1) // 2]
    return Chart(
        WIDTH,
        height,
        path,
        middle,
        _across(column(middle)),
        _across(column(here)) if here else None,
    )


def _across(column: int) -> float:
    return round(_MARGIN + column * (WIDTH - 2 * _MARGIN) / (_COLUMNS - 1), 1)
