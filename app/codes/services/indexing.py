"""What the search index of the codes holds: every entry of each release in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import func, select

from app import indexing
from app.codes.documents import document_id, search_documents
from app.codes.models import SYSTEMS, CodeEntry
from app.codes.services.editions import Edition, edition_on
from app.engine import engine
from app.extensions import db
from search.contract import Eq, SearchError, SearchQuery
from search.indexes import CODES

PAGE = 10_000  # rows read at once


def document_count() -> int:
    """How many documents the index should hold."""
    counted = select(func.count(CodeEntry.id)).where(
        CodeEntry.release_id.in_([release.id for release in _releases()]),
        CodeEntry.seventh.is_(None),
    )
    return db.session.scalar(counted) or 0


def index_is_current() -> bool:
    """Whether the index holds each release in force, in the form this version wants."""
    try:
        for release in _releases():
            # Asked first: `ensure` would make a missing index, which then answers that it is empty.
            ask = SearchQuery(CODES.name, where=Eq("system", release.kind), limit=1, order="book")
            hits = engine().search(ask).hits
            if not hits or hits[0].document.get("revision") != release.id:
                return False
        return CODES.name not in engine().ensure([CODES])
    except SearchError:
        return False


def _every() -> Iterator[dict[str, Any]]:
    for release in _releases():
        yield from search_documents(release.kind, release.id)


def _some(ids: Collection[str]) -> list[dict[str, Any]]:
    return [
        document
        for release in _releases()
        for document in search_documents(release.kind, release.id, _keys_of(release.kind, ids))
    ]


def _revisions(ids: Collection[str] | None) -> Iterator[tuple[str, int]]:
    """The revision of a code is its release: within one, no code ever changes."""
    for release in _releases():
        entries = select(CodeEntry.key, CodeEntry.position).where(
            CodeEntry.release_id == release.id, CodeEntry.seventh.is_(None)
        )
        if ids is not None:
            entries = entries.where(CodeEntry.key.in_(_keys_of(release.kind, ids)))
        last = 0
        while page := db.session.execute(
            entries.where(CodeEntry.position > last).order_by(CodeEntry.position).limit(PAGE)
        ).all():
            yield from ((document_id(release.kind, key), release.id) for key, _ in page)
            last = page[-1][1]


def _keys_of(system: str, ids: Collection[str]) -> list[str]:
    """The keys of those ids that are of one system."""
    begun = document_id(system, "")
    return [identity.removeprefix(begun) for identity in ids if identity.startswith(begun)]


def _releases() -> list[Edition]:
    found = (edition_on(system) for system in SYSTEMS)
    return [release for release in found if release is not None]


indexing.register(
    indexing.Kept(
        spec=CODES,
        title="Codes",
        revisions=_revisions,
        some=_some,
        count=document_count,
        every=_every,
        changes_daily=False,
    )
)
