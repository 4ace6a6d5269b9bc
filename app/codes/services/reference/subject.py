"""The code a page is about: its entry on a day, and every fact and edit that names it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, literal, or_, select, union_all

from app.codes.intake.kinds import KINDS
from app.codes.models import CPT, HCPCS, ICD10PCS, SYSTEMS, CodeEntry, CodeFact, PtpEdit
from app.codes.services.editions import Edition, Editions, editions
from app.codes.services.lookup import versions_of
from app.codes.services.structure import CodePage, Reference, code_page
from app.extensions import db

MOST_EDITS = 25  # of each column, on the page itself; the rest has a page of its own
MOST_BACKWARDS = 400  # facts of other codes that name this one


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact, its data as a dictionary."""

    kind: str
    topic: str
    code: str
    other: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EditRow:
    kind: str
    column1: str
    column2: str
    effective: date | None
    deletion: date | None
    modifier: int
    rationale: str


@dataclass(frozen=True, slots=True)
class Version:
    """The code in one edition of its system."""

    edition: Edition
    title: str
    billable: bool
    began: date | None
    ended: date | None


@dataclass(frozen=True, slots=True)
class Subject:
    """All that is known of a code on a day. `facts` are about it, `backwards` name it."""

    system: str
    day: date
    edition: Edition
    structure: CodePage
    versions: tuple[Version, ...]  # in every loaded edition, the latest first
    facts: tuple[FactRow, ...]
    backwards: tuple[FactRow, ...]
    edits: tuple[EditRow, ...]  # that hold on the day, the first of each column
    loaded: Editions
    in_force: Mapping[str, Edition]
    named: Mapping[tuple[str, str], Reference] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.structure.entry.key

    @property
    def entry(self) -> Reference:
        return self.structure.entry

    @property
    def title(self) -> str:
        """What the code system is called."""
        return SYSTEMS[self.system]

    def edition_of(self, kind: str) -> Edition | None:
        """The edition of a kind that holds on the day."""
        return self.in_force.get(kind)

    def editions_of(self, kind: str) -> tuple[Edition, ...]:
        return self.loaded.of(kind)

    def about(self, topic: str, *kinds: str) -> list[FactRow]:
        """Facts of a topic about the code itself."""
        return [
            f
            for f in self.facts
            if f.topic == topic and f.code == self.key and (not kinds or f.kind in kinds)
        ]

    def above(self, topic: str) -> list[FactRow]:
        """Facts of a topic about what the code stands under, the nearest last."""
        return [f for f in self.facts if f.topic == topic and f.code != self.key]

    def naming(self, topic: str, *kinds: str) -> list[FactRow]:
        """Facts of a topic about other codes that name this one."""
        return [f for f in self.backwards if f.topic == topic and (not kinds or f.kind in kinds)]


# Releases whose facts are looked up for the codes of a system. Those of localities, places and
# coverage documents are asked for by the sections that need them.
_PROCEDURES = (
    "pprrvu", "pprrvu-qpp", "opps", "opps-cap", "asc", "asp", "asp-ndc", "mue-practitioner",
    "mue-outpatient", "mue-dme", "add-on", "rbcs", "cms-hcc", "mcd-articles", "mcd-lcds",
)  # fmt: skip
KINDS_OF: dict[str, tuple[str, ...]] = {
    "icd10cm": (
        "icd10cm", "gem-10-to-9", "gem-9-to-10", "ms-drg", "mce", "cms-hcc", "mcd-articles",
        "icd10cm-index", "icd10cm-neoplasm", "icd10cm-drug",
    ),
    "icd10pcs": ("icd10pcs", "gem-pcs-to-9", "gem-9-to-pcs", "ms-drg", "mce", "icd10pcs-index"),
    "hcpcs": ("hcpcs", "hcpcs-fields", "hcpcs-noc", *_PROCEDURES),
    "cpt": ("cpt-descriptors", *_PROCEDURES),
    "icd9cm": ("icd9cm", "gem-9-to-10", "gem-10-to-9"),
    "icd9pcs": ("icd9pcs", "gem-9-to-pcs", "gem-pcs-to-9"),
}  # fmt: skip
EDITS = ("ptp-practitioner", "ptp-hospital")


def find_subject(system: str, key: str, day: date) -> Subject | None:
    """The code as it is on a day; None where no edition of that day has it."""
    loaded = editions()
    edition = loaded.on(system, day)
    if edition is None:
        return None
    found = versions_of(system, key)
    entry = next((row for of, row in found if of.id == edition.id), None)
    if entry is None:
        return None
    in_force = loaded.ids_on([*KINDS, *SYSTEMS], day)
    wanted = {
        in_force[kind].id: kind for kind in KINDS_OF.get(system, (system,)) if kind in in_force
    }
    structure = code_page(edition, entry)
    facts, backwards = _facts(wanted, key, _above(system, key, entry.ancestors))
    edits = _edits(in_force, key, day) if system in (HCPCS, CPT) else ()
    return Subject(
        system=system,
        day=day,
        edition=edition,
        structure=structure,
        versions=tuple(
            Version(of, row.title, row.billable, row.began, row.ended) for of, row in found
        ),
        facts=facts,
        backwards=backwards,
        edits=edits,
        loaded=loaded,
        in_force=in_force,
        named=name_codes(_keys_named(facts, backwards, edits), loaded, day),
    )


def _above(system: str, key: str, ancestors: str) -> list[str]:
    """What facts may name in place of the code: the index of ICD-10-PCS any beginning of it."""
    if system == ICD10PCS:
        return [key[:length] for length in range(3, len(key))]
    return ancestors.split("/")


