"""What NCCI says of a code: procedure-to-procedure edits, unlikely units, and add-on codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from app.codes.intake.ncci import CONTRACTOR_DEFINED
from app.codes.models import CPT, HCPCS
from app.codes.services.editions import Edition
from app.codes.services.reference.contract import Absence, Answer, Section, Topic, Why, none_in
from app.codes.services.reference.subject import (
    MOST_EDITS,
    EditRow,
    Subject,
    procedure_system,
)
from app.codes.services.structure import Reference
from app.codes.words.ncci import ADD_ON_TYPES, MUE_INDICATORS, PTP_INDICATORS
from app.filters import long_date

PTP_SETTINGS = {"ptp-practitioner": "Practitioner", "ptp-hospital": "Outpatient hospital"}
MUE_SETTINGS = {
    "mue-practitioner": "Practitioner",
    "mue-outpatient": "Outpatient hospital",
    "mue-dme": "DME supplier",
}
MOST_LINKED = 40  # add-on codes or primaries on the page before the list is folded

Named = Mapping[tuple[str, str], Reference]


@dataclass(frozen=True, slots=True)
class CodeName:
    """Another code, as the page links to it; without an address none is known here."""

    code: str
    system: str
    address: str | None
    title: str


_ANY = CodeName("", "", None, "")


@dataclass(frozen=True, slots=True)
class Pair:
    """One edit, seen from the code of the page."""

    other: CodeName
    indicator: int
    indicator_means: str
    effective: str | None
    deletion: str | None
    rationale: str


@dataclass(frozen=True, slots=True)
class Column:
    """The edits in which the code stands in one of the two columns."""

    column: int
    pairs: tuple[Pair, ...]
    has_more: bool

    @property
    def groups(self) -> list[tuple[Pair, list[CodeName]]]:
        """The other codes by what their edits say: one edit for all of them, and the codes."""
        found: dict[Pair, list[CodeName]] = {}
        for each in self.pairs:
            found.setdefault(replace(each, other=_ANY), []).append(each.other)
        return sorted(found.items(), key=lambda item: (item[0].indicator, item[0].rationale))


@dataclass(frozen=True, slots=True)
class Setting:
    """Either what an edition holds, or why nothing can be said: `absence` is then a sentence."""

    id: str
    name: str
    edition: str
    absence: str
    columns: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """The medically unlikely units of one setting; `absence` is a sentence where there are none."""

    setting: str
    edition: str
    absence: str
    units: int | None = None
    indicator: int | None = None
    short: str = ""
    meaning: str = ""
    modifiers: str = ""
    appeal: str = ""
    rationale: str = ""


@dataclass(frozen=True, slots=True)
class Joined:
    """An add-on code with a primary: `other` is the one of the two that is not the page's."""

    other: CodeName
    effective: str | None
    deleted: str | None
    special: str


@dataclass(frozen=True, slots=True)
class AddOnType:
    type: int
    short: str
    meaning: str
    primaries: tuple[Joined, ...]
    is_contractor_defined: bool


def _ptp(subject: Subject) -> Answer:
    settings = [_ptp_setting(subject, kind, name) for kind, name in PTP_SETTINGS.items()]
    editions = _editions(subject, PTP_SETTINGS)
    if len(editions) == len(settings) and not any(s.columns for s in settings):
        sentence = f"no edit pairs {subject.entry.shown} with another code"
        return none_in("NCCI edits (PTP)", editions, sentence)
    return Section({"settings": settings}, editions)


def _ptp_setting(subject: Subject, kind: str, name: str) -> Setting:
    id_ = kind.removeprefix("ptp-")
    edition = subject.edition_of(kind)
    if edition is None:
        return Setting(id_, name, "", not_loaded(subject, kind))
    columns = []
    for column in (1, 2):
        rows = sorted(
            (e for e in subject.edits if e.kind == kind and _side(e, column) == subject.key),
            key=lambda e: (e.column1, e.column2),
        )
        if rows:
            shown = tuple(pair(e, 3 - column, subject.named) for e in rows[:MOST_EDITS])
            columns.append(Column(column, shown, len(rows) > MOST_EDITS))
    absence = "" if columns else f"No edit in the edition of {edition.name} names this code."
    return Setting(id_, name, edition.name, absence, tuple(columns))


def _side(edit: EditRow, column: int) -> str:
    return edit.column1 if column == 1 else edit.column2


