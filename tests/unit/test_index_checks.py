"""Comparing index and database: what is found, what is mended, what is remembered."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from app import clock, index_checks, index_keeper, indexing
from app.engine import engine
from app.extensions import db
from app.index_checks import FULL, IndexCheck, compare
from app.jobs.models import Job
from app.jobs.services.index import announce, rebuild_index
from search.contract import SearchUnavailable
from search.indexes import JOBS
from tests.engines import moody_engine
from tests.factories.codes import BOOK, make_release
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture(autouse=True)
def empty_index(app) -> None:
    rebuild_index()


def written(*documents: dict) -> None:
    engine().outcome(engine().upsert(JOBS.name, documents), timeout=10)


def removed(*ids: int) -> None:
    engine().outcome(engine().delete(JOBS.name, [str(i) for i in ids]), timeout=10)


def drift(check: IndexCheck) -> tuple[int, int, int, int]:
    return check.missing, check.stale, check.surplus, check.mended


def test_an_index_in_step_has_no_drift():
    for _ in range(3):
        make_job()
    rebuild_index()

    check = compare("jobs")

    assert drift(check) == (0, 0, 0, 0)
    assert (check.documents, check.checked, check.kind) == (3, 3, "quick")
    assert check.engine.split()[0] in ("tantivy", "meilisearch")


def test_each_kind_of_drift_is_counted_and_mended():
    missing, stale = make_job(), make_job()
    rebuild_index()
    removed(missing.id)
    written({"id": "987654321", "title": "nobody's"})
    db.session.execute(update(Job).where(Job.id == stale.id).values(revision=5))
    db.session.commit()

    assert drift(compare("jobs")) == (1, 1, 1, 3)
    assert drift(compare("jobs")) == (0, 0, 0, 0)
    assert dict(engine().revisions(JOBS.name)) == {str(missing.id): 1, str(stale.id): 5}


def test_what_differs_without_a_revision_is_found_at_night():
    job = make_job(title="As it is")
    rebuild_index()
    (document,) = engine().documents(JOBS.name)
    written({**document, "title": "As it was"})

    assert drift(compare("jobs")) == (0, 0, 0, 0)
    assert drift(compare("jobs", FULL)) == (0, 1, 0, 1)
    assert next(iter(engine().documents(JOBS.name)))["title"] == job.title


def test_of_a_large_index_every_document_has_its_night():
    ids = [str(n) for n in range(20)]
    seen: set[str] = set()
    for night in range(5):
        with time_machine.travel(clock.now() + timedelta(days=night), tick=False):
            tonight = index_checks._share_of(ids, a_night=4)
        assert not seen & tonight
        seen |= tonight
    assert seen == set(ids)


def test_what_is_on_its_way_is_mended_and_no_drift():
    job = make_job()
    announce(job)
    db.session.commit()

    assert drift(compare("jobs")) == (0, 0, 0, 1)


def test_a_document_no_engine_would_have_is_no_drift_for_ever(app):
    bad, good = make_job(role="x" * 600), make_job()

    check = compare("jobs")

    assert (check.mended, list(dict(engine().revisions(JOBS.name)))) == (1, [str(good.id)])
    assert indexing.on_the_way("jobs") == {str(bad.id)}  # tried once more, then set aside


def test_an_engine_that_is_down_is_remembered_too(app, monkeypatch):
    moody_engine(app, monkeypatch).is_down = True

    with pytest.raises(SearchUnavailable):
        compare("jobs")
    index_checks.note_failure("jobs", SearchUnavailable("nobody answers"))

    (newest, *_) = index_checks.checks_since(clock.now() - timedelta(hours=1))
    assert newest.error == "nobody answers"
    assert index_checks.last_check("jobs").error is None


def test_content_is_compared_once_a_night_or_when_a_night_was_missed():
    assert index_checks.full_is_due("jobs")
    with time_machine.travel("2026-11-20 08:00Z", tick=False) as travel:
        compare("jobs", FULL)
        assert not index_checks.full_is_due("jobs")
        travel.move_to(clock.now() + timedelta(hours=12))
        assert not index_checks.full_is_due("jobs")
        travel.move_to(clock.now() + timedelta(hours=11))  # 07:00 of the next day
        assert index_checks.full_is_due("jobs")
        travel.move_to(clock.now() + timedelta(hours=8))  # by day, after a missed night
        assert index_checks.full_is_due("jobs")


def test_old_comparisons_are_forgotten():
    compare("jobs")
    with time_machine.travel(clock.now() + timedelta(days=40)):
        compare("jobs")
        assert index_checks.forget_old() >= 1
        db.session.commit()
        assert len(index_checks.checks_since(clock.now() - timedelta(days=100))) == 1


def test_codes_are_compared_as_well(app):
    make_release()
    index_keeper.rebuild_now("codes")
    entries = {each["id"]: each for each in engine().documents("codes")}
    lost, *_ = sorted(entries)
    engine().outcome(engine().delete("codes", [lost]), timeout=10)
    coded = {**entries["icd10cm-S060X0"], "terms": ["of another edition"]}
    engine().outcome(engine().upsert("codes", [coded]), timeout=10)

    assert drift(compare("codes", FULL)) == (1, 1, 0, 2)
    assert {each["id"]: each for each in engine().documents("codes")} == entries


def test_another_release_is_drift_until_it_is_indexed(app):
    make_release()
    index_keeper.rebuild_now("codes")
    make_release(BOOK.replace("<name>W00</name>", "<name>W01</name>"))

    check = compare("codes")

    assert (check.missing, check.surplus) == (1, 1)
    assert check.stale == check.checked - 1
    assert drift(compare("codes", FULL)) == (0, 0, 0, 0)
