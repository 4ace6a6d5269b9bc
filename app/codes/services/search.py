"""Searching the reference by the beginning of a code or by words, with or without an engine."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, select

from app.codes.models import ICD10CM, CodeEntry
from app.codes.services.lookup import LAST, find_codes
from app.codes.services.releases import current_release
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

_PREFIX = re.compile(r"([A-Z][0-9A-Z]{0,2})(?:\.([0-9A-Z]{0,4})|([0-9A-Z]{1,4}))?")
_MOST_WORDS = 8  # of a typed text, where the database has to look for each of them


@dataclass(frozen=True, slots=True)
class Found:
    """Entries that answer what was typed, likeliest first."""

    entries: tuple[CodeEntry, ...]
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
    release = current_release(system) if text else None
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


def _beginning_with(release_id: int, prefix: str, offset: int, limit: int, count: bool) -> Found:
    within = and_(
        CodeEntry.release_id == release_id,
        CodeEntry.key >= prefix,
        CodeEntry.key < prefix + LAST,
        CodeEntry.key.not_like("%-%"),  # sections: their words find them
    )
    return _page(within, select(CodeEntry).order_by(CodeEntry.key), offset, limit, count)


def _page(
    within: ColumnElement[bool],
    query: Select[CodeEntry],
    offset: int,
    limit: int,
    count: bool,
) -> Found:
    entries = tuple(db.session.scalars(query.where(within).offset(offset).limit(limit)))
    total = offset + len(entries)
    if count and (len(entries) == limit or (offset and not entries)):
        counted = db.session.scalar(select(func.count()).select_from(CodeEntry).where(within))
        total = min(counted or 0, MAX_TOTAL)
    return Found(entries, total if entries or count else 0)


def _by_words(system: str, release_id: int, text: str, offset: int, limit: int) -> Found:
    result = engine().search(
        SearchQuery(CODES.name, text, where=Eq("system", system), offset=offset, limit=limit)
    )
    keys = [str(hit.document["code"]) for hit in result.hits]
    entries = find_codes(release_id, keys)
    return Found(tuple(entries[key] for key in keys if key in entries), result.total)


def _in_database(release_id: int, text: str, offset: int, limit: int) -> Found:
    """Entries whose title holds every typed word: what can be had while the engine is down."""
    words = re.findall(r"\w+", text.lower())[:_MOST_WORDS]
    if not words:
        return Found((), 0, degraded=True)
    within = and_(
        CodeEntry.release_id == release_id,
        CodeEntry.seventh.is_(None),
        *(func.lower(CodeEntry.title).contains(word, autoescape=True) for word in words),
    )
    ordered = select(CodeEntry).order_by(CodeEntry.position)
    found = _page(within, ordered, offset, limit, count=True)
    return Found(found.entries, found.total, degraded=True)
