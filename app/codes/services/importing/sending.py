"""Files of releases that operators send: kept for the worker, with what was said of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlalchemy import CursorResult, select, update

from app import audit, clock
from app.accounts.models import Account
from app.codes.intake.kinds import KINDS
from app.codes.models import ReleaseUpload, UploadState
from app.codes.services.importing import notices
from app.codes.services.importing.keeping import Arriving, keep_files, remove_files
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db

LONGEST_EDITION = 80
MOST_FILES = 12  # CMS cuts the edits of a quarter into four
EARLIEST, LATEST = date(1979, 1, 1), date(2100, 1, 1)  # ICD-9-CM began in 1979
ON_THE_DESK = "on the desk"


def send_files(
    by: Account,
    arrived: Sequence[tuple[str, Arriving]],
    *,
    kind: str = "",
    effective: date | None = None,
    edition: str = "",
    accepts: bool = False,
) -> ReleaseUpload:
    """Keep the files of one or more releases for the worker to read.

    Raises Invalid for what cannot be one, and Conflict where these very files wait already.
    """
    _check_said(kind, effective)
    sha256 = _check_files(arrived)
    said = {
        "kind": kind,
        "edition": edition[:LONGEST_EDITION],
        "effective": effective.isoformat() if effective else "",
        "accepts": "yes" if accepts else "",
    }
    key, names = keep_files(arrived)
    upload = ReleaseUpload(
        name="\n".join(names),
        key=key,
        size=sum(file.size for _, file in arrived),
        sha256=sha256,
        said={name: value for name, value in said.items() if value},
        uploaded_by=by.id,
        uploaded_at=clock.now(),
        log=[],
    )
    try:
        db.session.add(upload)
        db.session.flush()
        _record("code release sent", by, upload)
    except Exception:
        remove_files(key)
        raise
    return upload


def _check_said(kind: str, effective: date | None) -> None:
    if kind and kind not in KINDS:
        raise Invalid("Choose a kind of the list.", field="kind")
    if effective and not EARLIEST <= effective <= LATEST:
        raise Invalid(
            "Give the day the edition takes effect, such as 2026-04-01.", field="effective"
        )


def _check_files(arrived: Sequence[tuple[str, Arriving]]) -> str:
    """The digest of all of them."""
    if not arrived or len(arrived) > MOST_FILES:
        raise Invalid(f"Choose a file, or up to {MOST_FILES} that belong together.", field="files")
    sha256 = _digest([file.sha256 for _, file in arrived])
    same = select(ReleaseUpload.id).where(
        ReleaseUpload.sha256 == sha256,
        ReleaseUpload.state.in_((UploadState.WAITING, UploadState.READING)),
    )
    if db.session.scalar(same):
        raise Conflict("This very file was sent already and is waiting or being read.")
    return sha256


def _record(action: str, by: Account, upload: ReleaseUpload) -> None:
    audit.record(
        action,
        actor_id=by.id,
        subject_kind="release_upload",
        subject_id=upload.id,
        detail={"sha256": upload.sha256, "bytes": upload.size},
    )


def _digest(each: Sequence[str]) -> str:
    return each[0] if len(each) == 1 else hashlib.sha256("".join(sorted(each)).encode()).hexdigest()


def upload_of(upload_id: int) -> ReleaseUpload:
    found = db.session.get(ReleaseUpload, upload_id) if upload_id < 2**31 else None
    if found is None:
        raise NotFound("There is no such upload.")
    return found


def asked_notices(upload: ReleaseUpload) -> list[str]:
    """The kinds whose notice is to be accepted before the upload is read on."""
    return upload.said.get("asks", "").split() if upload.state == UploadState.WAITING else []


def accept_notices(by: Account, upload: ReleaseUpload) -> None:
    """Accept CMS's notice for the kinds an upload waits with; the worker then reads it."""
    asked = asked_notices(upload)
    if not asked:
        raise Conflict("This upload does not wait for a notice to be accepted.")
    for kind in asked:
        notices.accept_notice(KINDS[kind], by=by.id, stated=ON_THE_DESK)
    upload.said = {name: value for name, value in upload.said.items() if name != "asks"}


def withdraw_upload(by: Account, upload: ReleaseUpload) -> None:
    """Give up an upload nobody reads yet; its files go. Raises Conflict where it is being read."""
    gone = update(ReleaseUpload).where(
        ReleaseUpload.id == upload.id, ReleaseUpload.state == UploadState.WAITING
    )
    moment = clock.now()
    log = [*upload.log, "Withdrawn."]
    gone = gone.values(state=UploadState.REFUSED, finished_at=moment, log=log)
    done = db.session.execute(gone, execution_options={"synchronize_session": False})
    if cast("CursorResult[Any]", done).rowcount != 1:
        raise Conflict("This upload is being read, or was read meanwhile.")
    _record("code release withdrawn", by, upload)
    db.session.refresh(upload)
