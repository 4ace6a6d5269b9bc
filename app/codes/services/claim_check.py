"""Checking the lines of a claim against NCCI: what is loaded for the day, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sqlalchemy import select

from app.codes.intake.kinds import KINDS
from app.codes.intake.ncci import CONTRACTOR_DEFINED
from app.codes.models import CPT, HCPCS, SYSTEMS, CodeEntry, CodeFact, PtpEdit
from app.codes.ncci_rules import (
    AddOn,
    Cell,
    ClaimLine,
    Finding,
    Grid,
    Mue,
    Ptp,
    Rule,
    check_add_ons,
    check_duplicates,
    check_pairs,
    check_units,
    ordered,
)
from app.codes.services.editions import Edition, Editions, editions
from app.codes.services.lookup import nearest_codes
from app.codes.services.reference.edits import CodeName, add_on_holds
from app.codes.services.reference.subject import procedure_system
from app.codes.services.structure import Reference
from app.extensions import db
from app.filters import long_date

MOST_GUESSED = 5  # unknown codes for which the nearest are looked up
_NEAREST = 3


class ClaimSetting(StrEnum):
    """Whose claim it is; each has tables of its own."""

    PRACTITIONER = "practitioner"
    HOSPITAL = "hospital"
    DME = "dme"


SETTINGS: dict[ClaimSetting, str] = {
    ClaimSetting.PRACTITIONER: "Practitioner",
    ClaimSetting.HOSPITAL: "Outpatient hospital",
    ClaimSetting.DME: "DME supplier",
}
# By setting: the edits of pairs, and the limits of units. Medicare has no pairs for suppliers.
_TABLES: dict[ClaimSetting, tuple[str | None, str]] = {
    ClaimSetting.PRACTITIONER: ("ptp-practitioner", "mue-practitioner"),
    ClaimSetting.HOSPITAL: ("ptp-hospital", "mue-outpatient"),
    ClaimSetting.DME: (None, "mue-dme"),
}


class Looked(StrEnum):
    """Whether a kind of rule could be looked up at all."""

    UP = "looked up"
    NOT_LOADED = "not loaded"
    NOT_THAT_DAY = "not loaded for this date"
    NOT_APPLICABLE = "does not apply"


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of rule, the edition that was looked at, and a sentence on what that means."""

    kind: str
    title: str
    looked: Looked
    edition: str
    sentence: str
    is_overdue: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """A code that is not in the edition of its system for the day."""

    code: str
    system: str
    edition: str
    lines: tuple[int, ...]
    nearest: tuple[CodeName, ...]


@dataclass(frozen=True, slots=True)
class ClaimCheck:
    """What NCCI says of a claim. The grid is by the numbers of lines: (column 1, column 2)."""

    lines: tuple[ClaimLine, ...]
    day: date
    setting: ClaimSetting
    findings: tuple[Finding, ...]
    grid: Mapping[tuple[int, int], Cell]
    sources: tuple[Source, ...]
    unknown: tuple[Unknown, ...]
    names: Mapping[str, CodeName]

    @property
    def is_complete(self) -> bool:
        """Whether every kind of rule that applies could be looked up."""
        return all(s.looked in (Looked.UP, Looked.NOT_APPLICABLE) for s in self.sources)


def check_claim(lines: Sequence[ClaimLine], day: date, setting: ClaimSetting) -> ClaimCheck:
    """Every pair of lines both ways, units by line and by day, and add-on codes."""
    loaded = editions()
    ptp, mue = _TABLES[setting]
    codes = sorted({line.code for line in lines})
    pairs = loaded.on(ptp, day) if ptp else None
    limits, add_ons = loaded.on(mue, day), loaded.on("add-on", day)
    found: list[Finding] = []
    grid: Grid = {}
    if pairs is not None:
        edits = _edits(pairs, codes)
        found, grid = check_pairs(lines, edits, day, _rule(pairs))
    by_code, added = _facts(limits, add_ons, codes, day)
    if limits is not None:
        found += check_units(lines, by_code, _rule(limits))
    if add_ons is not None:
        found += check_add_ons(lines, added, _rule(add_ons))
    found += check_duplicates(lines)
    names = _names(codes, loaded, day)
    return ClaimCheck(
        tuple(lines),
        day,
        setting,
        ordered(found),
        grid,
        tuple(_source(kind, loaded, day) for kind in (ptp, mue, "add-on")),
        _unknown(lines, names, loaded, day),
        names,
    )


def _rule(edition: Edition) -> Rule:
    return Rule(edition.title, edition.name)


