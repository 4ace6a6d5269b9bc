"""A coder's profile: reading and editing it, what it lacks, and the copy an employer gets."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, selectinload

from app import audit, clock, taxonomy
from app.accounts.models import Account
from app.errors import Invalid
from app.extensions import db, insert_once
from app.seekers.models import SeekerProfile, WorkFacet

_PHONE = re.compile(r"\+?[0-9().\- ]+(?:\s*(?:x|ext\.?)\s*[0-9]{1,6})?", re.IGNORECASE)


class Gap(StrEnum):
    """What an employer would look for in a profile and not find."""

    HEADLINE = "headline"
    EXPERIENCE_BAND = "experience_band"
    PLACE = "place"
    CREDENTIALS = "credentials"
    EXPERIENCES = "experiences"
    WORK = "work"
    RESUME = "resume"


def profile_of(account: Account) -> SeekerProfile:
    """The account's profile, to write to; made empty where there is none yet."""
    found = db.session.scalar(select(SeekerProfile).where(SeekerProfile.account_id == account.id))
    if found is None:
        insert_once(SeekerProfile, account_id=account.id, changed_at=clock.now())
        found = db.session.scalars(
            select(SeekerProfile).where(SeekerProfile.account_id == account.id)
        ).one()
    return found


def view_profile(account: Account) -> SeekerProfile:
    """The account's profile with all it holds, to show; an empty one is not stored."""
    found = db.session.scalar(
        select(SeekerProfile)
        .where(SeekerProfile.account_id == account.id)
        .options(
            joinedload(SeekerProfile.account),
            joinedload(SeekerProfile.resume),
            selectinload(SeekerProfile.credentials),
            selectinload(SeekerProfile.experiences),
            selectinload(SeekerProfile.terms),
        )
    )
    return found or SeekerProfile(
        account_id=account.id,
        headline="",
        summary="",
        city="",
        state="",
        phone="",
        experience="",
        will_relocate=False,
        pay_floor_cents=0,
        pay_floor_unit="hour",
        changed_at=clock.now(),
    )


def lock_profile(account: Account) -> SeekerProfile:
    """The profile as it is now, held against other tabs until this transaction ends.

    An UPDATE that changes nothing takes the lock on every database.
    """
    profile_of(account)
    db.session.flush()
    db.session.execute(
        update(SeekerProfile)
        .where(SeekerProfile.account_id == account.id)
        .values(account_id=SeekerProfile.account_id),
        execution_options={"synchronize_session": False},
    )
    return db.session.scalars(
        select(SeekerProfile).where(SeekerProfile.account_id == account.id),
        execution_options={"populate_existing": True},
    ).one()


def note_change(profile: SeekerProfile, action: str) -> None:
    profile.changed_at = clock.now()
    db.session.flush()
    audit.record(
        f"seeker.{action}",
        actor_id=profile.account_id,
        subject_kind="seeker_profile",
        subject_id=profile.id,
    )


def edit_profile(
    account: Account,
    *,
    headline: str,
    summary: str,
    city: str,
    state: str,
    phone: str,
    experience: str,
) -> SeekerProfile:
    if state and state not in taxonomy.STATES:
        raise Invalid("Choose the state.", field="state")
    if experience and experience not in taxonomy.EXPERIENCE:
        raise Invalid("Choose how much experience you have.", field="experience")
    digits = sum(c.isdigit() for c in phone)
    if phone and not (_PHONE.fullmatch(phone) and 7 <= digits <= 20):
        raise Invalid("Enter a phone number, such as 314-555-0100.", field="phone")
    profile = lock_profile(account)
    profile.headline = " ".join(headline.split())
    profile.summary = summary
    profile.city = " ".join(city.split())
    profile.state = state
    profile.phone = phone
    profile.experience = experience
    note_change(profile, "profile_edited")
    return profile


def gaps_of(profile: SeekerProfile) -> list[Gap]:
    filled = {
        Gap.HEADLINE: profile.headline,
        Gap.EXPERIENCE_BAND: profile.experience,
        Gap.PLACE: profile.state,
        Gap.CREDENTIALS: profile.credentials,
        Gap.EXPERIENCES: profile.experiences or profile.experience == "none",
        Gap.WORK: profile.values(WorkFacet.TOOL)
        or profile.values(WorkFacet.SPECIALTY)
        or profile.experience == "none",
        Gap.RESUME: profile.resume,
    }
    return [gap for gap, value in filled.items() if not value]


def snapshot_of(profile: SeekerProfile, account: Account) -> dict[str, Any]:
    """The profile as plain data: what is sent with an application and never changes after."""
    return {
        "name": account.name,
        "email": account.email,
        "headline": profile.headline,
        "summary": profile.summary,
        "city": profile.city,
        "state": profile.state,
        "phone": profile.phone,
        "experience": profile.experience,
        "credentials": [
            {
                "credential": held.credential,
                "is_apprentice": held.is_apprentice,
                "member_number": held.member_number,
                "expires_on": _iso(held.expires_on),
                "status": held.status,
            }
            for held in profile.credentials
        ],
        "experiences": [
            {
                "title": entry.title,
                "employer": entry.employer,
                "setting": entry.setting,
                "started_on": _iso(entry.started_on),
                "ended_on": _iso(entry.ended_on),
            }
            for entry in profile.experiences
        ],
        "settings": profile.values(WorkFacet.SETTING),
        "specialties": profile.values(WorkFacet.SPECIALTY),
        "tools": profile.values(WorkFacet.TOOL),
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
