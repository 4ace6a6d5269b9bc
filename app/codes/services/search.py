"""Searching the reference by the beginning of a code or by words, with or without an engine."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, case, func, literal, or_, select, union_all

from app.codes.models import HEADINGS, SYSTEMS, CodeEntry
from app.codes.services.editions import Edition, edition_on
from app.codes.services.lookup import LAST
from app.engine import engine
from app.extensions import db
from search.contract import (
    MAX_TEXT,
    MAX_TOTAL,
    In,
    IndexMissing,
    SearchQuery,
    SearchUnavailable,
)
from search.indexes import CODES

log = logging.getLogger(__name__)

# A word like "asthma" begins no code: every code has a digit among its first three characters.
# The dot stands behind the third; in ICD-9-CM behind E800 and, in its procedures, behind 45.
_PREFIX = re.compile(
    r"(?=.{0,2}$|.{0,2}[0-9])"
    r"(?:([0-9A-Z]{1,7})|((?:[0-9A-Z]{3}|E[0-9]{3}|[0-9]{2}))\.([0-9A-Z]{0,4}))"
)
_MOST_WORDS = 8  # of a typed text, where the database has to look for each of them


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry that was found, as a list shows it."""

    system: str
    shown: str
    title: str  # empty for CPT without a license
    address: str


@dataclass(frozen=True, slots=True)
class Found:
    """Entries that answer what was typed, likeliest first."""

    entries: tuple[Answer, ...]
    total: int
    degraded: bool = False  # the engine is down; the database looked for the words as typed
    by_system: Mapping[str, int] = field(default_factory=dict)  # how many there are in each
    left_out: int = 0  # on this page, for the edition of the day does not hold them


NOTHING = Found((), 0)


def search_codes(
    typed: str,
    *,
    system: str = "",
    day: date | None = None,
    offset: int = 0,
    limit: int = 20,
    count: bool = True,
) -> Found:
    """Codes that begin with what was typed or, where none does, entries its words are found in.

    Of all systems, or of one, as they are on a day. Words are looked for in the editions in force
    today; what those of the day do not hold is left out. Without `count` the total may stop at
    what was asked for, and of each system that has any the first are among the answers.
    """
    text = typed.replace("\x00", " ").strip()[:MAX_TEXT]
    releases = _releases(day) if re.search(r"\w", text) else {}
    if not releases or (system and system not in releases.values()):
        return NOTHING
    prefix = code_prefix(text)
    if prefix:
        found = _beginning_with(releases, system, prefix, offset, limit, count)
        if found.total:
            return found
    try:
        return _by_words(releases, system, text, offset, limit)
    except (SearchUnavailable, IndexMissing) as error:
        log.warning("codes are searched in the database: %s", error)
        return _in_database(releases, system, text, offset, limit)


def code_prefix(text: str) -> str | None:
    """The key's beginning, where the text may be a code's: "e11." is E11, "e11.9" is E119."""
    match = _PREFIX.fullmatch(text.upper()) if text.isascii() else None
    return match[1] or match[2] + match[3] if match else None


def _releases(day: date | None) -> dict[int, str]:
    """The releases in force on a day with their systems, in the order answers are listed in."""
    found: list[Edition | None] = [edition_on(system, day) for system in SYSTEMS]
    return {release.id: release.kind for release in found if release is not None}


_A = cast(Table, CodeEntry.__table__).c
_FOUND = (_A.release_id, _A.key, _A.shown, _A.title, _A.kind)
# Sections are left to their words: "E08-E13" is no code that begins with E08.
_IN_RANGE = and_(_A.key >= bindparam("first"), _A.key < bindparam("last"), _A.key.not_like("%-%"))
_BEGINNING_COUNTED = (
    select(_A.release_id, func.count())
    .where(_A.release_id.in_(bindparam("releases", expanding=True)), _IN_RANGE)
    .group_by(_A.release_id)
)


@lru_cache(maxsize=8)
def _beginnings(number: int) -> Any:
    """The first entries of each of a number of releases, in one statement."""
    parts = [
        select(literal(at).label("at"), *_FOUND)
        .where(_A.release_id == bindparam(f"release{at}"), _IN_RANGE)
        .order_by(_A.key)
        .limit(bindparam("most"))
        .subquery()
        for at in range(number)
    ]
    return union_all(*(select(part) for part in parts))


