"""What a release changes of the edition before it, counted and with the first of each sort."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, Select, TableClause, and_, column, func, or_, select, table
from sqlalchemy.orm import aliased
from sqlalchemy.sql import CompoundSelect, intersect

from app.codes.models import (
    HEADINGS,
    CodeEntry,
    CodeFact,
    CodeRelease,
    IndexTerm,
    PtpEdit,
    ReleaseState,
)
from app.extensions import db

MOST_NAMED = 50  # of each sort of change

Rows = Select[Any] | CompoundSelect[Any]


def previous_release(release: CodeRelease) -> CodeRelease | None:
    """The published edition a release follows or takes the place of."""
    return db.session.scalar(
        select(CodeRelease)
        .where(
            CodeRelease.kind == release.kind,
            CodeRelease.state == ReleaseState.PUBLISHED,
            CodeRelease.id != release.id,
            CodeRelease.effective_from <= release.effective_from,
        )
        .order_by(CodeRelease.effective_from.desc())
        .limit(1)
    )


def compare_with_previous(release: CodeRelease) -> dict[str, Any]:
    """By table: how many rows are added, removed and changed, and the first codes of each."""
    previous = previous_release(release)
    if previous is None:
        return {}
    return {"previous": previous.edition, **compare_releases(previous.id, release.id)}


def compare_releases(before: int, after: int) -> dict[str, Any]:
    parts = {
        "codes": _codes(before, after),
        "facts": _facts(before, after),
        "edits": _edits(before, after),
        "terms": _terms(before, after),
    }
    return {name: part for name, part in parts.items() if part}


def _codes(before: int, after: int) -> dict[str, Any]:
    return _part(
        added=entries_only_in(after, before),
        removed=entries_only_in(before, after),
        changed=entries_changed(before, after),
    )


def entries_only_in(release: int, other: int) -> Select[Any]:
    """Entries of one release that another does not have."""
    absent = aliased(CodeEntry)
    return (
        select(CodeEntry.shown)
        .outerjoin(absent, and_(absent.release_id == other, absent.key == CodeEntry.key))
        .where(
            CodeEntry.release_id == release,
            CodeEntry.kind.not_in(HEADINGS),
            absent.id.is_(None),
        )
        .order_by(CodeEntry.position)
    )


def entries_changed(before: int, after: int) -> Select[Any]:
    """Entries of the release after, whose title, use or end another has otherwise."""
    old = aliased(CodeEntry)
    return (
        select(CodeEntry.shown)
        .join(old, and_(old.release_id == before, old.key == CodeEntry.key))
        .where(
            CodeEntry.release_id == after,
            CodeEntry.kind.not_in(HEADINGS),
            entry_differs(old),
        )
        .order_by(CodeEntry.position)
    )


def entry_differs(old: Any) -> ColumnElement[bool]:
    """Whether an entry of another release has another title, use or end than this one."""
    return or_(
        old.title != CodeEntry.title,
        old.billable != CodeEntry.billable,
        old.ended.is_distinct_from(CodeEntry.ended),
    )


def _facts(before: int, after: int) -> dict[str, Any]:
    """A fact is changed where its codes stay and its data does not."""

    def whole(release: int) -> Any:
        return select(CodeFact.topic, CodeFact.code, CodeFact.other, CodeFact.data).where(
            CodeFact.release_id == release
        )

    return _by_key(whole(after).except_(whole(before)), whole(before).except_(whole(after)), 3)


def _edits(before: int, after: int) -> dict[str, Any]:
    def only_in(release: int, other: int) -> Any:
        """By the index of both codes: sorting two million whole rows takes minutes."""
        mine, theirs = aliased(PtpEdit), aliased(PtpEdit)
        same = select(theirs.id).where(
            theirs.release_id == other,
            theirs.column1 == mine.column1,
            theirs.column2 == mine.column2,
            theirs.effective.is_not_distinct_from(mine.effective),
            theirs.deletion.is_not_distinct_from(mine.deletion),
            theirs.modifier == mine.modifier,
        )
        keys: list[Any] = [mine.column1, mine.column2]
        return select(*keys).where(mine.release_id == release, ~same.exists())

    return _by_key(only_in(after, before), only_in(before, after), 2)


def _by_key(fresh: Rows, gone: Rows, width: int) -> dict[str, Any]:
    """Rows only in the new release, only in the old one, and keys that have both."""
    with _set_apart("fresh_rows", fresh) as new, _set_apart("gone_rows", gone) as old:
        new_keys = select(*list(new.c)[:width])
        old_keys = select(*list(old.c)[:width])
        return _part(
            added=new_keys.except_(old_keys),
            removed=old_keys.except_(new_keys),
            changed=intersect(new_keys, old_keys),
        )


@contextmanager
def _set_apart(name: str, rows: Rows) -> Iterator[TableClause]:
    """The rows in a table of this connection alone: found once, though they are asked for often.

    There are millions of edits, and each comparison of all of them takes many seconds.
    """
    connection = db.session.connection()
    written = rows.compile(connection.engine, compile_kwargs={"literal_binds": True})
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} AS {written}")
    try:
        yield table(name, *(column(c.name) for c in rows.selected_columns))
    finally:
        connection.exec_driver_sql(f"DROP TABLE {name}")


def _terms(before: int, after: int) -> dict[str, Any]:
    def count(release: int) -> int:
        counted = select(func.count()).select_from(IndexTerm)
        return db.session.scalar(counted.where(IndexTerm.release_id == release)) or 0

    old, new = count(before), count(after)
    if old == new:
        return {}
    return {"added": max(new - old, 0), "removed": max(old - new, 0), "changed": 0, "named": {}}


def _part(**sorts: Rows) -> dict[str, Any]:
    counts = {name: _count(rows) for name, rows in sorts.items()}
    if not any(counts.values()):
        return {}
    named = {
        name: [_named(row) for row in db.session.execute(rows.limit(MOST_NAMED))]
        for name, rows in sorts.items()
        if counts[name]
    }
    return {**counts, "named": named}


def _named(row: Any) -> str:
    return " ".join(str(value) for value in row if value)


def _count(rows: Rows) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
