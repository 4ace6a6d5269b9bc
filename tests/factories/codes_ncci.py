"""NCCI releases of a few rows for tests: codes, pairs, limits and add-on codes, all invented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from app.codes.intake.rows import Edit, Entry, fact
from app.codes.models import CodeRelease
from tests.factories.codes_facts import make_rows

QUARTER = date(2026, 1, 1)


def publish(
    kind: str,
    rows: Sequence[Any],
    *,
    effective: date = QUARTER,
    edition: str = "2026 Q1",
    **more: Any,
) -> CodeRelease:
    """A release of the quarter that is live."""
    return make_rows(kind, rows, effective=effective, edition=edition, **more)


def make_codes(system: str, codes: Iterable[str], **more: Any) -> CodeRelease:
    """A code system with nothing but these codes; of CPT there are no titles."""
    titles = {} if system == "cpt" else dict.fromkeys(codes, "Nonsense, for tests")
    rows = [
        Entry(code, code, "code", titles.get(code, ""), True, None, None, "", at)
        for at, code in enumerate(codes, 1)
    ]
    return publish(system, rows, **more)


def make_pairs(setting: str, pairs: Iterable[Sequence[Any]], **more: Any) -> CodeRelease:
    """Pairs (column 1, column 2, indicator, effective, deletion); the days may be left out."""
    rows = []
    for column1, column2, indicator, *days in pairs:
        effective, deletion = [*days, None, None][:2]
        rows.append(Edit(column1, column2, effective, deletion, indicator, 1))
    legend = {"1": "Misuse of Column Two code with Column One code", **more.pop("legend", {})}
    return publish(f"ptp-{setting}", rows, legend=legend, **more)


def make_limits(setting: str, limits: Iterable[tuple[str, int, int]], **more: Any) -> CodeRelease:
    """Limits (code, units, adjudication indicator)."""
    rows = [
        fact("mue", code, units=units, indicator=indicator, rationale="Clinical: Data")
        for code, units, indicator in limits
    ]
    return publish(f"mue-{setting}", rows, **more)


def make_add_ons(joined: Iterable[Sequence[Any]], **more: Any) -> CodeRelease:
    """Add-on codes (code, primary, type), and a dictionary of days where there are any."""
    rows = [
        fact("add_on", code, primary, type=type_, **(days[0] if days else {}))
        for code, primary, type_, *days in joined
    ]
    return publish("add-on", rows, **more)