def _beginning_with(
    releases: Mapping[int, str], system: str, prefix: str, offset: int, limit: int, count: bool
) -> Found:
    asked = [release for release, of in releases.items() if system in ("", of)]
    within = {"first": prefix, "last": prefix + LAST}
    named = {f"release{at}": release for at, release in enumerate(asked)}
    rows = db.session.execute(
        _beginnings(len(asked)), {**within, **named, "most": offset + limit}
    ).all()
    # Whole codes first, then system by system.
    ordered = sorted(rows, key=lambda row: (row.key != prefix, row.at, row.key))
    found: list[Any] = ordered if count else _of_each(ordered, limit)
    entries = tuple(_answer(releases, *row[1:]) for row in found[offset : offset + limit])
    counts = _counts(rows)
    if count and (offset or any(number == offset + limit for number in counts.values())):
        every = {**within, "releases": list(releases)}
        counts = _tallied(db.session.execute(_BEGINNING_COUNTED, every))
    by_system = {of: counts[id_] for id_, of in releases.items() if counts.get(id_)}
    total = sum(number for of, number in by_system.items() if system in ("", of))
    return Found(entries, min(total, MAX_TOTAL), by_system=by_system)


def _counts(rows: Sequence[Any]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for row in rows:
        counts[row.release_id] = counts.get(row.release_id, 0) + 1
    return counts


def _tallied(rows: Iterable[Any]) -> dict[int, int]:
    return {release: number for release, number in rows}  # noqa: C416 - rows are no tuples


def _of_each(rows: Sequence[Any], limit: int) -> list[Any]:
    """As many as fit, of which each system has its share, in the same order."""
    share = max(2, limit // max(len({row.at for row in rows}), 1))
    taken: dict[int, int] = {}
    first: list[Any] = []
    rest: list[Any] = []
    for row in rows:
        taken[row.at] = taken.get(row.at, 0) + 1
        (first if taken[row.at] <= share else rest).append(row)
    chosen = {id(row) for row in [*first, *rest][:limit]}
    return [row for row in rows if id(row) in chosen]


def _by_words(
    releases: Mapping[int, str], system: str, text: str, offset: int, limit: int
) -> Found:
    result = engine().search(
        SearchQuery(
            CODES.name,
            text,
            where=In("system", tuple(releases.values())),
            groups={"system": In("system", (system,))} if system else {},
            facets=("system",),
            offset=offset,
            limit=limit,
        )
    )
    documents = [hit.document for hit in result.hits]
    facets = result.facets.get("system", {})
    by_system = {of: facets[of] for of in releases.values() if facets.get(of)}
    ids = {of: release for release, of in releases.items()}
    if all(d.get("revision") == ids.get(d["system"]) for d in documents):
        # Codes do not change within a release: what the index holds of this one is what it is.
        known = tuple(
            Answer(d["system"], d["shown"], d["title"], _address(d["code"], d["shown"], d["kind"]))
            for d in documents
        )
        return Found(known, result.total, by_system=by_system)
    keys: dict[int, list[str]] = {}
    for document in documents:
        keys.setdefault(ids[document["system"]], []).append(document["code"])
    rows = db.session.execute(
        select(*_FOUND).where(
            or_(*(and_(_A.release_id == of, _A.key.in_(named)) for of, named in keys.items()))
        )
    )
    found = {(releases[row.release_id], row.key): _answer(releases, *row) for row in rows}
    wanted = [(document["system"], document["code"]) for document in documents]
    entries = tuple(found[key] for key in wanted if key in found)
    left_out = len(wanted) - len(entries)
    return Found(entries, result.total, by_system=by_system, left_out=left_out)


def _answer(
    releases: Mapping[int, str], release: int, key: str, shown: str, title: str, kind: str
) -> Answer:
    return Answer(releases[release], shown, title, _address(key, shown, kind))


def _address(key: str, shown: str, kind: str) -> str:
    return key if kind in HEADINGS else shown


def _in_database(
    releases: Mapping[int, str], system: str, text: str, offset: int, limit: int
) -> Found:
    """Entries whose title holds every typed word: what can be had while the engine is down."""
    words = re.findall(r"\w+", text.lower())[:_MOST_WORDS]
    within = and_(
        _A.release_id.in_([release for release, of in releases.items() if system in ("", of)]),
        _A.seventh.is_(None),
        *(func.lower(_A.title).contains(word, autoescape=True) for word in words),
    )
    ranks = {release: rank for rank, release in enumerate(releases)}
    rows = db.session.execute(
        select(*_FOUND)
        .where(within)
        .order_by(case(ranks, value=_A.release_id), _A.position)
        .offset(offset)
        .limit(limit)
    )
    counted = select(_A.release_id, func.count()).where(within).group_by(_A.release_id)
    counts = _tallied(db.session.execute(counted))
    by_system = {of: counts[id_] for id_, of in releases.items() if counts.get(id_)}
    entries = tuple(_answer(releases, *row) for row in rows)
    total = min(sum(by_system.values()), MAX_TOTAL)
    return Found(entries, total, degraded=True, by_system=by_system)
