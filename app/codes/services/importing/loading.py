"""A release from its files into the database: staged in steps nobody sees, and taken up again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.codes.intake.contract import Fault, Kind, Parts, Reading
from app.codes.intake.rows import Entry
from app.codes.models import HEADINGS, CodeRelease, ReleaseFault, ReleaseState
from app.codes.services.importing.bulk import write_rows
from app.codes.services.importing.comparing import compare_with_previous
from app.codes.services.importing.removing import remove_rows
from app.errors import Conflict, Invalid
from app.extensions import db
from app.filters import plural

SILENT = timedelta(seconds=60)  # without a heartbeat a load is taken for interrupted
MOST_FAULTY = 50  # of a thousand rows; more is another format than the one that was read


def digest_of(parts: Parts) -> str:
    """One digest of all files: the same however they came, zipped or bare."""
    digest = hashlib.sha256()
    for sha256 in sorted(member.sha256 for members in parts.values() for member in members):
        digest.update(sha256.encode())
    return digest.hexdigest()


def published_as(kind: str, sha256: str) -> CodeRelease | None:
    """The release these very files were published as before."""
    return db.session.scalar(
        select(CodeRelease)
        .where(
            CodeRelease.kind == kind,
            CodeRelease.sha256 == sha256,
            CodeRelease.state.in_((ReleaseState.PUBLISHED, ReleaseState.REPLACED)),
            CodeRelease.published_at.is_not(None),
        )
        .order_by(CodeRelease.id.desc())
        .limit(1)
    )


def open_release(kind: str) -> CodeRelease | None:
    """The release of a kind that is being loaded or waits to be put live; there is one at most."""
    return db.session.scalar(
        select(CodeRelease).where(
            CodeRelease.kind == kind,
            CodeRelease.state.in_((ReleaseState.STAGED, ReleaseState.READY)),
        )
    )


def begin_release(
    kind: Kind, reading: Reading, *, source: str, sha256: str, by: int | None = None
) -> CodeRelease:
    """A staged release: a new one, or the one an interrupted load of the same files left.

    Raises Conflict where another load of the kind is under way, or waits to be put live. What is
    left of an interrupted load of other files is to be removed first, with `remove_stale`.
    """
    found = open_release(kind.name)
    if found is None:
        found = CodeRelease(
            kind=kind.name,
            edition=reading.edition,
            effective_from=reading.effective_from,
            effective_to=reading.effective_to,
            source=source,
            sha256=sha256,
            state=ReleaseState.STAGED,
            imported_at=clock.now(),
            imported_by=by,
            heartbeat_at=clock.now(),
            last_row="",
            row_count=0,
            code_count=0,
            billable_count=0,
        )
        db.session.add(found)
        db.session.flush()
    elif found.state == ReleaseState.READY:
        raise Conflict(
            f"{kind.title}, {found.edition} is loaded and waits to be put live or discarded."
        )
    elif found.heartbeat_at > clock.now() - SILENT:
        raise Conflict(f"{kind.title} is being loaded at this moment.")
    found.heartbeat_at = clock.now()
    return found


def remove_stale(kind: Kind, sha256: str) -> Iterator[int]:
    """Remove, in steps, an interrupted load of other files; the caller commits each step."""
    found = open_release(kind.name)
    if found is None or found.state != ReleaseState.STAGED or found.sha256 == sha256:
        return
    if found.heartbeat_at <= clock.now() - SILENT:
        yield from remove_rows(found.id)
        db.session.delete(found)
        db.session.flush()
        yield 0


def fill_release(release_id: int, reading: Reading) -> Iterator[int]:
    """Write what is not stored yet; yields the rows of each step, for the caller to commit.

    A release that was interrupted goes on where it stands: the rows come always in one order, and
    the last one stored must be where it was, or Conflict is raised.
    """
    release = db.session.get_one(CodeRelease, release_id)
    stored, last = release.row_count, release.last_row
    passed = 0
    for kind, rows in reading.batches:
        before, passed = passed, passed + len(rows)
        fresh = rows
        if before < stored:
            if stored <= passed and repr(tuple(rows[stored - before - 1])) != last:
                raise Conflict("The files are read otherwise than when the load was begun.")
            fresh = rows[max(stored - before, 0) :]
        if not fresh:
            continue
        write_rows(release_id, kind, fresh)
        release = db.session.get_one(CodeRelease, release_id)
        release.row_count = passed
        release.last_row = repr(tuple(fresh[-1]))
        release.heartbeat_at = clock.now()
        if kind is Entry:
            codes = [row for row in fresh if row[2] not in HEADINGS]
            release.code_count += len(codes)
            release.billable_count += sum(row[4] for row in codes)
        yield len(fresh)


def finish_release(release: CodeRelease, kind: Kind, reading: Reading, *, floor: int) -> None:
    """Refuse a release that is too short or too faulty; else compare it: it is then ready."""
    size = release.code_count if kind.system and release.code_count else release.row_count
    what = "code" if size == release.code_count else "row"
    if size < floor:
        raise Invalid(
            f"Only {plural(size, what)} {'was' if size == 1 else 'were'} found in "
            f"{release.source}, fewer than {floor:,}: nothing was loaded."
        )
    faulty = reading.quarantine.count
    if faulty * 1000 > (release.row_count + faulty) * MOST_FAULTY:
        raise Invalid(
            f"{faulty:,} of {release.row_count + faulty:,} rows of {release.source} cannot be "
            f"read: nothing was loaded. The first: {told(reading.quarantine.kept[0])}."
        )
    # Before anything is written: it may take a minute, in which SQLite has others wait.
    difference = compare_with_previous(release)
    db.session.add_all(
        ReleaseFault(
            release_id=release.id, file=fault.file, line=fault.line, why=fault.why, row=fault.row
        )
        for fault in reading.quarantine.kept
    )
    release.quarantined = faulty
    release.dropped = dict(reading.dropped)
    release.legend = dict(reading.legend)
    release.difference = difference
    release.state = ReleaseState.READY


def told(fault: Fault) -> str:
    return f"{fault.file}, line {fault.line}: {fault.why}"


def faults_of(release: CodeRelease) -> list[Fault]:
    """The rows of a release that were left out, as far as they were kept."""
    found = db.session.scalars(
        select(ReleaseFault).where(ReleaseFault.release_id == release.id).order_by(ReleaseFault.id)
    )
    return [Fault(row.file, row.line, row.why, row.row) for row in found]
