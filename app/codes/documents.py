"""What the search engine knows of each entry of a release.

A code made of its parent and a seventh character has no document of its own: the sixteen encounters
of every fracture would crowd out all else. Its parent is found by the words of both, and a typed
code is looked up in the database, which knows each one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true

from app.codes.models import SYSTEMS, CodeEntry, CodeNote, EntryKind, NoteKind
from app.extensions import db

STEP = 2_000  # entries read at once
_BOOK = 1_000_000  # more than a system has entries: equal answers come system by system
SEARCHED_NOTES = (NoteKind.INCLUSION_TERM, NoteKind.INCLUDES)


def document_id(system: str, key: str) -> str:
    return f"{system}-{key}"


def search_documents(
    system: str, release_id: int, keys: Collection[str] | None = None
) -> Iterator[dict[str, Any]]:
    """The release, or some of its entries, as index "codes" holds it, in the order of the book."""
    document: dict[str, Any] | None = None
    for entry, terms in _entries(release_id, keys):
        if entry.seventh and document is not None:
            document["terms"].append(entry.title.removeprefix(f"{document['title']}, "))
            continue
        if document is not None:
            yield document
        document = _document(system, release_id, entry, terms)
    if document is not None:
        yield document


def _entries(release_id: int, keys: Collection[str] | None) -> Iterator[tuple[Any, list[str]]]:
    last = 0
    asked: ColumnElement[bool] = true()
    if keys is not None:
        made_of_them = and_(CodeEntry.seventh.is_not(None), CodeEntry.parent_key.in_(keys))
        asked = or_(CodeEntry.key.in_(keys), made_of_them)
    while True:
        entries = db.session.execute(
            select(
                CodeEntry.key,
                CodeEntry.shown,
                CodeEntry.kind,
                CodeEntry.title,
                CodeEntry.billable,
                CodeEntry.seventh,
                CodeEntry.position,
            )
            .where(CodeEntry.release_id == release_id, CodeEntry.position > last, asked)
            .order_by(CodeEntry.position)
            .limit(STEP)
        ).all()
        if not entries:
            return
        last = entries[-1].position
        terms = _terms(release_id, [entry.key for entry in entries])
        for entry in entries:
            yield entry, terms.get(entry.key, [])


def _terms(release_id: int, keys: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    rows = db.session.execute(
        select(CodeNote.key, CodeNote.text)
        .where(
            CodeNote.release_id == release_id,
            CodeNote.key.in_(keys),
            CodeNote.kind.in_(SEARCHED_NOTES),
        )
        .order_by(CodeNote.key, CodeNote.position)
    )
    for key, text in rows:
        found.setdefault(key, []).append(text)
    return found


def _document(system: str, release_id: int, entry: Any, terms: list[str]) -> dict[str, Any]:
    numbered = entry.kind == EntryKind.CHAPTER  # its key is a number and no code
    return {
        "id": document_id(system, entry.key),
        "code_words": [] if numbered else sorted({entry.key.lower(), entry.shown.lower()}),
        "title": entry.title,
        "terms": terms,
        "system": system,
        "kind": entry.kind,
        "billable": entry.billable,
        "code": entry.key,
        "shown": entry.shown,
        "position": list(SYSTEMS).index(system) * _BOOK + entry.position,
        "revision": release_id,
    }
