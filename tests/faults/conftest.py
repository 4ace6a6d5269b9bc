"""A real Meilisearch that MEILI_BINARY names, a site that searches with it, and its worker."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from tests.apps import put_away
from tests.faults.server import Server

BINARY = os.environ.get("MEILI_BINARY", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "meilisearch"


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path]:
    """The server's folder on a file system of 192 megabytes."""
    if not BINARY:
        pytest.skip("MEILI_BINARY is not set: no Meilisearch is put to the test")
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", str(folder)]
    try:
        refused = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"no file system can be mounted here: {error}")
    if refused.returncode:
        pytest.skip(f"no file system can be mounted here: {refused.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    if not BINARY:
        pytest.skip("MEILI_BINARY is not set: no Meilisearch is put to the test")
    started = Server(BINARY, folder)
    yield started
    started.kill()


@pytest.fixture
def make_site(
    app: Flask,
    settings: dict[str, str],
    server: Server,
) -> Iterator[Callable[[], Flask]]:
    """Applications over the tests' database that search with the server, as its processes do."""
    made: list[Flask] = []

    def make() -> Flask:
        found = create_app(
            {
                **settings,
                "SEARCH_URL": server.url,
                "SEARCH_KEY": server.keys["web"],
                "SEARCH_ADMIN_KEY": server.keys["worker"],
                "SEARCH_PREFIX": "faults_",
            }
        )
        made.append(found)
        return found

    yield make
    for each in made:
        put_away(each)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was measured, for whoever compares it with the last time."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {name} {value}")
