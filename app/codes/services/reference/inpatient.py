"""What inpatient payment says of a code: its part in the MS-DRGs, and the code editor's lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.codes.models import ICD10CM, ICD10PCS
from app.codes.services.editions import Edition
from app.codes.services.inpatient.groups import Group, Groups, drg_groups
from app.codes.services.reference.contract import (
    Absence,
    Answer,
    Section,
    Topic,
    Why,
    none_in,
)
from app.codes.services.reference.subject import Subject
from app.codes.words.code_editor import EDITS
from app.codes.words.drg import HOSPITAL_ACQUIRED

_DRG_HEADING = "MS-DRG"
_MCE_HEADING = "Medicare Code Editor"
LEVELS = {
    "MCC": "major complication or comorbidity",
    "CC": "complication or comorbidity",
}


@dataclass(frozen=True, slots=True)
class Category:
    mdc: str
    title: str


@dataclass(frozen=True, slots=True)
class Principal:
    """What the diagnosis leads to as the principal one."""

    unacceptable: bool
    category: Category | None
    other_categories: tuple[Category, ...]
    drgs: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Secondary:
    """What the diagnosis does beside another."""

    level: str | None  # "MCC", "CC"
    meaning: str
    exclusions: str | None  # the number of the list of principal diagnoses that exclude it
    excluded_by: int | None  # how many those are
    alive_only: bool
    hospital_acquired: str | None  # the number of the condition
    hospital_acquired_title: str
    drgs: tuple[Group, ...]
    trauma_sites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Procedure:
    operating_room: bool
    non_extensive: bool
    by_category: tuple[tuple[Category, tuple[Group, ...]], ...]
    combined: tuple[str, ...]  # groups it leads to only together with other procedures


def _drg(subject: Subject) -> Answer:
    edition = subject.edition_of("ms-drg")
    assert edition is not None  # the contract asks only then
    if subject.system == ICD10PCS:
        return _procedure(subject, edition)
    rows = subject.about("dx")
    if not rows:
        why = "" if subject.entry.billable else ": only complete codes are grouped"
        return none_in(_DRG_HEADING, (edition,), f"{subject.entry.shown} is not listed{why}")
    data, groups = rows[0].data, drg_groups(edition.id)
    content = {
        "principal": _principal(data, groups),
        "secondary": _secondary(data, groups),
    }
    return Section(content, (edition,))


def _principal(data: Any, groups: Groups) -> Principal | None:
    if not ({"mdc", "drgs", "unacceptable"} & data.keys()):
        return None  # the lists of severity were loaded without the map
    return Principal(
        unacceptable=bool(data.get("unacceptable")),
        category=_category(data["mdc"], groups) if data.get("mdc") else None,
        other_categories=tuple(_category(mdc, groups) for mdc in data.get("other_mdcs", ())),
        drgs=_named(data.get("drgs", ()), groups),
    )


def _secondary(data: Any, groups: Groups) -> Secondary:
    level, listed = data.get("level"), data.get("pdx_exclusion")
    acquired = data.get("hac")
    return Secondary(
        level=level,
        meaning=LEVELS.get(level, ""),
        exclusions=listed,
        excluded_by=groups.exclusions.get(listed) if listed else None,
        alive_only=bool(data.get("alive_only")),
        hospital_acquired=acquired,
        hospital_acquired_title=HOSPITAL_ACQUIRED.get(acquired or "", ""),
        drgs=_named(data.get("secondary_drgs", ()), groups),
        trauma_sites=tuple(data.get("trauma_sites", ())),
    )


def _procedure(subject: Subject, edition: Edition) -> Answer:
    rows = subject.about("px")
    if not rows:
        why = (
            "is not in the map: no operating room procedure, and it changes no group"
            if subject.entry.billable
            else "is not listed: only complete codes are grouped"
        )
        return none_in(_DRG_HEADING, (edition,), f"{subject.entry.shown} {why}")
    data, groups = rows[0].data, drg_groups(edition.id)
    by_category: dict[str, list[Group]] = {}
    for group in _named(data.get("drgs", ()), groups):
        by_category.setdefault(group.mdc, []).append(group)
    content = Procedure(
        operating_room=bool(data["or"]),
        non_extensive=bool(data.get("non_extensive")),
        by_category=tuple(
            (_category(mdc, groups), tuple(found)) for mdc, found in by_category.items()
        ),
        combined=tuple(data.get("combined_drgs", ())),
    )
    return Section({"procedure": content}, (edition,))


def _category(mdc: str, groups: Groups) -> Category:
    return Category(mdc, groups.category(mdc))


def _named(drgs: Iterable[str], groups: Groups) -> tuple[Group, ...]:
    return tuple(groups.drgs[drg] for drg in drgs if drg in groups.drgs)


@dataclass(frozen=True, slots=True)
class CodeEdit:
    edit: str
    meaning: str
    group: str  # as the list writes it
    rule: str


def _mce(subject: Subject) -> Answer:
    edition = subject.edition_of("mce")
    assert edition is not None  # the contract asks only then
    if subject.system == ICD10PCS:
        sentence = f"{_MCE_HEADING}: of {edition.name} only its lists of diagnoses are loaded."
        return Absence(Why.NOT_LOADED, sentence)
    found = []
    for row in subject.about("mce"):
        group, rule = row.data["group"], row.data["rule"]
        edit, meaning = EDITS.get((group, rule), (group, rule))
        found.append(CodeEdit(edit, meaning, group, rule))
    if not found:
        sentence = f"no edit on age, sex or manifestation names {subject.entry.shown}"
        return none_in(_MCE_HEADING, (edition,), sentence)
    return Section({"edits": found}, (edition,))


DRG = Topic("drg", _DRG_HEADING, _drg, kinds=("ms-drg",), systems=(ICD10CM, ICD10PCS))
MCE = Topic("mce", _MCE_HEADING, _mce, kinds=("mce",), systems=(ICD10CM, ICD10PCS))
