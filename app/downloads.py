"""Handing files to a browser so that nothing in them can act."""

from __future__ import annotations

import io

from flask import Response, send_file

from app.files import StoredFile, path_of

SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'none'"


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


def send_csv(content: str, name: str) -> Response:
    """A table as a download under a name of ours."""
    return Response(
        content,
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )
