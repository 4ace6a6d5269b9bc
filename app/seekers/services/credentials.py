"""The credentials a coder states."""

from __future__ import annotations

import calendar
from datetime import date

from sqlalchemy import select

from app import clock, taxonomy
from app.accounts.models import Account
from app.errors import Invalid, NotFound
from app.extensions import db
from app.seekers.models import ProfileCredential, SeekerProfile
from app.seekers.services.profiles import lock_profile, note_change

FARTHEST_EXPIRY = 20  # years


def add_credential(
    account: Account,
    *,
    credential: str,
    is_apprentice: bool,
    member_number: str,
    expires_in: date | None,
) -> ProfileCredential:
    """State a credential; stating it again changes it. It is good through the month given."""
    known = taxonomy.CREDENTIALS.get(credential)
    if known is None:
        raise Invalid("Choose the credential.", field="credential")
    if is_apprentice and not known.apprentice_form:
        raise Invalid(f"{known.issuer} has no {known.label}-A.", field="is_apprentice")
    expires_on = _end_of_month(expires_in)
    profile = lock_profile(account)
    held = db.session.scalar(
        select(ProfileCredential).where(
            ProfileCredential.profile_id == profile.id, ProfileCredential.credential == credential
        )
    )
    if held is None:
        held = ProfileCredential(credential=credential)
        profile.credentials.append(held)
    stated = (is_apprentice, member_number, expires_on)
    if (held.is_apprentice, held.member_number, held.expires_on) != stated:
        held.is_apprentice, held.member_number, held.expires_on = stated
        held.status = "stated"  # what was checked was something else
    note_change(profile, "credential_stated")
    return held


def remove_credential(account: Account, credential_id: int) -> None:
    held = db.session.scalar(
        select(ProfileCredential)
        .join(SeekerProfile, SeekerProfile.id == ProfileCredential.profile_id)
        .where(ProfileCredential.id == credential_id, SeekerProfile.account_id == account.id)
    )
    if held is None:
        raise NotFound("That credential is not on your profile.")
    profile = lock_profile(account)
    profile.credentials.remove(held)
    note_change(profile, "credential_removed")


def _end_of_month(month: date | None) -> date | None:
    if month is None:
        return None
    if not 1990 <= month.year <= clock.now().year + FARTHEST_EXPIRY:
        raise Invalid("Check the year in which it expires.", field="expires_in")
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
