"""Visitors who search, an employer who edits, and a worker, all at once, against one database."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from flask import Flask
from sqlalchemy import select, update

from app import index_keeper, tasks
from app.employers.signals import organisation_changed
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services.index import announce

NOTICE = "Search is limited right now"


@dataclass(frozen=True)
class Visit:
    at: float  # on the monotonic clock
    status: int
    limited: bool
    seconds: float


class Load:
    """Runs until its block ends. A thread that fails makes `failures`."""

    def __init__(self, site: Flask, worker: Flask, *, visitors: int = 2) -> None:
        self._site, self._worker = site, worker
        self.visits: list[Visit] = []
        self.edits = 0
        self.failures: list[BaseException] = []
        self._over = threading.Event()
        self._quiet = threading.Event()
        # Two workers drain: what one reads early and writes late must not win.
        jobs = [self._visit] * visitors + [self._edit, self._drain, self._drain, self._keep]
        self._threads = [threading.Thread(target=self._guard, args=(work,)) for work in jobs]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def stop_editing(self) -> None:
        self._quiet.set()
        time.sleep(0.5)

    def since(self, moment: float) -> list[Visit]:
        return [visit for visit in self.visits if visit.at >= moment]

    def _guard(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as failure:
            self.failures.append(failure)

    def _visit(self) -> None:
        browser, number = self._site.test_client(), 0
        while not self._over.wait(0.05):
            number += 1
            began = time.monotonic()
            page = browser.get(f"/jobs?q=coder+{number}+{threading.get_ident()}")
            self.visits.append(
                Visit(began, page.status_code, NOTICE in page.text, time.monotonic() - began)
            )

    def _edit(self) -> None:
        """Titles change, listings go and come back, an organization's whole stock changes."""
        chance = random.Random(3)
        with self._site.app_context():
            ids = list(db.session.scalars(select(Job.id)))
            while not self._over.wait(0.1):
                if self._quiet.is_set():
                    continue
                job = db.session.get_one(Job, chance.choice(ids), populate_existing=True)
                self.edits += 1
                job.title = f"Coder, edition {self.edits}"
                if not chance.randrange(4):
                    gone = job.state == JobState.LIVE
                    job.state = JobState.PAUSED if gone else JobState.LIVE
                db.session.execute(
                    update(Job).where(Job.id == job.id).values(revision=Job.revision + 1)
                )
                announce(job)
                if not chance.randrange(30):
                    job.organisation.name = f"Employer, edition {self.edits}"
                    organisation_changed.send(job.organisation)
                db.session.commit()

    def _drain(self) -> None:
        with self._worker.app_context():
            while not self._over.wait(0.2):
                tasks.drain()

    def _keep(self) -> None:
        """What the worker does beside: rebuilds that were asked for."""
        with self._worker.app_context():
            while not self._over.wait(1.0):
                index_keeper.carry_out_rebuilds()
                db.session.remove()


def percentile(visits: list[Visit], share: float) -> float:
    seconds = sorted(visit.seconds for visit in visits)
    return seconds[math.ceil(len(seconds) * share) - 1]
