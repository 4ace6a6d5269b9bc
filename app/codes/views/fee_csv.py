"""The amounts of a claim as a table for spreadsheets, each with its arithmetic and its editions."""

from __future__ import annotations

from datetime import date

from app.codes.services.fees.claim import Claim, Result
from app.csv_tables import csv_table

_HEADINGS = (
    "Line",
    "Code",
    "Modifiers",
    "Units",
    "Fee of one",
    "Amount",
    "Arithmetic",
    "Notes",
    "Locality",
    "Setting",
    "Biller",
    "Date of service",
    "Editions",
)


def spreadsheet(claim: Claim, setting: str, biller: str, day: date) -> str:
    editions = "; ".join(f"{edition.title}, {edition.name}" for edition in claim.sources)
    place = f"{claim.place.label} {claim.place.key}".strip()
    about = (place, setting, biller, day.isoformat(), editions)
    rows = [(*_line(result), *about) for result in claim.results]
    blank = ("",) * (len(_HEADINGS) - 6)
    return csv_table(_HEADINGS, [*rows, ("", "Total", "", "", "", f"{claim.total:.2f}", *blank)])


def _line(result: Result) -> tuple[str, ...]:
    line, priced = result.line, result.priced
    each = result.drug["limit"] if result.drug else priced.amount if priced else ""
    return (
        str(line.number),
        line.code,
        " ".join(line.modifiers),
        str(line.units),
        each,
        "" if result.amount is None else f"{result.amount:.2f}",
        priced.formula if priced and priced.amount else "",
        " ".join(result.messages),
    )
