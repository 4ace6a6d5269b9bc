"""One release from files to ready: what a command and the worker both do, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from app.codes.intake.contract import Hints, Kind, Parts
from app.codes.services.importing.bulk import count_anew
from app.codes.services.importing.loading import (
    begin_release,
    digest_of,
    fill_release,
    finish_release,
    open_release,
    remove_stale,
)
from app.codes.services.importing.removing import remove_rows
from app.errors import DomainError
from app.extensions import db


def load_release(
    kind: Kind, parts: Parts, hints: Hints, *, by: int | None = None, floor: int | None = None
) -> Iterator[int]:
    """Read, stage and compare; yields the rows of each step, for the caller to commit.

    Afterwards the release is the open one of its kind, ready to be put live. Where the files are
    refused nothing of them is left, and what was live before still is.
    """
    sha256 = digest_of(parts)
    yield from remove_stale(kind, sha256)
    reading = kind.read(parts, hints)
    release = begin_release(kind, reading, source=_source(parts), sha256=sha256, by=by)
    release_id = release.id
    yield release.row_count
    try:
        yield from fill_release(release_id, reading)
        count_anew()
        yield 0  # committed, the tables are free for another load again
        found = open_release(kind.name)
        if found is not None:
            finish_release(found, kind, reading, floor=kind.floor if floor is None else floor)
    except DomainError:
        db.session.rollback()
        yield from remove_rows(release_id)
        refused = open_release(kind.name)
        if refused is not None:
            db.session.delete(refused)
        yield 0
        raise
    yield 0


def _source(parts: Parts) -> str:
    """The names of the files, with the zip or the package they came from."""
    members = [member for found in parts.values() for member in found]
    archives = list(dict.fromkeys(m.archive for m in members if m.archive))
    names = [member.name for member in members]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"{shown} ({', '.join(archives)})" if archives else shown
