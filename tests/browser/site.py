"""The whole site as a visitor meets it: web, worker and payment simulator, each its own process."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app import create_app
from tests.apps import put_away
from tests.clients import Browser
from tests.factories.codes_reference import make_reference

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    return None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Site:
    url: str
    folder: Path
    environ: dict[str, str]

    def flask(self, *words: str) -> str:
        """Run one of the site's own commands. Raises where it fails, with what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *words],
            cwd=ROOT,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"flask {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def inside(self) -> Iterator[Flask]:
        """The application on the data of the running site, for what a browser would do slowly."""
        app = create_app(self.environ, WTF_CSRF_ENABLED=False)
        app.test_client_class = Browser
        with app.app_context():
            yield app
        put_away(app)


def _wait_for(url: str, processes: list[subprocess.Popen[bytes]], seconds: float = 60) -> None:
    """Wait for an answer; from a site, until its index of listings has been built too."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(process.poll() is not None for process in processes):
            raise RuntimeError("a process of the site ended while it was starting")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if not re.search(rb"not built yet: [a-z, ]*jobs", answer.read()):
                    return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{url} did not come up")


@contextmanager
def _running(
    command: list[str], environ: Mapping[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environ}, stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def prepare(site: Site) -> None:
    """What `make run` does before it serves, and the indexes, which its worker builds."""
    with site.inside() as app:
        runner = app.test_cli_runner()
        for command in ("db upgrade", "codes load-package --first", "samples", "jobs index"):
            done = runner.invoke(args=command.split())
            assert done.exit_code == 0, f"flask {command}: {done.output}"
            if command == "db upgrade":
                make_reference()  # so that its worker does not load all that packages carry


@contextmanager
def running_site(folder: Path, *, prepared: Path | None = None, **settings: str) -> Iterator[Site]:
    """A development site, up until the block ends; `prepared` is one to begin as a copy of."""
    port, simulator = free_port(), free_port()
    if prepared is not None:
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
    environ = {
        "ENVIRONMENT": "development",
        "DATA_DIR": str(folder),
        "LISTEN": f"127.0.0.1:{port}",
        "SIMULATOR_PORT": str(simulator),
        "RATE_LIMITS": "no",
        "LOG_LEVEL": "WARNING",
        "WEB_WORKERS": "2",
        **settings,
    }
    site = Site(f"http://127.0.0.1:{port}", folder, environ)
    if prepared is None:
        prepare(site)
    python = [sys.executable, "-m"]
    commands = {
        "web": [*python, "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app"],
        "worker": [*python, "flask", "--app", "wsgi", "worker"],
        "simulator": [*python, "flask", "--app", "wsgi", "simulator"],
    }
    with ExitStack() as stack:
        processes = [
            stack.enter_context(_running(command, environ, folder / f"{name}.log"))
            for name, command in commands.items()
        ]
        _wait_for(f"{site.url}/readyz", processes)
        _wait_for(f"http://127.0.0.1:{simulator}/", processes)
        yield site
