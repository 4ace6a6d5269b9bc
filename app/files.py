"""Files people upload: where they are kept, outside the web root, and how they go again."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import unicodedata
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app
from sqlalchemy import ForeignKey, event, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from app import clock, tasks, worker
from app.errors import Invalid, NotFound, TooLarge, Unavailable
from app.extensions import Base, db
from app.sniffing import recognise_document

LONGEST_NAME = 120
_KEY = re.compile(r"[0-9a-f]{32}")


class StoredFile(Base):
    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]  # as the person called it; only ever shown, never a path
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    sha256: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]


def folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "files"


def _path(key: str) -> Path:
    return folder() / key[:2] / key


def shown_name(name: str) -> str:
    """What of an upload's name is kept: its last part, without what could deceive a reader."""
    last = name.replace("\\", "/").rpartition("/")[2]
    # Control and formatting characters: a right-to-left mark makes "fdp.exe" of "exe.pdf".
    visible = "".join(c for c in last if not unicodedata.category(c).startswith("C"))
    stem, extension = os.path.splitext(unicodedata.normalize("NFC", visible).strip())
    return stem[: LONGEST_NAME - len(extension)] + extension[:LONGEST_NAME]


def store(account_id: int, name: str, content: bytes) -> StoredFile:
    """Keep an upload. Raises Invalid or TooLarge; nothing is written then."""
    limit = current_app.config["MAX_UPLOAD_MB"]
    if len(content) > limit * 1024 * 1024:
        raise TooLarge(f"The file is larger than {limit} MB.")
    if "\x00" in name:
        raise Invalid("Choose a PDF or a Word document (.docx).")
    name = shown_name(name)
    media_type = recognise_document(name, content)
    stored = StoredFile(
        account_id=account_id,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        key=uuid.uuid4().hex,
        created_at=clock.now(),
    )
    _write(_path(stored.key), content)
    db.session.info.setdefault("written", []).append(_path(stored.key))
    db.session.add(stored)
    db.session.flush()
    return stored


def _write(path: Path, content: bytes) -> None:
    """All of it, on disk, or nothing."""
    temporary = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable("We cannot keep files right now. Try again later.") from error
        raise


@event.listens_for(Session, "after_commit")
def _keep_written(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop("written", None)


@event.listens_for(Session, "after_soft_rollback")
def _remove_written(session: Session, transaction: SessionTransaction) -> None:
    """A file whose row was rolled back belongs to nobody."""
    if transaction.parent is None:
        for path in session.info.pop("written", ()):
            path.unlink(missing_ok=True)


def path_of(stored: StoredFile) -> Path:
    path = _path(stored.key)
    if not path.is_file():
        raise NotFound("The file is no longer here.")
    return path


def discard(stored: StoredFile) -> None:
    """Remove the row now and the bytes after the commit."""
    tasks.defer("files.unlink", {"key": stored.key})
    db.session.delete(stored)


def discard_unused(stored: StoredFile) -> bool:
    """Discard a file that no row points at any more. What was sent with it keeps it."""
    db.session.flush()
    files = Base.metadata.tables[StoredFile.__tablename__]
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.references(files) and db.session.scalar(
                select(key.parent).where(key.parent == stored.id).limit(1)
            ):
                return False
    discard(stored)
    return True


@tasks.handles("files.unlink")
def _unlink(payload: dict[str, str]) -> None:
    if not _KEY.fullmatch(payload["key"]):
        raise tasks.Permanent("that is not the key of a file")
    _path(payload["key"]).unlink(missing_ok=True)


@worker.every(timedelta(hours=24))
def remove_orphans() -> int:
    """Remove files without a row, which a process killed between the two can leave behind."""
    yesterday = (clock.now() - timedelta(days=1)).timestamp()
    old = [p for p in folder().glob("??/*") if p.stat().st_mtime < yesterday]
    removed = 0
    for start in range(0, len(old), 500):
        part = old[start : start + 500]
        keys = [path.name for path in part]
        known = set(db.session.scalars(select(StoredFile.key).where(StoredFile.key.in_(keys))))
        for path in part:
            if path.name not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed
