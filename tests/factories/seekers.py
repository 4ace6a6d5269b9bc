"""Coders' profiles, résumés and saved searches for tests."""

from __future__ import annotations

from typing import Any

from app import clock
from app.accounts.models import Account
from app.extensions import db
from app.jobs.services.searching.criteria import read_criteria
from app.seekers.models import ProfileCredential, SavedSearch, SeekerProfile
from app.seekers.services import save_search
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


def make_saved_search(
    *,
    account: Account | None = None,
    frequency: str = "instant",
    name: str = "",
    **parameters: str | list[str],
) -> SavedSearch:
    """A confirmed search of an account; the parameters are those of its address."""
    asked = {k: v if isinstance(v, list) else [v] for k, v in parameters.items()}
    saved = save_search(
        account or make_account(), read_criteria(asked), name=name, frequency=frequency
    )
    db.session.commit()
    return saved
