"""Reading the general equivalence mappings between ICD-9 and ICD-10, both ways.

CMS and CDC made them until 2018: text of three columns separated by spaces, source, target and
five flags. https://www.cms.gov/medicare/coding-billing/icd-10-codes/2018-icd-10-cm-gem
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.days import fiscal_year_start, year_named
from app.codes.intake.files import Member
from app.codes.intake.headings import headed, table
from app.codes.intake.rows import Fact, Row, batches, packed
from app.errors import Invalid

_LAST_YEAR = 2018  # no later edition was made
_TEN = ("icd10cm", "icd10pcs", "icd10", "pcs")
_NINE = ("icd9cm", "icd9", "icd9sg")
_FLAGS = ("flags", "flag")
_LINE = re.compile(r"([0-9A-Z]{3,7})\s+([0-9A-Z]{3,7}|No(?:Dx|PCS))\s+(\d{5})\s*", re.IGNORECASE)
_FLAG = re.compile(r"[01]{3}\d{2}")
_NO_CODE = {"NODX", "NOPCS"}
_CM = re.compile(r"[A-Z][0-9A-Z]{2,6}")
_PCS = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_NINE_DIAGNOSIS = re.compile(r"\d{3,5}|V\d{2,4}|E\d{3,4}")
_NINE_PROCEDURE = re.compile(r"\d{3,4}")


@dataclass(frozen=True, slots=True)
class _Direction:
    """One of the four mappings: what its files are called, and what its codes look like."""

    name: str
    title: str
    floor: int
    named: re.Pattern[str]  # of the file
    source: re.Pattern[str]
    target: re.Pattern[str]
    from_ten: bool
    procedures: bool = False


_DIRECTIONS = (
    _Direction(
        "gem-10-to-9", "GEM, ICD-10-CM to ICD-9-CM", 70_000,
        re.compile(r"i10gem|icd-?10(?:cm)?_?to_?icd-?9", re.IGNORECASE),
        _CM, _NINE_DIAGNOSIS, from_ten=True,
    ),
    _Direction(
        "gem-9-to-10", "GEM, ICD-9-CM to ICD-10-CM", 20_000,
        re.compile(r"i9gem|icd-?9(?:cm)?_?to_?icd-?10(?!pcs)", re.IGNORECASE),
        _NINE_DIAGNOSIS, _CM, from_ten=False,
    ),
    _Direction(
        "gem-pcs-to-9", "GEM, ICD-10-PCS to ICD-9-CM procedures", 60_000,
        re.compile(r"gem_pcsi9|(?:icd-?10)?pcs_?to_?icd-?9", re.IGNORECASE),
        _PCS, _NINE_PROCEDURE, from_ten=True, procedures=True,
    ),
    _Direction(
        "gem-9-to-pcs", "GEM, ICD-9-CM procedures to ICD-10-PCS", 3_000,
        re.compile(r"gem_i9pcs|icd-?9(?:cm|sg)?_?to_?(?:icd-?10)?pcs", re.IGNORECASE),
        _NINE_PROCEDURE, _PCS, from_ten=False, procedures=True,
    ),
)  # fmt: skip


def _recognise(direction: _Direction, member: Member) -> str | None:
    if not direction.named.search(member.name):
        return None
    if headed(member, _TEN, _NINE, _FLAGS):
        return "gem"
    lines = [line for line in member.head.splitlines()[:20] if line.strip()]
    ours = [line for line in lines if _LINE.fullmatch(line)]
    return "gem" if ours and len(ours) * 2 >= len(lines) else None


def _read(direction: _Direction, parts: Parts, hints: Hints) -> Reading:
    given = parts.get("gem", ())
    if len(given) != 1:
        raise Invalid("One mapping is read at a time, in one direction.")
    member = given[0]
    year = year_named([member.name, member.archive]) or _LAST_YEAR
    if year > _LAST_YEAR and not hints.effective:
        raise Invalid(f"{member.name} is named after {year}, but the last mappings are of 2018.")
    quarantine = Quarantine()
    records = _records(direction, member, quarantine)
    return Reading(
        edition=hints.edition or str(year),
        effective_from=hints.effective or fiscal_year_start(year),
        batches=batches(_rows(direction, member, records, quarantine)),
        quarantine=quarantine,
    )


_Record = tuple[int, str, str, str]  # line, source, target, flags


def _records(direction: _Direction, member: Member, quarantine: Quarantine) -> Iterator[_Record]:
    """Of a table with a header, or of CMS's own text, whose first lines have to be of it."""
    if headed(member, _TEN, _NINE, _FLAGS):
        names = {"ten": _TEN, "nine": _NINE, "flags": _FLAGS}
        found = table(member, names, first="flags")
        source, target = ("ten", "nine") if direction.from_ten else ("nine", "ten")
        return (
            (line, cells[source], cells[target], cells["flags"])
            for line, cells in found.records(quarantine)
        )
    lines = [line for line in member.head.splitlines()[:200] if line.strip()]
    whole = [match for line in lines if (match := _LINE.fullmatch(line))]
    ours = [match for match in whole if direction.source.fullmatch(match[1].upper())]
    if not lines or len(ours) * 2 < len(lines):
        raise Invalid(f"{member.name} is not the text of a {direction.title}.")
    return _text_records(member, quarantine)


def _text_records(member: Member, quarantine: Quarantine) -> Iterator[_Record]:
    for line, text in member.lines():
        found = _LINE.fullmatch(text)
        if found:
            yield line, found[1], found[2], found[3]
        elif text.strip("\x1a \t"):  # the end of a file, as DOS wrote it
            quarantine.add(member.name, line, "Not a source, a target and five flags.", text)


def _rows(
    direction: _Direction, member: Member, records: Iterator[_Record], quarantine: Quarantine
) -> Iterator[Row]:
    seen: set[tuple[str, str, str]] = set()
    for line, source, target, flags in records:
        record = (source.upper(), target.upper(), flags)
        why = _fault(direction, *record)
        if not why and record in seen:
            why = "This mapping is listed twice; the first row was kept."
        if why:
            quarantine.add(member.name, line, why, " ".join(record))
            continue
        seen.add(record)
        target = "" if flags[1] == "1" else record[1]
        yield Fact("gem", record[0], target, _data(flags))


@lru_cache(maxsize=1_000)
def _data(flags: str) -> str:
    approximate, no_map, combination, scenario, choice = map(int, flags)
    return packed(
        {
            "flags": flags,
            "approximate": approximate,
            "no_map": no_map,
            "combination": combination,
            "scenario": scenario,
            "choice": choice,
        }
    )


def _fault(direction: _Direction, source: str, target: str, flags: str) -> str:
    if not direction.source.fullmatch(source):
        return f"“{source[:20]}” is no code that this mapping is from."
    if not _FLAG.fullmatch(flags):
        return f"“{flags[:20]}” are not five flags."
    if (target in _NO_CODE) != (flags[1] == "1"):
        return "The flags and the target disagree on whether there is a map."
    if target not in _NO_CODE and not direction.target.fullmatch(target):
        return f"“{target[:20]}” is no code that this mapping is to."
    return ""


KINDS: tuple[Kind, ...] = tuple(
    Kind(
        name=direction.name,
        title=direction.title,
        owner="CMS" if direction.procedures else "CMS and CDC/NCHS",
        floor=direction.floor,
        recognise=partial(_recognise, direction),
        read=partial(_read, direction),
        source="https://www.cms.gov/medicare/coding-billing/icd-10-codes/"
        + ("2018-icd-10-pcs-gem" if direction.procedures else "2018-icd-10-cm-gem"),
    )
    for direction in _DIRECTIONS
)
