"""What can be bought for a listing, and the order that a member places for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app import clock
from app.accounts.models import Account
from app.billing.models import Order, OrderState
from app.billing.services import PRICES, Line, Price, place_order
from app.errors import Conflict, Invalid
from app.jobs.content import content_of
from app.jobs.lifecycle import Action, Role, move_for
from app.jobs.models import Job, JobState
from app.jobs.services.composing import save_step
from app.jobs.services.moves import SUBJECT, carry_out, facts_about, job_for, may, state_of
from app.jobs.services.rules import STEPS

LISTINGS = ("listing-30", "listing-60")
RENEWALS = ("renewal-30",)
FEATURED = "featured-30"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the pay page shows."""

    is_renewal: bool
    choices: list[Price]
    featured: Price
    needs_close_date: bool  # the last day to apply has passed, so a renewal would be for nothing


def offer_for(account: Account, job: Job) -> Offer:
    """Raises Conflict, with the reason, where nothing can be bought for the listing now."""
    job_for(account, job.id)
    if job.organisation.suspended_at:
        raise Conflict(f"{job.organisation.name} is suspended, so it cannot post.")
    renewal = may(job, Action.RENEW, Role.MEMBER)
    if not renewal:
        # Says what stands in the way, if anything does.
        move_for(state_of(job), Action.CHECK_OUT, Role.MEMBER, facts_about(job))
    return Offer(
        is_renewal=renewal,
        choices=[PRICES[sku] for sku in (RENEWALS if renewal else LISTINGS)],
        featured=PRICES[FEATURED],
        needs_close_date=renewal and not _takes_applications(job),
    )


def buy(
    account: Account, job_id: int, *, sku: str, featured: bool, closes_on: date | None = None
) -> Order:
    """The order for a listing or for its renewal; the same one when the form is sent twice."""
    job = job_for(account, job_id)
    offer = offer_for(account, job)
    if sku not in {price.sku for price in offer.choices}:
        raise Invalid("Choose what to buy.", field="sku")
    lines = [Line(sku)] + ([Line(FEATURED)] if featured else [])
    order = place_order(
        account, subject_kind=SUBJECT, subject_id=job.id, lines=lines, subject_label=job.title
    )
    if offer.is_renewal:
        _move_close_date(account, job, closes_on, needed=offer.needs_close_date)
    elif order.state == OrderState.OPEN:
        carry_out(job, Action.CHECK_OUT, Role.MEMBER, actor_id=account.id)
    return order


def is_awaiting_payment(job: Job) -> bool:
    return state_of(job) is JobState.AWAITING_PAYMENT


def _takes_applications(job: Job) -> bool:
    return job.closes_on is not None and job.closes_on > clock.today()


def _move_close_date(account: Account, job: Job, closes_on: date | None, *, needed: bool) -> None:
    if closes_on is None:
        if needed:
            raise Invalid("Enter a new last day to apply.", field="closes_on")
        return
    if needed and closes_on <= clock.today():
        raise Invalid("The last day to apply must be ahead.", field="closes_on")
    step = STEPS["applying"]
    content = content_of(job)
    values = {name: getattr(content, name) for name in step.fields}
    save_step(account, job.id, step, {**values, "closes_on": closes_on})
