"""Documents for tests: sound ones, and ones that hide something."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from pypdf import PdfReader, PdfWriter

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


def with_object_streams(content: bytes) -> bytes:
    """The same PDF, its objects packed into one compressed stream, as PDF 1.5 allows."""
    reader = PdfReader(io.BytesIO(content))
    bodies: dict[int, bytes] = {}
    for number in sorted(reader.xref[0]):
        out = io.BytesIO()
        reader.get_object(number).write_to_stream(out)
        bodies[number] = out.getvalue()
    index, packed = "", b""
    streams = {n: b for n, b in bodies.items() if b"stream" in b}
    inside = {n: b for n, b in bodies.items() if n not in streams}
    for number, body in inside.items():
        index += f"{number} {len(packed)} "
        packed += body + b"\n"
    data = zlib.compress(index.encode() + packed)
    size = max(bodies) + 3
    holder, table = max(bodies) + 1, max(bodies) + 2
    out = io.BytesIO()
    out.write(b"%PDF-1.5\n")
    offsets: dict[int, int] = {}
    for number, body in streams.items():
        offsets[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    offsets[holder] = out.tell()
    out.write(
        b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Length %d/Filter/FlateDecode>>stream\n"
        % (holder, len(inside), len(index), len(data))
    )
    out.write(data + b"\nendstream\nendobj\n")
    offsets[table] = out.tell()
    rows = b""
    for number in range(size):
        if number in inside:
            rows += struct.pack(">BIH", 2, holder, list(inside).index(number))
        elif number in offsets:
            rows += struct.pack(">BIH", 1, offsets[number], 0)
        else:
            rows += struct.pack(">BIH", 0, 0, 65535)
    root = reader.trailer.raw_get("/Root").idnum
    out.write(
        b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 2]/Root %d 0 R/Length %d>>stream\n"
        % (table, size, root, len(rows))
    )
    out.write(rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % offsets[table])
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
