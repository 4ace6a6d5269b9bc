"""Taking rows of a release out again, in steps that keep nobody waiting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select

from app.codes.models import ReleaseFault
from app.codes.services.importing.bulk import TABLES
from app.extensions import db

STEP = 20_000


def remove_rows(release_id: int) -> Iterator[int]:
    """Delete what a release holds; yields after each step, for the caller to commit."""
    for table in (*TABLES.values(), cast(Any, ReleaseFault.__table__)):
        part = select(table.c.id).where(table.c.release_id == release_id).limit(STEP)
        while True:
            gone = db.session.execute(delete(table).where(table.c.id.in_(part.scalar_subquery())))
            count = cast("CursorResult[Any]", gone).rowcount
            if count:
                yield count
            if count < STEP:
                break
