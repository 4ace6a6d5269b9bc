"""Many rows at once into a table of the reference, the fastest way each database has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table

from app.codes.intake.rows import Edit, Entry, Fact, Note, Term
from app.codes.models import CodeEntry, CodeFact, CodeNote, IndexTerm, PtpEdit
from app.extensions import db

TABLES: dict[type[Any], Table] = {
    Entry: cast(Table, CodeEntry.__table__),
    Note: cast(Table, CodeNote.__table__),
    Fact: cast(Table, CodeFact.__table__),
    Edit: cast(Table, PtpEdit.__table__),
    Term: cast(Table, IndexTerm.__table__),
}


def write_rows(release_id: int, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    """Add rows of one kind to a release, within the current transaction."""
    if not rows:
        return
    table = TABLES[kind].name
    columns = ("release_id", *kind._fields)
    names = ", ".join(f'"{name}"' for name in columns)
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        cursor = connection.connection.cursor()
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row((release_id, *row))
        cursor.close()
        return
    holes = ", ".join("?" * len(columns))
    # What is put in between are names of our own tables and columns.
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({holes})'  # noqa: S608
    connection.exec_driver_sql(statement, [(release_id, *row) for row in rows])


def count_anew() -> None:
    """Have PostgreSQL see how much the tables hold now, before they are joined with each other.

    It does so by itself a minute late: until then it takes a table for as small as it was, and
    comparing two releases of a hundred thousand codes can take minutes in place of a second.
    """
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":
        tables = ", ".join(f'"{table.name}"' for table in TABLES.values())
        connection.exec_driver_sql(f"ANALYZE {tables}")
