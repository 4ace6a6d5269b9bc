"""A real browser on the running site; skipped aloud where Chromium or a server is missing."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import create_engine, make_url, text

from tests.browser.site import CHROMIUM_FLAGS, Site, find_chromium, prepare, running_site

EMBEDDED = "SQLite and the embedded engine"
SERVERS = "PostgreSQL and Meilisearch"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def _servers() -> dict[str, str]:
    address, search = os.environ.get("TEST_DATABASE_URL"), os.environ.get("MEILI_URL")
    if not address or not search:
        pytest.skip("PostgreSQL and Meilisearch: set TEST_DATABASE_URL and MEILI_URL")
    url = make_url(address)
    name = f"{url.database}_browser"
    server = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    server.dispose()
    key = os.environ.get("MEILI_KEY", "")
    return {
        "DATABASE_URL": url.set(database=name).render_as_string(hide_password=False),
        "SEARCH_URL": search,
        "SEARCH_KEY": key,
        "SEARCH_ADMIN_KEY": key,
        "SEARCH_PREFIX": "browser_",
    }


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a site that has just been set up; made once for all processes of the run."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = root / "prepared"
    with (root / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            half = root / "half-prepared"
            prepare(Site("", half, {"ENVIRONMENT": "development", "DATA_DIR": str(half)}))
            half.rename(folder)
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Site]:
    """The site as `make run` starts it."""
    with running_site(tmp_path_factory.mktemp("site"), prepared=prepared) as running:
        yield running


@pytest.fixture(params=[EMBEDDED, SERVERS])
def each_site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """The site on each pair of database and search engine."""
    if request.param == EMBEDDED:
        yield request.getfixturevalue("site")
        return
    with running_site(tmp_path_factory.mktemp("site"), **_servers()) as site:
        yield site


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """A person at a browser of their own. Anything the page's console calls an error fails."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_browser(base: str, **options: object) -> Page:
        context = chromium.new_context(base_url=base, accept_downloads=True, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: (
                errors.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert errors == []
