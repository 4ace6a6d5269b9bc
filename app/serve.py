"""The whole site by one command: prepared, then web, worker and simulator until stopped."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from threading import Event
from types import FrameType

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from app.engine import require_writing_key

PATIENCE = 20  # seconds a child gets to finish what it is doing
_PYTHON = [sys.executable, "-m"]
_FLASK = [*_PYTHON, "flask", "--app", "wsgi"]


@click.command("serve")
@click.option("--no-samples", is_flag=True, help="Start without the invented employer.")
@with_appcontext
@click.pass_context
def serve(context: click.Context, no_samples: bool) -> None:
    """Prepare the database, then run web, worker and simulator until stopped."""
    config = current_app.config
    require_writing_key()
    _require_free_ports(config)
    _prepare(context, samples=not no_samples and config["ENVIRONMENT"] == "development")
    children = {
        "web": [*_PYTHON, "gunicorn", "--config", "gunicorn.conf.py"],
        "worker": [*_FLASK, "worker"],
    }
    if config["SIMULATED_PAYMENTS"]:
        children["simulator"] = [*_FLASK, "simulator"]
    sys.exit(run_together(children, ready_at=f"http://{config['LISTEN']}"))


def init_app(app: Flask) -> None:
    app.cli.add_command(serve)


def _prepare(context: click.Context, *, samples: bool) -> None:
    """Bring the database up to date and load what is missing; nothing that is there is touched."""
    upgrade()
    commands = current_app.cli.commands
    load_package = commands["codes"].commands["load-package"]  # type: ignore[attr-defined]
    context.invoke(load_package, first=True)  # the worker loads the rest
    if samples:
        context.invoke(commands["samples"])


def _require_free_ports(config: Mapping[str, object]) -> None:
    host, _, port = str(config["LISTEN"]).rpartition(":")
    wanted = [("LISTEN", host, int(port), f"LISTEN={host}:{int(port) + 10}")]
    if config["SIMULATED_PAYMENTS"]:
        number = int(str(config["SIMULATOR_PORT"]))
        wanted.append(("SIMULATOR_PORT", "127.0.0.1", number, f"SIMULATOR_PORT={number + 10}"))
    for name, address, number, instead in wanted:
        try:
            with socket.create_server((address, number)):
                pass
        except OSError as error:
            raise click.ClickException(
                f"{address}:{number} cannot be used ({error.strerror or error}). Perhaps the site "
                f"runs already. Stop it, or choose another {name}: make run {instead}"
            ) from error


def run_together(
    commands: Mapping[str, list[str]], *, ready_at: str = "", patience: float = PATIENCE
) -> int:
    """Run commands until told to stop or one of them ends. Returns the exit status.

    None is started again: a process that died is a fault to be seen, not to be covered.
    """
    stop = Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    # Sessions of their own: Ctrl-C reaches this process alone, which then stops them in order.
    children = {
        name: subprocess.Popen(command, start_new_session=True)  # noqa: S603 - commands of ours
        for name, command in commands.items()
    }
    failed = False
    announced = not ready_at
    while not stop.wait(0.2):
        ended = {
            name: child.returncode for name, child in children.items() if child.poll() is not None
        }
        if ended:
            for name, status in ended.items():
                click.echo(f"The {name} ended with status {status}; stopping the rest.", err=True)
            failed = True
            break
        if not announced and _answers(ready_at):
            click.echo(f"\nCareerCenter is ready: {ready_at}  (Ctrl-C stops it)\n")
            announced = True
    _stop_all(children, patience)
    return 1 if failed else 0


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=1):  # noqa: S310 - our own
            return True
    except (OSError, urllib.error.URLError):
        return False


def _stop_all(children: Mapping[str, subprocess.Popen[bytes]], patience: float) -> None:
    """In the order they were started: what others need goes last."""
    deadline = time.monotonic() + patience
    for name, child in children.items():
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            click.echo(f"The {name} did not stop in time and was ended.", err=True)
            child.kill()
            child.wait()
