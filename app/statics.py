"""Static files: read once, compressed once, and under an address that changes with their content.

The version stands in the path and covers all of them, so that the modules and pictures a file
refers to by a relative path are of the same version as itself.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from app.access import Who, access
from app.errors import NotFound

FOREVER = "public, max-age=31536000, immutable"
A_MINUTE = "public, max-age=60"
SMALL = 512  # bytes below which compressing gains nothing
COMPRESSIBLE = ("text/", "image/svg+xml", "application/json", "application/manifest+json")


@dataclass(frozen=True, slots=True)
class _File:
    content: bytes
    compressed: bytes | None
    media_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class _Edition:
    """All static files as they are now."""

    version: str
    files: dict[str, _File]


def _read(folder: Path) -> _Edition:
    files: dict[str, _File] = {}
    whole = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        etag = hashlib.sha256(content).hexdigest()[:20]
        whole.update(f"{name}:{etag}\n".encode())
        media_type = _media_type(path)
        worth_it = len(content) > SMALL and media_type.startswith(COMPRESSIBLE)
        files[name] = _File(
            content, gzip.compress(content, mtime=0) if worth_it else None, media_type, etag
        )
    return _Edition("v" + whole.hexdigest()[:12], files)


def _media_type(path: Path) -> str:
    if path.suffix in (".js", ".mjs"):
        return "text/javascript"  # some machines' tables say otherwise, and modules then fail
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _edition() -> _Edition:
    app: Flask = current_app
    if app.debug:
        return _read(Path(app.root_path) / "static")
    edition: _Edition = app.extensions["statics"]
    return edition


def static_url(name: str) -> str:
    """The address of a static file, good for ever: another content has another address."""
    edition = _edition()
    if name not in edition.files:
        raise LookupError(f"there is no static file {name}")
    return f"/static/{edition.version}/{name}"


@access(Who.ANYONE)
def _serve(filename: str) -> ResponseReturnValue:
    edition = _edition()
    version, _, rest = filename.partition("/")
    current = version == edition.version
    # A page from before a deployment asks for an older version; it gets what there is, briefly.
    old = not current and len(version) == len(edition.version) and version.startswith("v")
    found = edition.files.get(rest if current or old else filename)
    if found is None:
        raise NotFound("There is no such file.")
    response: Response = make_response()
    response.headers["Content-Type"] = found.media_type + (
        "; charset=utf-8" if found.media_type.startswith("text/") else ""
    )
    response.headers["Cache-Control"] = FOREVER if current else A_MINUTE
    response.set_etag(found.etag)
    if found.compressed:
        response.vary.add("Accept-Encoding")
    if found.compressed and request.accept_encodings["gzip"]:
        response.set_etag(f"{found.etag}-gzip")
        response.headers["Content-Encoding"] = "gzip"
        response.set_data(found.compressed)
    else:
        response.set_data(found.content)
    return response.make_conditional(request)


def init_app(app: Flask) -> None:
    app.extensions["statics"] = _read(Path(app.root_path) / "static")
    app.add_url_rule("/static/<path:filename>", "static", _serve)
    app.jinja_env.globals["static_url"] = static_url
