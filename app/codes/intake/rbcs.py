"""The Restructured BETOS Classification System: a category for every HCPCS and CPT code.

Official source: CMS's “RBCS Taxonomy”, whose texts are CMS's own, at
https://data.cms.gov/provider-summary-by-type-of-service/provider-service-classifications
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.days import iso_day, month_named, year_named
from app.codes.intake.files import Member, named_columns
from app.codes.intake.rows import Fact, batches, fact
from app.errors import Invalid

# Each fact, and what the column is called in the re-laid table and in CMS's own.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "code": ("hcpcs_code", "hcpcs_cd"),
    "procedure": ("rbcs_procedure", "rbcs_major_ind"),
    "category": ("rbcs_category", "rbcs_cat_desc"),
    "subcategory": ("rbcs_subcategory", "rbcs_subcat_desc"),
    "family": ("rbcs_family", "rbcs_family_desc"),
    "added": ("hcpcs_date_added", "hcpcs_cd_add_dt"),
    "ended": ("hcpcs_date_ended", "hcpcs_cd_end_dt"),
    "effective": ("rbcs_date_effective", "rbcs_assignment_eff_dt", "rbcs_analysis_start_dt"),
}
_PROCEDURE = {"M": "Major", "O": "Other", "N": "Non-Procedure"}  # the letters of CMS's own table
_DAYS = ("added", "ended", "effective")
_CODE = re.compile(r"[A-Z\d]\d{3}[A-Z\d]")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T]00:00:00)?|(\d{4})(\d\d)(\d\d)")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NEVER = ("9999-12-31", "12/31/9999", "99991231")
_NO_FAMILY = "no rbcs family"


def _columns_of(names: set[str]) -> dict[str, str]:
    """What each fact's column is called here; facts without a column are left out."""
    return {
        key: called[0]
        for key, known in _COLUMNS.items()
        if (called := [name for name in known if name in names])
    }


def _recognise(member: Member) -> str | None:
    if member.suffix not in (".csv", ".xlsx"):
        return None
    for line in member.head.splitlines()[:10]:
        names = {cell.strip().strip('"').lower() for cell in re.split("[\t,]", line)}
        if {"code", "procedure", "category", "subcategory"} <= _columns_of(names).keys():
            return "taxonomy"
    return None


def _read(parts: Parts, hints: Hints) -> Reading:
    found = parts.get("taxonomy", ())
    if len(found) != 1:
        raise Invalid("An edition of the RBCS is one table: these files hold none, or several.")
    member = found[0]
    effective = hints.effective or _effective(member)
    if effective is None:
        raise Invalid(f"No name tells the year of {member.name}: add --effective YYYY-MM-DD.")
    columns, rows = named_columns(member.rows(), _COLUMNS["code"])
    called = _columns_of(set(columns))
    for key, known in _COLUMNS.items():
        if key not in called:
            raise Invalid(f"{member.name} has no column “{known[-1]}”.")
    places = {key: columns[name] for key, name in called.items()}
    reading = Reading(hints.edition or str(effective.year), effective, iter(()))
    reading.batches = batches(_facts(member, places, rows, reading))
    return reading


def _effective(member: Member) -> date | None:
    names = [name for name in (member.name, member.archive) if name]
    year = year_named(names)
    return month_named(names) or (date(year, 1, 1) if year else None)


def _facts(
    member: Member, places: dict[str, int], rows: Iterator[tuple[int, list[str]]], reading: Reading
) -> Iterator[Fact]:
    seen: set[tuple[str, ...]] = set()
    width = max(places.values())
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        why = "the row is too short" if len(row) <= width else ""
        cells = {} if why else {key: row[at].strip() for key, at in places.items()}
        why = why or _fault(cells)
        if not why and (whole := tuple(cells.values())) in seen:
            why = f"the row of {cells['code']} is there twice"
        if why:
            reading.quarantine.add(member.name, number, f"{why}.", ",".join(row))
            continue
        seen.add(whole)
        yield fact("rbcs", cells.pop("code"), **cells)


def _fault(cells: dict[str, str]) -> str:
    """What is wrong with a row; its days become ISO, and what stands for none becomes empty."""
    if not _CODE.fullmatch(cells["code"]):
        return f"“{cells['code'][:20]}” is no code"
    if not cells["category"]:
        return f"{cells['code']} has no category"
    cells["procedure"] = _PROCEDURE.get(cells["procedure"], cells["procedure"])
    if cells["procedure"] not in _PROCEDURE.values():
        return f"“{cells['procedure'][:20]}” does not tell procedures from other services"
    if cells["family"].lower() == _NO_FAMILY:
        cells["family"] = ""
    for key in _DAYS:
        written = cells[key]
        cells[key] = "" if written in _NEVER else _iso(written) or ""
        if written and written not in _NEVER and not cells[key]:
            return f"“{written[:20]}” is no day"
    return ""


def _iso(text: str) -> str | None:
    american = _AMERICAN.fullmatch(text)
    if american:
        month, day, year = american.groups()
        return iso_day(f"{year}{month:0>2}{day:0>2}")
    found = _ISO.fullmatch(text)
    return iso_day("".join(part for part in found.groups() if part)) if found else None


KINDS: tuple[Kind, ...] = (
    Kind(
        name="rbcs",
        title="Restructured BETOS Classification System",
        owner="CMS",
        floor=10_000,
        recognise=_recognise,
        read=_read,
        source=(
            "https://data.cms.gov/provider-summary-by-type-of-service/"
            "provider-service-classifications/restructured-betos-classification-system"
        ),
    ),
)
