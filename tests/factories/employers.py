"""Organisations and members for tests."""

from __future__ import annotations

from typing import Any

from app import clock
from app.accounts.models import Account
from app.employers.models import MemberRole, Membership, Organisation
from app.extensions import db
from tests.factories import unique
from tests.factories.accounts import make_account


def make_organisation(*, owner: Account | None = None, **fields: Any) -> Organisation:
    number = unique()
    organisation = Organisation(
        **{
            "slug": f"mercy-{number}",
            "name": f"Mercy Health {number}",
            "kind": "hospital",
            "website": "https://mercy.example.com",
            "city": "St. Louis",
            "state": "MO",
            "about": "<p>A hospital.</p>",
            "created_at": clock.now(),
            **fields,
        }
    )
    db.session.add(organisation)
    db.session.flush()
    make_member(organisation, owner or make_account(), role=MemberRole.OWNER)
    return organisation


def make_member(
    organisation: Organisation, account: Account, role: str = MemberRole.RECRUITER
) -> Membership:
    membership = Membership(
        organisation_id=organisation.id,
        account_id=account.id,
        role=role,
        created_at=clock.now(),
    )
    db.session.add(membership)
    db.session.commit()
    return membership
