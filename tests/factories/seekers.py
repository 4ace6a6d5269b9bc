"""Coders' profiles and résumés for tests."""

from __future__ import annotations

from typing import Any

from app import clock
from app.accounts.models import Account
from app.extensions import db
from app.seekers.models import ProfileCredential, SeekerProfile
from tests.factories.accounts import make_account


def make_profile(*, account: Account | None = None, **fields: Any) -> SeekerProfile:
    account = account or make_account()
    profile = SeekerProfile(
        **{
            "account_id": account.id,
            "headline": "Inpatient coder, 4 years",
            "city": "Austin",
            "state": "TX",
            "experience": "3-4",
            "changed_at": clock.now(),
            **fields,
        }
    )
    profile.credentials.append(ProfileCredential(credential="ccs"))
    db.session.add(profile)
    db.session.commit()
    return profile
