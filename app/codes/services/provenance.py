"""Where everything comes from: each loaded edition with its files, and what is not loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from app.codes.intake.kinds import KINDS
from app.codes.models import CPT, SYSTEMS, CodeRelease
from app.codes.services.editions import Edition, editions
from app.extensions import db


@dataclass(frozen=True, slots=True)
class LoadedEdition:
    """A published edition and what became of the rows of its files."""

    edition: Edition
    left_out: int
    dropped: int  # descriptors that are somebody's property
    imported_at: datetime
    is_current: bool
    is_overdue: bool  # the current one, and by its maker's calendar a newer is in force
    has_run_out: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of release with every edition of it that is loaded, the latest first."""

    kind: str
    title: str
    owner: str
    download: str  # the page it is downloaded from
    editions: tuple[LoadedEdition, ...]


def sources(day: date) -> tuple[list[Source], list[Source]]:
    """What is loaded, and what is not."""
    loaded = editions()
    ids = [edition.id for of in loaded.by_kind.values() for edition in of]
    rows = {
        row.id: row
        for row in db.session.execute(
            select(CodeRelease.id, CodeRelease.quarantined, CodeRelease.dropped).where(
                CodeRelease.id.in_(ids)
            )
        )
    }
    found = []
    for kind in dict.fromkeys((*SYSTEMS, *KINDS)):
        of = loaded.of(kind)
        current = loaded.on(kind, day)
        found.append(
            Source(
                kind=kind,
                title=SYSTEMS.get(kind) or KINDS[kind].title,
                owner=KINDS[kind].owner if kind in KINDS else "CMS",
                download=KINDS[kind].source if kind in KINDS else "",
                editions=tuple(_loaded(e, rows[e.id], e == current, day) for e in of),
            )
        )
    return [s for s in found if s.editions], [s for s in found if not s.editions and s.kind != CPT]


def _loaded(edition: Edition, row: object, is_current: bool, day: date) -> LoadedEdition:
    dropped: dict[str, int] = getattr(row, "dropped", None) or {}
    return LoadedEdition(
        edition=edition,
        left_out=getattr(row, "quarantined", 0),
        dropped=sum(dropped.values()),
        imported_at=edition.imported_at,
        is_current=is_current,
        is_overdue=is_current and edition.is_overdue(day),
        has_run_out=is_current and edition.has_run_out(day),
    )


def overdue(found: Sequence[Source]) -> int:
    return sum(e.is_overdue or e.has_run_out for source in found for e in source.editions)
