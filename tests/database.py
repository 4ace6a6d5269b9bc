"""The database that all tests of one worker share."""

from __future__ import annotations

from app.extensions import Base, db


def empty_every_table() -> None:
    deletes = [f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables)]
    connection = db.session.connection()
    if connection.dialect.name == "postgresql":  # one trip to the server; SQLite takes one by one
        deletes = ["; ".join(deletes)]
    for statement in deletes:
        connection.exec_driver_sql(statement)
