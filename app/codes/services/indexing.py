"""The search index of the codes: built anew after each release, and compared with it."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from app.codes.documents import search_documents
from app.codes.models import CodeEntry
from app.codes.services.releases import current_release
from app.engine import engine
from app.extensions import db
from search.contract import SearchError, SearchQuery
from search.indexes import CODES


def rebuild_index(
    system: str, release_id: int, *, progress: Callable[[int], None] | None = None
) -> int:
    """Index every entry of a release; the old index answers until then. Returns how many."""
    found = engine()
    found.ensure([CODES])
    return found.rebuild(CODES.name, search_documents(system, release_id), progress=progress)


def document_count(release_id: int) -> int:
    """How many documents `rebuild_index` will write."""
    counted = select(func.count()).select_from(CodeEntry)
    own = (CodeEntry.release_id == release_id, CodeEntry.seventh.is_(None))
    return db.session.scalar(counted.where(*own)) or 0


def index_is_current(system: str) -> bool:
    """Whether the index holds the current release, in the form this version of the code wants."""
    release = current_release(system)
    try:
        if release is None or CODES.name in engine().ensure([CODES]):
            return False
        hits = engine().search(SearchQuery(CODES.name, limit=1, order="book")).hits
    except SearchError:
        return False
    return bool(hits) and hits[0].document.get("revision") == release.id
