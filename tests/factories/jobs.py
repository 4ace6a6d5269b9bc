"""Listings for tests; live and complete unless told otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app import clock
from app.employers.models import Membership, Organisation
from app.extensions import db
from app.jobs.models import Facet, Job, JobCode, JobState, JobTerm
from tests.factories.employers import make_organisation

Term = tuple[Facet, str] | tuple[Facet, str, str]


def make_job(
    *,
    organisation: Organisation | None = None,
    terms: Iterable[Term] = (
        (Facet.SETTING, "inpatient"),
        (Facet.CREDENTIAL, "ccs", "required"),
        (Facet.CODE_SET, "icd10cm"),
    ),
    codes: Iterable[tuple[str, str, str]] = (),
    **fields: Any,
) -> Job:
    """`codes` are (system, first key, last key)."""
    organisation = organisation or make_organisation()
    moment = clock.now()
    author = db.session.scalar(
        select(Membership.account_id).where(Membership.organisation_id == organisation.id)
    )
    job = Job(
        **{
            "organisation_id": organisation.id,
            "created_by": author,
            "state": JobState.LIVE,
            "title": "Inpatient coder",
            "role": "coder",
            "description": "<p>Code inpatient charts.</p>",
            "benefits": "Health, dental, 401(k), paid CEUs",
            "place_kind": "remote",
            "engagement": "full-time",
            "pay_unit": "hour",
            "pay_low_cents": 2_800,
            "pay_high_cents": 3_600,
            "experience": "1-2",
            "closes_on": (moment + timedelta(days=25)).date(),
            "paid_days": 30,
            "created_at": moment,
            "changed_at": moment,
            "submitted_at": moment - timedelta(days=2),
            "published_at": moment - timedelta(days=1),
            "expires_at": moment + timedelta(days=29),
            **fields,
        }
    )
    for term in terms:
        job.terms.append(
            JobTerm(facet=term[0], value=term[1], need=term[2] if len(term) > 2 else "")
        )
    for system, first, last in codes:
        job.codes.append(JobCode(system=system, first_key=first, last_key=last, shown=first))
    db.session.add(job)
    db.session.commit()
    return job
