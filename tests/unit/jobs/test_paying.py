"""What a listing gets for an order, once, and what a refund, a dispute or a lapse takes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.billing.models import Order, OrderState
from app.billing.signals import (
    dispute_lost,
    dispute_won,
    order_disputed,
    order_paid,
    order_refunded,
    order_void,
)
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.jobs import services
from app.jobs.lifecycle import Action
from app.jobs.models import Job, JobPurchase, JobState, visible
from app.jobs.services.review import seen_mark
from app.tasks import OutboxRow
from tests.factories.accounts import make_account, make_moderator
from tests.factories.listings import make_draft, make_submitted, place_and_pay
from tests.payments import mails_queued

pytestmark = pytest.mark.usefixtures("app")


def owner_of(job: Job) -> Account:
    return db.session.get_one(Account, job.created_by)


def publish(job: Job) -> Job:
    services.approve(make_moderator(), job.id, seen=seen_mark(job))
    db.session.commit()
    return job


def is_visible(job: Job) -> bool:
    found = select(Job.id).join(Job.organisation).where(Job.id == job.id, visible())
    return db.session.scalar(found) is not None


def last_order() -> Order:
    return db.session.scalars(select(Order).order_by(Order.id.desc())).first()


def test_buying_makes_an_order_of_our_prices_and_the_listing_waits() -> None:
    job = make_draft()
    order = services.buy(owner_of(job), job.id, sku="listing-60", featured=True)
    assert [(line.sku, line.unit_cents) for line in order.lines] == [
        ("listing-60", 399_00),
        ("featured-30", 99_00),
    ]
    assert order.total_cents == 498_00
    assert job.state == JobState.AWAITING_PAYMENT
    assert not is_visible(job)


def test_sending_the_pay_form_twice_makes_one_order() -> None:
    job = make_draft()
    first = services.buy(owner_of(job), job.id, sku="listing-30", featured=False)
    second = services.buy(owner_of(job), job.id, sku="listing-30", featured=False)
    assert second.id == first.id
    changed = services.buy(owner_of(job), job.id, sku="listing-60", featured=False)
    assert changed.id != first.id
    assert (first.state, job.state) == (OrderState.VOID, JobState.AWAITING_PAYMENT)


def test_what_cannot_be_bought_is_refused() -> None:
    job = make_draft()
    owner = owner_of(job)
    for sku in ("", "renewal-30", "featured-30", "free", "listing-30 "):
        with pytest.raises(Invalid):
            services.buy(owner, job.id, sku=sku, featured=False)
    with pytest.raises(NotFound):
        services.buy(make_account(), job.id, sku="listing-30", featured=False)
    with pytest.raises(Conflict, match="missing"):
        services.buy(owner, make_draft(owner=owner, title="").id, sku="listing-30", featured=False)
    submitted = make_submitted(owner=owner)
    with pytest.raises(Conflict):
        services.buy(owner, submitted.id, sku="listing-30", featured=False)
    job.organisation.suspended_at = clock.now()
    with pytest.raises(Conflict, match="suspended"):
        services.buy(owner, job.id, sku="listing-30", featured=False)


def test_payment_leads_to_review_and_tells_the_members() -> None:
    job = make_submitted(featured=True)
    assert (job.state, job.paid_days, job.is_featured) == (JobState.IN_REVIEW, 30, True)
    assert job.submitted_at is not None
    assert [m["to"] for m in mails_queued("job_in_review")] == [owner_of(job).email]
    assert not is_visible(job)


def test_an_order_is_delivered_once() -> None:
    job = make_submitted()
    order = last_order()
    for _ in range(3):
        order_paid.send(order)
    assert job.paid_days == 30
    assert db.session.scalar(select(func.count(JobPurchase.id))) == 1
    assert len(mails_queued("job_in_review")) == 1
    publish(job)
    expires_at = job.expires_at
    order_paid.send(order)
    assert job.expires_at == expires_at


def test_orders_of_other_things_are_none_of_our_business() -> None:
    job = make_draft()
    order = place_and_pay(owner_of(job), job)
    order.subject_kind = "thing"
    for signal in (order_paid, order_void, order_refunded, order_disputed, dispute_won):
        signal.send(order)
    assert job.state == JobState.IN_REVIEW


def test_money_that_comes_after_the_employer_went_back_to_editing_still_counts() -> None:
    job = make_draft()
    place_and_pay(owner_of(job), job)
    assert (job.state, job.paid_days) == (JobState.IN_REVIEW, 30)


def test_a_lapsed_checkout_leaves_a_draft_that_can_be_bought_again() -> None:
    job = make_draft()
    order = services.buy(owner_of(job), job.id, sku="listing-30", featured=False)
    order.state = OrderState.VOID
    order_void.send(order)
    assert job.state == JobState.DRAFT
    order_void.send(order)
    assert job.state == JobState.DRAFT
    assert services.buy(owner_of(job), job.id, sku="listing-30", featured=False).id != order.id


def test_taking_the_listing_back_withdraws_its_order() -> None:
    job = make_draft()
    order = services.buy(owner_of(job), job.id, sku="listing-30", featured=False)
    assert services.act(owner_of(job), job.id, Action.REVISE)
    assert (job.state, order.state) == (JobState.DRAFT, OrderState.VOID)


def test_a_listing_sent_back_is_submitted_again_without_paying() -> None:
    job = make_submitted()
    owner = owner_of(job)
    services.reject(make_moderator(), job.id, reason="Say where it is.", seen=seen_mark(job))
    services.act(owner, job.id, Action.REVISE)
    with pytest.raises(Conflict, match="paid for already"):
        services.buy(owner, job.id, sku="listing-30", featured=False)
    assert services.act(owner, job.id, Action.SUBMIT)
    assert (job.state, job.rejection) == (JobState.IN_REVIEW, "")
    assert len(mails_queued("job_in_review")) == 2


def test_a_renewal_adds_to_the_days_left_and_keeps_the_first_date() -> None:
    job = publish(make_submitted())
    first, expires = job.published_at, job.expires_at
    place_and_pay(owner_of(job), job, "renewal-30", "featured-30")
    assert (job.published_at, job.expires_at) == (first, expires + timedelta(days=30))
    assert job.featured_until is not None
    assert len(mails_queued("job_renewed")) == 1


def test_a_renewal_of_what_has_expired_counts_from_now_and_brings_it_back() -> None:
    job = publish(make_submitted())
    first = job.published_at
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        assert not is_visible(job)
        tomorrow = clock.today() + timedelta(days=1)
        offer = services.offer_for(owner_of(job), job)
        assert (offer.is_renewal, offer.needs_close_date) == (True, True)
        with pytest.raises(Invalid) as refused:
            services.buy(owner_of(job), job.id, sku="renewal-30", featured=False)
        assert refused.value.field == "closes_on"
        with pytest.raises(Invalid):
            services.buy(
                owner_of(job),
                job.id,
                sku="renewal-30",
                featured=False,
                closes_on=clock.today(),
            )
        services.buy(owner_of(job), job.id, sku="renewal-30", featured=False, closes_on=tomorrow)
        assert services.state_of(job) is JobState.EXPIRED
        place_and_pay(owner_of(job), job, "renewal-30")
        assert services.state_of(job) is JobState.LIVE
        assert job.expires_at == clock.now() + timedelta(days=30)
        assert (job.published_at, job.closes_on) == (first, tomorrow)
        assert is_visible(job)


def test_a_renewal_of_a_closed_listing_opens_it() -> None:
    job = publish(make_submitted())
    services.act(owner_of(job), job.id, Action.FILL)
    place_and_pay(owner_of(job), job, "renewal-30")
    assert services.state_of(job) is JobState.LIVE


def test_a_paused_listing_stays_paused_when_renewed() -> None:
    job = publish(make_submitted())
    services.act(owner_of(job), job.id, Action.PAUSE)
    expires = job.expires_at
    place_and_pay(owner_of(job), job, "renewal-30")
    assert (job.state, job.expires_at) == (JobState.PAUSED, expires + timedelta(days=30))


def refund(order: Order) -> None:
    order.state = OrderState.REFUNDED
    order_refunded.send(order)
    db.session.commit()


def test_a_refund_takes_the_listing_down_and_says_so_once() -> None:
    job = publish(make_submitted())
    order = last_order()
    refund(order)
    assert job.state == JobState.REMOVED
    assert not is_visible(job)
    order_refunded.send(order)
    assert len(mails_queued("job_removed")) == 1
    with pytest.raises(Conflict):
        services.act(owner_of(job), job.id, Action.REOPEN)


def test_a_refund_while_in_review_leaves_nothing_to_approve() -> None:
    job = make_submitted()
    refund(last_order())
    with pytest.raises(Conflict):
        services.approve(make_moderator(), job.id, seen=seen_mark(job))


def test_a_refund_while_the_employer_edits_leaves_an_unpaid_draft() -> None:
    job = make_submitted()
    services.act(owner_of(job), job.id, Action.REVISE)
    refund(last_order())
    assert (job.state, job.paid_days) == (JobState.DRAFT, 0)
    with pytest.raises(Conflict, match="not been paid"):
        services.act(owner_of(job), job.id, Action.SUBMIT)


def test_a_refunded_renewal_takes_back_its_days_only() -> None:
    job = publish(make_submitted())
    expires = job.expires_at
    order = place_and_pay(owner_of(job), job, "renewal-30")
    refund(order)
    order_refunded.send(order)
    assert (job.state, job.expires_at) == (JobState.LIVE, expires)


def dispute(order: Order) -> None:
    order.state = OrderState.DISPUTED
    order_disputed.send(order)
    db.session.commit()


def win(order: Order) -> None:
    order.state = OrderState.PAID
    dispute_won.send(order)
    db.session.commit()


def given_back() -> list[int]:
    """The orders whose money the worker is to have given back."""
    asked = select(OutboxRow).where(OutboxRow.kind == "jobs.give_back").order_by(OutboxRow.id)
    rows = db.session.scalars(asked)
    return [row.payload["order_id"] for row in rows]


def test_a_disputed_payment_holds_the_listing_until_it_is_won() -> None:
    job = publish(make_submitted())
    order = last_order()
    dispute(order)
    order_disputed.send(order)
    assert (job.state, job.is_held) == (JobState.PAUSED, True)
    with pytest.raises(Conflict, match="dispute"):
        services.act(owner_of(job), job.id, Action.RESUME)
    win(order)
    assert (job.state, job.is_held) == (JobState.LIVE, False)
    assert is_visible(job)


def test_what_its_employer_had_paused_stays_paused_after_a_dispute() -> None:
    job = publish(make_submitted())
    order = last_order()
    services.act(owner_of(job), job.id, Action.PAUSE)
    dispute(order)
    win(order)
    assert job.state == JobState.PAUSED


def test_a_disputed_listing_is_not_approved() -> None:
    job = make_submitted()
    order = last_order()
    dispute(order)
    with pytest.raises(Conflict, match="dispute"):
        services.approve(make_moderator(), job.id, seen=seen_mark(job))
    win(order)
    assert services.approve(make_moderator(), job.id, seen=seen_mark(job))


def test_a_renewal_paid_during_a_dispute_shows_nothing_before_it_is_won() -> None:
    job = publish(make_submitted(closes_on=clock.today() + timedelta(days=60)))
    order = last_order()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        dispute(order)
        with pytest.raises(Conflict):
            services.offer_for(owner_of(job), job)
        place_and_pay(owner_of(job), job, "renewal-30")
        assert not is_visible(job)
        win(order)
        assert is_visible(job)


def test_while_one_of_two_payments_is_contested_the_listing_stays_down() -> None:
    job = publish(make_submitted())
    first = last_order()
    second = place_and_pay(owner_of(job), job, "renewal-30")
    dispute(first)
    dispute(second)
    win(second)
    assert job.is_held
    assert not is_visible(job)
    win(first)
    assert (job.state, job.is_held) == (JobState.LIVE, False)


def lose(order: Order) -> None:
    dispute_lost.send(order)
    db.session.commit()


def test_a_lost_dispute_takes_back_what_was_paid_for_and_says_so() -> None:
    job = publish(make_submitted())
    order = last_order()
    dispute(order)
    lose(order)
    assert (job.state, job.is_held, job.paid_days) == (JobState.REMOVED, False, 0)
    assert "bank" in job.rejection
    lose(order)
    refund(order)
    assert len(mails_queued("job_removed")) == 1


def test_a_lost_renewal_ends_the_hold_and_leaves_the_days_that_are_paid_for() -> None:
    job = publish(make_submitted())
    expires = job.expires_at
    order = place_and_pay(owner_of(job), job, "renewal-30")
    dispute(order)
    assert not is_visible(job)
    lose(order)
    assert (job.state, job.is_held, job.expires_at) == (JobState.LIVE, False, expires)


def test_a_first_payment_that_goes_back_takes_a_paid_renewal_with_it() -> None:
    job = publish(make_submitted())
    first = last_order()
    second = place_and_pay(owner_of(job), job, "renewal-30")
    refund(first)
    assert job.state == JobState.REMOVED
    assert given_back() == [second.id]


def test_a_refund_after_a_dispute_ends_in_removal_whichever_way() -> None:
    job = publish(make_submitted())
    order = last_order()
    dispute(order)
    refund(order)
    assert job.state == JobState.REMOVED
    win(order)
    assert job.state == JobState.REMOVED


def test_money_for_a_removed_listing_goes_back_and_changes_nothing() -> None:
    job = publish(make_submitted())
    services.remove(make_moderator(), job.id, reason="It is not a real job.")
    order = place_and_pay(owner_of(job), job, "renewal-30")
    assert job.state == JobState.REMOVED
    assert not is_visible(job)
    assert db.session.scalar(select(func.count(JobPurchase.id))) == 1
    assert given_back() == [order.id]
    assert mails_queued("job_renewed") == []


@pytest.mark.parametrize("end", ["removed", "archived"])
def test_a_checkout_that_is_open_when_the_listing_ends_is_withdrawn(end: str) -> None:
    job = publish(make_submitted())
    services.act(owner_of(job), job.id, Action.FILL)
    order = services.buy(owner_of(job), job.id, sku="renewal-30", featured=False)
    if end == "removed":
        services.remove(make_moderator(), job.id, reason="It is not a real job.")
    else:
        services.act(owner_of(job), job.id, Action.ARCHIVE)
    assert (job.state, order.state) == (end, OrderState.VOID)
