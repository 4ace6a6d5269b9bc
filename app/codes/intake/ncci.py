"""NCCI beside the procedure-to-procedure edits: medically unlikely units, and add-on codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from app.codes.intake import cms_tables, ncci_ptp
from app.codes.intake.cms_tables import CODE, beginning, beginning_of, cells, is_note
from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.days import iso_day
from app.codes.intake.files import Member, named_columns
from app.codes.intake.rows import Fact, batches, fact, is_public
from app.errors import Invalid

_PAGES = (
    "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
)
CONTRACTOR_DEFINED = "CCCCC"  # stands where a contractor decides which primary codes there are

# What CMS calls the three tables, in the name of the column and where they are laid out again.
_SERVICES = {
    "practitioner": "practitioner",
    "outpatient": "outpatient hospital",
    "dme": "dme supplier",
}
_MUE_HEADS = ("hcpcs/ cpt code", "hcpcs/cpt code", "hcpcs_code")
_MUE_COLUMNS = {
    "code": r"hcpcs/ ?cpt code|hcpcs_code",
    "units": r".*\bmue values?|mue_units",
    "indicator": r"mue adjudication indicator|mue_mai",
    "rationale": r"mue rationale|mue_rationale",
    "service": r"mue_service",
}

_AOC_HEADS = ("add-on_code", "add-on code", "add_on_code")
_AOC_COLUMNS = {
    "code": r"add[-_ ]on[_ ]code",
    "type": r"(?:aoc[_ ])?edit[_ ]type|aoc_edit_type",
    "primary": r"primary[_ ]code",
    "effective": r"(?:aoc|primary[_ ]code)[_ ]edit[_ ]eff(?:ective)?[_ ]?(?:dt|date)\b.*",
    "deleted": r"(?:aoc|primary[_ ]code)[_ ]edit[_ ]del(?:etion)?[_ ]?(?:dt|date)\b.*",
    "add_on_deleted": r"(?:aoc|add[-_ ]on[_ ]code)[_ ]del(?:etion)?[_ ]?(?:dt|date)\b.*",
    "primary_deleted": r"primary[_ ]code[_ ]del(?:etion)?[_ ]?(?:dt|date)\b.*",
    "special": r"special[_ ]instructions?(?:[_ /]+notes?)?",
}
_AOC_DAYS = ("effective", "deleted", "add_on_deleted", "primary_deleted")
_AOC_NAME = re.compile(r"AOC_V(20\d\d)Q([1-4])", re.IGNORECASE)


def _recognise_mue(service: str, member: Member) -> str | None:
    if not cms_tables.is_table(member):
        return None
    head = beginning(member)
    own = re.search(
        r"hcpcs/ ?cpt code,? ?(practitioner|outpatient hospital|dme supplier) serv", head
    )
    if own:
        return "table" if own[1] == _SERVICES[service] and "mue adjudication" in head else None
    first = member.head[:4_000].lower().replace('"', "").splitlines()[:2]
    if len(first) < 2 or not {"hcpcs_code", "mue_units", "mue_mai"} <= set(first[0].split(",")):
        return None
    return "table" if _SERVICES[service] in first[1].split(",") else None


def _read_mue(service: str, parts: Parts, hints: Hints) -> Reading:
    """CMS's MUE table, its notice in a quoted cell of many lines before the header."""
    member = cms_tables.one_form(parts.get("table", ()))
    columns, rows = named_columns(member.rows(), _MUE_HEADS)
    where = cms_tables.placed(columns, _MUE_COLUMNS, ("service",), member.name)
    units = next(name for name, at in columns.items() if at == where["units"])
    if "services" in units and _SERVICES[service] not in units:
        raise Invalid(f"{member.name} holds “{units}”, not the limits of {_SERVICES[service]}s.")
    day, edition = _edition([member], hints)
    reading = Reading(edition, day, iter(()))
    reading.batches = batches(_limits(member, where, rows, reading, _SERVICES[service]))
    return reading


def _edition(members: list[Member], hints: Hints) -> tuple[date, str]:
    """The first day and the name. A name with a bare year is the edition of that year."""
    names = cms_tables.names_of(members)
    found = cms_tables.day_given(names) or cms_tables.year_start(names)
    if aoc := next((f for name in names if (f := _AOC_NAME.search(name))), None):
        found = date(int(aoc[1]), int(aoc[2]) * 3 - 2, 1)
    day = cms_tables.effective(hints, found, members[0].name)
    bare = day == cms_tables.year_start(names) and day != cms_tables.day_given(names)
    edition = str(day.year) if bare and not aoc else cms_tables.quarter_edition(day)
    return day, hints.edition or edition


def _limits(
    member: Member,
    where: dict[str, int],
    rows: Iterator[tuple[int, list[str]]],
    reading: Reading,
    service: str,
) -> Iterator[Fact]:
    seen: set[str] = set()
    for number, row in rows:
        found = cells(row, where)
        if found is None or not CODE.fullmatch(found["code"]):
            why = "has too few columns" if found is None else "has no code"
            if not is_note(row):
                reading.quarantine.add(member.name, number, why, beginning_of(row))
            continue
        why = _limit_fault(found, seen, service)
        if why:
            reading.quarantine.add(member.name, number, why, beginning_of(row))
            continue
        seen.add(found["code"])
        yield fact(
            "mue",
            found["code"],
            units=int(found["units"]),
            indicator=int(found["indicator"][0]),
            rationale=" ".join(found["rationale"].split()),
        )


