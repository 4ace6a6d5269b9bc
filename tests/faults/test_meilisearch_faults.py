"""A real Meilisearch is killed, frozen, restarted, loses its data, fills its disk, under load.

Every search is answered, with a notice while the server is away; nothing written is lost; and the
index catches up by itself.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app import index_checks, index_keeper, index_rebuilds, indexing, tasks
from app.engine import engine
from app.extensions import db
from app.index_checks import FULL
from app.index_state import lag_of
from app.jobs.services.index import _revisions
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.faults.server import Server
from tests.load import Load, Visit, percentile

pytestmark = pytest.mark.meilisearch

LISTINGS = 60
AWAY = 12.0  # seconds a fault lasts
QUICKLY = 0.5  # seconds 19 of 20 fallback pages may take
CATCH_UP = 60.0  # seconds from the server's return until the index is in step
MAY_BE_OUT = 11.0  # seconds the circuit may stay open after the return

Sites = tuple[Flask, Flask]


@pytest.fixture
def sites(make_site: Callable[[], Flask], app: Flask) -> Sites:
    organisation = make_organisation()
    for number in range(LISTINGS):
        make_job(organisation=organisation, title=f"Coder {number}")
    site, worker = make_site(), make_site()
    with worker.app_context():
        index_keeper.rebuild_now("jobs")
        index_keeper.rebuild_now("codes")
    return site, worker


def database() -> dict[str, int]:
    db.session.rollback()
    return dict(_revisions(None))


def seconds_until_in_step(worker: Flask, returned: float) -> float:
    """From the server's return until the index holds exactly what the database does."""
    with worker.app_context():
        while True:
            held = dict(engine().revisions("jobs")) if _exists() else {}
            if held == database():
                return time.monotonic() - returned
            assert time.monotonic() - returned < CATCH_UP, (
                f"{len(held.items() ^ database().items())} documents differ"
            )
            time.sleep(0.5)


def _exists() -> bool:
    return "jobs" in engine().health().documents


def nothing_differs(worker: Flask) -> None:
    with worker.app_context():
        check = index_checks.compare("jobs", FULL)
        assert (check.drift, check.mended) == (0, 0)
        assert tasks.given_up(indexing.kinds()) == []


def all_answered(visits: list[Visit]) -> None:
    assert visits
    assert {visit.status for visit in visits} == {200}


def served_from_the_database(visits: list[Visit]) -> None:
    all_answered(visits)
    assert all(visit.limited for visit in visits[len(visits) // 4 :])
    assert percentile([v for v in visits if v.limited], 0.95) <= QUICKLY


def settled(load: Load, worker: Flask, returned: float, record: Callable[[str, object], None]):
    load.stop_editing()
    taken = seconds_until_in_step(worker, returned)
    time.sleep(max(0.0, MAY_BE_OUT - (time.monotonic() - returned)))
    back = time.monotonic()
    time.sleep(2)
    record("seconds until in step", round(taken, 1))
    record("edits", load.edits)
    assert not any(visit.limited for visit in load.since(back)[2:])
    all_answered(load.visits)


def test_killed_under_load_and_started_again(
    server: Server, sites: Sites, record_property: Callable[[str, object], None]
):
    with Load(*sites) as load:
        time.sleep(3)
        server.kill()
        gone = time.monotonic()
        time.sleep(AWAY)
        served_from_the_database(load.since(gone))
        server.start()
        settled(load, sites[1], time.monotonic(), record_property)
    assert load.failures == []
    nothing_differs(sites[1])


def test_killed_again_and_again(
    server: Server, sites: Sites, record_property: Callable[[str, object], None]
):
    with Load(*sites) as load:
        for _ in range(5):
            time.sleep(1.5)
            server.kill()
            server.start()
        settled(load, sites[1], time.monotonic(), record_property)
    assert load.failures == []
    nothing_differs(sites[1])


def test_frozen_under_load_and_thawed(
    server: Server, sites: Sites, record_property: Callable[[str, object], None]
):
    with Load(*sites) as load:
        time.sleep(3)
        server.freeze()
        frozen = time.monotonic()
        time.sleep(AWAY)
        served_from_the_database(load.since(frozen))
        server.thaw()
        settled(load, sites[1], time.monotonic(), record_property)
    assert load.failures == []
    nothing_differs(sites[1])


def test_restarted_under_load(
    server: Server, sites: Sites, record_property: Callable[[str, object], None]
):
    with Load(*sites) as load:
        time.sleep(3)
        server.stop()
        server.start()
        settled(load, sites[1], time.monotonic(), record_property)
    assert load.failures == []
    nothing_differs(sites[1])


def test_back_without_its_data(
    server: Server,
    sites: Sites,
    folder: Path,
    record_property: Callable[[str, object], None],
):
    with Load(*sites) as load:
        time.sleep(2)
        server.kill()
        gone = time.monotonic()
        shutil.rmtree(folder / "data.ms")
        time.sleep(3)
        server.start()
        assert server.make_keys() == server.keys
        all_answered(load.since(gone))
        settled(load, sites[1], time.monotonic(), record_property)
    assert load.failures == []
    nothing_differs(sites[1])


def test_killed_in_the_middle_of_a_rebuild(
    server: Server, sites: Sites, record_property: Callable[[str, object], None]
):
    worker = sites[1]
    with Load(*sites) as load:
        with worker.app_context():
            index_rebuilds.ask("jobs", reason="A test asked for it.")
            db.session.commit()
            while not index_rebuilds.under_way()[0].holder:
                db.session.rollback()
                time.sleep(0.02)
        server.kill()
        time.sleep(2)
        server.start()
        settled(load, worker, time.monotonic(), record_property)
    assert load.failures == []
    with worker.app_context():
        db.session.rollback()
        # Begun again once the pause is over; what was left half-built is cleared away.
        time.sleep(index_rebuilds.RETRY.total_seconds() + 1)
        index_keeper.carry_out_rebuilds()
        newest = next(each for each in index_rebuilds.recent() if each.index == "jobs")
        assert (newest.error, newest.finished_at is None) == (None, False)
    assert {each["uid"] for each in server.ask("GET", "/indexes")["results"]} == {
        "faults_jobs",
        "faults_codes",
    }
    nothing_differs(worker)


def test_its_disk_fills_up_and_is_freed(
    small_disk: Path,
    server: Server,
    sites: Sites,
    record_property: Callable[[str, object], None],
):
    with Load(*sites) as load:
        time.sleep(3)
        filling = small_disk / "everything else"
        with filling.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(1 << 20))
            except OSError:
                full = time.monotonic()
        time.sleep(AWAY)
        all_answered(load.since(full))
        assert percentile(load.since(full), 0.95) <= QUICKLY
        assert lag_of(indexing.kinds()).oldest_seconds > AWAY / 2  # writes did fail
        filling.unlink()
        if not server.answers():
            server.kill()
            server.start()
            record_property("restarted", "yes")
        settled(load, sites[1], time.monotonic(), record_property)
    assert load.failures == []
    nothing_differs(sites[1])
