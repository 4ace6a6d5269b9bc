"""Searching the reference by the beginning of a code or by words, with or without an engine."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, and_, bindparam, func, select

from app.codes.models import HEADINGS, ICD10CM, CodeEntry
from app.codes.services.editions import edition_on
from app.codes.services.lookup import LAST
from app.engine import engine
from app.extensions import db
from search.contract import (
    MAX_TEXT,
    MAX_TOTAL,
    Eq,
    IndexMissing,
    SearchQuery,
    SearchUnavailable,
)
from search.indexes import CODES

log = logging.getLogger(__name__)

# Every category has a digit among its three characters: a word like "asthma" begins no code.
_PREFIX = re.compile(
    r"(?=.{0,2}$|.{0,2}[0-9])([A-Z][0-9A-Z]{0,2})(?:\.([0-9A-Z]{0,4})|([0-9A-Z]{1,4}))?"
)
_MOST_WORDS = 8  # of a typed text, where the database has to look for each of them


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry that was found, as a list shows it."""

    shown: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Found:
    """Entries that answer what was typed, likeliest first."""

    entries: tuple[Answer, ...]
    total: int
    degraded: bool = False  # the engine is down; the database looked for the words as typed


NOTHING = Found((), 0)


def search_codes(
    typed: str, *, system: str = ICD10CM, offset: int = 0, limit: int = 20, count: bool = True
) -> Found:
    """Codes that begin with what was typed or, where none does, entries its words are found in.

    Without `count` the total may stop at what was asked for.
    """
    text = typed.replace("\x00", " ").strip()[:MAX_TEXT]
    release = edition_on(system) if re.search(r"\w", text) else None
    if release is None:
        return NOTHING
    prefix = code_prefix(text)
    if prefix:
        found = _beginning_with(release.id, prefix, offset, limit, count)
        if found.total:
            return found
    try:
        return _by_words(system, release.id, text, offset, limit)
    except (SearchUnavailable, IndexMissing) as error:
        log.warning("codes are searched in the database: %s", error)
        return _in_database(release.id, text, offset, limit)


def code_prefix(text: str) -> str | None:
    """The key's beginning, where the text may be a code's: "e11." is E11, "e11.9" is E119."""
    match = _PREFIX.fullmatch(text.upper()) if text.isascii() else None
    if match is None or (match[2] and len(match[1]) < 3):
        return None
    return match[1] + (match[2] or match[3] or "")


_A = cast(Table, CodeEntry.__table__).c
_FOUND = select(_A.key, _A.shown, _A.title, _A.kind).where(_A.release_id == bindparam("release"))
# Sections are left to their words: "E08-E13" is no code that begins with E08.
_IN_RANGE = and_(_A.key >= bindparam("first"), _A.key < bindparam("last"), _A.key.not_like("%-%"))
_BEGINNING = (
    _FOUND.where(_IN_RANGE).order_by(_A.key).offset(bindparam("offset")).limit(bindparam("limit"))
)
_BEGINNING_COUNTED = select(func.count()).where(_A.release_id == bindparam("release"), _IN_RANGE)
_NAMED = _FOUND.where(_A.key.in_(bindparam("keys", expanding=True)))


def _beginning_with(release_id: int, prefix: str, offset: int, limit: int, count: bool) -> Found:
    within = {"release": release_id, "first": prefix, "last": prefix + LAST}
    rows = db.session.execute(_BEGINNING, {**within, "offset": offset, "limit": limit})
    entries = tuple(_answer(*row) for row in rows)
    total = offset + len(entries) if entries else 0
    if count and (len(entries) == limit or offset):
        total = min(db.session.scalar(_BEGINNING_COUNTED, within) or 0, MAX_TOTAL)
    return Found(entries, total)


def _by_words(system: str, release_id: int, text: str, offset: int, limit: int) -> Found:
    result = engine().search(
        SearchQuery(CODES.name, text, where=Eq("system", system), offset=offset, limit=limit)
    )
    documents = [hit.document for hit in result.hits]
    if all(document.get("revision") == release_id for document in documents):
        # Codes do not change within a release: what the index holds of this one is what it is.
        known = (_answer(d["code"], d["shown"], d["title"], d["kind"]) for d in documents)
        return Found(tuple(known), result.total)
    keys = [str(document["code"]) for document in documents]
    rows = db.session.execute(_NAMED, {"release": release_id, "keys": keys}) if keys else ()
    found = {row.key: _answer(*row) for row in rows}
    return Found(tuple(found[key] for key in keys if key in found), result.total)


def _answer(key: str, shown: str, title: str, kind: str) -> Answer:
    return Answer(shown, title, key if kind in HEADINGS else shown)


def _in_database(release_id: int, text: str, offset: int, limit: int) -> Found:
    """Entries whose title holds every typed word: what can be had while the engine is down."""
    words = re.findall(r"\w+", text.lower())[:_MOST_WORDS]
    within = and_(
        _A.release_id == release_id,
        _A.seventh.is_(None),
        *(func.lower(_A.title).contains(word, autoescape=True) for word in words),
    )
    rows = db.session.execute(
        _FOUND.where(within).order_by(_A.position).offset(offset).limit(limit),
        {"release": release_id},
    )
    total = db.session.scalar(select(func.count()).select_from(CodeEntry).where(within)) or 0
    return Found(tuple(_answer(*row) for row in rows), min(total, MAX_TOTAL), degraded=True)