def _limit_fault(found: dict[str, str], seen: set[str], service: str) -> str:
    if found["code"] in seen:
        return "is there twice"
    if not re.fullmatch(r"\d{1,7}", found["units"]):
        return f"“{found['units'][:20]}” is no number of units"
    if not re.match(r"[123](?!\d)", found["indicator"]):
        return f"“{found['indicator'][:20]}” is no adjudication indicator"
    if found.get("service", service).lower() != service:
        return f"is a limit of {found['service']}, not of {service}"
    return ""


def _recognise_add_on(member: Member) -> str | None:
    if not cms_tables.is_table(member):
        return None
    head = beginning(member)
    wanted = (r"add[-_ ]on[_ ]code", r"primary[_ ]code", r"edit[_ ]type")
    return "table" if all(re.search(pattern, head) for pattern in wanted) else None


def _read_add_on(parts: Parts, hints: Hints) -> Reading:
    """CMS's add-on code edits, AOC_V2024Q1-MCR: which primary code makes an add-on payable."""
    member = cms_tables.one_form(parts.get("table", ()))
    columns, rows = named_columns(member.rows(), _AOC_HEADS)
    optional = (*_AOC_DAYS, "special")
    where = cms_tables.placed(columns, _AOC_COLUMNS, optional, member.name)
    day, edition = _edition([member], hints)
    reading = Reading(edition, day, iter(()))
    reading.batches = batches(_add_ons(member, where, rows, reading, hints))
    return reading


def _add_ons(
    member: Member,
    where: dict[str, int],
    rows: Iterator[tuple[int, list[str]]],
    reading: Reading,
    hints: Hints,
) -> Iterator[Fact]:
    seen: set[tuple[str, ...]] = set()
    needed = {field: where[field] for field in ("code", "type", "primary")}
    for number, row in rows:
        if is_note(row):
            continue
        padded = row + [""] * (1 + max(where.values()) - len(row))  # CMS cuts empty cells off
        found = cells(padded, where) or {}
        days = {field: _day(found[field]) for field in _AOC_DAYS if field in found}
        key = (found["code"], found["primary"], found["type"], *map(str, days.values()))
        why = ""
        if len(row) <= max(needed.values()):
            why = "has too few columns"
        elif not CODE.fullmatch(found["code"]) or not CODE.fullmatch(found["primary"]):
            why = "has no two codes"
        elif found["type"] not in ("1", "2", "3"):
            why = f"“{found['type'][:20]}” is no type of add-on code"
        elif "" in days.values():
            why = "has a day that does not exist"
        elif key in seen:
            why = "is there twice"
        if why:
            reading.quarantine.add(member.name, number, why, beginning_of(row))
            continue
        seen.add(key)
        yield _add_on(found, days, reading, hints)


def _add_on(
    found: dict[str, str], days: dict[str, str | None], reading: Reading, hints: Hints
) -> Fact:
    # CMS quotes the CPT book's own notes here, which are the AMA's.
    special = " ".join(found.get("special", "").split())
    if special and not (hints.licensed or is_public(found["code"])):
        reading.dropped["special"] += 1
        special = ""
    return fact(
        "add_on", found["code"], found["primary"], type=int(found["type"]), special=special, **days
    )


def _day(cell: str) -> str | None:
    """The ISO day of "2013001" (its day in the year) or "20130101"; empty where there is none."""
    digits = cell.strip().removesuffix(".0")
    if not digits.strip("0*") or digits.startswith("9999"):
        return None
    if re.fullmatch(r"\d{8}", digits):
        return iso_day(digits) or ""
    if re.fullmatch(r"(?:19|20)\d{5}", digits):
        year, count = int(digits[:4]), int(digits[4:])
        day = date(year, 1, 1) + timedelta(days=count - 1)
        return day.isoformat() if day.year == year else ""
    return iso_day(digits.replace("-", "")[:8]) or ""


def _mue_kind(service: str) -> Kind:
    return Kind(
        name=f"mue-{service}",
        title=f"NCCI medically unlikely edits, {_SERVICES[service].replace('dme', 'DME')}",
        owner="CMS",
        floor=1_000,
        recognise=partial(_recognise_mue, service),
        read=partial(_read_mue, service),
        notice=True,
        source=_PAGES + "medicare-ncci-medically-unlikely-edits",
    )


KINDS: tuple[Kind, ...] = (
    *ncci_ptp.KINDS,
    *(_mue_kind(service) for service in _SERVICES),
    Kind(
        name="add-on",
        title="NCCI add-on code edits",
        owner="CMS",
        floor=1_000,
        recognise=_recognise_add_on,
        read=_read_add_on,
        notice=True,
        source=_PAGES + "medicare-ncci-add-code-edits",
    ),
)
