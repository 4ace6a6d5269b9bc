"""The warning before a listing expires: in time, once, and again after a renewal."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.accounts.models import Account
from app.extensions import db
from app.jobs import services
from app.jobs.models import JobState
from tests.factories.jobs import make_job
from tests.factories.listings import place_and_pay
from tests.payments import mails_queued

pytestmark = pytest.mark.usefixtures("app")


def test_members_are_warned_five_days_ahead_once() -> None:
    job = make_job(expires_at=clock.now() + timedelta(days=5, minutes=1))
    assert services.warn_of_expiry() == 0
    with time_machine.travel(clock.now() + timedelta(minutes=2)):
        assert services.warn_of_expiry() == 1
        db.session.commit()
        assert services.warn_of_expiry() == 0
    (mail,) = mails_queued("job_expiring")
    assert f"/employers/jobs/{job.id}/pay" in mail["text"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": JobState.FILLED},
        {"state": JobState.REMOVED},
        {"state": JobState.ARCHIVED},
        {"expires_at": clock.now() - timedelta(days=1)},
        {"expires_at": clock.now() + timedelta(days=20)},
    ],
)
def test_what_is_over_or_far_from_it_needs_no_warning(fields: dict[str, object]) -> None:
    make_job(**{"expires_at": clock.now() + timedelta(days=2), **fields})
    assert services.warn_of_expiry() == 0


def test_a_renewed_listing_is_warned_of_again() -> None:
    job = make_job(expires_at=clock.now() + timedelta(days=2))
    services.warn_of_expiry()
    place_and_pay(db.session.get_one(Account, job.created_by), job, "renewal-30")
    assert services.warn_of_expiry() == 0
    with time_machine.travel(clock.now() + timedelta(days=28)):
        assert services.warn_of_expiry() == 1
