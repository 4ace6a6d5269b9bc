"""Published releases with the rows a test needs, written as the loader writes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from app import clock
from app.codes.intake.rows import Entry, Row, batches
from app.codes.models import HEADINGS, CodeRelease, ReleaseState
from app.codes.services.editions import forget_editions
from app.codes.services.importing.bulk import write_rows
from app.extensions import db


def make_rows(
    kind: str,
    rows: Iterable[Row],
    *,
    effective: date = date(2026, 1, 1),
    edition: str = "2026",
    legend: dict[str, str] | None = None,
    effective_to: date | None = None,
    source: str = "",
) -> CodeRelease:
    """A live release of a kind that holds these rows."""
    moment = clock.now()
    release = CodeRelease(
        kind=kind,
        edition=edition,
        effective_from=effective,
        effective_to=effective_to,
        source=source or f"{kind}.csv",
        sha256="0" * 64,
        state=ReleaseState.PUBLISHED,
        legend=legend or {},
        imported_at=moment,
        heartbeat_at=moment,
        published_at=moment,
    )
    db.session.add(release)
    db.session.flush()
    for row_kind, found in batches(rows):
        write_rows(release.id, row_kind, found)
        release.row_count = (release.row_count or 0) + len(found)
        if row_kind is Entry:
            release.code_count = sum(entry.kind not in HEADINGS for entry in found)
    db.session.commit()
    forget_editions()
    return release
