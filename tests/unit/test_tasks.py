"""The outbox: nothing done for work rolled back, nothing lost, nothing done twice at once."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock, tasks
from app.extensions import db
from app.tasks import OutboxRow
from search.contract import SearchUnavailable


class Recorder:
    """Stands behind two kinds of work; told what to do when called."""

    def __init__(self) -> None:
        self.calls: list[list[dict]] = []
        self.rule = lambda payloads: None

    def __call__(self, payloads) -> None:
        payloads = payloads if isinstance(payloads, list) else [payloads]
        self.calls.append(payloads)
        self.rule(payloads)

    @property
    def numbers(self) -> list[int]:
        return [p["n"] for call in self.calls for p in call]


_single, _batch = Recorder(), Recorder()
tasks.handles("test.single")(lambda payload: _single(payload))
tasks.handles("test.batch", batch=True)(lambda payloads: _batch(payloads))


@pytest.fixture
def single(app):
    _single.__init__()
    return _single


@pytest.fixture
def batch(app):
    _batch.__init__()
    return _batch


def ask(kind: str, *numbers: int, after: timedelta | None = None) -> None:
    for n in numbers:
        tasks.defer(kind, {"n": n}, after=after)
    db.session.commit()


def only_row() -> OutboxRow:
    db.session.expire_all()
    return db.session.scalars(select(OutboxRow)).one()


def test_what_is_asked_for_is_done_once_in_the_order_asked(single):
    ask("test.single", 1, 2, 3)
    assert tasks.drain() == 3
    assert tasks.drain() == 0
    assert single.numbers == [1, 2, 3]


def test_nothing_is_done_for_work_that_was_rolled_back(single):
    tasks.defer("test.single", {"n": 1})
    db.session.rollback()
    assert tasks.drain() == 0
    assert single.calls == []


def test_work_deferred_inside_a_lost_savepoint_is_lost_with_it_alone(single):
    tasks.defer("test.single", {"n": 1})
    savepoint = db.session.begin_nested()
    tasks.defer("test.single", {"n": 2})
    savepoint.rollback()
    db.session.commit()
    tasks.drain()
    assert single.numbers == [1]


def test_work_that_nobody_handles_cannot_be_asked_for(app):
    with pytest.raises(RuntimeError, match="nothing handles"):
        tasks.defer("test.unheard", {})


def test_one_kind_has_one_handler(app):
    with pytest.raises(RuntimeError, match="two handlers"):
        tasks.handles("test.single")(print)


def test_a_row_whose_handler_was_removed_is_set_aside(app):
    moment = clock.now()
    db.session.add(OutboxRow(kind="test.gone", payload={}, created_at=moment, due_at=moment))
    db.session.commit()
    assert tasks.drain() == 0
    assert only_row().error == "Permanent: nothing handles test.gone"
    assert only_row().abandoned_at is not None
    assert tasks.set_aside() == 1


def test_work_asked_for_later_waits_until_then(single):
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1, after=timedelta(hours=1))
        assert tasks.drain() == 0
        travel.shift(timedelta(hours=1, seconds=1))
        assert tasks.drain() == 1


def test_a_finished_row_keeps_nothing_of_what_it_held(single):
    ask("test.single", 1)
    tasks.drain()
    assert only_row().payload == {}
    assert only_row().done_at is not None


def test_neighbours_of_a_batched_kind_are_done_together(single, batch):
    ask("test.batch", 1, 2)
    ask("test.single", 9)
    ask("test.batch", 3)
    tasks.drain()
    assert [[p["n"] for p in call] for call in batch.calls] == [[1, 2], [3]]


def test_more_than_one_batch_is_done_in_one_drain(batch):
    ask("test.batch", *range(tasks.BATCH + 5))
    assert tasks.drain() == tasks.BATCH + 5
    assert [len(call) for call in batch.calls] == [tasks.BATCH, 5]


def test_a_failing_row_is_tried_again_after_a_pause_that_doubles(single):
    def fail(_payloads):
        raise ValueError("no")

    single.rule = fail
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1)
        pauses = []
        for _ in range(4):
            tasks.drain()
            pauses.append((only_row().due_at - clock.now()).total_seconds())
            assert tasks.drain() == 0  # not before its time
            travel.shift(pauses[-1] + 0.001)
    assert pauses == [2, 4, 8, 16]
    assert only_row().error == "ValueError: no"
    assert len(single.calls) == 4


def test_a_pause_never_exceeds_the_longest(single):
    single.rule = lambda _p: 1 / 0
    ask("test.single", 1)
    only_row().attempts = tasks.ATTEMPTS - 2
    db.session.commit()
    tasks.drain()
    assert only_row().due_at <= clock.now() + tasks.LONGEST_PAUSE


def test_a_row_that_never_succeeds_is_set_aside_after_its_last_attempt(single, caplog):
    single.rule = lambda _p: 1 / 0
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1)
        for _ in range(tasks.ATTEMPTS + 5):
            tasks.drain()
            travel.shift(tasks.LONGEST_PAUSE + timedelta(seconds=1))
    assert len(single.calls) == tasks.ATTEMPTS
    assert only_row().abandoned_at is not None
    assert "set aside" in caplog.text


def test_a_permanent_failure_is_set_aside_at_once(single):
    def refuse(_payloads):
        raise tasks.Permanent("the address does not exist")

    single.rule = refuse
    ask("test.single", 1)
    tasks.drain()
    assert only_row().attempts == 1
    assert only_row().abandoned_at is not None
    assert only_row().payload == {"n": 1}  # a person will want to see it


def test_a_failing_row_does_not_hold_up_those_behind_it(single):
    def fail_first(payloads):
        if payloads[0]["n"] == 1:
            raise ValueError("no")

    single.rule = fail_first
    ask("test.single", 1, 2)
    assert tasks.drain() == 1
    assert single.numbers == [1, 2]


def test_a_poisoned_batch_is_halved_until_the_row_to_blame_stands_alone(batch):
    def poisoned(payloads):
        if any(p["n"] == 13 for p in payloads):
            raise tasks.Permanent("13 is poison")

    batch.rule = poisoned
    ask("test.batch", *range(64))
    assert tasks.drain() == 63
    aside = db.session.scalars(select(OutboxRow).where(OutboxRow.abandoned_at.is_not(None))).one()
    assert aside.payload == {"n": 13}
    assert len(batch.calls) <= 2 * 6 + 1  # two for each halving of 64, not one for each row


def test_what_a_failing_handler_wrote_is_rolled_back(single):
    def write_and_fail(_payloads):
        tasks.defer("test.batch", {"n": 5})
        db.session.flush()
        raise ValueError("after writing")

    single.rule = write_and_fail
    ask("test.single", 1)
    tasks.drain()
    assert db.session.scalar(select(func.count()).select_from(OutboxRow)) == 1


def test_what_a_handler_asks_for_is_done_in_the_same_drain(single, batch):
    single.rule = lambda _p: tasks.defer("test.batch", {"n": 7})
    ask("test.single", 1)
    assert tasks.drain() == 2
    assert batch.numbers == [7]


@pytest.mark.parametrize("error", [tasks.Unreachable("down"), SearchUnavailable("down")])
def test_an_outage_is_knocked_at_once_a_drain_and_blames_no_row(single, batch, error):
    def down(_payloads):
        raise error

    single.rule = down
    ask("test.single", *range(10))
    ask("test.batch", 1)
    assert tasks.drain() == 1  # the other kind goes on
    assert len(single.calls) == 1
    rows = db.session.scalars(select(OutboxRow).where(OutboxRow.kind == "test.single")).all()
    assert {row.attempts for row in rows} == {0}
    assert all(row.due_at > clock.now() and row.leased_by is None for row in rows)


def test_after_an_outage_everything_is_done_in_order(single):
    def down(_payloads):
        raise tasks.Unreachable("down")

    with time_machine.travel(clock.now(), tick=False) as travel:
        single.rule = down
        ask("test.single", 1, 2, 3)
        for _ in range(4 * 60 * 3):  # four hours
            tasks.drain()
            travel.shift(tasks.OUTAGE_PAUSE + timedelta(seconds=1))
        single.__init__()
        assert tasks.drain() == 3
    assert single.numbers == [1, 2, 3]


def test_an_outage_of_days_ends_with_the_row_set_aside(single):
    def down(_payloads):
        raise tasks.Unreachable("down")

    single.rule = down
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1)
        travel.shift(tasks.OUTAGE_PATIENCE + timedelta(seconds=1))
        tasks.drain()
    assert only_row().abandoned_at is not None


def test_a_leased_row_is_left_alone_until_the_lease_runs_out(single):
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1)
        assert len(tasks._lease("a worker that is killed now")) == 1
        assert tasks.drain() == 0
        travel.shift(tasks.LEASE + timedelta(seconds=1))
        assert tasks.drain() == 1


def test_rows_that_kill_every_worker_are_set_aside_in_the_end(batch):
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.batch", 1)
        for number in range(tasks.ATTEMPTS + 1):
            tasks._lease(f"worker {number}")  # and dies
            travel.shift(tasks.LEASE + timedelta(seconds=1))
        assert tasks.drain() == 0
    assert batch.calls == []
    assert only_row().abandoned_at is not None


def test_rows_a_worker_died_of_are_no_longer_batched(batch):
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.batch", 1, 2)
        tasks._lease("a worker that is killed now")
        travel.shift(tasks.LEASE + timedelta(seconds=1))
        tasks.drain()
    assert [len(call) for call in batch.calls] == [1, 1]


def test_a_worker_slower_than_its_lease_does_not_do_what_another_has_taken(single):
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1, 2)

        def dawdle(payloads):
            if payloads[0]["n"] == 1 and len(single.calls) == 1:
                travel.shift(tasks.LEASE + timedelta(seconds=1))
                tasks._lease("another worker")

        single.rule = dawdle
        assert tasks.drain() == 1
    assert single.numbers == [1]


def test_drains_at_once_share_the_rows_and_repeat_none(app, single):
    ask("test.single", *range(60))
    db.session.remove()
    start = threading.Barrier(4)
    done: list[int] = []

    def drain() -> None:
        with app.app_context():
            start.wait()
            done.append(tasks.drain())
            db.session.remove()

    threads = [threading.Thread(target=drain) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 60
    assert sorted(single.numbers) == list(range(60))


def test_the_backlog_is_how_much_waits_and_for_how_long(single):
    assert tasks.backlog() == (0, 0.0)
    with time_machine.travel(clock.now(), tick=False) as travel:
        ask("test.single", 1, 2)
        ask("test.single", 3, after=timedelta(days=1))
        travel.shift(30)
        assert tasks.backlog() == (2, 30.0)


def test_finished_rows_are_forgotten_and_those_set_aside_are_kept(single):
    def refuse_two(payloads):
        if payloads[0]["n"] == 2:
            raise tasks.Permanent("no")

    single.rule = refuse_two
    ask("test.single", 1, 2)
    tasks.drain()
    assert tasks.forget_finished(timedelta(days=1)) == 0
    with time_machine.travel(clock.now() + timedelta(days=2), tick=False):
        assert tasks.forget_finished(timedelta(days=1)) == 1
    db.session.commit()
    assert only_row().payload == {"n": 2}


def test_of_a_batch_done_in_part_only_what_failed_is_tried_again(batch):
    def fail_two(payloads):
        wrong = {i for i, payload in enumerate(payloads) if payload["n"] in (1, 3)}
        if wrong:
            raise tasks.Partly(
                {i: tasks.Permanent("no") if payloads[i]["n"] == 1 else ValueError() for i in wrong}
            )

    batch.rule = fail_two
    ask("test.batch", 0, 1, 2, 3, 4)

    assert tasks.drain() == 3
    left = db.session.scalars(
        select(OutboxRow).where(OutboxRow.done_at.is_(None)).order_by(OutboxRow.id)
    ).all()
    assert [(row.payload["n"], row.abandoned_at is None) for row in left] == [
        (1, False),
        (3, True),
    ]
    assert len(batch.calls) == 1


def test_what_was_set_aside_is_tried_again_as_if_it_were_new(single):
    def refuse(_payloads):
        raise tasks.Permanent("no")

    single.rule = refuse
    ask("test.single", 1, 2)
    tasks.drain()
    first, second = tasks.given_up(("test.single",))
    assert tasks.try_again(("test.batch",)) == 0
    assert tasks.try_again(("test.single",), second.id) == 1
    assert tasks.try_again(("test.single",), second.id) == 0
    db.session.commit()

    single.rule = lambda _payloads: None
    assert tasks.drain() == 1
    assert tasks.given_up(("test.single",)) == [first]
    assert tasks.try_again(("test.single",)) == 1
