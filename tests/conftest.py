"""One application and one empty database for every test, on SQLite or where DATABASE_URL points."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, make_url, text

from app import create_app
from app.extensions import db, limiter
from tests.apps import put_away
from tests.clients import Browser, signed_in
from tests.database import empty_every_table
from tests.watch import watch


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database",
        action="store_true",
        help="only tests that use the database: the others cannot differ from one to another",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-database"):
        without = [i for i in items if "settings" not in getattr(i, "fixturenames", ())]
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item not in set(without)]


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("data")
    found = {
        "ENVIRONMENT": "test",
        "DATA_DIR": str(folder),
        "SIMULATOR_PORT": "1",  # nothing listens there, whatever else runs on the machine
        "SEARCH_PREFIX": f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}_",
        "RATE_LIMITS": "no",
        "OUTBOUND_LOOPBACK": "yes",
    }
    if os.environ.get("TEST_DATABASE_URL"):
        found["DATABASE_URL"] = _own_database(os.environ["TEST_DATABASE_URL"])
    if os.environ.get("MEILI_URL"):
        found["SEARCH_URL"] = os.environ["MEILI_URL"]
        found["SEARCH_KEY"] = found["SEARCH_ADMIN_KEY"] = os.environ.get("MEILI_KEY", "")
    return found


def _own_database(address: str) -> str:
    """Each pytest worker has its own PostgreSQL database, made anew."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    url = make_url(address)
    name = f"{url.database}_{worker}"
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    server.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def application(settings: dict[str, str]) -> Iterator[Flask]:
    app = create_app(settings, WTF_CSRF_ENABLED=False)
    app.test_client_class = Browser
    watch(app)
    with app.app_context():
        db.create_all()
    yield app
    put_away(app)


@pytest.fixture
def app(application: Flask) -> Iterator[Flask]:
    """The application inside a context; whatever a test left behind is deleted after it."""
    limiter.enabled = False  # there is one for all applications, and another may have turned it on
    with application.app_context():
        yield application
        db.session.rollback()
        empty_every_table()
        db.session.commit()
        db.session.remove()
    for remembered in (
        "code_edition_keys",
        "code_editions",
        "code_gates",
        "code_kept",
        "code_pages",
        "job_topics",
        "job_topics_pay",
        "pay_postings",
        "standing_searches",
    ):
        application.extensions.pop(remembered, None)
    shutil.rmtree(Path(application.config["DATA_DIR"]) / "mail", ignore_errors=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def client_of(app: Flask) -> Callable[..., FlaskClient]:
    """A browser that is logged in as the given account."""
    return partial(signed_in, app)
