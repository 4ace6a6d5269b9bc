"""The worker: woken by a commit and by nothing else, and never dependent on being woken."""

import logging
import threading
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisDown
from sqlalchemy import func, select

from app import clock, create_app, tasks, worker
from app.extensions import db
from app.tasks import OutboxRow

done: list[int] = []
tasks.handles("test.worker")(lambda payload: done.append(payload["n"]))


@pytest.fixture
def woken(app, monkeypatch):
    """Counts wake-ups, as an application outside the tests would send them."""
    calls: list[int] = []
    monkeypatch.setitem(app.extensions, "wake", lambda: calls.append(1))
    monkeypatch.setitem(app.config, "TESTING", False)
    done.clear()
    return calls


def test_a_commit_with_work_in_it_wakes_the_worker_once(woken):
    tasks.defer("test.worker", {"n": 1})
    tasks.defer("test.worker", {"n": 2})
    db.session.commit()
    db.session.commit()
    assert len(woken) == 1


def test_a_commit_without_work_wakes_nobody(woken):
    db.session.execute(select(OutboxRow))
    db.session.commit()
    assert woken == []


def test_work_rolled_back_wakes_nobody_later(woken):
    tasks.defer("test.worker", {"n": 1})
    db.session.rollback()
    db.session.commit()
    assert woken == []


def test_a_savepoint_wakes_nobody_but_its_transaction_does(woken):
    with db.session.begin_nested():
        tasks.defer("test.worker", {"n": 1})
    assert woken == []
    db.session.commit()
    assert len(woken) == 1


def test_a_savepoint_rolled_back_leaves_the_wake_up_of_the_work_around_it(woken):
    tasks.defer("test.worker", {"n": 1})
    db.session.flush()
    db.session.begin_nested().rollback()
    db.session.commit()
    assert len(woken) == 1


def test_a_queue_that_is_down_costs_the_visitor_nothing(woken, app, monkeypatch, caplog):
    def down() -> None:
        raise RedisDown("refused")

    monkeypatch.setitem(app.extensions, "wake", down)
    tasks.defer("test.worker", {"n": 1})
    db.session.commit()
    assert "could not be woken" in caplog.text
    assert db.session.scalar(select(func.count()).select_from(OutboxRow)) == 1


def test_a_wake_up_reaches_the_outbox_through_the_queue(app, monkeypatch):
    done.clear()
    queue = app.extensions["queue"]
    queue.flush()
    monkeypatch.setitem(app.config, "TESTING", False)
    tasks.defer("test.worker", {"n": 7})
    db.session.commit()
    assert queue.pending_count() == 1
    queue.execute(queue.dequeue())
    assert done == [7]


def test_a_tick_finds_what_no_wake_up_told_of(app):
    done.clear()
    tasks.defer("test.worker", {"n": 3})
    db.session.commit()
    db.session.remove()
    stop = threading.Event()
    ticking = threading.Thread(target=worker.tick, args=(app, stop, 0.01))
    ticking.start()
    deadline = clock.now() + timedelta(seconds=10)
    while not done and clock.now() < deadline:
        stop.wait(0.01)
    stop.set()
    ticking.join()
    assert done == [3]


def test_a_chore_that_fails_is_logged_and_the_others_run(app, monkeypatch, caplog):
    ran: list[str] = []
    chores = {
        "broken": (60.0, lambda: 1 / 0),
        "sound": (60.0, lambda: ran.append("sound")),
    }
    monkeypatch.setattr(worker, "_chores", chores)
    with caplog.at_level(logging.ERROR):
        worker.run_chores({})
    assert ran == ["sound"]
    assert "chore failed" in caplog.text


def test_a_chore_runs_again_only_when_its_interval_has_passed(app, monkeypatch):
    ran: list[int] = []
    monkeypatch.setattr(
        worker,
        "_chores",
        {"often": (0.0, lambda: ran.append(1)), "daily": (86_400.0, lambda: ran.append(2))},
    )
    last_run: dict[str, float] = {}
    worker.run_chores(last_run)
    worker.run_chores(last_run)
    assert ran == [1, 2, 1]


def test_finished_rows_are_forgotten_after_two_weeks(app):
    long_ago = clock.now() - worker.KEEP_FINISHED - timedelta(days=1)
    for finished in (long_ago, clock.now()):
        db.session.add(
            OutboxRow(
                kind="test.worker", payload={}, created_at=long_ago, due_at=long_ago,
                done_at=finished,
            )
        )  # fmt: skip
    db.session.commit()
    worker.forget_finished_rows()
    assert db.session.scalar(select(func.count()).select_from(OutboxRow)) == 1


def test_the_queue_is_redis_where_it_is_set_and_is_not_asked_at_start(tmp_path):
    app = create_app(
        {
            "ENVIRONMENT": "test",
            "DATA_DIR": str(tmp_path),
            "REDIS_URL": "redis://127.0.0.1:1/0",
        }
    )
    assert type(app.extensions["queue"]).__name__ == "RedisHuey"


def test_a_chore_apart_runs_beside_the_others_and_not_among_them(app, monkeypatch):
    ran: list[str] = []
    monkeypatch.setattr(worker, "_chores", {})
    monkeypatch.setattr(worker, "_apart", {})
    worker.every(timedelta(hours=1))(lambda: ran.append("quick"))
    worker.run_chores({})
    worker.every(timedelta(hours=1), apart=True)(lambda: ran.append("long"))
    worker.run_chores({}, apart=True)
    assert ran == ["quick", "long"]
    assert (len(worker._chores), len(worker._apart)) == (1, 1)
