"""What an uploaded document really is, by its bytes: a plain PDF or Word file, or refused."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from app.errors import Invalid
from app.xml import UnreadableXml, read_xml

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXTENSIONS = {".pdf": PDF, ".docx": DOCX}

MAX_UNPACKED = 50 * 1024 * 1024  # bytes a DOCX may hold once unzipped
MAX_MEMBERS = 2_000
MAX_PACKAGING = 2 * 1024 * 1024  # bytes of the parts of a DOCX that tell what the others are
MAX_PAGES = 60
MAX_OBJECTS = 20_000  # of a PDF; a résumé has hundreds

# What makes a PDF more than pages: these keys, or these values of /S, /Type and /Subtype.
_ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent",
     "/RichMediaSettings"}
)  # fmt: skip
_ACTIVE_VALUES = frozenset(
    {"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/GoToE", "/GoToR",
     "/EmbeddedFile", "/FileAttachment", "/RichMedia", "/Movie", "/Rendition", "/3D"}
)  # fmt: skip
# What makes a DOCX more than pages: relationships of these kinds, content types that hold these.
# With a fourth slash, or one in disguise, it may be a server that is named.
_OWN_DISK = re.compile(r"file:///[^/\\%]", re.IGNORECASE)
_FOREIGN_KINDS = frozenset(
    {"activexcontrolbinary", "afchunk", "control", "oleobject", "package", "vbaproject"}
)
_FOREIGN_TYPES = ("activex", "macroenabled", "oleobject", "vbaproject")
_FOREIGN = "The document holds macros or embedded files. Save it without them."
_TOO_MUCH = "The document unpacks to far more than a résumé holds."
_DAMAGED_WORD = "The Word document is damaged. Save it again and retry."
_RUNNABLE = frozenset(
    {".bat", ".cmd", ".exe", ".hta", ".htm", ".html", ".jar", ".js", ".lnk", ".msi", ".php",
     ".ps1", ".scr", ".sh", ".svg", ".vbs", ".xhtml"}
)  # fmt: skip
_DAMAGED = (
    PyPdfError, ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError,
    ValueError, zipfile.BadZipFile, AssertionError, NotImplementedError,
)  # fmt: skip

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it tells of every oddity it could mend


def recognise_document(name: str, content: bytes) -> str:
    """The media type of a résumé, by its bytes; the extension must agree.

    Raises Invalid with a sentence for the person, naming what to send instead.
    """
    suffixes = [suffix.lower() for suffix in PurePosixPath(name).suffixes]
    expected = EXTENSIONS.get(suffixes[-1]) if suffixes else None
    if expected is None or "\x00" in name:
        raise Invalid("Choose a PDF or a Word document (.docx).")
    if _RUNNABLE.intersection(suffixes):
        raise Invalid("The file name has two extensions. Rename it, then choose it again.")
    if not content:
        raise Invalid("The file is empty.")
    if expected == PDF:
        _check_pdf(content)
    else:
        _check_docx(content)
    return expected


def _check_pdf(content: bytes) -> None:
    # The header must be first and the end last: what is a PDF only in the middle, or is a ZIP
    # as well, is something else to another program.
    if not content.startswith(b"%PDF-") or zipfile.is_zipfile(io.BytesIO(content)):
        raise Invalid("The file is named .pdf but is not a PDF. Export it again and retry.")
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        if reader.is_encrypted:
            raise Invalid("The PDF is protected by a password. Save a copy without one.")
        pages = len(reader.pages)
        active = any(_is_active(part) for part in _dictionaries(reader))
    except Invalid:
        raise
    except _DAMAGED as error:
        raise Invalid("The PDF is damaged. Export it again and retry.") from error
    if not 0 < pages <= MAX_PAGES:
        raise Invalid(f"The PDF has {pages} pages; we accept 1 to {MAX_PAGES}.")
    if active:
        raise Invalid("The PDF holds scripts or attachments. Print it to PDF again and retry.")
    if content.rstrip(b"\x00\t\n\f\r ")[-5:] != b"%%EOF":
        raise Invalid("The PDF is damaged. Export it again and retry.")


def _dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary in the file, wherever it hides: any object, object streams, nested."""
    numbers = {(number, generation) for generation, g in reader.xref.items() for number in g}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    if len(numbers) > MAX_OBJECTS:
        raise ValueError("more objects than a résumé has")
    waiting: list[Any] = [reader.trailer]
    waiting += [IndirectObject(number, generation, reader) for number, generation in numbers]
    while waiting:
        part = waiting.pop()
        if isinstance(part, IndirectObject):
            # Each is on the list once; references found inside are not followed again.
            part = reader.get_object(part)
        if isinstance(part, DictionaryObject):
            yield part
            inside = part.values()
        elif isinstance(part, ArrayObject):
            inside = iter(part)  # type: ignore[assignment]
        else:
            continue
        waiting += [x for x in inside if isinstance(x, DictionaryObject | ArrayObject)]


