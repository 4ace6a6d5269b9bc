"""Uploads of releases: sent to the desk, taken by one worker at a time, read step by step.

Reading may take many minutes, which is longer than any lease of the outbox, so each upload is a
row with a heartbeat. One UPDATE decides who takes it; whose heart stops loses it to the next, who
goes on where the rows that are stored end.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from app import clock
from app.codes.intake.contract import Hints
from app.codes.intake.files import members
from app.codes.intake.kinds import KINDS, Found, find_releases
from app.codes.models import CodeRelease, ReleaseState, ReleaseUpload, UploadState
from app.codes.services.importing import cpt_numbers, loading, notices
from app.codes.services.importing.keeping import paths_of, remove_files
from app.codes.services.importing.load import load_release
from app.codes.services.importing.naming import told_difference
from app.codes.services.importing.sending import ON_THE_DESK
from app.errors import Conflict, DomainError, Invalid
from app.extensions import db
from app.filters import plural

# Without a heartbeat the worker is taken for dead. Comparing two million edits takes a minute.
STALE = timedelta(minutes=5)
TRIES = 3  # workers that may die at one upload until it is given up
LONGEST_LOG = 300  # lines
FAULTS_LOGGED = 20  # of one release; all that are kept stand on its page


class Superseded(Exception):
    """Another worker took the upload: this one was silent for too long."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An upload this process reads, as plain values: they outlive every commit."""

    id: int
    holder: str


def take_upload() -> Taken | None:
    """Take an upload that waits, or whose worker has died. The caller commits."""
    moment = clock.now()
    free = or_(
        ReleaseUpload.state == UploadState.WAITING,
        and_(
            ReleaseUpload.state == UploadState.READING,
            ReleaseUpload.heartbeat_at < moment - STALE,
        ),
    )
    rows = db.session.scalars(select(ReleaseUpload).where(free).order_by(ReleaseUpload.id)).all()
    for upload in rows:
        if upload.said.get("asks"):
            continue
        holder = uuid.uuid4().hex
        tries = int(upload.said.get("tries", "0")) + 1
        taken = update(ReleaseUpload).where(ReleaseUpload.id == upload.id, free)
        taken = taken.values(
            state=UploadState.READING,
            holder=holder,
            heartbeat_at=moment,
            rows_done=0,
            said={**upload.said, "tries": str(tries)},
        )
        if _changed(db.session.execute(taken, execution_options=_UNSYNCHRONISED)):
            db.session.expire(upload)
            return Taken(upload.id, holder)
    return None


def read_upload(taken: Taken) -> Iterator[int]:
    """Read, stage and compare every release in an upload; the caller commits each step.

    What is refused is said in its log and keeps none of the others out. Raises Superseded where
    another worker has taken it meanwhile: nothing of the last step is to be committed then.
    """
    try:
        found = _found(taken)
    except DomainError as error:
        db.session.rollback()
        _end(taken, UploadState.REFUSED, error.message)
        yield 0
        return
    if not _settle_notices(taken, found):
        yield 0
        return
    _beat(taken, 0)
    yield 0
    made = 0
    for release in found:
        try:
            yield from _load(taken, release)
            made += 1
        except IntegrityError:
            db.session.rollback()
            _say(taken, f"{release.kind.title}: another release of it is being loaded. {_AGAIN}")
        except DomainError as error:
            db.session.rollback()
            again = f" {_AGAIN}" if isinstance(error, Conflict) else ""
            _say(taken, f"{release.kind.title}: {error.message}{again}")
        yield 0
    _end(taken, UploadState.DONE if made else UploadState.REFUSED)
    yield 0


_AGAIN = "Send the file again after that."


def give_up(taken: Taken, why: str) -> None:
    """Reading failed in a way nobody expected."""
    _end(taken, UploadState.REFUSED, why)


def remove_finished(taken: Taken) -> None:
    """Delete the files of an upload that is over; after the commit that says so."""
    upload = db.session.get(ReleaseUpload, taken.id, populate_existing=True)
    if upload is not None and upload.finished_at is not None:
        remove_files(upload.key)


def _found(taken: Taken) -> list[Found]:
    upload = db.session.get_one(ReleaseUpload, taken.id, populate_existing=True)
    if int(upload.said.get("tries", "1")) > TRIES:
        raise Invalid("Every worker that read it died. Read it on the command line to learn why.")
    if upload.said.get("tries") != "1":
        _say(taken, "Taken up again: the worker that read it was stopped.")
    names = upload.name.split("\n")
    paths = paths_of(upload.key, len(names))
    given = [members(path, name=name) for path, name in zip(paths, names, strict=True)]
    return find_releases(given, only=upload.said.get("kind", ""))


