"""Writes to an index: few, exact, and nothing acknowledged that was not carried out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from app import clock, indexing, tasks
from app.employers.services import suspend_organisation
from app.engine import engine
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services.index import OF_AN_ORGANISATION, announce, rebuild_index
from app.tasks import OutboxRow
from search.contract import Outcome, SearchError
from search.indexes import JOBS
from tests.engines import Moody, moody_engine
from tests.factories.accounts import make_operator
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

POISON = {"role": "x" * 600}  # longer than any engine takes


@pytest.fixture(autouse=True)
def moody(app, monkeypatch) -> Moody:
    rebuild_index()
    return moody_engine(app, monkeypatch)


def indexed() -> dict[str, int]:
    return dict(engine().revisions(JOBS.name))


def told(*jobs: Job) -> None:
    for job in jobs:
        announce(job)
    db.session.commit()


def rows() -> list[OutboxRow]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


def unfinished() -> list[OutboxRow]:
    return [row for row in rows() if row.done_at is None]


def test_many_rows_for_few_listings_are_one_write(moody):
    jobs = [make_job() for _ in range(3)]
    told(*jobs * 30)

    assert tasks.drain() == 90
    assert [set(ids) for ids in moody.written] == [{str(job.id) for job in jobs}]


def test_one_poisonous_listing_keeps_no_other_out_and_is_set_aside_with_its_reason(moody):
    jobs = [make_job() for _ in range(20)]
    db.session.execute(update(Job).where(Job.id == jobs[7].id).values(**POISON))
    told(*jobs, jobs[7])

    assert tasks.drain() == 20
    assert set(indexed()) == {str(job.id) for job in jobs} - {str(jobs[7].id)}
    (aside,) = unfinished()
    assert aside.abandoned_at is not None
    assert aside.payload == {"ids": [str(jobs[7].id)]}
    assert "role" in aside.error


def test_a_listing_of_which_no_document_can_be_made_is_set_aside_too(moody):
    jobs = [make_job() for _ in range(5)]
    kept = indexing.kept_index("jobs")
    bad = str(jobs[2].id)

    def some(ids):
        if bad in ids:
            raise KeyError("a slug that no taxonomy knows")
        return kept.some(ids)

    documents, refused = indexing.documents_of(
        indexing.Kept(JOBS, "Listings", kept.revisions, some, kept.count),
        [str(job.id) for job in jobs],
    )

    assert len(documents) == 4
    assert refused == {bad: "KeyError: 'a slug that no taxonomy knows'"}


def test_what_was_set_aside_is_over_once_the_listing_is_mended(moody):
    job = make_job(**POISON)
    told(job)
    tasks.drain()
    assert len(tasks.given_up(indexing.kinds())) == 1

    told(job)  # still as bad: it is not shown twice
    tasks.drain()
    assert len(tasks.given_up(indexing.kinds())) == 1

    job.role = "coder"
    told(job)
    tasks.drain()
    assert tasks.given_up(indexing.kinds()) == []
    assert list(indexed()) == [str(job.id)]


def test_a_row_for_many_gives_each_poisonous_listing_a_row_of_its_own(moody):
    jobs = [make_job() for _ in range(6)]
    for job in jobs[:2]:
        job.role = POISON["role"]
    indexing.announce("jobs", [str(job.id) for job in jobs])
    db.session.commit()

    tasks.drain()

    assert set(indexed()) == {str(job.id) for job in jobs[2:]}
    aside = tasks.given_up(indexing.kinds())
    assert sorted(row.payload["ids"][0] for row in aside) == [str(job.id) for job in jobs[:2]]


def test_a_refusal_of_the_engine_itself_is_found_among_two_hundred(moody):
    jobs = [make_job() for _ in range(40)]

    def refuse(documents):
        if any(each["id"] == str(jobs[11].id) for each in documents):
            raise SearchError("payload too large")

    moody.when_writing = refuse
    told(*jobs)

    assert tasks.drain() == 39
    assert len(indexed()) == 39
    assert unfinished()[0].error == "Permanent: payload too large"


def test_a_write_that_failed_at_the_engine_names_its_reason(moody):
    moody.outcomes["*"] = Outcome.FAILED
    job = make_job()
    told(job)

    assert tasks.drain() == 0
    assert unfinished()[0].error == "Permanent: the stub says so"


def test_a_write_that_is_not_carried_out_in_time_is_not_forgotten(moody):
    moody.outcomes["*"] = Outcome.PENDING
    job = make_job()
    told(job)
    assert tasks.drain() == 1

    (waiting,) = unfinished()
    assert waiting.kind == indexing.settle_kind("jobs")
    assert indexing.on_the_way("jobs") == {str(job.id)}
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert tasks.drain() == 0  # still pending: it goes on waiting, and is not to blame
        assert unfinished()[0].attempts == 0
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        moody.outcomes["*"] = Outcome.DONE
        assert tasks.drain() == 1
    assert unfinished() == []


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.LOST])
def test_one_that_turns_out_to_be_lost_is_written_again(moody, outcome):
    moody.outcomes["*"] = Outcome.PENDING
    job = make_job()
    told(job)
    tasks.drain()
    moody.outcomes.clear()
    moody.outcomes[unfinished()[0].payload["number"]] = outcome

    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert tasks.drain() == 2

    assert moody.written == [[str(job.id)]] * 2
    assert unfinished() == []


def test_a_write_the_engine_lost_waits_and_blames_nobody(moody):
    moody.outcomes["*"] = Outcome.LOST  # such as on a full disk
    told(make_job(), make_job())
    assert tasks.drain() == 0

    assert [(row.attempts, row.abandoned_at) for row in unfinished()] == [(0, None)] * 2
    assert len(moody.written) == 1  # it was not tried again in halves
    moody.outcomes.clear()
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert tasks.drain() == 2
    assert len(indexed()) == 2


def test_a_listing_that_changes_while_it_is_written_is_written_again(moody):
    job = make_job()

    def change_once(_documents):
        moody.when_writing = lambda _: None
        with db.engine.begin() as other:
            other.execute(update(Job).where(Job.id == job.id).values(revision=9, title="Later"))

    moody.when_writing = change_once
    told(job)
    tasks.drain()

    assert indexed() == {str(job.id): 9}
    assert moody.written == [[str(job.id)]] * 2


def test_one_that_is_taken_down_while_it_is_written_is_taken_away_again(moody):
    job = make_job()

    def remove_once(_documents):
        moody.when_writing = lambda _: None
        with db.engine.begin() as other:
            other.execute(update(Job).where(Job.id == job.id).values(state=JobState.REMOVED))

    moody.when_writing = remove_once
    told(job)
    tasks.drain()

    assert indexed() == {}


def test_an_organisation_of_many_listings_is_one_row_until_the_worker_sees_it(moody):
    organisation = make_organisation()
    jobs = [make_job(organisation=organisation) for _ in range(4)]
    rebuild_index()
    assert len(indexed()) == 4

    suspend_organisation(make_operator(), organisation, reason="Fake listings, reported thrice.")
    db.session.commit()
    kinds = db.session.scalars(select(OutboxRow.kind).where(OutboxRow.done_at.is_(None))).all()
    assert kinds.count(OF_AN_ORGANISATION) == 1
    assert indexing.many_kind("jobs") not in kinds

    tasks.drain()
    assert indexed() == {}
    written = select(func.count()).where(OutboxRow.kind == indexing.many_kind("jobs"))
    assert db.session.scalar(written) == 1
    db.session.expire_all()
    assert {job.revision for job in jobs} == {2}  # a comparison can see it


def test_rows_from_before_indexes_were_kept_in_common_are_understood(moody):
    job = make_job()
    tasks.defer("jobs.index", {"job_id": job.id})
    db.session.commit()

    assert tasks.drain() == 1
    assert list(indexed()) == [str(job.id)]


@pytest.mark.parametrize("payload", [{}, {"ids": []}, {"ids": ["999999999"]}])
def test_a_row_for_nothing_is_done_at_once(moody, payload):
    tasks.defer("jobs.index", payload)
    db.session.commit()

    assert tasks.drain() == 1


@pytest.mark.parametrize("ids", [["not a number"], [None], 7])
def test_a_row_of_nonsense_holds_up_nobody(moody, ids):
    job = make_job()
    tasks.defer("jobs.index", {"ids": ids})
    told(job)

    tasks.drain()

    assert list(indexed()) == [str(job.id)]
