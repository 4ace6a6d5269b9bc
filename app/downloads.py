"""Handing files to a browser so that nothing in them can act: stored ones, and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response, send_file

from app.files import StoredFile, path_of

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"

# What makes a spreadsheet read a cell as a formula, also as wide characters.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the wide ones are meant


def neutralise(text: str) -> str:
    """The text as a cell that no spreadsheet computes."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) else text


def spreadsheet(rows: Iterable[Sequence[str]]) -> str:
    """CSV as Excel and its like open it."""
    out = io.StringIO()
    out.write("\ufeff")  # tells Excel that it is UTF-8
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([neutralise(cell) for cell in row] for row in rows)
    return out.getvalue()


def send_document(stored: StoredFile) -> Response:
    """The file as a download, under the name its owner gave it. Raises NotFound."""
    # Read whole: a résumé is small, and it may be replaced while it is on its way.
    response = send_file(
        io.BytesIO(path_of(stored).read_bytes()),
        mimetype=stored.media_type,
        as_attachment=True,
        download_name=stored.name,
        conditional=False,
        etag=False,
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response