def _settle_notices(taken: Taken, found: Sequence[Found]) -> bool:
    """Whether it may be read; otherwise it waits for a person to accept the notice."""
    upload = db.session.get_one(ReleaseUpload, taken.id, populate_existing=True)
    kinds = {release.kind.name: release.kind for release in found}.values()
    asked = [kind for kind in kinds if notices.must_accept(kind)]
    if asked and not upload.said.get("accepts"):
        said = {**upload.said, "asks": " ".join(kind.name for kind in asked)}
        said.pop("tries", None)
        _update(taken, state=UploadState.WAITING, holder=None, said=said)
        return False
    for kind in asked:
        notices.accept_notice(kind, by=upload.uploaded_by, stated=ON_THE_DESK)
    return True


def _load(taken: Taken, found: Found) -> Iterator[int]:
    kind = found.kind
    upload = db.session.get_one(ReleaseUpload, taken.id, populate_existing=True)
    said, by = upload.said, upload.uploaded_by
    sha256 = loading.digest_of(found.parts)
    known = loading.published_as(kind.name, sha256)
    if known is not None and known.state == ReleaseState.PUBLISHED:
        _say(taken, f"{kind.title}, {known.edition} is loaded already: nothing was to be done.")
        return
    waiting = loading.open_release(kind.name)
    if waiting is not None and (waiting.state, waiting.sha256) == (ReleaseState.READY, sha256):
        _tell_ready(taken, waiting)
        return
    names = [member.name for parts in found.parts.values() for member in parts]
    shown = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    _say(taken, f"{kind.title}: reading {shown} …")
    yield 0
    day = date.fromisoformat(said["effective"]) if said.get("effective") else None
    hints = Hints(day, said.get("edition", ""), cpt_numbers.may_show_descriptors())
    for rows in load_release(kind, found.parts, hints, by=by):
        _beat(taken, rows)
        yield rows
    release = loading.open_release(kind.name)
    if release is None or release.sha256 != sha256:
        raise Conflict("It was discarded while it was being read.")
    _tell_ready(taken, release)


def _tell_ready(taken: Taken, release: CodeRelease) -> None:
    title = KINDS[release.kind].title
    lines = [
        f"{title}: {loading.told(fault)}: left out."
        for fault in loading.faults_of(release)[:FAULTS_LOGGED]
    ]
    if release.quarantined:
        lines.append(f"{title}: {plural(release.quarantined, 'row')} left out in all.")
    for what, count in release.dropped.items():
        lines.append(f"{title}: not kept, for want of a license: {plural(count, what)}.")
    lines += [f"{title}: {line}" for line in told_difference(release.difference)]
    lines.append(f"{title}, {release.edition} is read and waits to be put live.")
    upload = db.session.get_one(ReleaseUpload, taken.id, populate_existing=True)
    made = dict.fromkeys([*upload.said.get("made", "").split(), str(release.id)])
    _update(taken, said={**upload.said, "made": " ".join(made)})
    _say(taken, *lines)


def _say(taken: Taken, *lines: str) -> None:
    """Add lines to the log; what another worker said before it was stopped is not said twice."""
    log = db.session.scalar(select(ReleaseUpload.log).where(ReleaseUpload.id == taken.id)) or []
    fresh = [line for line in lines if line not in log]
    _update(taken, log=[*log, *fresh][-LONGEST_LOG:])


def _beat(taken: Taken, rows: int) -> None:
    _update(taken, rows_done=ReleaseUpload.rows_done + rows)


def _end(taken: Taken, state: UploadState, line: str = "") -> None:
    if line:
        _say(taken, line)
    _update(taken, state=state, holder=None, finished_at=clock.now())


def _update(taken: Taken, **values: Any) -> None:
    """Raises Superseded where the upload has become another worker's."""
    mine = update(ReleaseUpload).where(
        ReleaseUpload.id == taken.id,
        ReleaseUpload.holder == taken.holder,
        ReleaseUpload.state == UploadState.READING,
    )
    mine = mine.values(**{"heartbeat_at": clock.now(), **values})
    if not _changed(db.session.execute(mine, execution_options=_UNSYNCHRONISED)):
        raise Superseded(f"another worker reads upload {taken.id}")


_UNSYNCHRONISED = {"synchronize_session": False}


def _changed(result: Any) -> bool:
    return cast("CursorResult[Any]", result).rowcount == 1
