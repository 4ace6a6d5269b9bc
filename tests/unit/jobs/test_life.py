"""Whatever people, payments and time do to a listing, in any order, what is shown stays true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app import audit
from app.accounts.models import Account
from app.billing.models import Order, OrderState
from app.billing.services import cancel_open_order
from app.billing.signals import (
    dispute_lost,
    dispute_won,
    order_disputed,
    order_paid,
    order_refunded,
    order_void,
)
from app.errors import DomainError
from app.extensions import db
from app.jobs import services
from app.jobs.lifecycle import Action
from app.jobs.models import Job, JobPurchase, JobRevision, JobState, visible
from app.jobs.services.review import seen_mark
from app.jobs.services.rules import STEPS
from tests.factories.accounts import make_account, make_moderator
from tests.factories.listings import make_draft

pytestmark = pytest.mark.usefixtures("app")

REASON = "For the sake of the test."
BEGIN = datetime.fromisoformat("2026-11-23T12:00:00+00:00")


class World:
    """One listing, and everyone who can do something to it."""

    def __init__(self) -> None:
        self.owner: Account = make_account()
        self.moderator: Account = make_moderator()
        self.job: Job = make_draft(owner=self.owner, closes_on=BEGIN.date() + timedelta(days=300))
        self.clock: list[timedelta] = []

    def act(self, action: Action) -> None:
        services.act(self.owner, self.job.id, action)

    def buy(self, sku: str) -> None:
        services.buy(self.owner, self.job.id, sku=sku, featured=False)

    def edit(self) -> None:
        title = f"Inpatient coder {self.job.revision}"
        services.save_step(self.owner, self.job.id, STEPS["basics"], {"title": title})

    def approve(self) -> None:
        services.approve(self.moderator, self.job.id, seen=seen_mark(self.job))

    def reject(self) -> None:
        services.reject(self.moderator, self.job.id, reason=REASON, seen=seen_mark(self.job))

    def remove(self) -> None:
        services.remove(self.moderator, self.job.id, reason=REASON)

    def settle(self, was: OrderState, now: OrderState, tell: Callable[[Order], object]) -> None:
        """Stripe says something of the newest order it can be true of."""
        order = db.session.scalars(
            select(Order)
            .where(Order.subject_id == self.job.id, Order.state == was)
            .order_by(Order.id.desc())
        ).first()
        if order is not None:
            order.state = now
            tell(order)

    def cancel(self) -> None:
        cancel_open_order(self.owner, subject_kind="job", subject_id=self.job.id)


_O = OrderState
DEEDS: dict[str, Callable[[World], object]] = {
    **{f"act {a}": lambda w, a=a: w.act(a) for a in Action},
    **{f"buy {s}": lambda w, s=s: w.buy(s) for s in ("listing-30", "listing-60", "renewal-30")},
    "edit": World.edit,
    "approve": World.approve,
    "reject": World.reject,
    "remove": World.remove,
    "paid": lambda w: w.settle(_O.OPEN, _O.PAID, order_paid.send),
    "paid again": lambda w: w.settle(_O.PAID, _O.PAID, order_paid.send),
    "void": lambda w: w.settle(_O.OPEN, _O.VOID, order_void.send),
    "refunded": lambda w: w.settle(_O.PAID, _O.REFUNDED, order_refunded.send),
    "disputed": lambda w: w.settle(_O.PAID, _O.DISPUTED, order_disputed.send),
    "lost": lambda w: w.settle(_O.DISPUTED, _O.DISPUTED, dispute_lost.send),
    "won": lambda w: w.settle(_O.DISPUTED, _O.PAID, dispute_won.send),
    "cancel": World.cancel,
    "ten days": lambda w: w.clock.append(timedelta(days=10)),
}
# The way to the public comes up often enough to be gone to its end.
LIKELY = ["buy listing-30", "paid", "approve", "paid", "approve", "buy renewal-30", "ten days"]


def check(world: World, dates: dict[str, datetime]) -> None:
    job = world.job
    db.session.expire(job)
    state = services.state_of(job)
    seen = select(Job.id).join(Job.organisation).where(Job.id == job.id, visible())
    is_visible = db.session.scalar(seen) is not None
    standing = [
        p
        for p in db.session.scalars(select(JobPurchase).where(JobPurchase.job_id == job.id))
        if p.undone_at is None
    ]
    assert is_visible == (state is JobState.LIVE)
    assert job.paid_days == sum(p.days for p in standing if not p.is_renewal)
    if state in (JobState.LIVE, JobState.SCHEDULED):
        assert any(not p.is_renewal for p in standing), "up without a payment"
        assert not job.is_held
        orders = [db.session.get_one(Order, p.order_id) for p in standing]
        assert all(order.state != OrderState.DISPUTED for order in orders), "up while contested"
        decided = select(JobRevision.id).where(
            JobRevision.job_id == job.id, JobRevision.state == "approved"
        )
        assert db.session.scalars(decided).first() is not None, "up without a review"
    if state in (JobState.IN_REVIEW, JobState.SCHEDULED, JobState.LIVE, JobState.PAUSED):
        assert job.paid_days > 0
    if job.published_at is not None:
        assert dates.setdefault("published", job.published_at) == job.published_at


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from([*DEEDS, *LIKELY * 4]), max_size=25))
def test_no_order_of_events_shows_what_is_unpaid_or_unread(names: list[str]) -> None:
    with time_machine.travel(BEGIN, tick=False) as now:
        world, dates = World(), {}
        for name in names:
            try:
                DEEDS[name](world)
                db.session.commit()
            except DomainError:
                db.session.rollback()
            while world.clock:
                now.shift(world.clock.pop())
            check(world, dates)
        assert audit.first_broken_link() is None
