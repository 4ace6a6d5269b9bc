"""`make run`, twice: the site starts by one command, stops at Ctrl-C, and takes up where it was."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from flask_migrate import upgrade

from app import create_app
from tests.apps import put_away
from tests.factories.codes_reference import make_reference

ROOT = Path(__file__).parents[2]
KEPT = ("account", "code_release", "code_entry", "code_note")


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


def furnish(folder: Path) -> None:
    """A small release of each kind that packages carry: the worker then has none to load."""
    app = create_app({"DATA_DIR": str(folder), "LOG_LEVEL": "WARNING"})
    with app.app_context():
        upgrade()
        make_reference()
    put_away(app)


@contextmanager
def serving(folder: Path, port: int) -> Iterator[float]:
    """The site until Ctrl-C; how many seconds it took until it said that it was ready."""
    environ = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder),
        "TMPDIR": str(folder),
        "LISTEN": f"127.0.0.1:{port}",
        "SIMULATOR_PORT": str(free_port()),
        "PYTHONUNBUFFERED": "1",
    }
    output = folder / "output.txt"
    with output.open("wb") as told:
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
            cwd=ROOT,
            env=environ,
            stdout=told,
            stderr=told,
        )
        try:
            while "CareerCenter is ready" not in output.read_text():
                assert process.poll() is None, output.read_text()
                assert time.monotonic() - started < 90, output.read_text()
                time.sleep(0.1)
            yield time.monotonic() - started
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=25)
    assert process.returncode == 0, output.read_text()
    assert "Traceback" not in output.read_text()


def rows(folder: Path) -> dict[str, tuple[int, str]]:
    """How many rows the tables have, and a digest of everything in them."""
    found = {}
    with closing(sqlite3.connect(folder / "careercenter.db")) as database:
        for table in KEPT:
            digest, count = hashlib.sha256(), 0
            for row in database.execute(f"SELECT * FROM {table} ORDER BY id"):
                digest.update(repr(row).encode())
                count += 1
            found[table] = (count, digest.hexdigest())
    return found


def read(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def test_a_site_that_was_stopped_starts_again_with_all_it_had(tmp_path):
    port = free_port()
    furnish(tmp_path)
    with serving(tmp_path, port) as first:
        for _ in range(20):
            read(port, "/terms")
        # Whichever process is asked, it tells what all of them counted.
        (counted,) = re.findall(
            r'requests_total{endpoint="pages.terms".* (\S+)', read(port, "/metrics")
        )
        assert float(counted) == 20
    before = rows(tmp_path)
    assert before["account"][0] == 3
    assert before["code_entry"][0] > 70_000
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    with serving(tmp_path, port) as second:
        assert "E11.9" in read(port, "/codes/icd10cm/E11.9")
    assert rows(tmp_path) == before
    assert list(tmp_path.glob("careercenter-metrics-*")) == []
    print(f"ready after {first:.1f} s the first time, after {second:.1f} s the second")
