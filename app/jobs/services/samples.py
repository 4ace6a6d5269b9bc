"""The invented employer and its listings, with which a development site is not empty."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import audit, clock
from app.accounts.models import Account, Staff
from app.accounts.services import find_account
from app.accounts.services.passwords import hash_password
from app.employers.models import Membership, Organisation
from app.employers.services import create_organisation
from app.errors import Invalid
from app.extensions import db
from app.html import clean, from_text
from app.jobs.content import Content, write_content
from app.jobs.models import Job, JobState
from app.jobs.services.moves import note_change
from app.jobs.services.named_codes import name_codes
from app.jobs.services.rules import missing, normalized

FOLDER = Path(__file__).parent.parent / "samples"
PASSWORD = "sample listings only"  # noqa: S105 - printed for whoever tries the site out
EMPLOYER, CODER, MODERATOR = "employer@example.com", "coder@example.com", "moderator@example.com"
PAID_DAYS = 60
LEAST_LEFT = timedelta(days=7)  # a sample with less is dated anew


@dataclass(slots=True)
class Loaded:
    added: int = 0
    dated_anew: int = 0
    without_codes: int = 0  # no release is loaded that could check the codes they name


def load_samples() -> Loaded:
    """Make what is missing and date anew what has run out; what someone changed is left alone."""
    owner = _account(EMPLOYER, "Erin Sample")
    _account(CODER, "Casey Sample")
    _account(MODERATOR, "Morgan Sample", staff=Staff.MODERATOR)
    organisation = _organisation(owner)
    held = {
        job.requisition: job
        for job in db.session.scalars(select(Job).where(Job.organisation_id == organisation.id))
    }
    loaded = Loaded()
    for sample in read_samples():
        job = held.get(sample["requisition"])
        if job is None:
            _add(sample, organisation, owner, loaded)
            continue
        codes_linked = not job.codes and _link_codes(job, loaded)
        has_run_out = _has_run_out(job)
        if has_run_out:
            _date(job, sample)
            loaded.dated_anew += 1
        if codes_linked or has_run_out:
            note_change(job)
    return loaded


def read_samples() -> Iterator[Mapping[str, Any]]:
    for path in sorted(FOLDER.glob("*.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8"))["listing"]


def content_of_sample(sample: Mapping[str, Any]) -> Content:
    unit, low, high = sample["pay"]
    given: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in sample.items()
        if name in Content.__dataclass_fields__
    }
    content = Content(**given).changed(
        pay_unit=unit,
        pay_low_cents=round(low * 100),
        pay_high_cents=round(high * 100),
        credentials_required=tuple(sample["required"]),
        credentials_preferred=tuple(sample["preferred"]),
        apprentice_welcome=sample.get("apprentice", False),
        codes_named=sample["codes"],
        accuracy_percent=sample.get("accuracy"),
        description=str(clean(from_text(sample["description"]))),
        closes_on=clock.today() + timedelta(days=sample["closes"]),
    )
    return normalized(content)


def _account(email: str, name: str, staff: str = Staff.NONE) -> Account:
    found = find_account(email)
    if found is not None:
        return found
    moment = clock.now()
    account = Account(
        email=email,
        name=name,
        password_hash=hash_password(PASSWORD),
        staff=staff,
        created_at=moment,
        email_verified_at=moment,
    )
    db.session.add(account)
    db.session.flush()
    return account


def _organisation(owner: Account) -> Organisation:
    found = db.session.scalar(
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.account_id == owner.id, Organisation.is_sample.is_(True))
        .limit(1)
    )
    if found is not None:
        return found
    organisation = create_organisation(
        owner,
        name="Sample Health System (sample)",
        kind="hospital",
        website="https://www.example.com",
        city="Springfield",
        state="IL",
        about="An invented health system with invented hospitals, clinics and a health plan. "
        "It exists only to show how the site works.",
        is_sample=True,
    )
    organisation.verified_at = clock.now()
    return organisation


def _add(
    sample: Mapping[str, Any], organisation: Organisation, owner: Account, loaded: Loaded
) -> None:
    content = content_of_sample(sample)
    faults = missing(content)
    if faults:
        raise ValueError(f"{sample['requisition']}: {faults[0].message}")
    moment = clock.now()
    job = Job(
        organisation_id=organisation.id,
        created_by=owner.id,
        created_at=moment,
        changed_at=moment,
        submitted_at=moment,
        paid_days=PAID_DAYS,
        is_featured=sample.get("featured", False),
        state=JobState.IN_REVIEW if sample.get("in_review") else JobState.LIVE,
    )
    write_content(job, content)
    db.session.add(job)
    db.session.flush()
    _link_codes(job, loaded)
    if job.state == JobState.LIVE:
        _date(job, sample)
    note_change(job)
    audit.record("job.sample_added", actor_id=None, subject_kind="job", subject_id=job.id)
    loaded.added += 1


def _link_codes(job: Job, loaded: Loaded) -> bool:
    try:
        name_codes(job, job.codes_named)
    except Invalid:
        loaded.without_codes += 1
    return bool(job.codes)


def _date(job: Job, sample: Mapping[str, Any]) -> None:
    """As if it had been published a few days ago."""
    moment = clock.now()
    job.closes_on = moment.date() + timedelta(days=sample["closes"])
    job.published_at = moment - timedelta(days=sample["posted"], hours=1 + sample["closes"] % 7)
    job.expires_at = job.published_at + timedelta(days=PAID_DAYS)
    job.featured_until = job.expires_at if sample.get("featured") else None
    job.warned_of = None


def _has_run_out(job: Job) -> bool:
    """Whether it is still live by its state but has few days left."""
    if job.state != JobState.LIVE or job.expires_at is None:
        return False
    limit = clock.now() + LEAST_LEFT
    return job.expires_at < limit or (job.closes_on is not None and job.closes_on < limit.date())
