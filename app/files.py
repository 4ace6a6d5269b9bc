"""Files people upload: what they really are, and where they are kept, outside the web root."""

from __future__ import annotations

import hashlib
import io
import os
import uuid
import zipfile
from datetime import datetime
from pathlib import Path

from flask import current_app
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, tasks
from app.errors import Invalid, NotFound, TooLarge
from app.extensions import Base, db

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXTENSIONS = {".pdf": PDF, ".docx": DOCX}

MAX_UNPACKED = 50 * 1024 * 1024  # bytes a DOCX may hold once unzipped
MAX_MEMBERS = 2_000
MAX_PAGES = 60
_SCRIPTED = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA")


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


def recognise_document(name: str, content: bytes) -> str:
    """The media type of a résumé, by its bytes; the extension must agree.

    Raises Invalid with a sentence for the person, naming what to send instead.
    """
    stem, extension = os.path.splitext(name.lower())
    expected = EXTENSIONS.get(extension)
    if expected is None or "\x00" in name:
        raise Invalid("Choose a PDF or a Word document (.docx).")
    if os.path.splitext(stem)[1] in {".exe", ".js", ".html", ".htm", ".php", ".svg", ".bat", ".sh"}:
        raise Invalid("The file name has two extensions. Rename it, then choose it again.")
    if not content:
        raise Invalid("The file is empty.")
    if expected == PDF:
        _check_pdf(content)
    else:
        _check_docx(content)
    return expected


def _check_pdf(content: bytes) -> None:
    # The header must be first: a file that is something else up to byte N is refused.
    if not content.startswith(b"%PDF-"):
        raise Invalid("The file is named .pdf but is not a PDF. Export it again and retry.")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Invalid("The PDF is protected by a password. Save a copy without one.")
        pages = len(reader.pages)
    except Invalid:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise Invalid("The PDF is damaged. Export it again and retry.") from error
    if not 0 < pages <= MAX_PAGES:
        raise Invalid(f"The PDF has {pages} pages; we accept 1 to {MAX_PAGES}.")
    if any(_names(reader, word) for word in _SCRIPTED):
        raise Invalid("The PDF holds scripts or attachments. Print it to PDF again and retry.")


def _names(reader: PdfReader, word: str) -> bool:
    for number in range(len(reader.xref_objStm) + sum(len(g) for g in reader.xref.values()) + 1):
        item = reader.get_object(number) if number else None
        if isinstance(item, dict) and word in item:
            return True
    return False


def _check_docx(content: bytes) -> None:
    not_word = Invalid(
        "The file is named .docx but is not a Word document. Save it again and retry."
    )
    if not content.startswith(b"PK\x03\x04"):
        raise not_word
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise not_word from error
    names = {member.filename for member in members}
    if not {"[Content_Types].xml", "word/document.xml"} <= names:
        raise not_word
    if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
        raise Invalid("The document unpacks to far more than a résumé holds.")
    if any(n.endswith("vbaProject.bin") or "/embeddings/" in n for n in names):
        raise Invalid("The document holds macros or embedded files. Save it without them.")
    if any(n.startswith(("/", "\\")) or ".." in n.split("/") for n in names):
        raise not_word


def folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "files"


def store(account_id: int, name: str, content: bytes) -> StoredFile:
    """Keep an upload. Raises Invalid or TooLarge; nothing is written then."""
    limit = current_app.config["MAX_UPLOAD_MB"]
    if len(content) > limit * 1024 * 1024:
        raise TooLarge(f"The file is larger than {limit} MB.")
    name = os.path.basename(name.replace("\\", "/")).strip()[-120:]
    media_type = recognise_document(name, content)
    key = f"{uuid.uuid4().hex}"
    path = folder() / key[:2] / key
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    temporary.write_bytes(content)
    os.replace(temporary, path)
    stored = StoredFile(
        account_id=account_id,
        name=name,
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        key=key,
        created_at=clock.now(),
    )
    db.session.add(stored)
    db.session.flush()
    return stored


def path_of(stored: StoredFile) -> Path:
    path = folder() / stored.key[:2] / stored.key
    if not path.is_file():
        raise NotFound("The file is no longer here.")
    return path


def discard(stored: StoredFile) -> None:
    """Remove the row now and the bytes after the commit."""
    tasks.defer("files.unlink", {"key": stored.key})
    db.session.delete(stored)


@tasks.handles("files.unlink")
def _unlink(payload: dict[str, str]) -> None:
    (folder() / payload["key"][:2] / payload["key"]).unlink(missing_ok=True)