def pair(edit: EditRow, column: int, named: Named) -> Pair:
    """An edit, with the code that stands in the column as the other one."""
    return Pair(
        code_name(_side(edit, column), named),
        edit.modifier,
        PTP_INDICATORS[edit.modifier].short,
        edit.effective.isoformat() if edit.effective else None,
        edit.deletion.isoformat() if edit.deletion else None,
        edit.rationale,
    )


def code_name(key: str, named: Named) -> CodeName:
    system = procedure_system(key)
    found = named.get((system, key))
    if found is None:
        return CodeName(key, system, None, "")
    return CodeName(found.shown, system, found.address, found.title)


def not_loaded(subject: Subject, kind: str) -> str:
    """Why nothing can be said of a kind: never that there is nothing."""
    if subject.editions_of(kind):
        return f"No edition that holds on {long_date(subject.day)} is loaded, so we cannot tell."
    return "Not loaded, so this page cannot tell whether there are any."


def _editions(subject: Subject, kinds: Iterable[str]) -> tuple[Edition, ...]:
    found = (subject.edition_of(kind) for kind in kinds)
    return tuple(edition for edition in found if edition is not None)


def _mue(subject: Subject) -> Answer:
    limits = [_limit(subject, kind, name) for kind, name in MUE_SETTINGS.items()]
    editions = _editions(subject, MUE_SETTINGS)
    if len(editions) == len(limits) and all(limit.units is None for limit in limits):
        sentence = f"none of the tables limits the units of {subject.entry.shown}"
        return none_in("Medically unlikely edits (MUE)", editions, sentence)
    meanings = {limit.indicator: limit for limit in limits if limit.indicator is not None}
    return Section({"limits": limits, "indicators": list(meanings.values())}, editions)


def _limit(subject: Subject, kind: str, name: str) -> Limit:
    edition = subject.edition_of(kind)
    if edition is None:
        return Limit(name, "", not_loaded(subject, kind))
    rows = subject.about("mue", kind)
    if not rows:
        return Limit(name, edition.name, f"None in the edition of {edition.name}.")
    data = rows[0].data
    words = MUE_INDICATORS[data["indicator"]]
    return Limit(
        name,
        edition.name,
        "",
        data["units"],
        data["indicator"],
        words.short,
        words.meaning,
        words.modifiers,
        words.appeal,
        data.get("rationale", ""),
    )


def _add_on(subject: Subject) -> Answer:
    edition = subject.edition_of("add-on")
    if edition is None:  # the contract has said so before
        return Absence(Why.NOT_LOADED, "")
    own = [row for row in subject.about("add_on") if add_on_holds(row.data, subject.day)]
    others = [row for row in subject.naming("add_on") if add_on_holds(row.data, subject.day)]
    if not own and not others:
        sentence = f"{subject.entry.shown} is no add-on code, and none is listed with it"
        return none_in("Add-on codes", (edition,), sentence)
    types = []
    for number in sorted({row.data["type"] for row in own}):
        words = ADD_ON_TYPES[number]
        primaries = [r for r in own if r.data["type"] == number]
        types.append(
            AddOnType(
                number,
                words.short,
                words.meaning,
                tuple(
                    _joined(row.other, row.data, subject.named)
                    for row in primaries
                    if row.other != CONTRACTOR_DEFINED
                ),
                any(row.other == CONTRACTOR_DEFINED for row in primaries),
            )
        )
    content = {
        "types": types,
        "add_ons": [_joined(row.code, row.data, subject.named) for row in others],
        "most": MOST_LINKED,
    }
    return Section(content, (edition,))


def _joined(key: str, data: Mapping[str, Any], named: Named) -> Joined:
    gone = data.get("deleted") or data.get("add_on_deleted") or data.get("primary_deleted")
    return Joined(code_name(key, named), data.get("effective"), gone, data.get("special", ""))


def add_on_holds(data: Mapping[str, Any], day: date) -> bool:
    """Whether an add-on code goes with its primary on a day; days that are not given hold."""
    ends = [data.get(name) for name in ("deleted", "add_on_deleted", "primary_deleted")]
    began = data.get("effective")
    text = day.isoformat()
    return (began is None or began <= text) and all(end is None or end >= text for end in ends)


_SYSTEMS = (HCPCS, CPT)
NCCI = Topic("ncci", "NCCI edits (PTP)", _ptp, tuple(PTP_SETTINGS), _SYSTEMS)
MUE = Topic("mue", "Medically unlikely edits (MUE)", _mue, tuple(MUE_SETTINGS), _SYSTEMS)
ADD_ON = Topic("addon", "Add-on codes", _add_on, ("add-on",), _SYSTEMS)
EDITS = (NCCI, MUE, ADD_ON)
