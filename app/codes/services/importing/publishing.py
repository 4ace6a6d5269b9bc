"""Putting a loaded release live, or discarding it: each in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from app import audit, clock
from app.codes.models import CodeRelease, ReleaseState
from app.codes.services.editions import forget_editions
from app.codes.services.importing import cpt_numbers
from app.codes.services.importing.removing import remove_rows
from app.errors import Conflict
from app.extensions import db


def publish_release(release: CodeRelease, *, cumulative: bool, by: int | None) -> None:
    """Show a release for the days from which it takes effect.

    One of the same day is replaced by it; of kinds that hold all earlier editions, so are those.
    Raises Conflict where it is not ready.
    """
    if release.state != ReleaseState.READY:
        raise Conflict("This release is not loaded, or was put live or discarded meanwhile.")
    for earlier in _replaced_by(release, cumulative):
        earlier.state = ReleaseState.REPLACED
    db.session.flush()  # the database allows one published release of a day at a time
    release.state = ReleaseState.PUBLISHED
    release.published_at = clock.now()
    db.session.flush()
    forget_editions()
    if release.kind in cpt_numbers.SOURCES:
        cpt_numbers.renew_numbers()
    audit.record(
        "code release published",
        actor_id=by,
        subject_kind="code_release",
        subject_id=release.id,
        detail={"kind": release.kind, "edition": release.edition, "sha256": release.sha256},
    )


def _replaced_by(release: CodeRelease, cumulative: bool) -> Sequence[CodeRelease]:
    found = select(CodeRelease).where(
        CodeRelease.kind == release.kind, CodeRelease.state == ReleaseState.PUBLISHED
    )
    if cumulative:
        found = found.where(CodeRelease.effective_from <= release.effective_from)
    else:
        found = found.where(CodeRelease.effective_from == release.effective_from)
    return db.session.scalars(found).all()


def discard_release(release: CodeRelease, *, by: int | None) -> Iterator[int]:
    """Remove, in steps, a release that is not live. Raises Conflict where it is."""
    if release.state not in (ReleaseState.STAGED, ReleaseState.READY):
        raise Conflict("This release is live, or was replaced by another: it is not discarded.")
    audit.record(
        "code release discarded",
        actor_id=by,
        subject_kind="code_release",
        subject_id=release.id,
        detail={"kind": release.kind, "edition": release.edition, "sha256": release.sha256},
    )
    release_id = release.id
    yield from remove_rows(release_id)
    db.session.delete(db.session.get_one(CodeRelease, release_id))
    db.session.flush()
    yield 0


def remove_discarded() -> Iterator[int]:
    """Delete, in steps, releases that were discarded before they were ever shown."""
    discarded = select(CodeRelease.id).where(
        CodeRelease.state == ReleaseState.REPLACED, CodeRelease.published_at.is_(None)
    )
    for release_id in db.session.scalars(discarded).all():
        yield from remove_rows(release_id)
        found = db.session.get(CodeRelease, release_id)
        if found is not None:  # another worker may have been at it too
            db.session.delete(found)
            db.session.flush()
        yield 0


def remove_replaced() -> Iterator[int]:
    """Delete the rows of replaced releases, in steps; what they were stays on record."""
    ids = db.session.scalars(
        select(CodeRelease.id).where(
            CodeRelease.state == ReleaseState.REPLACED,
            CodeRelease.row_count > 0,
            CodeRelease.published_at.is_not(None),
        )
    ).all()
    for release_id in ids:
        yield from remove_rows(release_id)
        db.session.get_one(CodeRelease, release_id).row_count = 0
        yield 0
