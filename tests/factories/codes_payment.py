"""Small published releases of what Medicare pays: rows that a test names, put in directly."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.codes.intake.rows import Entry, Fact, fact
from app.codes.models import CodeRelease
from tests.factories.codes_facts import make_rows

JULY = date(2024, 7, 1)
_USUAL = {
    "status": "A", "work": "0", "nonfac_pe": "0", "fac_pe": "0", "mp": "0", "factor": "33.2875",
    "global": "XXX", "pctc": "0", "mult": "0", "bilateral": "0", "assistant": "0", "co": "0",
    "team": "0", "supervision": "09", "imaging": "99", "pre": "0", "intra": "0", "post": "0",
}  # fmt: skip
_VISIT = {"work": "1.3", "nonfac_pe": "1.33", "fac_pe": "0.56", "mp": "0.1"}
_SCAN = {"pctc": "1", "mult": "4", "imaging": "88", "fac_na": "NA"}


def rvu(code: str, modifier: str = "", **data: str) -> Fact:
    return fact("rvu", code, modifier, **{**_USUAL, **data})


ROWS = (
    rvu("99213", **_VISIT),
    rvu("20610", work="0.79", nonfac_pe="1.04", fac_pe="0.44", mp="0.13", mult="2", bilateral="1",
        **{"global": "000"}),
    rvu("11111", work="10", nonfac_pe="10", fac_pe="10", mp="1", mult="2", assistant="2",
        pre="0.1", intra="0.7", post="0.2", **{"global": "090"}),
    rvu("70450", work="0.85", nonfac_pe="2.36", fac_pe="2.36", mp="0.05", **_SCAN),
    rvu("70450", "TC", nonfac_pe="2.06", fac_pe="2.06", mp="0.01", **_SCAN),
    rvu("70450", "26", work="0.85", nonfac_pe="0.3", fac_pe="0.3", mp="0.04", pctc="1", mult="4"),
    rvu("43239", work="3", nonfac_pe="3", fac_pe="3", mp="0", mult="3", endo="43235"),
    rvu("43244", work="4", nonfac_pe="4", fac_pe="4", mp="0", mult="3", endo="43235"),
    rvu("43235", work="2", nonfac_pe="2", fac_pe="2", mp="0", mult="2"),
    rvu("00100", status="J"),
    rvu("89353", status="X", pctc="9", mult="9", bilateral="9", assistant="9", co="9", team="9"),
    rvu("J1100", status="E"),
)  # fmt: skip
PLACES = (
    fact("gpci", "05302-01", state="MO", name="METROPOLITAN ST. LOUIS", work="1", pe="0.952",
         mp="0.994"),
    fact("gpci", "06102-12", state="IL", name="EAST ST. LOUIS", work="1", pe="0.935", mp="1.9"),
    fact("gpci", "01112-05", state="CA", name="SAN FRANCISCO (MARIN CNTY)", work="1.088",
         pe="1.419", mp="0.445"),
)  # fmt: skip
COUNTIES = (
    fact("locality", "05302-01", state="MISSOURI", area="ST. LOUIS", counties="JEFFERSON"),
    fact("locality", "05302-01", state="MISSOURI", area="ST. LOUIS", counties="ST. CHARLES"),
)


def publish(
    kind: str,
    rows: Sequence[Fact | Entry],
    *,
    day: date = JULY,
    edition: str = "July 2024",
    until: date | None = None,
) -> CodeRelease:
    """A release that holds from a day, with these rows and nothing else."""
    return make_rows(kind, rows, effective=day, edition=edition, effective_to=until)


def entry(code: str, title: str = "", position: int = 1, **more: Any) -> Entry:
    given = {"kind": "code", "billable": True, "parent_key": None, "ancestors": "", **more}
    return Entry(key=code, shown=code, title=title, seventh=None, position=position, **given)


def publish_fees(**caps: Sequence[Fact]) -> None:
    """The fee schedule with its localities, and a code system of the same numbers."""
    publish("pprrvu", ROWS)
    publish("gpci", PLACES, day=date(2024, 1, 1), edition="2024")
    publish("locality", COUNTIES, day=date(2024, 1, 1), edition="2024")
    publish("anesthesia", [fact("anesthesia", "05302-01", name="X", factor="20.12")],
            day=date(2024, 1, 1), edition="2024")  # fmt: skip
    numbers = dict.fromkeys(row.code for row in ROWS if row.code != "J1100")
    publish("cpt", [entry(code, "", at) for at, code in enumerate(numbers, start=1)],
            day=date(2024, 1, 1))  # fmt: skip
    if caps:
        publish("opps-cap", caps["caps"])
