"""Migrations: numbered in one line, up and down again, and equal to the models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, make_url, text

from app import MIGRATIONS, create_app
from app.extensions import Base, db

FILES = sorted((MIGRATIONS / "versions").glob("*.py"))


@pytest.fixture
def empty(settings, tmp_path):
    """An application over a database without tables."""
    found = {**settings, "DATA_DIR": str(tmp_path)}
    server = None
    if address := found.get("DATABASE_URL"):
        url = make_url(address)
        name = f"{url.database}_migrated"
        server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        found["DATABASE_URL"] = url.set(database=name).render_as_string(hide_password=False)
    app = create_app(found)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    if server is not None:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def differences() -> list:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return compare_metadata(context, Base.metadata)


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_they_are_numbered_without_a_gap():
    numbers = [path.name[:4] for path in FILES]
    assert numbers == [f"{n:04d}" for n in range(1, len(FILES) + 1)]
    for path in FILES:
        assert re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", path.name)


def test_they_form_one_line():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == 1
    line = [s.revision for s in scripts.walk_revisions()]
    assert line == [path.name[:4] for path in reversed(FILES)]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_a_migration_outlives_the_code_of_its_day(path: Path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"^\s*(from|import) (app|search)\b", source, re.MULTILINE)
    assert "def downgrade" in source


def test_up_gives_what_the_models_say(empty):
    upgrade()
    assert differences() == []
    assert tables() == set(Base.metadata.tables)


def test_up_down_and_up_again(empty):
    upgrade()
    downgrade(revision="base")
    assert tables() == set()
    upgrade()
    assert differences() == []


def test_up_twice_is_up_once(empty):
    upgrade()
    upgrade()
    assert differences() == []


def test_what_the_models_gain_does_not_go_unnoticed(empty):
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry ADD COLUMN forgotten INTEGER"))
    assert differences() != []
