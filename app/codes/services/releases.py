"""Releases: one is staged in steps nobody sees, then becomes the current one in one transaction."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import current_app
from sqlalchemy import Table, bindparam, delete, func, insert, select

from app import audit, clock
from app.codes.intake.days import fiscal_year_start
from app.codes.models import (
    HEADINGS,
    SYSTEMS,
    CodeEntry,
    CodeNote,
    CodeRelease,
    ReleaseState,
)
from app.codes.services.sources import Source
from app.codes.services.tabular import Tabular, codes_named, read_tabular
from app.errors import Invalid
from app.extensions import db
from app.filters import long_date, plural

# Fewer codes than this is a broken file: ICD-10-CM has not had fewer since 2015.
ROW_FLOOR = 90_000
_ENTRIES = cast(Table, CodeEntry.__table__)
_NOTES = cast(Table, CodeNote.__table__)
# Seconds until a process asks again which release is current: a new one shows that much later.
REMEMBERED = 2.0
STEP = 5_000  # rows written between two commits: SQLite's other writers wait no longer than that


@dataclass(frozen=True, slots=True)
class Difference:
    """What a release changes of the one before it."""

    previous: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retitled: tuple[str, ...]


_CURRENT = select(CodeRelease).where(
    CodeRelease.system == bindparam("system"), CodeRelease.state == ReleaseState.CURRENT
)


def current_release(system: str) -> CodeRelease | None:
    return db.session.scalar(_CURRENT, {"system": system})


@dataclass(frozen=True, slots=True)
class ShownRelease:
    """The current release as this process last saw it."""

    id: int
    sha256: str
    next_due: date
    seen_at: float  # on the clock of the process


def shown_release(system: str) -> ShownRelease | None:
    """What `current_release` said within the last REMEMBERED seconds, mostly without a query."""
    memory: dict[str, ShownRelease] = current_app.extensions.setdefault("shown_releases", {})
    known = memory.get(system)
    if known is not None and time.monotonic() - known.seen_at < REMEMBERED:
        return known
    release = current_release(system) if system in SYSTEMS else None
    if release is None:
        return None
    found = ShownRelease(release.id, release.sha256, release.next_due, time.monotonic())
    memory[system] = found
    return found


def known_release(system: str, sha256: str) -> CodeRelease | None:
    """The release these very files were loaded as before."""
    return db.session.scalar(
        select(CodeRelease)
        .where(
            CodeRelease.system == system,
            CodeRelease.sha256 == sha256,
            CodeRelease.state != ReleaseState.STAGED,
        )
        .order_by(CodeRelease.id.desc())
        .limit(1)
    )


def discard_staged(system: str) -> int:
    """Remove what an interrupted load left behind. Returns how many releases that was."""
    stale = db.session.scalars(
        select(CodeRelease.id).where(
            CodeRelease.system == system, CodeRelease.state == ReleaseState.STAGED
        )
    ).all()
    for release_id in stale:
        entries = select(CodeEntry.id).where(CodeEntry.release_id == release_id)
        db.session.execute(delete(CodeNote).where(CodeNote.entry_id.in_(entries)))
        db.session.execute(delete(CodeEntry).where(CodeEntry.release_id == release_id))
        db.session.execute(delete(CodeRelease).where(CodeRelease.id == release_id))
    return len(stale)


def read_book(source: Source, *, floor: int = ROW_FLOOR) -> Tabular:
    """The book in a source, refused where it is too short or contradicts its list of codes."""
    listing = source.listing
    book = read_tabular(source.tabular, listing.keys if listing else None)
    codes = sum(entry.kind not in HEADINGS for entry in book.entries)
    if codes < floor:
        raise Invalid(f"Only {codes:,} codes were found, fewer than {floor:,}: nothing was loaded.")
    if listing and listing.billable is not None:
        billable = {entry.key for entry in book.entries if entry.billable}
        differing = sorted(billable ^ listing.billable)
        if differing:
            raise Invalid(
                "The order file and the tabular XML disagree on what is billable: "
                f"{plural(len(differing), 'code')}, such as {', '.join(differing[:5])}."
            )
    return book


def begin_release(system: str, source: Source, book: Tabular) -> CodeRelease:
    """A staged release, still empty. Refuses an edition whose time has not come."""
    effective = source.effective or _from_version(book.version)
    if effective > clock.now().date():
        raise Invalid(
            f"This edition takes effect on {long_date(effective)}. Import it on that day or later."
        )
    release = CodeRelease(
        system=system,
        edition=long_date(effective),
        effective_from=effective,
        source=source.name,
        sha256=source.sha256,
        state=ReleaseState.STAGED,
        code_count=sum(entry.kind not in HEADINGS for entry in book.entries),
        billable_count=sum(entry.billable for entry in book.entries),
        imported_at=clock.now(),
    )
    db.session.add(release)
    db.session.flush()
    return release


def row_count(book: Tabular) -> int:
    return len(book.entries) + sum(len(entry.notes) for entry in book.entries)


def fill_release(release_id: int, book: Tabular) -> Iterator[int]:
    """Write the entries, then their notes; yields after each step, for the caller to commit."""
    for start in range(0, len(book.entries), STEP):
        step = book.entries[start : start + STEP]
        rows = [
            {
                "release_id": release_id,
                "key": entry.key,
                "shown": entry.shown,
                "kind": entry.kind.value,
                "title": entry.title,
                "billable": entry.billable,
                "seventh": entry.seventh,
                "parent_key": entry.parent_key,
                "ancestors": entry.ancestors,
                "position": position,
            }
            for position, entry in enumerate(step, start=start + 1)
        ]
        db.session.execute(insert(_ENTRIES), rows)
        yield len(rows)
    yield from _fill_notes(release_id, book)


def _fill_notes(release_id: int, book: Tabular) -> Iterator[int]:
    numbered = select(CodeEntry.key, CodeEntry.id).where(CodeEntry.release_id == release_id)
    ids = dict(db.session.execute(numbered).all())
    rows = [
        {
            "entry_id": ids[entry.key],
            "kind": note.kind.value,
            "position": position,
            "text": note.text,
            "extension": note.extension,
            "links": " ".join(codes_named(note.text, ids)),
        }
        for entry in book.entries
        for position, note in enumerate(entry.notes, start=1)
    ]
    for start in range(0, len(rows), STEP):
        step = rows[start : start + STEP]
        db.session.execute(insert(_NOTES), step)
        yield len(step)


def publish_release(release: CodeRelease) -> bool:
    """Show a filled release from now on. An edition older than the current one is only kept.

    Returns whether it became the current one.
    """
    _must_be_whole(release)
    current = current_release(release.system)
    newer = current is None or release.effective_from >= current.effective_from
    if current is not None and newer:
        current.state = ReleaseState.SUPERSEDED
        db.session.flush()  # the database allows one current release at a time
    release.state = ReleaseState.CURRENT if newer else ReleaseState.SUPERSEDED
    audit.record(
        "code release published" if newer else "code release kept",
        actor_id=None,
        subject_kind="code_release",
        subject_id=release.id,
        detail={"system": release.system, "edition": release.edition, "sha256": release.sha256},
    )
    return newer


def _must_be_whole(release: CodeRelease) -> None:
    stored = db.session.scalar(
        select(func.count())
        .select_from(CodeEntry)
        .where(CodeEntry.release_id == release.id, CodeEntry.kind.not_in(HEADINGS))
    )
    if stored != release.code_count:
        raise Invalid(f"{stored} of {release.code_count} codes were stored: nothing was published.")


def compare_releases(previous: CodeRelease, release: CodeRelease) -> Difference:
    before, after = _titles(previous.id), _titles(release.id)
    return Difference(
        previous=previous.edition,
        added=tuple(key for key in after if key not in before),
        removed=tuple(key for key in before if key not in after),
        retitled=tuple(k for k, title in after.items() if before.get(k, title) != title),
    )


def _titles(release_id: int) -> dict[str, str]:
    rows = db.session.execute(
        select(CodeEntry.key, CodeEntry.title)
        .where(CodeEntry.release_id == release_id, CodeEntry.kind.not_in(HEADINGS))
        .order_by(CodeEntry.position)
    )
    return dict(rows.all())


def _from_version(version: str) -> date:
    if not (version.isascii() and version.isdigit() and len(version) == 4):
        raise Invalid("Neither the file's name nor the file says when the edition takes effect.")
    return fiscal_year_start(int(version))
