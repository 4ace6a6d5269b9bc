"""What the search index of the codes holds: every entry of each release in force."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import func, select

from app import indexing
from app.codes.documents import document_id, search_documents
from app.codes.models import SYSTEMS, CodeEntry, CodeRelease, ReleaseState
from app.codes.services.releases import current_release
from app.engine import engine
from app.extensions import db
from search.contract import SearchError, SearchQuery
from search.indexes import CODES

PAGE = 10_000  # rows read at once


def document_count() -> int:
    """How many documents the index should hold."""
    counted = (
        select(func.count(CodeEntry.id))
        .join(CodeRelease, CodeRelease.id == CodeEntry.release_id)
        .where(CodeRelease.state == ReleaseState.CURRENT, CodeEntry.seventh.is_(None))
    )
    return db.session.scalar(counted) or 0


def index_is_current(system: str) -> bool:
    """Whether the index holds the current release, in the form this version of the code wants."""
    release = current_release(system)
    if release is None:
        return False
    try:
        # Asked first: `ensure` would make a missing index, which then answers that it is empty.
        hits = engine().search(SearchQuery(CODES.name, limit=1, order="book")).hits
        if CODES.name in engine().ensure([CODES]):
            return False
    except SearchError:
        return False
    return bool(hits) and hits[0].document.get("revision") == release.id


def _every() -> Iterator[dict[str, Any]]:
    for release in _releases():
        yield from search_documents(release.system, release.id)


def _some(ids: Collection[str]) -> list[dict[str, Any]]:
    return [
        document
        for release in _releases()
        for document in search_documents(release.system, release.id, _keys_of(release.system, ids))
    ]


def _revisions(ids: Collection[str] | None) -> Iterator[tuple[str, int]]:
    """The revision of a code is its release: within one, no code ever changes."""
    for release in _releases():
        entries = select(CodeEntry.key, CodeEntry.position).where(
            CodeEntry.release_id == release.id, CodeEntry.seventh.is_(None)
        )
        if ids is not None:
            entries = entries.where(CodeEntry.key.in_(_keys_of(release.system, ids)))
        last = 0
        while page := db.session.execute(
            entries.where(CodeEntry.position > last).order_by(CodeEntry.position).limit(PAGE)
        ).all():
            yield from ((document_id(release.system, key), release.id) for key, _ in page)
            last = page[-1][1]


def _keys_of(system: str, ids: Collection[str]) -> list[str]:
    """The keys of those ids that are of one system."""
    begun = document_id(system, "")
    return [identity.removeprefix(begun) for identity in ids if identity.startswith(begun)]


def _releases() -> list[CodeRelease]:
    found = (current_release(system) for system in SYSTEMS)
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
