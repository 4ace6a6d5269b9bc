"""The worker: huey wakes it, the outbox tells it what to do, and the sweep forgets nothing."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from sqlalchemy import event
from sqlalchemy.orm import Session

from app import tasks
from app.extensions import db

log = logging.getLogger(__name__)

KEEP_FINISHED = timedelta(days=14)

Chore = Callable[[], Any]
_chores: dict[str, tuple[float, Chore]] = {}


def every(interval: timedelta) -> Callable[[Chore], Chore]:
    """Register a chore the worker repeats: it may run late, twice, or beside another worker.

    It runs inside an application context and commits what it changes.
    """

    def register(chore: Chore) -> Chore:
        _chores[f"{chore.__module__}.{chore.__qualname__}"] = (interval.total_seconds(), chore)
        return chore

    return register


@every(timedelta(hours=6))
def forget_finished_rows() -> None:
    tasks.forget_finished(KEEP_FINISHED)
    db.session.commit()


def queue_for(app: Flask) -> Huey:
    if app.config["REDIS_URL"]:
        return RedisHuey("careercenter", url=app.config["REDIS_URL"])
    folder = Path(app.config["DATA_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("careercenter", filename=str(folder / "queue.db"))


def run_chores(last_run: dict[str, float]) -> None:
    """Run the chores that are due. One that fails is logged and does not stop the others."""
    for name, (interval, chore) in _chores.items():
        if time.monotonic() - last_run.get(name, float("-inf")) < interval:
            continue
        last_run[name] = time.monotonic()
        try:
            chore()
        except Exception:
            db.session.rollback()
            log.exception("chore failed", extra={"chore": name})


def init_app(app: Flask) -> None:
    queue = queue_for(app)
    last_run: dict[str, float] = {}

    @queue.task(name="drain")
    def drain() -> None:
        with app.app_context():
            tasks.drain()

    @queue.periodic_task(crontab(minute="*"), name="sweep")
    def sweep() -> None:
        with app.app_context():
            tasks.drain()
            run_chores(last_run)

    app.extensions["queue"] = queue
    app.extensions["wake"] = drain
    app.cli.add_command(work)


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if not session.info.pop("wake", False):
        return
    wake = current_app.extensions.get("wake")
    try:
        if wake and not current_app.testing:
            wake()
    except Exception:
        log.warning("the queue could not be told; the sweep will find the rows")


@event.listens_for(Session, "after_rollback")
def _stay_asleep(session: Session) -> None:
    session.info.pop("wake", None)


@click.command("worker")
def work() -> None:
    """Do what waits in the outbox, and the chores, until stopped."""
    queue: Huey = current_app.extensions["queue"]
    tasks.drain()
    # Half a second at most until an idle worker looks: a listing is searchable within two.
    queue.create_consumer(workers=1, initial_delay=0.05, max_delay=0.5, backoff=1.2).run()
