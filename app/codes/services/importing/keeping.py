"""Files of releases sent to the desk: on disk until they are read, outside the web root."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import uuid
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select

from app import clock
from app.codes.models import ReleaseUpload, UploadState
from app.errors import Invalid, Unavailable
from app.extensions import db
from app.files import shown_name

HEAD = 64 * 1024  # bytes by which it is told what a file is
ORPHANED = timedelta(days=1)
_PACKED = (b"PK\x03\x04", b"\x1f\x8b", b"\xfd7zXZ\x00")
_PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")  # 0x1A ended files once
_KEY = re.compile(r"[0-9a-f]{32}")


def folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "releases"


class Arriving:
    """A file while it is received: written to disk and digested, and gone unless it is kept."""

    def __init__(self) -> None:
        folder().mkdir(parents=True, exist_ok=True)
        self.path = folder() / f"{secrets.token_hex(16)}.part"
        self.size = 0
        self._digest = hashlib.sha256()
        self._file: BinaryIO = self.path.open("xb+")

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, data: bytes | bytearray) -> int:
        """Raises Unavailable where the disk is full."""
        try:
            self._file.write(data)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Unavailable("There is no room for this file on the server.") from error
            raise
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def keep(self, path: Path) -> None:
        """All of it, on disk, under another name."""
        self._file.flush()
        os.fsync(self._file.fileno())
        os.replace(self.path, path)

    def close(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def check_content(name: str, head: bytes) -> None:
    """Raises Invalid for what is neither text nor an archive nor a workbook, by its beginning."""
    if not head:
        raise Invalid(f"{name} is empty.", field="files")
    if head.startswith(_PACKED):
        return
    if _PAGE.match(head):
        raise Invalid(
            f"{name} is a web page, not the file. The site of its maker shows a license or a list "
            "first: go through it, and send what is downloaded then.",
            field="files",
        )
    if head.startswith(b"%PDF-") or _BINARY.search(head):
        raise Invalid(
            f"{name} is no text, workbook (.xlsx) or archive (.zip, .gz, .xz): it was not kept.",
            field="files",
        )


def keep_files(arrived: Sequence[tuple[str, Arriving]]) -> tuple[str, list[str]]:
    """Keep files together. Returns their key and their names; the caller removes them on failure.

    Raises Invalid where one is not what a release may be: none is kept then.
    """
    names = []
    for name, file in arrived:
        shown = shown_name(name) or "a file without a name"
        file.seek(0)
        check_content(shown, file.read(HEAD))
        names.append(shown)
    key = uuid.uuid4().hex
    place = folder() / key
    place.mkdir(parents=True)
    try:
        for number, (_, file) in enumerate(arrived):
            file.keep(place / str(number))
        _sync(place)
        _sync(place.parent)
    except OSError as error:
        remove_files(key)
        raise Unavailable("We cannot keep files right now. Try again later.") from error
    return key, names


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def paths_of(key: str, count: int) -> list[Path]:
    """Where the files of an upload are. Raises Unavailable where one is gone."""
    paths = [folder() / key / str(number) for number in range(count)]
    if not all(path.is_file() for path in paths):
        raise Unavailable("The file is no longer on this server: send it again.")
    return paths


def remove_files(key: str) -> None:
    """Delete what is kept under a key; doing so twice is harmless."""
    if _KEY.fullmatch(key):
        shutil.rmtree(folder() / key, ignore_errors=True)


def remove_orphans() -> int:
    """Delete files no upload needs, which a process killed in between can leave behind."""
    before = (clock.now() - ORPHANED).timestamp()
    old = [p for p in folder().glob("*") if p.stat().st_mtime < before]
    open_ = set(
        db.session.scalars(
            select(ReleaseUpload.key).where(
                ReleaseUpload.state.in_((UploadState.WAITING, UploadState.READING))
            )
        )
    )
    gone = [path for path in old if path.name not in open_]
    for path in gone:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(gone)
