"""What the physician fee schedule says of its localities: indices, counties, factors, caps."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.codes.intake import cms_tables, pfs_days
from app.codes.intake.cms_tables import (
    CODE,
    beginning,
    beginning_of,
    cells,
    is_note,
    is_number,
    locality_key,
)
from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.files import Member, named_columns
from app.codes.intake.rows import Fact, batches, fact

_SOURCE = "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
_MAC = r"medicare admini?strative contractor(?: \(mac\))?|mac|contractor|carrier"
_LOCALITY = r"locality(?:[_ ](?:number|code))?"
_YEAR = r"(?:20\d\d )?"

Found = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Table:
    """One of the tables: how it is known, where its columns stand, what a row of it says."""

    topic: str
    known_by: tuple[str, ...]  # patterns that the beginning of the file holds, all of them
    heads: tuple[str, ...]  # one of them names the first column
    columns: Mapping[str, str]
    optional: tuple[str, ...]
    numbers: tuple[str, ...]
    day: Callable[[Sequence[str]], date | None]
    edition: Callable[[date], str]
    fact: Callable[[str, Found], Fact]


def _name(text: str) -> str:
    """A locality's name without the stars of footnotes."""
    return " ".join(text.replace("*", " ").split())


def _gpci(key: str, found: Found) -> Fact:
    # The floor of 1.0 under the work index is the law for as long as Congress renews it.
    work = found.get("work_floored") or found["work"]
    unfloored = found["work"] if "work_floored" in found and found["work"] != work else ""
    return fact(
        "gpci",
        key,
        state=found["state"],
        name=_name(found["name"]),
        work=work,
        work_unfloored=unfloored,
        pe=found["pe"],
        mp=found["mp"],
    )


def _locality(key: str, found: Found) -> Fact:
    return fact(
        "locality",
        key,
        state=_name(found["state"]),
        area=_name(found["area"]),
        counties=" ".join(found["counties"].split()),
    )


def _anesthesia(key: str, found: Found) -> Fact:
    return fact(
        "anesthesia",
        key,
        name=_name(found["name"]),
        factor=found["factor"],
        factor_qpp=found.get("factor_qpp"),
    )


def _cap(key: str, found: Found) -> Fact:
    return fact(
        "opps_cap",
        found["code"],
        key,
        modifier=found["modifier"],
        status=found["status"],
        facility=found["facility"],
        nonfacility=found["nonfacility"],
    )


_GPCI = _Table(
    topic="gpci",
    known_by=(r"locality", r"pw gpci|gpci_work", r"pe gpci|gpci_pe", r"mp gpci|gpci_mp"),
    heads=("medicare administrative contractor (mac)", "medicare administrative contractor", "mac"),
    columns={
        "mac": _MAC,
        "state": r"state",
        "locality": _LOCALITY,
        "name": r"locality[_ ]name",
        "work": rf"{_YEAR}pw gpci(?: \(without 1\.0 floor\))?|gpci_work",
        "work_floored": rf"{_YEAR}pw gpci \(with 1\.0 floor\)",
        "pe": rf"{_YEAR}pe gpci|gpci_pe",
        "mp": rf"{_YEAR}mp gpci|gpci_mp",
    },
    optional=("work", "work_floored"),
    numbers=("work", "work_floored", "pe", "mp"),
    day=pfs_days.year_day,
    edition=lambda day: str(day.year),
    fact=_gpci,
)
_COUNTIES = _Table(
    topic="locality",
    known_by=(r"locality", r"fee[_ ]schedule[_ ]area", r"counties"),
    heads=("medicare adminstrative contractor", "medicare administrative contractor", "mac"),
    columns={
        "mac": _MAC,
        "locality": _LOCALITY,
        "state": r"state",
        "area": r"fee[_ ]schedule[_ ]area",
        "counties": r"counties",
    },
    optional=(),
    numbers=(),
    day=pfs_days.year_day,
    edition=lambda day: str(day.year),
    fact=_locality,
)
_ANESTHESIA = _Table(
    topic="anesthesia",
    known_by=(r"contractor", r"locality[_ ]name", r"anes(?:thesia)?[_ ](?:cf|conv)"),
    heads=("contractor",),
    columns={
        "mac": _MAC,
        "locality": _LOCALITY,
        "name": r"locality[_ ]name",
        "factor": rf"{_YEAR}(?:non-?qualifying apm )?(?:national )?"
        r"anes(?:thesia)?[_ ](?:cf|conv(?:ersion)?)\b.*|anesthesia_conv_factor",
        "factor_qpp": rf"{_YEAR}qualifying apm (?:national )?"
        r"anes(?:thesia)?[_ ](?:cf|conv(?:ersion)?)\b.*",
    },
    optional=("factor_qpp",),
    numbers=("factor", "factor_qpp"),
    day=pfs_days.year_day,
    edition=lambda day: str(day.year),
    fact=_anesthesia,
)
_CAP = _Table(
    topic="opps_cap",
    known_by=(r"hcpcs[, ]mod[, ]proc", r"carrier", r"facility[_ ]price"),
    heads=("hcpcs",),
    columns={
        "code": r"hcpcs",
        "modifier": r"mod",
        "status": r"proc ?stat",
        "mac": _MAC,
        "locality": _LOCALITY,
        "facility": r"facility[_ ]price",
        "nonfacility": r"non[-_ ]facili?ty[_ ]price",
    },
    optional=(),
    numbers=("facility", "nonfacility"),
    day=pfs_days.release_day,
    edition=pfs_days.month_edition,
    fact=_cap,
)


def _recognise(table: _Table, member: Member) -> str | None:
    if not cms_tables.is_table(member):
        return None
    head = beginning(member)
    return "table" if all(re.search(pattern, head) for pattern in table.known_by) else None


def _read(table: _Table, parts: Parts, hints: Hints) -> Reading:
    member = cms_tables.one_form(parts.get("table", ()))
    columns, rows = named_columns(member.rows(), table.heads)
    where = cms_tables.placed(columns, table.columns, table.optional, member.name)
    if table is _GPCI and "work" not in where:
        # One of the two is needed; either will do.
        pattern = {"work": table.columns["work_floored"]}
        where["work"] = cms_tables.placed(columns, pattern, (), member.name)["work"]
    found = table.day(cms_tables.names_of([member]))
    day = cms_tables.effective(hints, found, member.name)
    reading = Reading(hints.edition or table.edition(day), day, iter(()))
    reading.batches = batches(_facts(table, member, where, rows, reading))
    return reading


def _facts(
    table: _Table,
    member: Member,
    where: dict[str, int],
    rows: Iterator[tuple[int, list[str]]],
    reading: Reading,
) -> Iterator[Fact]:
    seen: set[tuple[str, ...]] = set()
    before: Found = {}
    for number, row in rows:
        found = cells(row, where)
        if found and table is _COUNTIES:
            found = _carried(found, before)
        if is_note(row) or (found and found["mac"].startswith("*")):
            continue
        key = locality_key(found["mac"], found["locality"]) if found else None
        why = _fault(table, found, key)
        if not why and found and _repeats(table, key, found, seen):
            why = "is there twice"
        if found is None or key is None or why:
            reading.quarantine.add(member.name, number, why, beginning_of(row))
            continue
        yield table.fact(key, found)


def _carried(found: Found, before: Found) -> Found:
    """With the contractor and the state of the row before, which CMS prints only once."""
    for field in ("mac", "state"):
        if found[field] and not found[field].startswith("*"):
            before[field] = found[field]
        elif found["locality"]:
            found[field] = before.get(field, "")
    return found


def _fault(table: _Table, found: Found | None, key: str | None) -> str:
    if found is None:
        return "has too few columns"
    if key is None:
        return "has no contractor and locality"
    if "code" in found and not CODE.fullmatch(found["code"]):
        return "has no code"
    if "modifier" in found and found["modifier"] not in ("", "26", "TC", "53"):
        return f"“{found['modifier'][:20]}” is no modifier of the fee schedule"
    for field in table.numbers:
        if field in found and not is_number(found[field]):
            return f"“{found[field][:20]}” is no number"
    return ""


def _repeats(table: _Table, key: str | None, found: Found, seen: set[tuple[str, ...]]) -> bool:
    """Whether the row was there. A locality of two contractors has its counties on two rows."""
    told = (found["area"], found["counties"]) if table is _COUNTIES else ()
    row = (str(key), found.get("code", ""), found.get("modifier", ""), *told)
    if row in seen:
        return True
    seen.add(row)
    return False


def _kind(name: str, title: str, floor: int, table: _Table) -> Kind:
    return Kind(
        name=name,
        title=title,
        owner="CMS",
        floor=floor,
        recognise=partial(_recognise, table),
        read=partial(_read, table),
        source=_SOURCE,
    )


KINDS: tuple[Kind, ...] = (
    _kind("gpci", "Geographic practice cost indices", 80, _GPCI),
    _kind("locality", "Medicare localities and their counties", 80, _COUNTIES),
    _kind("anesthesia", "Anesthesia conversion factors", 80, _ANESTHESIA),
    _kind("opps-cap", "Caps on imaging from the outpatient prospective payment", 5_000, _CAP),
)