def _is_active(part: DictionaryObject) -> bool:
    if not _ACTIVE_KEYS.isdisjoint(part):
        return True
    named = (part[key] for key in ("/S", "/Type", "/Subtype") if key in part)
    return any(isinstance(value, str) and value in _ACTIVE_VALUES for value in named)


def _check_docx(content: bytes) -> None:
    not_word = Invalid(
        "The file is named .docx but is not a Word document. Save it again and retry."
    )
    # It must begin and end as an archive does, so that it is nothing else as well.
    if not content.startswith(b"PK\x03\x04") or content[-22:-18] != b"PK\x05\x06":
        raise not_word
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_UNPACKED:
                raise Invalid(_TOO_MUCH)
            if any(member.flag_bits & 1 for member in members):
                raise Invalid("The document is protected by a password. Save a copy without one.")
            if archive.testzip() is not None:  # reads each member: a false size shows here
                raise not_word
            packaging = _packaging(archive)
    except Invalid:
        raise
    except (*_DAMAGED, EOFError, RuntimeError) as error:
        raise not_word from error
    names = [member.filename.lower() for member in members]
    if len(set(names)) != len(names) or any(_leads_out(name) for name in names):
        raise not_word
    if not {"[content_types].xml", "word/document.xml"} <= set(names):
        raise not_word
    if any("vbaproject" in n or "/embeddings/" in n or "/activex/" in n for n in names):
        raise Invalid(_FOREIGN)
    for part in packaging:
        _check_packaging(part)


def _leads_out(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/")


def _packaging(archive: zipfile.ZipFile) -> list[bytes]:
    """The parts that tell what the others are and how they hang together."""
    parts = [
        member
        for member in archive.infolist()
        if member.filename.lower().endswith((".rels", "[content_types].xml"))
    ]
    if sum(part.file_size for part in parts) > MAX_PACKAGING:
        raise Invalid(_TOO_MUCH)
    return [archive.read(part) for part in parts]


def _check_packaging(part: bytes) -> None:
    """Refuse what a reader would load from elsewhere, run, or hand to another program.

    A document can give such parts any name; what they are stands here.
    """
    try:
        root = read_xml(part)
    except UnreadableXml as error:
        raise Invalid(_DAMAGED_WORD) from error
    for relationship in root.iter("{*}Relationship"):
        kind = relationship.get("Type", "").strip().rpartition("/")[2].lower()
        if kind in _FOREIGN_KINDS:
            raise Invalid(_FOREIGN)
        is_inside = relationship.get("TargetMode", "Internal").strip().lower() == "internal"
        target = relationship.get("Target", "").strip()
        # A hyperlink is followed by a person. A template on the writer's own disk is named by
        # many a résumé and found on no other; anything else would be fetched on opening.
        is_own_template = kind == "attachedtemplate" and _OWN_DISK.match(target) is not None
        if not is_inside and kind != "hyperlink" and not is_own_template:
            raise Invalid(
                "The document loads a template or pictures from elsewhere. "
                "Save it as a PDF and send that."
            )
    for declared in root.iter("{*}Default", "{*}Override"):
        media_type = declared.get("ContentType", "").lower()
        if any(word in media_type for word in _FOREIGN_TYPES):
            raise Invalid(_FOREIGN)
