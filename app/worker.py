"""The worker: huey wakes it, the outbox tells it what to do, and a tick forgets nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import HueyException
from redis import ConnectionPool
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

from app import tasks
from app.engine import require_writing_key
from app.extensions import db

log = logging.getLogger(__name__)

KEEP_FINISHED = timedelta(days=14)
TICK = 10.0  # seconds: how long a lost wake-up, or a killed worker's row, waits beyond its time

Chore = Callable[[], Any]
Chores = dict[str, tuple[float, Chore]]
_chores: Chores = {}
_apart: Chores = {}


def every(interval: timedelta, *, apart: bool = False) -> Callable[[Chore], Chore]:
    """Register a chore the worker repeats: it may run late, twice, or beside another worker.

    It runs inside an application context and commits what it changes. One that is `apart` may
    take an hour: it shares a thread with others of its kind, and delays none of the rest.
    """

    def register(chore: Chore) -> Chore:
        chores = _apart if apart else _chores
        chores[f"{chore.__module__}.{chore.__qualname__}"] = (interval.total_seconds(), chore)
        return chore

    return register


@every(timedelta(hours=6))
def forget_finished_rows() -> None:
    tasks.forget_finished(KEEP_FINISHED)
    db.session.commit()


def queue_for(app: Flask) -> Huey:
    if app.config["REDIS_URL"]:
        # Impatient: a Redis that does not answer must not hold up a visitor's commit.
        pool = ConnectionPool.from_url(
            app.config["REDIS_URL"], socket_connect_timeout=1, socket_timeout=5
        )
        return RedisHuey("careercenter", connection_pool=pool)
    folder = Path(app.config["DATA_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("careercenter", filename=str(folder / "queue.db"))


def run_chores(last_run: dict[str, float], *, apart: bool = False) -> None:
    """Run the chores that are due. One that fails is logged and does not stop the others."""
    for name, (interval, chore) in (_apart if apart else _chores).items():
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

    @queue.task(name="drain")  # type: ignore[untyped-decorator]
    def drain() -> None:
        with app.app_context():
            tasks.drain()

    app.extensions["queue"] = queue
    app.extensions["wake"] = drain
    app.cli.add_command(work)


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    if session.in_nested_transaction() or not session.info.pop("wake", False):
        return
    wake = current_app.extensions.get("wake")
    try:
        if wake and not current_app.testing:
            wake()
    except (HueyException, RedisError, OSError) as error:
        log.warning("the worker could not be woken and will look by itself: %s", error)


@event.listens_for(Session, "after_soft_rollback")
def _stay_asleep(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("wake", None)


def tick(app: Flask, stop: threading.Event, interval: float = TICK) -> None:
    """Look at the outbox now and then, whether or not the queue can tell of it."""
    while not stop.wait(interval):
        with app.app_context():
            try:
                tasks.drain()
            except Exception:
                log.exception("the outbox could not be drained")


def do_chores(
    app: Flask, stop: threading.Event, interval: float = 60.0, *, apart: bool = False
) -> None:
    """Run the chores on a thread of their own: a long one delays no mail."""
    last_run: dict[str, float] = {}
    while not stop.is_set():
        with app.app_context():
            run_chores(last_run, apart=apart)
        stop.wait(interval)


def do_chores_apart(app: Flask, stop: threading.Event) -> None:
    do_chores(app, stop, interval=2.0, apart=True)


@click.command("worker")
def work() -> None:
    """Do what waits in the outbox, and the chores, until stopped."""
    require_writing_key()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    queue: Huey = app.extensions["queue"]
    queue.flush()  # old wake-ups say nothing that the first look does not
    stop = threading.Event()
    beside = [
        threading.Thread(target=run, args=(app, stop), daemon=True)
        for run in (tick, do_chores, do_chores_apart)
    ]
    tasks.drain()
    for thread in beside:
        thread.start()
    # Half a second at most until an idle worker looks: a listing is searchable within two.
    queue.create_consumer(
        workers=1,
        periodic=False,
        initial_delay=0.05,
        max_delay=0.5,
        backoff=1.2,
        graceful_signal="TERM",
    ).run()
    stop.set()
    for thread in beside:
        thread.join(timeout=2)  # what is cut short is taken up by the next worker