def _facts(
    wanted: Mapping[int, str], key: str, above: Iterable[str]
) -> tuple[tuple[FactRow, ...], tuple[FactRow, ...]]:
    """Facts about the code and what it stands under, and facts of others that name it."""
    columns = (
        CodeFact.release_id,
        CodeFact.topic,
        CodeFact.code,
        CodeFact.other,
        CodeFact.data,
        CodeFact.id,
    )
    keys = [key, *(k for k in above if k)]
    forward = select(literal(0).label("way"), *columns).where(
        CodeFact.release_id.in_(wanted), CodeFact.code.in_(keys)
    )
    backward = (
        select(literal(1).label("way"), *columns)
        .where(CodeFact.release_id.in_(wanted), CodeFact.other == key, CodeFact.other != "")
        .limit(MOST_BACKWARDS)
        .subquery()
    )
    rows = db.session.execute(union_all(forward, select(backward)).order_by("id")).all()
    found: tuple[list[FactRow], list[FactRow]] = ([], [])
    for way, release_id, topic, code, other, data, _ in rows:
        found[way].append(FactRow(wanted[release_id], topic, code, other, json.loads(data)))
    return tuple(found[0]), tuple(found[1])


def _edits(in_force: Mapping[str, Edition], key: str, day: date) -> tuple[EditRow, ...]:
    """The first edits of either column, of each setting, that hold on the day: one query."""
    parts = []
    for kind in EDITS:
        if kind not in in_force:
            continue
        for column, other in (
            (PtpEdit.column1, PtpEdit.column2),
            (PtpEdit.column2, PtpEdit.column1),
        ):
            part = (
                select(
                    literal(kind).label("kind"),
                    PtpEdit.column1,
                    PtpEdit.column2,
                    PtpEdit.effective,
                    PtpEdit.deletion,
                    PtpEdit.modifier,
                    PtpEdit.rationale,
                )
                .where(PtpEdit.release_id == in_force[kind].id, column == key, edit_holds_on(day))
                .order_by(other)
                .limit(MOST_EDITS + 1)
                .subquery()
            )
            parts.append(select(part))
    if not parts:
        return ()
    return tuple(
        EditRow(
            row.kind,
            row.column1,
            row.column2,
            row.effective,
            row.deletion,
            row.modifier,
            in_force[row.kind].legend.get(str(row.rationale), ""),
        )
        for row in db.session.execute(union_all(*parts))
    )


def edit_holds_on(day: date) -> Any:
    """The condition for an edit to be in force on a day of service.

    One whose deletion is its effective day never was (modifier indicator 9).
    """
    return and_(
        or_(PtpEdit.effective.is_(None), PtpEdit.effective <= day),
        or_(PtpEdit.deletion.is_(None), PtpEdit.deletion >= day),
        or_(PtpEdit.deletion.is_(None), PtpEdit.effective.is_(None),
            PtpEdit.deletion != PtpEdit.effective),
    )  # fmt: skip


# The system of the keys in a fact, by the topic and the side; where it is not the page's own.
_OTHER_SYSTEM = {
    ("gem", "gem-10-to-9", "other"): "icd9cm",
    ("gem", "gem-9-to-10", "other"): "icd10cm",
    ("gem", "gem-10-to-9", "code"): "icd10cm",
    ("gem", "gem-9-to-10", "code"): "icd9cm",
    ("gem", "gem-pcs-to-9", "other"): "icd9pcs",
    ("gem", "gem-9-to-pcs", "other"): "icd10pcs",
    ("gem", "gem-pcs-to-9", "code"): "icd10pcs",
    ("gem", "gem-9-to-pcs", "code"): "icd9pcs",
}
_NAMING_CODES = ("gem", "add_on", "xref")  # topics whose `other` is a code


def _keys_named(
    facts: Iterable[FactRow],
    backwards: Iterable[FactRow],
    edits: Iterable[EditRow],
) -> set[tuple[str, str]]:
    """Codes the page will name, for one look at what they are called."""
    found: set[tuple[str, str]] = set()
    for side, rows in (("other", facts), ("code", backwards)):
        for row in rows:
            key = row.other if side == "other" else row.code
            if row.topic in _NAMING_CODES and key:
                of = _OTHER_SYSTEM.get((row.topic, row.kind, side))
                found.add((of or procedure_system(key), key))
    for edit in edits:
        found |= {(procedure_system(edit.column1), edit.column1)}
        found |= {(procedure_system(edit.column2), edit.column2)}
    return found


def procedure_system(key: str) -> str:
    """Level I of HCPCS is CPT: digits first, or letters of its categories last."""
    return CPT if key[:1].isdigit() else HCPCS


def name_codes(
    wanted: Iterable[tuple[str, str]], loaded: Editions, day: date
) -> dict[tuple[str, str], Reference]:
    """What codes of any systems are called on a day, in one query."""
    by_release: dict[int, tuple[str, set[str]]] = {}
    for system, key in wanted:
        edition = loaded.on(system, day) or next(iter(loaded.of(system)), None)
        if edition is not None:
            by_release.setdefault(edition.id, (system, set()))[1].add(key)
    if not by_release:
        return {}
    rows = db.session.scalars(
        select(CodeEntry).where(
            or_(
                *(
                    and_(CodeEntry.release_id == release_id, CodeEntry.key.in_(sorted(keys)))
                    for release_id, (_, keys) in by_release.items()
                )
            )
        )
    )
    return {(by_release[row.release_id][0], row.key): Reference.of(row) for row in rows}
