"""Reading the MS-DRG classification: its groups and weights, and which codes lead to them.

The tables are those of the IPPS rule (Table 5, 6I and 6J) and the lists of groups and of major
diagnostic categories; how codes map to groups comes from the release of the MS-DRG Definitions
Manual. https://www.cms.gov/medicare/payment/prospective-payment-systems/acute-inpatient-pps
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.days import fiscal_year_start, year_named
from app.codes.intake.drg_map import DrgMap, map_rows, open_map
from app.codes.intake.files import Member
from app.codes.intake.headings import Names, clean, headed, number, table
from app.codes.intake.rows import Row, batches, fact
from app.errors import Invalid

_DRG_COLUMN = ("ms-drg", "ms_drg")
_LENGTH_OF_STAY = ("geometric mean los",)
_WEIGHTS: Names = {
    "drg": _DRG_COLUMN,
    "post_acute": ("*post-acute drg",),
    "special": ("*special pay drg",),
    "mdc": ("mdc",),
    "type": ("type",),
    "title": ("ms-drg title",),
    "weight": ("weights - before cap", "weights"),
    "weight_capped": ("weights - 10% cap applied",),
    "gmlos": _LENGTH_OF_STAY,
    "amlos": ("arithmetic mean los",),
}
_WEIGHTS_SOMETIMES = {"weight_capped"}  # the cap began in 2023
_GROUPS: Names = {
    "drg": _DRG_COLUMN,
    "mdc": ("mdc",),
    "type": ("medical_surgical", "type"),
    "title": ("description", "title"),
}
_SEVERITY: Names = {"code": ("diagnosis code",), "description": ("description",)}

_COMPLETE = re.compile(r"TABLE\s+6(?P<letter>[IJ])\b\W*COMPLETE\s+M?CC\s+LIST", re.IGNORECASE)
_FISCAL_YEAR = re.compile(r"\bFY[ _-]*(20\d\d)", re.IGNORECASE)
_MDC_LINE = re.compile(
    r'"?01"?[,\t]\s*"?Diseases (?:and|&) Disorders of the Nervous', re.IGNORECASE
)
_DRG_LINE = re.compile(r'"?\d{3}"?,"?(?:\\N|MDC \d\d|\d\d)?"?,"?(?:\\N|[PM]|Medical|Surgical)?"?,')
_DIAGNOSIS = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_TYPES = {
    "surg": "SURG", "p": "SURG", "surgical": "SURG",
    "med": "MED", "m": "MED", "medical": "MED",
}  # fmt: skip
_ABSENT = {"", "\\N", "**", "."}

Groups = dict[str, dict[str, Any]]


def _recognise(member: Member) -> str | None:
    head = member.head
    if member.suffix == ".json":
        return "map" if DrgMap.begins(head) else None
    if complete := _COMPLETE.search(head[:400]):
        return "mcc" if complete["letter"].upper() == "I" else "cc"
    if headed(member, _DRG_COLUMN, _LENGTH_OF_STAY):
        return "weights"
    first = head.lstrip().split("\n", 1)[0]
    if headed(member, *_GROUPS.values()) or (first.count(",") >= 5 and _DRG_LINE.match(first)):
        return "drgs"
    return "mdc" if _MDC_LINE.match(first) else None


def _read(parts: Parts, hints: Hints) -> Reading:
    for part, members in parts.items():
        if len(members) > 1:
            names = ", ".join(member.name for member in members)
            raise Invalid(f"There is more than one file with the {part} of the groups: {names}.")
    given = {part: members[0] for part, members in parts.items() if members}
    drg_map = open_map(given["map"]) if "map" in given else None
    edition, effective = _edition(given, drg_map, hints)
    quarantine = Quarantine()
    groups: Groups = {}
    current: set[str] = set(drg_map.part("drgmap")) if drg_map else set()
    for part, read in (("drgs", _groups), ("weights", _weights)):
        if part in given:
            found = read(given[part], quarantine)
            _merge(groups, found)
            current |= found.keys() if part == "weights" else set()
    if drg_map:
        _merge(groups, drg_map.groups())
    if current:
        # A bare list keeps groups that are no longer used.
        groups = {drg: data for drg, data in groups.items() if drg in current}
    lists = {p: _severity(given[p], p.upper(), quarantine) for p in ("cc", "mcc") if p in given}
    categories = _categories(given["mdc"], quarantine) if "mdc" in given else {}

    def rows() -> Iterator[Row]:
        for drg in sorted(groups):
            yield fact("drg", drg, **groups[drg])
        yield from (fact("mdc", mdc, title=title) for mdc, title in categories.items())
        levels = {key: level for listed in lists.values() for key, level in listed.items()}
        if drg_map:
            yield from map_rows(drg_map, quarantine)
        for key, level in sorted(levels.items()):
            if not drg_map or key not in drg_map.diagnoses:
                yield fact("dx", key, level=level)

    return Reading(edition, effective, batches(rows()), quarantine=quarantine)


def _edition(given: dict[str, Member], drg_map: DrgMap | None, hints: Hints) -> tuple[str, date]:
    """The version of the map, or the fiscal year of the tables; they have to agree."""
    years = {
        name: int(found[1])
        for member in given.values()
        for name in [member.name]
        if (found := _FISCAL_YEAR.search(member.head[:2_000] if member.suffix != ".json" else ""))
    }
    edition, effective = "", None
    if drg_map:
        edition, effective = drg_map.version, drg_map.effective
    for name, year in years.items():
        begins = fiscal_year_start(year)
        if effective and not begins <= effective < fiscal_year_start(year + 1):
            raise Invalid(f"{name} is of fiscal year {year}, which the other files are not of.")
        edition, effective = edition or f"FY {year}", effective or begins
    if not effective:
        named = year_named(name for m in given.values() for name in (m.name, m.archive))
        if named:
            edition, effective = f"FY {named}", fiscal_year_start(named)
    effective = hints.effective or effective
    if not effective:
        raise Invalid(
            "These tables do not say which fiscal year they are of: add --effective YYYY-MM-DD."
        )
    return hints.edition or edition or f"{effective:%B %Y}", effective


def _merge(groups: Groups, found: Groups) -> None:
    """What is known better later replaces what came earlier; nothing replaces a value."""
    for drg, data in found.items():
        kept = groups.setdefault(drg, {})
        kept.update({name: value for name, value in data.items() if value not in (None, "")})


def _weights(member: Member, quarantine: Quarantine) -> Groups:
    found = table(member, _WEIGHTS, first="drg", optional=_WEIGHTS_SOMETIMES)
    groups: Groups = {}
    for line, cells in found.records(quarantine):
        try:
            drg = _drg(cells, groups)
            if drg:
                groups[drg] = {
                    "title": cells["title"],
                    "mdc": _mdc(cells["mdc"]),
                    "type": _TYPES.get(cells["type"].lower()),
                    "post_acute": _yes(cells["post_acute"]),
                    "special": _yes(cells["special"]),
                    **{
                        name: number(cells.get(name, ""))
                        for name in ("weight", "weight_capped", "gmlos", "amlos")
                    },
                }
        except ValueError as error:
            quarantine.add(member.name, line, str(error), ",".join(cells.values()))
    return groups


def _groups(member: Member, quarantine: Quarantine) -> Groups:
    """The list of groups, with a header or, as a database exports it, without; old ones go."""
    groups: Groups = {}
    for line, cells in _group_records(member, quarantine):
        if cells.get("deleted") == "1":
            continue
        try:
            drg = _drg(cells, groups)
            if drg:
                groups[drg] = {
                    "title": cells["title"],
                    "mdc": _mdc(cells["mdc"]),
                    "type": _TYPES.get(cells["type"].lower()),
                }
        except ValueError as error:
            quarantine.add(member.name, line, str(error), ",".join(cells.values()))
    return groups


def _group_records(member: Member, quarantine: Quarantine) -> Iterator[tuple[int, dict[str, str]]]:
    if headed(member, *_GROUPS.values()):
        yield from table(member, _GROUPS, first="drg").records(quarantine)
        return
    fields = ("drg", "mdc", "type", "title", "deleted")
    for line, row in member.rows():
        if len(row) >= len(fields):
            yield line, dict(zip(fields, map(clean, row), strict=False))
        elif any(map(clean, row)):
            quarantine.add(member.name, line, "The row ends too early.", ",".join(row))


def _categories(member: Member, quarantine: Quarantine) -> dict[str, str]:
    found: dict[str, str] = {}
    for line, row in member.rows():
        cells = [clean(cell) for cell in row]
        if not any(cells):
            continue
        try:
            mdc = _mdc(cells[0])
            if not mdc or len(cells) < 2 or not cells[1] or mdc in found:
                raise ValueError("Not a category that is new, and its title.")
            found[mdc] = cells[1]
        except ValueError as error:
            quarantine.add(member.name, line, str(error), ",".join(row))
    return found


def _severity(member: Member, level: str, quarantine: Quarantine) -> dict[str, str]:
    """The codes of Table 6I or 6J; their descriptions are those of ICD-10-CM itself."""
    found = table(member, _SEVERITY, first="code", optional={"description"})
    levels: dict[str, str] = {}
    for line, cells in found.records(quarantine):
        key = cells["code"].replace(".", "").upper()
        if not key and cells.get("description"):
            continue  # a note under the table
        if not _DIAGNOSIS.fullmatch(key):
            why = f"“{cells['code'][:20]}” is no code of ICD-10-CM."
            quarantine.add(member.name, line, why, ",".join(cells.values()))
        elif key in levels:
            quarantine.add(member.name, line, f"{key} is listed twice.", cells["code"])
        else:
            levels[key] = level
    return levels


def _drg(cells: dict[str, str], groups: Groups) -> str:
    """The group of the row; empty where the row is a note."""
    drg = cells["drg"]
    if drg and not drg[:1].isdigit() and not any(t for f, t in cells.items() if f != "drg"):
        return ""
    if not re.fullmatch(r"\d{1,3}", drg):
        raise ValueError(f"“{drg[:20]}” is no MS-DRG.")
    if drg.zfill(3) in groups:
        raise ValueError(f"MS-DRG {drg} is listed twice; the first row was kept.")
    if not cells["title"]:
        raise ValueError(f"MS-DRG {drg} has no title.")
    return drg.zfill(3)


def _mdc(text: str) -> str | None:
    bare = text.upper().removeprefix("MDC ").strip()
    if bare in _ABSENT:
        return None
    if bare == "PRE" or re.fullmatch(r"\d\d?", bare):
        return bare if bare == "PRE" else bare.zfill(2)
    raise ValueError(f"“{text[:20]}” is no major diagnostic category.")


def _yes(text: str) -> bool | None:
    if text.lower() in ("yes", "no"):
        return text.lower() == "yes"
    if text in _ABSENT:
        return None
    raise ValueError(f"“{text[:20]}” is neither yes nor no.")


KINDS: tuple[Kind, ...] = (
    Kind(
        name="ms-drg",
        title="MS-DRG groups, weights and severity",
        owner="CMS",
        floor=500,
        recognise=_recognise,
        read=_read,
        source="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
        "acute-inpatient-pps/ms-drg-classifications-and-software",
    ),
)
