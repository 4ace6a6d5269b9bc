"""Releases written row by row: codes, facts and lines of an index, already live."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from app.codes.models import CodeEntry, CodeFact, CodeRelease, IndexTerm
from app.extensions import db
from tests.factories.codes_facts import make_rows


def make_edition(kind: str, effective: date = date(2026, 1, 1), edition: str = "") -> CodeRelease:
    """A live release that holds nothing yet."""
    named = edition or f"{effective:%B %Y}"
    return make_rows(kind, (), effective=effective, edition=named, source="invented.csv")


def make_codes(
    system: str, codes: dict[str, str], *, heading: str = "", effective: date = date(2026, 1, 1)
) -> CodeRelease:
    """A small edition of a system: one heading, and the codes with their titles under it."""
    release = make_edition(system, effective)
    rows = [(heading, "section", "Things of all sorts", None)] if heading else []
    rows += [(key, "code", title, heading or None) for key, title in codes.items()]
    for position, (key, kind, title, parent) in enumerate(rows, start=1):
        db.session.add(
            CodeEntry(
                release_id=release.id,
                key=key,
                shown=key,
                kind=kind,
                title=title,
                billable=kind == "code",
                parent_key=parent,
                ancestors=parent or "",
                position=position,
            )
        )
    release.code_count = release.billable_count = len(codes)
    db.session.commit()
    return release


def add_fact(release: CodeRelease, topic: str, code: str, other: str = "", **data: Any) -> CodeFact:
    row = CodeFact(
        release_id=release.id, topic=topic, code=code, other=other, data=json.dumps(data)
    )
    db.session.add(row)
    db.session.commit()
    return row


def add_terms(
    release: CodeRelease, book: str, lines: Iterable[tuple[int, str, dict[str, Any]]]
) -> None:
    """Lines of an index in their order, each with its level: its parent is the last one above."""
    above: dict[int, int] = {}
    for position, (level, text, data) in enumerate(lines, start=1):
        above[level] = position
        db.session.add(
            IndexTerm(
                release_id=release.id,
                book=book,
                position=position,
                level=level,
                parent=above.get(level - 1) if level else None,
                letter=text[:1].upper() if level == 0 else "",
                text=text,
                data=json.dumps(data),
            )
        )
    db.session.commit()
