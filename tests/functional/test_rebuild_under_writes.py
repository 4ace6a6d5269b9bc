"""Rebuilds while listings change and visitors search: no page fails, and nothing is missed."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from app import clock, index_checks, index_keeper, tasks
from app.engine import engine
from app.extensions import db
from app.jobs.services.index import _revisions, rebuild_index
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.load import Load

LISTINGS = 40
REBUILDS = 2


@pytest.fixture
def listings(app: Flask) -> None:
    organisations = [make_organisation() for _ in range(3)]
    for number in range(LISTINGS):
        make_job(organisation=organisations[number % 3], title=f"Coder {number}")
    rebuild_index()


def test_after_rebuilds_under_writes_the_index_equals_the_database(
    app: Flask, listings: None
) -> None:
    with Load(app, app) as load:
        for _ in range(REBUILDS):
            time.sleep(0.5)
            index_keeper.rebuild_now("jobs")
            db.session.remove()
        load.stop_editing()
    assert load.failures == []
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        tasks.drain()

    assert dict(engine().revisions("jobs")) == dict(_revisions(None))
    check = index_checks.compare("jobs", index_checks.FULL)
    assert (check.drift, check.mended) == (0, 0)
    assert load.edits > REBUILDS
    assert {visit.status for visit in load.visits} == {200}
    assert not any(visit.limited for visit in load.visits)
