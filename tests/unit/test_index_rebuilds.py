"""Rebuilds: one at a time, watched by their heartbeat, taken over from the dead, replayed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app import clock, index_keeper, index_rebuilds, indexing, tasks
from app.engine import engine
from app.extensions import db
from app.index_rebuilds import IndexRebuild, Superseded, Taken
from app.jobs.models import Job
from app.jobs.services.index import announce, rebuild_index
from app.jobs.services.searching.criteria import Criteria
from app.jobs.services.searching.search import find_jobs, forget_answers
from search import open_engine
from search.indexes import JOBS
from tests.engines import moody_engine
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")


def ask(index: str = "jobs") -> bool:
    asked = index_rebuilds.ask(index, reason="A test asked for it.")
    db.session.commit()
    return asked


def row() -> IndexRebuild:
    db.session.expire_all()
    return db.session.scalars(select(IndexRebuild).order_by(IndexRebuild.id.desc())).first()


def test_the_second_of_two_for_one_index_is_refused_until_the_first_is_over():
    assert ask()
    assert not ask()
    assert ask("codes")

    index_keeper.carry_out_rebuilds()

    assert row().finished_at is not None
    assert ask()


def test_one_that_was_asked_for_is_carried_out_and_says_how_far_it_came():
    jobs = [make_job() for _ in range(3)]
    ask()

    index_keeper.carry_out_rebuilds()

    done = row()
    assert (done.done_documents, done.expected, done.error) == (3, 3, None)
    assert done.started_at <= done.finished_at
    assert set(dict(engine().revisions("jobs"))) == {str(job.id) for job in jobs}


def test_two_workers_never_take_the_same():
    ask()
    assert index_rebuilds.take() is not None
    assert index_rebuilds.take() is None


def test_of_twenty_workers_at_once_one_takes_it(app):
    ask()
    db.session.remove()
    taken: list[Taken] = []
    start = threading.Barrier(8)

    def work() -> None:
        with app.app_context():
            start.wait()
            found = index_rebuilds.take()
            if found:
                taken.append(found)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


def test_the_rebuild_of_a_worker_that_died_is_begun_again():
    make_job()
    ask()
    dead = index_rebuilds.take()

    with time_machine.travel(clock.now() + timedelta(seconds=30)):
        assert index_rebuilds.take() is None
        assert not row().is_silent
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert row().is_silent
        index_keeper.carry_out_rebuilds()

    assert row().finished_at is not None
    assert row().tries == 2
    with pytest.raises(Superseded):
        index_rebuilds.Heart(dead, 1).beat(1)  # it was only very slow
    index_rebuilds.finish(dead, 7, "too late")
    assert row().error is None


def test_a_rebuild_every_worker_dies_of_is_given_up():
    ask()
    db.session.execute(update(IndexRebuild).values(tries=index_rebuilds.TRIES))
    db.session.commit()

    index_keeper.carry_out_rebuilds()

    assert row().error == "RuntimeError: every worker that tried it died"


def test_a_slow_worker_that_lost_its_rebuild_does_not_swap():
    job = make_job()
    rebuild_index()
    ask()
    slow = index_rebuilds.take()
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert index_rebuilds.take() is not None
    engine().outcome(engine().delete("jobs", [str(job.id)]), timeout=10)

    with pytest.raises(Superseded):
        index_keeper._carry_out(slow)

    assert dict(engine().revisions("jobs")) == {}


def test_a_rebuild_waits_for_an_engine_that_is_down(app, monkeypatch):
    make_job()
    moody = moody_engine(app, monkeypatch)
    moody.is_down = True
    ask()

    index_keeper.carry_out_rebuilds()

    assert row().finished_at is None
    assert row().error == "nobody answers"
    assert index_rebuilds.take() is None  # not at once
    moody.is_down = False
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        index_keeper.carry_out_rebuilds()
    assert (row().tries, row().done_documents) == (1, 1)
    assert row().finished_at is not None
    assert row().error is None


def test_a_rebuild_that_fails_tells_why_and_leaves_the_index(app, monkeypatch):
    job = make_job()
    rebuild_index()

    class Broken:
        def __getattr__(self, name):
            return getattr(behind, name)

        def rebuild(self, *_arguments, **_named):
            raise ZeroDivisionError("no")

    behind = engine()
    monkeypatch.setitem(app.extensions, "search_engine", Broken())
    ask()
    index_keeper.carry_out_rebuilds()

    assert row().error == "ZeroDivisionError: no"
    assert list(dict(engine().revisions("jobs"))) == [str(job.id)]


def test_a_poisonous_listing_does_not_keep_the_others_out_of_a_rebuild():
    bad, good = make_job(role="x" * 600), make_job()

    assert rebuild_index() == 1

    assert list(dict(engine().revisions("jobs"))) == [str(good.id)]
    tasks.drain()
    (aside,) = tasks.given_up(indexing.kinds())
    assert aside.payload == {"ids": [str(bad.id)]}


def test_a_command_that_is_interrupted_leaves_no_rebuild_under_way():
    make_job()

    def interrupt(_done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild_index(interrupt)
    assert row().finished_at is not None
    assert rebuild_index() == 1


def test_a_command_takes_over_what_waits_for_the_worker():
    make_job()
    ask()

    assert rebuild_index() == 1
    assert len(db.session.scalars(select(IndexRebuild)).all()) == 1


def test_an_index_of_another_form_is_built_as_soon_as_the_worker_looks(app, monkeypatch, tmp_path):
    """What an upgrade leaves: the worker needs nobody to tell it."""
    job = make_job()
    monkeypatch.setitem(app.extensions, "search_engine", open_engine(f"embedded:{tmp_path}"))

    index_keeper.keep_in_step()

    assert engine().ensure((JOBS,)) == ()
    assert list(dict(engine().revisions("jobs"))) == [str(job.id)]
    # Codes are a reference, and wait for the listings.
    assert [each.index for each in index_rebuilds.recent()] == ["codes", "jobs"]


def test_while_another_worker_builds_the_first_index_listings_come_from_the_database(
    app, monkeypatch, tmp_path
):
    job = make_job()
    monkeypatch.setitem(app.extensions, "search_engine", open_engine(f"embedded:{tmp_path}"))
    ask("jobs")
    assert index_rebuilds.take() is not None

    index_keeper.keep_in_step()
    forget_answers()
    found = find_jobs(Criteria())

    assert found.answer.limited
    assert [card.id for card in found.cards] == [job.id]


def test_nothing_is_compared_while_a_rebuild_is_under_way():
    rebuild_index()
    ask()
    elsewhere = index_rebuilds.take()
    job = make_job()

    index_keeper.keep_in_step()

    assert dict(engine().revisions("jobs")) == {}
    index_rebuilds.finish(elsewhere, 0)
    index_keeper.keep_in_step()
    assert list(dict(engine().revisions("jobs"))) == [str(job.id)]


def test_what_is_written_between_start_and_swap_is_replayed():
    kept, changed, gone = make_job(), make_job(), make_job()
    rebuild_index()
    done: list[int] = []

    def meanwhile(_count: int) -> None:
        """The documents are made; the swap is to come."""
        if done:
            return
        done.append(1)
        with db.engine.begin() as other:
            other.execute(update(Job).where(Job.id == changed.id).values(revision=2, title="New"))
            other.execute(update(Job).where(Job.id == gone.id).values(state="removed"))
        indexing.update("jobs", {str(changed.id), str(gone.id)})

    rebuild_index(meanwhile)

    assert done
    assert dict(engine().revisions("jobs")) == {str(kept.id): 1, str(changed.id): 2}
    titles = {each["title"] for each in engine().documents("jobs")}
    assert titles == {kept.title, "New"}


def test_a_change_announced_during_a_rebuild_is_in_the_index_after_it():
    job = make_job()
    rebuild_index()
    job.title = "Announced"
    job.revision += 1
    announce(job)
    db.session.commit()
    ask()

    index_keeper.carry_out_rebuilds()
    tasks.drain()

    assert [each["title"] for each in engine().documents("jobs")] == ["Announced"]
