"""A small ICD-10-CM release for tests: a few pages in CDC's own format, loaded as commands do."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from app.codes.intake.contract import Hints, Kind
from app.codes.intake.files import Member
from app.codes.intake.kinds import find_releases
from app.codes.models import CodeRelease
from app.codes.services.editions import forget_editions
from app.codes.services.importing.load import load_release
from app.codes.services.importing.loading import open_release
from app.codes.services.importing.publishing import publish_release
from app.extensions import db

BOOK = (Path(__file__).parent / "icd10cm_book.xml").read_text()


def make_member(content: str | bytes, name: str = "a small book.xml", archive: str = "") -> Member:
    """A file of a release, in memory."""
    whole = content.encode() if isinstance(content, str) else content
    return Member(name, archive, len(whole), lambda: io.BytesIO(whole))


def stage(*members: Member, only: str = "", hints: Hints | None = None) -> tuple[Kind, CodeRelease]:
    """A release that is loaded and waits to be put live."""
    (found,) = find_releases([members], only=only)
    for _ in load_release(found.kind, found.parts, hints or Hints(), floor=1):
        db.session.commit()
    release = open_release(found.kind.name)
    assert release is not None
    return found.kind, release


def load(*members: Member, only: str = "", hints: Hints | None = None) -> CodeRelease:
    """A release that is live."""
    kind, release = stage(*members, only=only, hints=hints)
    publish_release(release, cumulative=kind.cumulative, by=None)
    db.session.commit()
    forget_editions()  # as if all processes had asked again since
    return release


def make_release(
    xml: str = BOOK, *, effective: date = date(2026, 4, 1), name: str = "a small book.xml"
) -> CodeRelease:
    return load(make_member(xml, name), hints=Hints(effective=effective))
