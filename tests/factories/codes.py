"""A small ICD-10-CM release for tests: a few pages in CDC's own format, loaded."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from flask import current_app

from app.codes.models import ICD10CM, CodeRelease
from app.codes.services.releases import begin_release, fill_release, publish_release, read_book
from app.codes.services.sources import Source
from app.extensions import db

BOOK = (Path(__file__).parent / "icd10cm_book.xml").read_text()


def make_release(
    xml: str = BOOK, *, effective: date = date(2026, 4, 1), name: str = "a small book"
) -> CodeRelease:
    """A release, loaded as a command loads it; the current one unless a later one is."""
    content = xml.encode()
    source = Source(
        name=name,
        tabular=content,
        listing=None,
        effective=effective,
        sha256=hashlib.sha256(content).hexdigest(),
    )
    book = read_book(source, floor=1)
    release = begin_release(ICD10CM, source, book)
    for _ in fill_release(release.id, book):
        pass
    publish_release(release)
    db.session.commit()
    current_app.extensions.pop("shown_releases", None)  # as if processes had asked again since
    return release
