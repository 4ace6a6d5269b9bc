"""Listings on their way to the public, and what was paid for them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app import clock
from app.accounts.models import Account
from app.billing.models import Order, OrderState
from app.billing.services import Line, place_order
from app.billing.signals import order_paid
from app.codes.models import CodeEntry, CodeRelease
from app.codes.services.editions import forget_editions
from app.employers.models import Organisation
from app.extensions import db
from app.jobs.models import Job, JobState
from app.jobs.services import buy
from tests.factories.accounts import make_account
from tests.factories.employers import make_organisation
from tests.factories.jobs import make_job

DESCRIPTION = "<p>" + "You code inpatient charts of a trauma center from home. " * 4 + "</p>"


def make_draft(*, owner: Account | None = None, organisation: Any = None, **fields: Any) -> Job:
    """Complete and not paid for."""
    owner = owner or make_account()
    organisation = organisation or make_organisation(owner=owner)
    return make_job(
        organisation=organisation,
        **{
            "state": JobState.DRAFT,
            "created_by": owner.id,
            "description": DESCRIPTION,
            "paid_days": 0,
            "submitted_at": None,
            "published_at": None,
            "expires_at": None,
            **fields,
        },
    )


def place_and_pay(buyer: Account, job: Job, *skus: str) -> Order:
    """An order of which Stripe has said that it is paid."""
    order = place_order(
        buyer,
        subject_kind="job",
        subject_id=job.id,
        lines=[Line(sku) for sku in skus or ("listing-30",)],
    )
    order.state = OrderState.PAID
    order.paid_at = clock.now()
    order_paid.send(order)
    db.session.commit()
    return order


def make_submitted(*, owner: Account | None = None, featured: bool = False, **fields: Any) -> Job:
    """Bought, paid for, and waiting for a moderator."""
    owner = owner or make_account()
    job = make_draft(owner=owner, **fields)
    buy(owner, job.id, sku="listing-30", featured=featured)
    place_and_pay(owner, job, "listing-30", *(["featured-30"] if featured else []))
    return job


def owner_of(organisation: Organisation) -> Account:
    job = db.session.query(Job).where(Job.organisation_id == organisation.id).first()
    assert job is not None
    return db.session.get_one(Account, job.created_by)


def make_codes(*keys: str) -> CodeRelease:
    """A current release that holds these codes; one with a letter after the dot is billable."""
    release = CodeRelease(
        kind="icd10cm",
        edition="2026",
        effective_from=date(2025, 10, 1),
        source="test.xml",
        sha256="0" * 64,
        state="published",
        imported_at=clock.now() - timedelta(days=1),
        heartbeat_at=clock.now(),
    )
    db.session.add(release)
    db.session.flush()
    for position, key in enumerate(keys):
        shown = key if len(key) == 3 else f"{key[:3]}.{key[3:]}"
        db.session.add(
            CodeEntry(
                release_id=release.id,
                key=key,
                shown=shown,
                kind="category" if len(key) == 3 else "code",
                title=f"Title of {shown}",
                billable=len(key) > 3,
                parent_key=None,
                ancestors="",
                position=position,
            )
        )
    db.session.commit()
    forget_editions()
    return release
