"""The record that CMS keeps of a HCPCS Level II code, each field in words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import select

from app.codes.models import HCPCS, CodeFact
from app.codes.services.editions import Edition
from app.codes.services.kept import kept
from app.codes.services.reference.contract import Answer, Section, Topic, none_in
from app.codes.services.reference.subject import FactRow, Subject, procedure_system
from app.codes.words import hcpcs as words
from app.extensions import db
from app.filters import long_date

HEADING = "HCPCS Level II record"
_KEPT = 40  # releases: each without notes is passed on the way to one that has them
_KINDS = ("hcpcs", "hcpcs-fields")
_NUMBERED = ("0", ":")  # keys of processing notes, and nothing else of HCPCS, begin with a digit
_UNKNOWN = "a value that CMS’s layout does not explain"  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class Value:
    raw: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A code the record refers to."""

    code: str
    system: str
    title: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The processing notes of the latest edition that has any."""

    edition: Edition | None
    texts: Mapping[str, str]


def record_of(subject: Subject) -> tuple[Edition, FactRow] | None:
    """The record of the latest edition that holds one."""
    found = [(subject.edition_of(row.kind), row) for row in subject.about("hcpcs", *_KINDS)]
    dated = [(edition, row) for edition, row in found if edition]
    return max(dated, key=lambda pair: pair[0].effective_from, default=None)


def terminated_on(subject: Subject) -> date | None:
    """The last day of a code, where its record names one that has passed by the day."""
    found = record_of(subject)
    ended = found[1].data.get("terminated") if found else None
    last = date.fromisoformat(ended) if ended else None
    return last if last and last < subject.day else None


def crossings(subject: Subject) -> tuple[Crossing, ...]:
    """Codes that the record refers to; of a code that ended, those that replace it."""
    keys = dict.fromkeys(row.other for row in subject.about("xref", *_KINDS))
    found = []
    for key in keys:
        system = procedure_system(key)
        named = subject.named.get((system, key))
        found.append(Crossing(key, system, named.title if named else ""))
    return tuple(found)


def _record(subject: Subject) -> Answer:
    sources = [e for kind in _KINDS if (e := subject.edition_of(kind))]
    found = record_of(subject)
    if found is None:
        sentence = f"no record of {subject.entry.shown} with fields is in them"
        return none_in(HEADING, sources, sentence)
    edition, row = found
    ended = terminated_on(subject)
    noted = subject.edition_of("hcpcs-noc")
    notes = processing_notes(subject.editions_of("hcpcs"), subject.day)
    number = row.data.get("procnote", "")
    text = notes.texts.get(number, "")
    noc = _noc(subject, noted)
    content = {
        "edition": edition.name,
        "terminated": ended.isoformat() if ended else None,
        "crossings": crossings(subject),
        "see": row.data.get("see") or [],
        "fields": fields(row.data),
        "noc": noc,
        "note": {
            "number": number,
            "text": text,
            "edition": notes.edition.name if notes.edition and text else "",
        }
        if number
        else None,
    }
    cited = [edition, *([noted] if noted and noc and noc["is_listed"] else [])]
    if text and notes.edition and notes.edition != edition:
        cited.append(notes.edition)
    return Section(content, tuple(cited))


def _noc(subject: Subject, edition: Edition | None) -> dict[str, Any] | None:
    if edition is None:
        return None
    return {"is_listed": bool(subject.about("noc", "hcpcs-noc")), "edition": edition.name}


def fields(data: Mapping[str, Any]) -> list[Field]:
    """The fields of a record that say something, in the order a coder asks for them."""
    return [
        Field(name, values)
        for name, values in (
            ("Coverage", _known(data.get("coverage"), words.COVERAGE)),
            ("Pricing", _known(data.get("pricing"), words.PRICING)),
            ("Multiple pricing", _known(data.get("multiple_pricing"), words.MULTIPLE_PRICING)),
            ("Type of service", _known(data.get("tos"), words.TYPE_OF_SERVICE)),
            ("BETOS", _betos(data.get("betos", ""))),
            ("Laboratory certification", _known(data.get("lab_cert"), words.LAB_CERTIFICATION)),
            ("Statute", _as_written(data.get("statute"))),
            ("Medicare Carriers Manual", _as_written(data.get("mcm"))),
            ("Coverage Issues Manual", _as_written(data.get("cim"))),
            ("ASC payment group", _asc(data)),
            ("Anesthesia base units", _as_written(data.get("anesthesia_units"))),
            ("Added", _day(data.get("added"))),
            ("Last change in effect", _day(data.get("effective"))),
            ("What changed", _known(data.get("action"), words.ACTION)),
            ("Terminated", _day(data.get("terminated"))),
        )
        if values
    ]


def _listed(value: Any) -> Iterable[str]:
    return value if isinstance(value, list) else [value] if value else []


def _known(value: Any, meanings: Mapping[str, str]) -> tuple[Value, ...]:
    return tuple(Value(raw, meanings.get(raw, _UNKNOWN)) for raw in _listed(value))


def _as_written(value: Any) -> tuple[Value, ...]:
    return tuple(Value("", raw) for raw in _listed(value))


def _betos(code: str) -> tuple[Value, ...]:
    return (Value(code, words.betos(code) or _UNKNOWN),) if code else ()


def _asc(data: Mapping[str, Any]) -> tuple[Value, ...]:
    group, since = data.get("asc_group"), data.get("asc_date")
    if not group and not since:
        return ()
    told = f"in effect from {long_date(date.fromisoformat(since))}" if since else "as the file has"
    return (Value(group or "", told),)


def _day(value: str | None) -> tuple[Value, ...]:
    return (Value("", long_date(date.fromisoformat(value))),) if value else ()


def processing_notes(releases: Iterable[Edition], day: date) -> Notes:
    """The notes by number, read once per release and process."""
    for edition in releases:
        if edition.effective_from > day:
            continue
        notes = kept("processing notes", edition.id, partial(_notes, edition.id), most=_KEPT)
        if notes:
            return Notes(edition, notes)
    return Notes(None, {})


def _notes(release_id: int) -> dict[str, str]:
    rows = db.session.execute(
        select(CodeFact.code, CodeFact.data).where(
            CodeFact.release_id == release_id,
            CodeFact.code >= _NUMBERED[0],
            CodeFact.code < _NUMBERED[1],
            CodeFact.topic == "procnote",
        )
    )
    return {number: json.loads(data).get("text", "") for number, data in rows}


TOPIC = Topic("hcpcs", HEADING, _record, kinds=_KINDS, systems=(HCPCS,))
