"""What became of a code from edition to edition, as far as the editions are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.codes.intake.kinds import KINDS
from app.codes.models import CPT, HCPCS
from app.codes.services.editions import Edition
from app.codes.services.reference.contract import Answer, Section, Topic
from app.codes.services.reference.subject import Subject, Version, procedure_system
from app.codes.services.reference.wording import Runs, words_apart
from app.codes.words.hcpcs import ACTION

# Releases of CMS that list numbers of CPT.
_LISTS = (
    "pprrvu", "opps", "asc", "asp", "mue-practitioner", "mue-outpatient", "mue-dme", "add-on",
    "rbcs",
)  # fmt: skip
MOST_SUCCESSORS = 12  # codes below one that was subdivided


@dataclass(frozen=True, slots=True)
class Change:
    """What one edition says of the code that the loaded edition before it did not."""

    edition: str
    effective: str
    id: int
    what: tuple[str, ...]  # "added", "revised", "became billable" …; empty where nothing changed
    listed: bool
    before: Runs = ()
    after: Runs = ()


def _history(subject: Subject) -> Answer:
    content: dict[str, Any] = {
        "changes": [],
        "began": _iso(subject.versions[0].began if subject.versions else None),
        "ended": _iso(subject.versions[0].ended if subject.versions else None),
        "subdivided": [],
        "record": _record(subject),
        "replaced_by": _replacements(subject),
        "replaces": sorted({row.code for row in subject.naming("xref")}),
        "listed": [],
        "stated": [],
    }
    sources: list[Edition] = [subject.edition]
    if subject.system == CPT:
        content["listed"], used = _listed(subject)
        content["stated"] = [{**row.data, "day": row.other} for row in subject.about("history")]
        content["rbcs"] = next((_days(row.data) for row in subject.about("rbcs")), None)
        sources = used or sources
        sources = [*sources, *_edition_of(subject, "cpt-descriptors", content["stated"])]
    else:
        changes = _changes(subject)
        content["changes"] = changes
        content["subdivided"] = _subdivided(subject, changes)
        if subject.system == HCPCS:
            sources += _edition_of(subject, "hcpcs-fields", content["record"])
    return Section(content, tuple(sources))


def _changes(subject: Subject) -> list[Change]:
    """Every loaded edition of the system, the oldest first."""
    versions = {version.edition.id: version for version in subject.versions}
    found: list[Change] = []
    before: Version | None = None
    for at, edition in enumerate(reversed(subject.editions_of(subject.system))):
        version = versions.get(edition.id)
        what, runs = _what(before, version, first=at == 0)
        day = edition.effective_from.isoformat()
        found.append(Change(edition.name, day, edition.id, what, version is not None, *runs))
        before = version
    return found


def _what(
    before: Version | None, version: Version | None, *, first: bool
) -> tuple[tuple[str, ...], tuple[Runs, ...]]:
    if version is None:
        return (("no longer listed",) if before else ()), ()
    if before is None:
        return (() if first else ("added",)), ()
    what: list[str] = []
    runs: tuple[Runs, ...] = ()
    if before.title != version.title:
        what.append("description revised")
        runs = words_apart(before.title, version.title)
    if before.billable != version.billable:
        what.append("became billable" if version.billable else "no longer billable")
    if before.ended != version.ended:
        what.append(f"ends on {version.ended}" if version.ended else "its end was taken back")
    return tuple(what), runs


def _subdivided(subject: Subject, changes: list[Change]) -> list[dict[str, str]]:
    """The codes below, where the code was billable once and they have taken its place."""
    if not any("no longer billable" in change.what for change in changes):
        return []
    below = subject.structure.billable_below or subject.structure.children
    return [
        {"code": r.shown, "address": r.address, "title": r.title} for r in below[:MOST_SUCCESSORS]
    ]


def _record(subject: Subject) -> dict[str, str]:
    """What the record of a HCPCS code says of itself."""
    found = next(iter(subject.about("hcpcs", "hcpcs", "hcpcs-fields")), None)
    if found is None:
        return {}
    record = {name: str(found.data[name]) for name in _RECORDED if found.data.get(name)}
    if action := record.pop("action", ""):
        record["action"] = f"{ACTION.get(action, 'An action that is not known')} ({action})"
    return record


_RECORDED = ("added", "effective", "terminated", "action")


def _replacements(subject: Subject) -> list[dict[str, str]]:
    """Codes that the record names in its cross references."""
    found = []
    for key in dict.fromkeys(row.other for row in subject.about("xref")):
        system = procedure_system(key)
        known = subject.named.get((system, key))
        title = known.title if known else ""
        found.append(
            {
                "code": key,
                "system": system,
                "title": title,
                "address": known.address if known else "",
            }
        )
    return found


def _listed(subject: Subject) -> tuple[list[dict[str, Any]], list[Edition]]:
    """The releases of the day that list procedures, and whether the number is in each."""
    held = {row.kind for row in subject.facts if row.code == subject.key}
    held |= {row.kind for row in subject.backwards}
    editions = [e for kind in _LISTS if (e := subject.edition_of(kind))]
    rows = [
        {"title": KINDS[e.kind].title, "edition": e.name, "listed": e.kind in held}
        for e in editions
    ]
    return rows, editions


def _edition_of(subject: Subject, kind: str, said: object) -> list[Edition]:
    edition = subject.edition_of(kind) if said else None
    return [edition] if edition else []


def _days(data: Any) -> dict[str, str]:
    return {name: str(data[name]) for name in ("added", "ended") if data.get(name)}


def _iso(day: Any) -> str | None:
    return day.isoformat() if day else None


HISTORY = Topic("history", "History", _history)
