"""National coverage determinations, from the Medicare Coverage Database.

Source: `ncd.zip` at cms.gov/medicare-coverage-database. People know a determination by its
section of the manual ("20.7"); articles name it by its number in the database. They list no
codes. Its level of coverage is 1 full, 2 restricted, 3 none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.mcd_tables import Columns, Place, Tables, dated, day, recognised_as
from app.codes.intake.mcd_text import cleaned_body, line_of
from app.codes.intake.rows import Fact, batches, fact

_DAYS = {
    "effective": "ncd_efctv_dt",
    "implemented": "ncd_impltn_dt",
    "ended": "ncd_trmntn_dt",
    "updated": "last_updt_tmstmp",
}
COLUMNS: Columns = {
    "ncd_trkg": (
        "ncd_id", "ncd_vrsn_num", "ncd_mnl_sect", *_DAYS.values(), "ncd_mnl_sect_title",
        "cvrg_lvl_cd", "ncd_keyword", "itm_srvc_desc", "indctn_lmtn",
    ),
    "ncd_bnft_ctgry_ref": ("bnft_ctgry_cd", "bnft_ctgry_desc"),
    "ncd_trkg_bnft_xref": ("ncd_id", "ncd_vrsn_num", "bnft_ctgry_cd"),
}  # fmt: skip
_COVERAGE = {"1": "covered", "2": "restricted", "3": "not covered"}
_SECTION = r"\d{1,3}(?:\.\d{1,3}){0,4}[A-Z]?"
_TABLE = "ncd_trkg"


class _Determinations:
    """The highest version of each, by its section of the manual."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.newest: date | None = None
        latest = ""
        highest: dict[str, tuple[int, Place, str, bool, str]] = {}
        for place, row in tables.rows(_TABLE):
            number, version, section = (cell.strip() for cell in row[:3])
            if not (number.isdecimal() and version.isdecimal()):
                tables.refuse(place, "It has no number or no version.", row)
                continue
            if not re.fullmatch(_SECTION, section):
                tables.refuse(place, "It has no section of the manual.", row)
                continue
            try:
                days = _days(row)
            except ValueError as error:
                tables.refuse(place, f"“{error}” is no day.", row)
                continue
            latest = max(latest, days["updated"] or "")
            if number not in highest or highest[number][0] < int(version):
                rank = (not days["ended"], days["effective"] or "")
                highest[number] = (int(version), place, section, *rank)
            elif highest[number][0] == int(version):
                tables.refuse(place, "The same version is listed above.", row)
        self._places = self._by_section(highest)
        if latest:
            self.newest = date.fromisoformat(latest)

    def _by_section(self, highest: dict[str, tuple[int, Place, str, bool, str]]) -> set[Place]:
        """One of each section: what is in force before what has ended, then the later one."""
        best: dict[str, tuple[bool, str, Place]] = {}
        for _, place, section, in_force, effective in highest.values():
            known = best.get(section)
            kept, left = (in_force, effective, place), known
            if known and known[:2] >= (in_force, effective):
                kept, left = known, (in_force, effective, place)
            if left:
                why = f"Another determination has section {section} as well."
                self._tables.refuse(left[2], why, (section,))
            best[section] = kept
        return {place for _, _, place in best.values()}

    def facts(self) -> Iterator[Fact]:
        names = {
            key.strip(): line_of(name) for _, (key, name) in self._tables.rows("ncd_bnft_ctgry_ref")
        }
        benefits: dict[tuple[str, str], list[str]] = {}
        for _, (number, version, key) in self._tables.rows("ncd_trkg_bnft_xref"):
            if name := names.get(key.strip()):
                benefits.setdefault((number.strip(), version.strip()), []).append(name)
        for place, row in self._tables.rows(_TABLE, again=True):
            if place in self._places:
                number, version, section = (cell.strip() for cell in row[:3])
                yield _determination(row, section, sorted(benefits.get((number, version), ())))


def _days(row: tuple[str, ...]) -> dict[str, str | None]:
    return {name: day(cell) for name, cell in zip(_DAYS, row[3:7], strict=True)}


def _determination(row: tuple[str, ...], section: str, benefits: list[str]) -> Fact:
    title, level, keywords, service, indications = row[7:]
    service, service_cut = cleaned_body(service)
    indications, cut = cleaned_body(indications)
    data: dict[str, Any] = {
        **_days(row),
        "id": row[0].strip(),
        "version": int(row[1]),
        "title": line_of(title),
        "coverage": _COVERAGE.get(level.strip()),
        "keywords": line_of(keywords),
        "benefits": benefits or None,
        "service": service,
        "text": indications,
        "cut": cut or service_cut or None,
    }
    return fact("ncd", section, **data)


def _read(parts: Parts, hints: Hints) -> Reading:
    quarantine = Quarantine()
    tables = Tables(parts, COLUMNS, (_TABLE,), quarantine)
    determinations = _Determinations(tables)
    edition, effective = dated(hints, parts, determinations.newest)
    rows = batches(determinations.facts())
    return Reading(edition, effective, rows, quarantine=quarantine)


NCDS = Kind(
    name="mcd-ncds",
    title="National coverage determinations",
    owner="CMS",
    floor=50,
    recognise=partial(recognised_as, columns=COLUMNS),
    read=_read,
    notice=True,
    source="https://www.cms.gov/medicare-coverage-database/downloads/downloads.aspx",
)
