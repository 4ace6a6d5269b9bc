"""Documents for tests: sound ones, and ones that hide something."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from pypdf import PdfWriter

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
)


def pdf_bytes(pages: int = 1, change: Callable[[PdfWriter], object] | None = None) -> bytes:
    """A PDF of empty pages; `change` may put something else into it."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(612, 792)
    if change:
        change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx_bytes(
    more: Mapping[str, bytes | str] | None = None, *, without: tuple[str, ...] = ()
) -> bytes:
    """A Word document of two members, with more members or without one of them."""
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "word/document.xml": "<document>Inpatient coder</document>",
        **(more or {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if name not in without:
                archive.writestr(name, content)
    return out.getvalue()


def file_form(field: str, name: str, content: bytes, **fields: str) -> dict[str, bytes | str]:
    """A form with one file, as arguments of a test client's `post`.

    Spelled out, since the client would put a large body into a temporary file and not close it.
    """
    parts = [
        f'--part\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    quoted = name.replace('"', "%22")
    head = f'--part\r\nContent-Disposition: form-data; name="{field}"; filename="{quoted}"\r\n'
    parts += [head.encode(), b"Content-Type: application/octet-stream\r\n\r\n", content]
    return {
        "data": b"".join([*parts, b"\r\n--part--\r\n"]),
        "content_type": "multipart/form-data; boundary=part",
    }
