"""People, tabs and messages at the same moment: one of them does it, the rest see it done."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account
from app.billing.models import Order, OrderState
from app.billing.signals import order_paid
from app.employers.models import Organisation
from app.employers.services import create_organisation
from app.errors import DomainError
from app.extensions import db
from app.jobs import services
from app.jobs.lifecycle import Action
from app.jobs.models import ImportRun, Job, JobPurchase, JobRevision, JobSource, JobState
from app.jobs.services.intake import importing, sources
from app.jobs.services.review import seen_mark
from app.jobs.services.rules import STEPS
from tests.at_once import at_once
from tests.factories.accounts import make_account, make_moderator
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job
from tests.factories.listings import make_draft, make_submitted
from tests.factories.sources import board, make_source, posting
from tests.payments import mails_queued

CROWD = 6


def account(account_id: int) -> Account:
    return db.session.get_one(Account, account_id)


def test_one_approval_counts(app: Flask) -> None:
    job = make_submitted()
    moderators = [make_moderator().id for _ in range(CROWD)]
    job_id, seen = job.id, seen_mark(job)
    outcomes = at_once(
        app, *(lambda m=m: services.approve(account(m), job_id, seen=seen) for m in moderators)
    )
    assert sorted(map(str, outcomes)) == ["False"] * (CROWD - 1) + ["True"]
    assert job.state == JobState.LIVE
    assert len(mails_queued("job_approved")) == 1
    assert db.session.scalar(select(func.count(JobRevision.id))) == 1


def test_of_approval_and_rejection_one_wins_and_the_other_is_told(app: Flask) -> None:
    job = make_submitted()
    one, other, job_id, seen = make_moderator().id, make_moderator().id, job.id, seen_mark(job)
    outcomes = at_once(
        app,
        lambda: services.approve(account(one), job_id, seen=seen),
        lambda: services.reject(account(other), job_id, reason="Not clear enough.", seen=seen),
    )
    assert [o for o in outcomes if o is True] == [True]
    assert len([o for o in outcomes if isinstance(o, DomainError)]) == 1
    assert job.state in (JobState.LIVE, JobState.REJECTED)


def test_an_order_delivered_in_parallel_counts_once(app: Flask) -> None:
    job = make_draft()
    order = services.buy(account(job.created_by), job.id, sku="listing-30", featured=False)
    order.state = OrderState.PAID
    db.session.commit()
    order_id = order.id
    at_once(app, *[lambda: order_paid.send(db.session.get_one(Order, order_id))] * CROWD)
    assert (job.paid_days, job.state) == (30, JobState.IN_REVIEW)
    assert db.session.scalar(select(func.count(JobPurchase.id))) == 1
    assert len(mails_queued("job_in_review")) == 1


def test_many_clicks_on_pay_make_one_order(app: Flask) -> None:
    job = make_draft()
    job_id, owner = job.id, job.created_by
    at_once(
        app,
        *[lambda: services.buy(account(owner), job_id, sku="listing-30", featured=False)] * CROWD,
    )
    assert db.session.scalar(select(func.count(Order.id))) == 1
    assert job.state == JobState.AWAITING_PAYMENT


def test_many_clicks_on_compose_begin_one_draft(app: Flask) -> None:
    live = make_job()
    owner, organisation_id, job_id = live.created_by, live.organisation_id, live.id

    def compose() -> Job:
        organisation = db.session.get_one(Organisation, organisation_id)
        return services.start_listing(account(owner), organisation)

    def copy() -> Job:
        return services.duplicate_listing(account(owner), db.session.get_one(Job, job_id))

    for click in (compose, copy):
        at_once(app, *[click] * CROWD)
    drafts = select(func.count(Job.id)).where(Job.state == JobState.DRAFT)
    assert db.session.scalar(drafts) == 2


def test_many_clicks_on_a_button_are_one(app: Flask) -> None:
    job = make_job()
    job_id, owner = job.id, job.created_by
    outcomes = at_once(app, *[lambda: services.act(account(owner), job_id, Action.PAUSE)] * CROWD)
    assert sorted(outcomes) == [False] * (CROWD - 1) + [True]
    assert job.revision == 2


def test_edits_at_once_leave_one_proposal(app: Flask) -> None:
    job = make_job()
    job_id, owner = job.id, job.created_by

    def rename(title: str) -> Any:
        return services.save_step(account(owner), job_id, STEPS["basics"], {"title": title})

    at_once(app, *(lambda n=n: rename(f"Coder {n}") for n in range(CROWD)))
    assert db.session.scalar(select(func.count(JobRevision.id))) == 1
    assert db.session.get_one(Job, job_id).title == "Inpatient coder"


def test_many_clicks_on_create_make_one_organisation(app: Flask) -> None:
    owner = make_account().id
    facts = {
        "name": "St. Olaf Health",
        "kind": "hospital",
        "website": "olaf.example.org",
        "city": "Northfield",
        "state": "MN",
        "about": "",
    }
    at_once(app, *[lambda: create_organisation(account(owner), **facts)] * CROWD)
    assert db.session.scalar(select(func.count(Organisation.id))) == 1


def test_workers_at_one_run_take_each_posting_once(app: Flask) -> None:
    employer = make_account()
    organisation = make_organisation(owner=employer)
    jobs = (posting(number) for number in range(40))
    _, run = sources.take_file(
        employer, organisation, name="board.json", content=board(*jobs), kind="auto"
    )
    db.session.commit()
    run_id = run.id

    def work() -> None:
        run = db.session.get_one(ImportRun, run_id)
        while importing.go_on(run, chunk=5):
            db.session.commit()

    at_once(app, *[work] * CROWD)
    assert (run.state, run.added, run.at) == ("done", 40, 40)
    assert db.session.scalar(select(func.count(Job.id))) == 40


def test_of_two_runs_at_once_one_begins(app: Flask) -> None:
    employer = make_account()
    source = make_source(organisation=make_organisation(owner=employer), account=employer)
    source_id = source.id

    def begin() -> int:
        return importing.begin_run(db.session.get_one(JobSource, source_id), None).id

    outcomes = at_once(app, *[begin] * CROWD)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert sum("right now" in str(outcome) for outcome in outcomes) == CROWD - 1
