"""The Flask extensions, created here and bound to the application in `create_app`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

from flask import Response
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager as FlaskLoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import DateTime, Dialect, MetaData, Select, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC moment on every database; a naive one is refused rather than guessed at."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    registry = registry(
        type_annotation_map={datetime: UtcDateTime},
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


class LoginManager(FlaskLoginManager):  # type: ignore[misc]
    """Knows who is logged in; remembers nobody by a second cookie."""

    def _update_remember_cookie(self, response: Response) -> Response:
        # The original looks into the session at each response, which makes every one of them,
        # static files included, vary by cookie.
        return response


def visitor_network() -> str:
    """Whose tries are counted together: one IPv4 address, or the /64 that one IPv6 line has."""
    told = get_remote_address()
    try:
        address = ip_address(told)
    except ValueError:
        return told  # a proxy may pass on words such as "unknown"
    if not isinstance(address, IPv6Address):
        return told
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), 64), strict=False))


db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
limiter = Limiter(key_func=visitor_network, headers_enabled=False)


def insert_once(model: Any, **values: Any) -> int | None:
    """Insert a row; its id, or None where a unique constraint says that it is there already.

    One statement decides, so of twenty at once exactly one gets an id.
    """
    statement = _insert(model).values(**values).on_conflict_do_nothing().returning(model.id)
    found: int | None = db.session.scalar(statement)
    return found


def insert_each_once(model: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those rows that no unique constraint says are there already."""
    if rows:
        db.session.execute(_insert(model.__table__).on_conflict_do_nothing(), rows)


def insert_selected_once(
    model: Any, names: Sequence[str], query: Select[Any], values: Mapping[str, Any]
) -> None:
    """The same for the rows a query gives, which never leave the database."""
    inserted = _insert(model.__table__).from_select(names, query)
    db.session.execute(inserted.on_conflict_do_nothing(), values)


def _insert(model: Any) -> Any:
    dialect = db.session.get_bind().dialect.name
    return postgresql.insert(model) if dialect == "postgresql" else sqlite.insert(model)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """SQLite enforces foreign keys only when asked, and WAL lets readers and a writer coexist."""
    if connection.__class__.__module__ != "sqlite3":
        return
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA cache_size = -16000")  # KiB; an index of millions of rows is written to
    cursor.close()
