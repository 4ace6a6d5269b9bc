"""Translating lists of codes: ICD-9 and ICD-10 both ways, categories of risk, inpatient groups."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from app.codes.intake.kinds import KINDS
from app.codes.models import ICD9CM, ICD9PCS, ICD10CM, ICD10PCS, SYSTEMS, CodeFact
from app.codes.services.editions import Edition, Editions
from app.codes.services.inpatient.groups import drg_groups
from app.codes.services.lookup import find_codes, key_of
from app.codes.services.reference.crosswalks import dotted, match_in_words
from app.codes.services.reference.subject import name_codes
from app.codes.services.structure import Reference
from app.codes.words.drg import HOSPITAL_ACQUIRED
from app.codes.words.risk import RANK
from app.errors import Invalid
from app.extensions import db


@dataclass(frozen=True, slots=True)
class Route:
    """One translation: from which codes, by which release, to what."""

    id: str
    label: str
    system: str
    kind: str
    topic: str
    to: str  # a code system; empty where it is none


ROUTES: dict[str, Route] = {
    route.id: route
    for route in (
        Route("10-to-9", "ICD-10-CM to ICD-9-CM", ICD10CM, "gem-10-to-9", "gem", ICD9CM),
        Route("9-to-10", "ICD-9-CM to ICD-10-CM", ICD9CM, "gem-9-to-10", "gem", ICD10CM),
        Route("pcs-to-9", "ICD-10-PCS to ICD-9-CM procedures", ICD10PCS, "gem-pcs-to-9", "gem",
              ICD9PCS),
        Route("9-to-pcs", "ICD-9-CM procedures to ICD-10-PCS", ICD9PCS, "gem-9-to-pcs", "gem",
              ICD10PCS),
        Route("hcc", "ICD-10-CM to HCC, by model", ICD10CM, "cms-hcc", "hcc", ""),
        Route("drg", "ICD-10-CM to MS-DRG: severity and category", ICD10CM, "ms-drg", "dx", ""),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a code is translated to."""

    code: str  # the target, as it is written
    address: str | None  # of a code that a page is about
    title: str
    how: str  # the match in words, the model, the severity
    flags: str = ""  # as the source writes them


@dataclass(frozen=True, slots=True)
class Translated:
    source: str  # as the book writes it
    address: str | None
    title: str
    lines: tuple[Line, ...]
    note: str = ""  # why there is nothing, or what to know


@dataclass(frozen=True, slots=True)
class Translation:
    route: Route
    edition: Edition
    rows: tuple[Translated, ...]
    not_found: tuple[str, ...] = field(default=())

    @property
    def line_count(self) -> int:
        return sum(max(len(row.lines), 1) for row in self.rows)


def translate(route: Route, typed: Sequence[str], loaded: Editions, day: date) -> Translation:
    """What each of the codes is translated to. Raises Invalid where the release is not loaded."""
    edition, source = loaded.on(route.kind, day), loaded.on(route.system, day)
    if edition is None:
        title = KINDS[route.kind].title
        message = f"No edition of {title} that holds on that day is loaded."
        raise Invalid(message, field="route")
    keys = {text: key_of(text, route.system) for text in typed}
    wanted = list(dict.fromkeys(key for key in keys.values() if key))
    facts = _facts(edition.id, route.topic, wanted)
    # Codes of systems that went out of use, or of earlier years, are known by their facts alone.
    entries = (
        {key: Reference.of(entry) for key, entry in find_codes(source.id, wanted).items()}
        if source
        else {}
    )
    write = _WRITERS[route.topic](_Asked(route, edition, facts, loaded, day))
    rows = [
        _translated(route, key, entries.get(key), [write(*fact) for fact in facts.get(key, ())])
        for key in wanted
        if key in facts or (key in entries and entries[key].kind not in ("chapter", "section"))
    ]
    known = {key for key in wanted if key in facts or key in entries}
    missing = [text for text, key in keys.items() if key not in known]
    return Translation(route, edition, tuple(rows), tuple(missing))


Row = tuple[str, Mapping[str, Any]]  # the other key, the data


