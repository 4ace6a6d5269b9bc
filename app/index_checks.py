"""Comparing a search index with the database, mending what differs, and remembering what did."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, cast

from sqlalchemy import CursorResult, Index, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, indexing
from app.engine import engine
from app.extensions import Base, db
from app.indexing import CHUNK, Kept
from search.contract import Document, InvalidQuery, SearchError
from search.validation import clean_documents

QUICK, FULL, REPLAY = "quick", "full", "replay"

CONTENT_A_NIGHT = 50_000  # documents compared word by word in one full comparison
LOOKED_AT_TWICE = 20_000  # suspects; of more, an index was lost and not missed by accident
NIGHT = range(7, 11)  # hours UTC, at night anywhere from Maine to Hawaii
REMEMBERED = timedelta(days=35)


class IndexCheck(Base):
    """One comparison. What was on its way to the index when it was made is no drift."""

    __tablename__ = "index_check"
    __table_args__ = (Index(None, "index", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    index: Mapped[str]
    at: Mapped[datetime]
    kind: Mapped[str]  # QUICK: by revision; FULL: by content too; REPLAY: what a rebuild missed
    engine: Mapped[str]
    documents: Mapped[int] = mapped_column(default=0)  # in the index
    checked: Mapped[int] = mapped_column(default=0)  # in the database
    missing: Mapped[int] = mapped_column(default=0)
    stale: Mapped[int] = mapped_column(default=0)
    surplus: Mapped[int] = mapped_column(default=0)
    mended: Mapped[int] = mapped_column(default=0)
    milliseconds: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]

    @property
    def drift(self) -> int:
        return self.missing + self.stale + self.surplus


@dataclass(slots=True)
class _Differing:
    """Ids by what is wrong with them."""

    missing: set[str] = field(default_factory=set)
    stale: set[str] = field(default_factory=set)
    surplus: set[str] = field(default_factory=set)

    @property
    def ids(self) -> set[str]:
        return self.missing | self.stale | self.surplus

    def without(self, ids: Collection[str]) -> _Differing:
        gone = set(ids)
        return _Differing(self.missing - gone, self.stale - gone, self.surplus - gone)


def compare(name: str, kind: str = QUICK, beat: Callable[[], None] = lambda: None) -> IndexCheck:
    """Compare an index with the database and mend what differs. Commits, also on the way.

    `beat` is called again and again. Raises SearchError where the engine cannot be asked.
    """
    moment, started = clock.now(), time.monotonic()
    kept = indexing.kept_index(name)
    waiting = indexing.on_the_way(name)
    suspects, documents, checked = _suspects(kept, kind == FULL, beat)
    if len(suspects.ids) <= LOOKED_AT_TWICE:
        suspects = _confirmed(kept, suspects.ids)
    waiting |= indexing.on_the_way(name)
    # Also what is on its way: after a swap, it may have been on its way to the old index.
    refused = indexing.Refused()
    for chunk in _chunks(sorted(suspects.ids)):
        beat()
        refused |= indexing.update(name, chunk)
        db.session.commit()
    indexing.set_aside(name, refused)
    drifted = suspects.without(waiting)
    check = IndexCheck(
        index=name,
        at=moment,
        kind=kind,
        engine=_engine_name(),
        documents=documents,
        checked=checked,
        missing=len(drifted.missing),
        stale=len(drifted.stale),
        surplus=len(drifted.surplus),
        mended=len(suspects.ids - refused.keys()),
        milliseconds=round((time.monotonic() - started) * 1000),
    )
    db.session.add(check)
    db.session.commit()
    return check


def note_failure(name: str, error: Exception) -> None:
    """Remember that an index could not be compared. Commits."""
    db.session.rollback()
    db.session.add(
        IndexCheck(
            index=name, at=clock.now(), kind=QUICK, engine="", error=f"{error}"[:500] or "no answer"
        )
    )
    db.session.commit()


def full_is_due(name: str) -> bool:
    """Once a night; by day only where a night was missed."""
    moment = clock.now()
    last = db.session.scalar(
        select(IndexCheck.at)
        .where(IndexCheck.index == name, IndexCheck.kind == FULL, IndexCheck.error.is_(None))
        .order_by(IndexCheck.at.desc())
        .limit(1)
    )
    if last is None or last < moment - timedelta(hours=30):
        return True
    return moment.hour in NIGHT and last < moment - timedelta(hours=20)


def compared_since(name: str, since: datetime) -> bool:
    found = select(IndexCheck.id).where(
        IndexCheck.index == name,
        IndexCheck.at > since,
        IndexCheck.kind != REPLAY,
        IndexCheck.error.is_(None),
    )
    return db.session.scalar(found.limit(1)) is not None


def checks_since(since: datetime) -> Sequence[IndexCheck]:
    """The latest first."""
    found = select(IndexCheck).where(IndexCheck.at > since)
    return db.session.scalars(found.order_by(IndexCheck.at.desc(), IndexCheck.id.desc())).all()


def last_check(name: str) -> IndexCheck | None:
    """The last that could be made."""
    return db.session.scalar(
        select(IndexCheck)
        .where(IndexCheck.index == name, IndexCheck.error.is_(None))
        .order_by(IndexCheck.at.desc(), IndexCheck.id.desc())
        .limit(1)
    )


def forget_old() -> int:
    old = delete(IndexCheck).where(IndexCheck.at < clock.now() - REMEMBERED)
    return cast("CursorResult[Any]", db.session.execute(old)).rowcount


def _suspects(kept: Kept, full: bool, beat: Callable[[], None]) -> tuple[_Differing, int, int]:
    """What differs at a first look, the size of the index, and of what it should hold."""
    indexed: dict[str, int] = {}
    for identity, revision in engine().revisions(kept.name):
        indexed[identity] = revision
        beat()
    documents, checked = len(indexed), 0
    found = _Differing(surplus=set(indexed))
    for identity, revision in kept.revisions(None):
        checked += 1
        beat()
        found.surplus.discard(identity)
        if identity not in indexed:
            found.missing.add(identity)
        elif indexed[identity] != revision:
            found.stale.add(identity)
    looked_into = set(kept.doubtful())
    if full:
        looked_into |= _share_of(indexed)
    for chunk in _chunks(sorted(looked_into - found.ids)):
        beat()
        found.stale |= _confirmed(kept, chunk).ids
    return found, documents, checked


def _share_of(indexed: Iterable[str], a_night: int = CONTENT_A_NIGHT) -> set[str]:
    """As many as fit into a night, others every night: a large index is read within weeks."""
    ids = list(indexed)
    parts = max(1, -(-len(ids) // a_night))
    tonight = clock.now().toordinal() % parts
    return {i for i in ids if zlib.crc32(i.encode()) % parts == tonight}


def _confirmed(kept: Kept, ids: Collection[str]) -> _Differing:
    """A second look, at the documents themselves."""
    found = _Differing()
    for chunk in _chunks(sorted(ids)):
        stored = {str(d[kept.spec.id_field]): d for d in engine().documents(kept.name, chunk)}
        wanted, bad = indexing.documents_of(kept, chunk)
        for identity in set(chunk) - bad.keys():
            if identity not in wanted:
                if identity in stored:
                    found.surplus.add(identity)
            elif identity not in stored:
                found.missing.add(identity)
            elif not _same(kept, wanted[identity], stored[identity]):
                found.stale.add(identity)
        found.stale |= bad.keys()
    return found


def _same(kept: Kept, wanted: Document, stored: Document) -> bool:
    try:
        (cleaned,) = clean_documents(kept.spec, [wanted]).values()
    except InvalidQuery:
        return False  # writing it will tell why
    return _written(cleaned) == _written(stored)


def _written(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)


def _chunks(ids: Sequence[str]) -> Iterable[list[str]]:
    source = iter(ids)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _engine_name() -> str:
    try:
        health = engine().health()
    except SearchError:
        return ""
    return f"{health.engine} {health.version}".strip()
