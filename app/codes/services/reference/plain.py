"""A code as values that any program can read: what its page says, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from flask import current_app

from app.codes.models import CPT, HEADINGS, SYSTEMS
from app.codes.services.editions import Edition
from app.codes.services.reference.describing import describe, official_description
from app.codes.services.reference.subject import Subject
from app.codes.services.reference.topics import answers
from app.codes.services.structure import Reference

_DESCRIPTORS = "cpt-descriptors"


def plain(value: Any) -> Any:
    """Dataclasses as dictionaries, sequences as lists, dates as ISO text. The only encoder."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)  # also of a StrEnum
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Edition):
        return edition_in_short(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        found = [plain(each) for each in value]
        return sorted(found, key=str) if isinstance(value, set | frozenset) else found
    raise TypeError(f"{type(value).__name__} is no plain value")


def edition_in_short(edition: Edition) -> dict[str, Any]:
    """The edition something is said by, as every section names it."""
    return {
        "kind": edition.kind,
        "title": edition.title,
        "name": edition.name,
        "owner": edition.owner,
        "effective_from": edition.effective_from.isoformat(),
        "effective_to": plain(edition.effective_to),
    }


def edition_in_full(edition: Edition, day: date) -> dict[str, Any]:
    return {
        **edition_in_short(edition),
        "fiscal_year": edition.fiscal_year,
        "next_due": plain(edition.next_due),
        "is_overdue": edition.is_overdue(day),
        "files": edition.source,
        "sha256": edition.sha256,
        "codes": edition.code_count,
        "billable_codes": edition.billable_count,
    }


@dataclass(frozen=True, slots=True)
class PlainSection:
    id: str
    heading: str
    value: Mapping[str, Any]  # heading, content and sources


@dataclass(frozen=True, slots=True)
class PlainCode:
    """Everything of a code that does not depend on who asks, or on where the site stands."""

    system: str
    key: str
    address: str
    is_heading: bool
    top: Mapping[str, Any]
    edition: Edition
    sections: tuple[PlainSection, ...]
    none: tuple[str, ...]
    not_loaded: tuple[str, ...]
    not_applicable: tuple[str, ...]
    parent: str | None  # addresses
    previous: str | None
    following: str | None
    children: tuple[str, ...]


def plain_code(subject: Subject) -> PlainCode:
    """A code for programs; its CPT descriptors only where the license says so."""
    if "json" not in current_app.config["CPT_LICENSED_USES"]:
        subject = without_descriptors(subject)
    page, entry = subject.structure, subject.entry
    is_heading = entry.kind in HEADINGS
    found = None if is_heading else answers(subject)
    official = official_description(subject)
    top = {
        "system": subject.system,
        "system_name": subject.title,
        "code": entry.shown,
        "key": entry.key,
        "title": entry.title or None,
        "kind": entry.kind,
        "billable": None if is_heading else entry.billable,
        "official": {"text": official.text or None, "notice": official.owner},
        "common": [] if is_heading else list(describe(subject)),
    }
    said = found.said if found else ()
    return PlainCode(
        system=subject.system,
        key=entry.key,
        address=entry.address,
        is_heading=is_heading,
        top=top,
        edition=subject.edition,
        sections=tuple(
            PlainSection(
                topic.id,
                topic.heading,
                {
                    "heading": topic.heading,
                    "content": plain(section.content),
                    "sources": plain(section.sources),
                },
            )
            for topic, section in said
        ),
        none=found.none if found else (),
        not_loaded=found.not_loaded if found else (),
        not_applicable=found.not_applicable if found else (),
        parent=page.ancestors[-1].address if page.ancestors else None,
        previous=page.previous.address if page.previous else None,
        following=page.following.address if page.following else None,
        children=tuple(child.address for child in page.children),
    )


def without_descriptors(subject: Subject) -> Subject:
    """The subject as if no CPT descriptor had been loaded: answers cannot give away what is gone.

    Headings keep their titles, which are this site's own words.
    """
    structure, versions = subject.structure, subject.versions
    if subject.system == CPT:
        structure = _untitled(structure)
        versions = tuple(replace(version, title="") for version in versions)
    named = {
        (system, key): _untitled(entry) if system == CPT else entry
        for (system, key), entry in subject.named.items()
    }
    in_force = {k: e for k, e in subject.in_force.items() if k != _DESCRIPTORS}
    by_kind = {k: e for k, e in subject.loaded.by_kind.items() if k != _DESCRIPTORS}
    return replace(
        subject,
        structure=structure,
        versions=versions,
        named=named,
        in_force=in_force,
        loaded=replace(subject.loaded, by_kind=by_kind),
        facts=tuple(fact for fact in subject.facts if fact.kind != _DESCRIPTORS),
        backwards=tuple(fact for fact in subject.backwards if fact.kind != _DESCRIPTORS),
    )


def _untitled(value: Any) -> Any:
    """References to codes without their titles, wherever they stand in a value."""
    if isinstance(value, Reference):
        return value if value.kind in HEADINGS else replace(value, title="")
    if isinstance(value, tuple):
        return tuple(_untitled(each) for each in value)
    if isinstance(value, dict):
        return {name: _untitled(each) for name, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type | Edition):
        changed = {field.name: _untitled(getattr(value, field.name)) for field in fields(value)}
        return replace(value, **changed)
    return value


def system_in_plain(edition: Edition, day: date) -> dict[str, Any]:
    return {
        "system": edition.kind,
        "name": SYSTEMS[edition.kind],
        "edition": edition_in_full(edition, day),
    }