def _facts(release_id: int, topic: str, keys: Sequence[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    if keys:
        rows = db.session.execute(
            select(CodeFact.code, CodeFact.other, CodeFact.data)
            .where(
                CodeFact.release_id == release_id,
                CodeFact.code.in_(keys),
                CodeFact.topic == topic,
            )
            .order_by(CodeFact.id)
        )
        for code, other, data in rows:
            found.setdefault(code, []).append((other, json.loads(data)))
    return found


def _translated(
    route: Route, key: str, entry: Reference | None, lines: Sequence[Line]
) -> Translated:
    if entry is None:
        note = f"Not in the edition of {SYSTEMS[route.system]} that holds on the day."
    elif lines:
        note = ""
    elif entry.billable:
        note = _NOTHING[route.topic]
    else:
        note = "Not billable: only complete codes are mapped."
    return Translated(
        entry.shown if entry else dotted(route.system, key),
        entry.address if entry else None,
        entry.title if entry else "",
        tuple(sorted(lines, key=_ORDER[route.topic]) if route.topic in _ORDER else lines),
        note,
    )


_NOTHING = {
    "gem": "No mapping: the code is newer than the mappings of 2018.",
    "hcc": "In no category of any model.",
    "dx": "Not in the map of the MS-DRGs.",
}


# The newest model first; what stands alone before combinations, each scenario by its lists.
_ORDER: dict[str, Callable[[Line], tuple[Any, ...]]] = {
    "hcc": lambda line: (RANK.get(line.how, len(RANK)), line.code),
    "gem": lambda line: (line.flags[2:], line.code),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a writer of lines may need to know."""

    route: Route
    edition: Edition
    facts: Mapping[str, Iterable[Row]]
    loaded: Editions
    day: date


Writer = Callable[[str, Mapping[str, Any]], Line]


def _equivalents(asked: _Asked) -> Writer:
    to = asked.route.to
    keys = {(to, other) for rows in asked.facts.values() for other, _ in rows if other}
    names = name_codes(keys, asked.loaded, asked.day)

    def line(other: str, data: Mapping[str, Any]) -> Line:
        if data["no_map"]:
            return Line("", None, "No code says the same", "No map", data["flags"])
        named = names.get((to, other))
        how = match_in_words(data)
        if data["combination"]:
            how += f": scenario {data['scenario']}, list {data['choice']}"
        if named is None:
            return Line(dotted(to, other), None, "", how, data["flags"])
        return Line(named.shown, named.address, named.title, how, data["flags"])

    return line


def _categories(_: _Asked) -> Writer:
    return lambda _, data: Line(f"HCC {data['cc']}", None, data.get("label", ""), data["model"])


def _severities(asked: _Asked) -> Writer:
    groups = drg_groups(asked.edition.id)

    def line(_: str, data: Mapping[str, Any]) -> Line:
        said = [data.get("level") or "Neither CC nor MCC"]
        if data.get("alive_only"):
            said.append("only where discharged alive")
        if data.get("unacceptable"):
            said.append("unacceptable as principal diagnosis")
        if acquired := data.get("hac"):
            title = HOSPITAL_ACQUIRED.get(acquired, "")
            said.append(f"hospital-acquired condition {acquired}: {title}")
        mdc, drgs = data.get("mdc", ""), ", ".join(data.get("drgs", ()))
        title = groups.category(mdc)
        return Line(
            f"MDC {mdc}" if mdc else "",
            None,
            f"{title}: MS-DRG {drgs}" if drgs else title,
            "; ".join(said),
        )

    return line


_WRITERS = {"gem": _equivalents, "hcc": _categories, "dx": _severities}

HEADINGS = ("Code", "Description", "Translated to", "Description of it", "How", "Flags", "Note")


def as_rows(found: Translation) -> list[tuple[str, ...]]:
    """The translation as a spreadsheet has it: one row for each thing translated to."""
    rows: list[tuple[str, ...]] = []
    for row in found.rows:
        own = (row.source, row.title)
        for line in row.lines:
            rows.append((*own, line.code, line.title, line.how, line.flags, row.note))
        if not row.lines:
            rows.append((*own, "", "", "", "", row.note))
    for text in found.not_found:
        rows.append((text, "", "", "", "", "", f"Not a code of {SYSTEMS[found.route.system]}"))
    edition = f"{found.edition.owner}: {found.edition.title}, {found.edition.name}"
    return [*rows, ("Source", edition, "", "", "", "", "")]
