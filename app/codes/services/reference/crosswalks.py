"""What the general equivalence mappings say of a code: ICD-9 and ICD-10, both ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.codes.intake.kinds import KINDS
from app.codes.models import ICD9CM, ICD9PCS, ICD10CM, ICD10PCS, SYSTEMS
from app.codes.services.editions import Edition
from app.codes.services.reference.contract import (
    Absence,
    Answer,
    Section,
    Topic,
    Why,
    none_in,
)
from app.codes.services.reference.subject import FactRow, Subject

# The mapping from a system, the mapping back to it, and the system on the other side.
DIRECTIONS = {
    ICD10CM: ("gem-10-to-9", "gem-9-to-10", ICD9CM),
    ICD9CM: ("gem-9-to-10", "gem-10-to-9", ICD10CM),
    ICD10PCS: ("gem-pcs-to-9", "gem-9-to-pcs", ICD9PCS),
    ICD9PCS: ("gem-9-to-pcs", "gem-pcs-to-9", ICD10PCS),
}
_HEADING = "ICD-9 and ICD-10 (GEM)"


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A code on the other side of a mapping."""

    system: str
    code: str  # as the book writes it
    address: str | None  # None where no edition that is loaded has it
    title: str
    flags: str  # "10000", as CMS writes them
    match: str  # the flags in words


@dataclass(frozen=True, slots=True)
class Combination:
    """Codes that only together are the equivalent: one of each list."""

    scenario: int
    lists: tuple[tuple[Equivalent, ...], ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a code is translated to."""

    to: str
    edition: str
    no_map: bool
    alternatives: tuple[Equivalent, ...]
    combinations: tuple[Combination, ...]


@dataclass(frozen=True, slots=True)
class Backwards:
    """Codes whose own translation names this one."""

    of: str
    edition: str
    codes: tuple[Equivalent, ...]


def match_in_words(data: Mapping[str, Any]) -> str:
    if data["no_map"]:
        return "No map"
    words = "Approximate" if data["approximate"] else "Identical"
    return f"{words}, as part of a combination" if data["combination"] else words


def dotted(system: str, key: str) -> str:
    """A code as its book writes it; for those that no edition that is loaded has."""
    at = {ICD10CM: 3, ICD9CM: 4 if key[:1] == "E" else 3, ICD9PCS: 2}.get(system, len(key))
    return f"{key[:at]}.{key[at:]}" if len(key) > at else key


def mapped(rows: Iterable[tuple[Equivalent, Mapping[str, Any]]]) -> tuple[
    tuple[Equivalent, ...], tuple[Combination, ...]
]:  # fmt: skip
    """The equivalents that stand alone, and those that are combined by scenario and list."""
    alone: list[Equivalent] = []
    scenarios: dict[int, dict[int, list[Equivalent]]] = {}
    for equivalent, data in rows:
        if data["combination"]:
            lists = scenarios.setdefault(data["scenario"], {})
            lists.setdefault(data["choice"], []).append(equivalent)
        elif not data["no_map"]:
            alone.append(equivalent)
    return tuple(alone), tuple(
        Combination(number, tuple(tuple(lists[choice]) for choice in sorted(lists)))
        for number, lists in sorted(scenarios.items())
    )


def _equivalent(subject: Subject, system: str, key: str, row: FactRow) -> Equivalent:
    named = subject.named.get((system, key))
    return Equivalent(
        system=system,
        code=named.shown if named else dotted(system, key),
        address=named.address if named else None,
        title=named.title if named else "",
        flags=row.data["flags"],
        match=match_in_words(row.data),
    )


def _mapped(subject: Subject, edition: Edition, to: str) -> Mapped | None:
    rows = subject.about("gem", edition.kind)
    if not rows:
        return None
    alone, combinations = mapped((_equivalent(subject, to, r.other, r), r.data) for r in rows)
    no_map = any(row.data["no_map"] for row in rows)
    return Mapped(SYSTEMS[to], _named(edition), no_map, alone, combinations)


def _backwards(subject: Subject, edition: Edition, of: str) -> Backwards | None:
    rows = subject.naming("gem", edition.kind)
    if not rows:
        return None
    codes = tuple(_equivalent(subject, of, row.code, row) for row in rows)
    return Backwards(SYSTEMS[of], _named(edition), codes)


def _named(edition: Edition) -> str:
    return f"{edition.title}, {edition.name}"


def _answer(subject: Subject) -> Answer:
    forward, backward, other = DIRECTIONS[subject.system]
    there, back = subject.edition_of(forward), subject.edition_of(backward)
    to = _mapped(subject, there, other) if there else None
    of = _backwards(subject, back, other) if back else None
    sources = tuple(edition for edition in (there, back) if edition is not None)
    if not sources:
        titles = " or ".join(KINDS[kind].title for kind in (forward, backward))
        return Absence(Why.NOT_LOADED, f"{_HEADING}: no edition of {titles} is loaded.")
    if to is None and of is None:
        sentence = f"neither way does a mapping name {subject.entry.shown}"
        return none_in(_HEADING, sources, sentence)
    return Section({"to": to, "of": of}, sources)


GEM = Topic(
    "gem",
    _HEADING,
    _answer,
    kinds=("gem-10-to-9", "gem-9-to-10", "gem-pcs-to-9", "gem-9-to-pcs"),
    systems=tuple(DIRECTIONS),
)