def _source(kind: str | None, loaded: Editions, day: date) -> Source:
    if kind is None:
        sentence = "CMS publishes these edits for practitioners and outpatient hospitals alone."
        title = "NCCI procedure-to-procedure edits"
        return Source("ptp", title, Looked.NOT_APPLICABLE, "", sentence)
    edition, title = loaded.on(kind, day), KINDS[kind].title
    if edition is None:
        others = loaded.of(kind)
        names = ", ".join(other.name for other in others)
        if others:
            sentence = f"For {long_date(day)} none is loaded (there is {names}): we cannot tell."
            return Source(kind, title, Looked.NOT_THAT_DAY, "", sentence)
        sentence = "Not loaded: whether there is such an edit, this check cannot tell."
        return Source(kind, title, Looked.NOT_LOADED, "", sentence)
    overdue = edition.is_overdue(day)
    due = edition.next_due
    sentence = f"In effect from {long_date(edition.effective_from)}."
    if edition.effective_from > day:
        sentence = (
            f"Of {long_date(edition.effective_from)}, which keeps what held since "
            f"{long_date(edition.holds_from)}."
        )
    if overdue and due is not None:
        sentence += f" A newer edition was due on {long_date(due)}: check CMS for this date."
    return Source(kind, title, Looked.UP, edition.name, sentence, overdue)


def _edits(edition: Edition, codes: Sequence[str]) -> list[Ptp]:
    """The edits between any two of the codes, whenever they hold: one query for all pairs."""
    rows = db.session.execute(
        select(
            PtpEdit.column1,
            PtpEdit.column2,
            PtpEdit.effective,
            PtpEdit.deletion,
            PtpEdit.modifier,
            PtpEdit.rationale,
        ).where(
            PtpEdit.release_id == edition.id,
            PtpEdit.column1.in_(codes),
            PtpEdit.column2.in_(codes),
        )
    )
    return [Ptp(*row[:5], edition.legend.get(str(row.rationale), "")) for row in rows]


def _facts(
    limits: Edition | None, add_ons: Edition | None, codes: Sequence[str], day: date
) -> tuple[dict[str, Mue], dict[str, AddOn]]:
    """Limits of units and add-on codes, in one query."""
    ids = [edition.id for edition in (limits, add_ons) if edition is not None]
    by_code: dict[str, Mue] = {}
    added: dict[str, AddOn] = {}
    rows = db.session.execute(
        select(CodeFact.topic, CodeFact.code, CodeFact.other, CodeFact.data)
        .where(
            CodeFact.release_id.in_(ids),
            CodeFact.code.in_(codes),
            CodeFact.topic.in_(("mue", "add_on")),
        )
        .order_by(CodeFact.id)
    )
    for topic, code, other, text in rows if ids else ():
        data = json.loads(text)
        if topic == "mue":
            limit = Mue(code, data["units"], data["indicator"], data.get("rationale", ""))
            by_code.setdefault(code, limit)
        elif add_on_holds(data, day):
            known = added.get(code) or AddOn(code, frozenset(), frozenset())
            primaries = {other} - {CONTRACTOR_DEFINED}
            added[code] = replace(
                known, types=known.types | {data["type"]}, primaries=known.primaries | primaries
            )
    return by_code, added


def _names(codes: Sequence[str], loaded: Editions, day: date) -> dict[str, CodeName]:
    """The codes that exist on the day, each as a link names it."""
    ids = {e.id: system for system in (CPT, HCPCS) if (e := loaded.on(system, day)) is not None}
    rows = db.session.scalars(
        select(CodeEntry).where(CodeEntry.release_id.in_(ids), CodeEntry.key.in_(codes))
    )
    return {
        row.key: CodeName(row.shown, ids[row.release_id], row.address, row.title) for row in rows
    }


def _unknown(
    lines: Sequence[ClaimLine], names: Mapping[str, CodeName], loaded: Editions, day: date
) -> tuple[Unknown, ...]:
    """Codes their system does not have on the day; where no edition holds nobody can say."""
    found: list[Unknown] = []
    for code in dict.fromkeys(line.code for line in lines):
        system = procedure_system(code)
        edition = loaded.on(system, day)
        if code in names or edition is None:
            continue
        near = nearest_codes(system, code, limit=_NEAREST) if len(found) < MOST_GUESSED else []
        found.append(
            Unknown(
                code,
                system,
                f"{SYSTEMS[system]}, {edition.name}",
                tuple(line.number for line in lines if line.code == code),
                tuple(
                    CodeName(n.shown, system, n.address, n.title) for n in map(Reference.of, near)
                ),
            )
        )
    return tuple(found)
