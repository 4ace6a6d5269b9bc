"""What of a profile and of alerts is left when their account is closed: nothing."""

from __future__ import annotations

from sqlalchemy import delete, select

from app import audit, files
from app.accounts.models import Account
from app.accounts.signals import account_closing
from app.extensions import db
from app.seekers.models import HiddenFrom, Invitation, SeekerProfile
from app.seekers.services.saved_searches import erase_of


@account_closing.connect
def erase_alerts(account: Account) -> None:
    erase_of(account)


@account_closing.connect
def erase_profile(account: Account) -> None:
    profile = db.session.scalar(select(SeekerProfile).where(SeekerProfile.account_id == account.id))
    if profile is None:
        return
    profile_id, resume = profile.id, profile.resume
    for kept in (HiddenFrom, Invitation):
        db.session.execute(delete(kept).where(kept.profile_id == profile_id))
    db.session.delete(profile)
    db.session.flush()
    if resume is not None:
        files.discard_unused(resume)
    audit.record(
        "seeker.profile_erased",
        actor_id=account.id,
        subject_kind="seeker_profile",
        subject_id=profile_id,
    )
