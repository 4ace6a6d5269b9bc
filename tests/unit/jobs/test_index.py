"""The index follows the database, whatever happens in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from app import clock, index_keeper, tasks
from app.employers.services import reinstate_organisation, suspend_organisation
from app.engine import engine
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services.index import (
    announce,
    correct_index,
    rebuild_index,
)
from app.jobs.services.searching.criteria import Criteria
from app.jobs.services.searching.search import find_jobs
from app.tasks import OutboxRow
from search import open_engine
from search.indexes import JOBS
from tests.factories.accounts import make_operator
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

pytestmark = pytest.mark.usefixtures("app")

NOBODY_LISTENS = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def empty_index(app) -> None:
    rebuild_index()


def indexed() -> dict[str, int]:
    return dict(engine().revisions(JOBS.name))


def change(job: Job, **values: object) -> None:
    for name, value in values.items():
        setattr(job, name, value)
    job.revision += 1
    announce(job)
    db.session.commit()


def test_a_change_reaches_the_index_once_it_is_committed():
    job = make_job(state=JobState.IN_REVIEW)
    assert indexed() == {}

    change(job, state=JobState.LIVE)
    tasks.drain()

    assert indexed() == {str(job.id): job.revision}
    assert [card.id for card in find_jobs(Criteria()).cards] == [job.id]


def test_what_was_rolled_back_never_does():
    job = make_job()
    announce(job)
    db.session.rollback()

    assert tasks.drain() == 0
    assert indexed() == {}


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.LIVE, JobState.SCHEDULED}))
def test_a_listing_that_is_taken_down_leaves_the_index(state):
    job = make_job()
    rebuild_index()

    change(job, state=state)
    tasks.drain()

    assert indexed() == {}


def test_a_scheduled_listing_is_there_before_its_time():
    job = make_job(state=JobState.SCHEDULED, published_at=clock.now() + timedelta(days=3))

    rebuild_index()

    assert list(indexed()) == [str(job.id)]
    assert find_jobs(Criteria()).cards == []


def test_many_changes_are_one_write_and_the_last_one_counts():
    job = make_job()
    for number in range(5):
        change(job, title=f"Title {number}")

    assert tasks.drain() == 5
    assert indexed() == {str(job.id): 6}
    assert find_jobs(Criteria(text="Title 4")).answer.total == 1


def test_a_change_made_while_the_engine_is_down_is_not_lost(app, monkeypatch):
    job = make_job()
    announce(job)
    db.session.commit()
    with monkeypatch.context() as down:
        down.setitem(app.extensions, "search_engine", open_engine(NOBODY_LISTENS))
        assert tasks.drain() == 0

    waiting = db.session.scalars(select(OutboxRow).where(OutboxRow.done_at.is_(None))).one()
    assert waiting.error
    with time_machine.travel(clock.now() + timedelta(minutes=5)):
        assert tasks.drain() == 1
    assert list(indexed()) == [str(job.id)]


def test_a_suspended_organisation_takes_its_listings_along_and_brings_them_back():
    organisation = make_organisation()
    jobs = [make_job(organisation=organisation) for _ in range(3)]
    other = make_job()
    rebuild_index()

    suspend_organisation(make_operator(), organisation, reason="Fake listings, reported thrice.")
    db.session.commit()
    tasks.drain()
    assert list(indexed()) == [str(other.id)]

    reinstate_organisation(make_operator(), organisation)
    db.session.commit()
    tasks.drain()
    assert len(indexed()) == len(jobs) + 1


def test_comparing_mends_what_is_missing_old_or_left_over():
    missing, old, left_over = make_job(), make_job(), make_job()
    rebuild_index()
    engine().outcome(engine().delete(JOBS.name, [str(missing.id)]), timeout=10)
    # Behind the back of everything that would tell the index.
    db.session.execute(update(Job).where(Job.id == old.id).values(revision=7, title="New"))
    db.session.execute(update(Job).where(Job.id == left_over.id).values(state=JobState.REMOVED))
    db.session.commit()

    assert correct_index() == 3

    assert indexed() == {str(missing.id): 1, str(old.id): 7}
    assert find_jobs(Criteria(text="New")).answer.total == 1
    assert correct_index() == 0


def test_featuring_that_ended_lately_is_looked_at_again():
    end = clock.now() + timedelta(minutes=2)
    make_job(featured_until=end)
    rebuild_index()

    with time_machine.travel(end + timedelta(minutes=1)):
        assert correct_index() == 1
    with time_machine.travel(end + timedelta(days=1)):
        assert correct_index() == 0


def test_the_workers_chore_builds_an_index_that_is_missing(app, monkeypatch, tmp_path):
    monkeypatch.setitem(app.extensions, "search_engine", open_engine(f"embedded:{tmp_path}"))
    job = make_job()

    index_keeper.keep_in_step()
    index_keeper.carry_out_rebuilds()

    assert list(indexed()) == [str(job.id)]
    assert engine().ensure((JOBS,)) == ()


def test_the_first_announcement_builds_an_index_that_is_missing(app, monkeypatch, tmp_path):
    monkeypatch.setitem(app.extensions, "search_engine", open_engine(f"embedded:{tmp_path}"))
    before, job = make_job(), make_job()
    announce(job)
    db.session.commit()

    assert tasks.drain() == 0  # it waits for the index
    index_keeper.carry_out_rebuilds()

    assert set(indexed()) == {str(before.id), str(job.id)}
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        assert tasks.drain() == 1


def test_a_rebuild_reports_how_far_it_is():
    for _ in range(3):
        make_job()
    reported: list[int] = []

    assert rebuild_index(reported.append) == 3
    assert reported == sorted(reported)


def test_the_command_builds_it_anew(app):
    make_job()

    result = app.test_cli_runner().invoke(args=["jobs", "index"])

    assert result.exit_code == 0
    assert "1 listing in the search index" in result.output
