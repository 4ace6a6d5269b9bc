"""The positions a coder has held."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from app import clock, taxonomy
from app.accounts.models import Account
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.seekers.models import Experience, SeekerProfile
from app.seekers.services.profiles import lock_profile, note_change

MOST = 30
EARLIEST = 1950


def experience_of(account: Account, experience_id: int) -> Experience:
    found = db.session.scalar(
        select(Experience)
        .join(SeekerProfile, SeekerProfile.id == Experience.profile_id)
        .where(Experience.id == experience_id, SeekerProfile.account_id == account.id)
    )
    if found is None:
        raise NotFound("That position is not on your profile.")
    return found


def add_experience(
    account: Account,
    *,
    title: str,
    employer: str,
    setting: str,
    started_on: date,
    ended_on: date | None,
) -> Experience:
    """A position, by its months. Sending the same form twice makes one."""
    _check(setting, started_on, ended_on)
    profile = lock_profile(account)
    values = (title, employer, setting, started_on, ended_on)
    for other in profile.experiences:
        if _values(other) == values:
            return other
    if len(profile.experiences) >= MOST:
        raise Conflict(f"A profile holds {MOST} positions. Remove one first.")
    added = Experience(
        title=title, employer=employer, setting=setting, started_on=started_on, ended_on=ended_on
    )
    profile.experiences.append(added)
    note_change(profile, "experience_added")
    return added


def change_experience(
    account: Account,
    experience_id: int,
    *,
    title: str,
    employer: str,
    setting: str,
    started_on: date,
    ended_on: date | None,
) -> None:
    _check(setting, started_on, ended_on)
    changed = experience_of(account, experience_id)
    changed.title, changed.employer, changed.setting = title, employer, setting
    changed.started_on, changed.ended_on = started_on, ended_on
    note_change(lock_profile(account), "experience_changed")


def remove_experience(account: Account, experience_id: int) -> None:
    removed = experience_of(account, experience_id)
    profile = lock_profile(account)
    profile.experiences.remove(removed)
    note_change(profile, "experience_removed")


def _values(entry: Experience) -> tuple[str, str, str, date, date | None]:
    return entry.title, entry.employer, entry.setting, entry.started_on, entry.ended_on


def _check(setting: str, started_on: date, ended_on: date | None) -> None:
    if setting and setting not in taxonomy.SETTINGS:
        raise Invalid("Choose the setting.", field="setting")
    today = clock.now().date()
    if started_on.year < EARLIEST or started_on > today:
        raise Invalid("Check when the position began.", field="started_on")
    if ended_on and ended_on > today:
        raise Invalid("Leave the end empty while you still work there.", field="ended_on")
    if ended_on and ended_on < started_on:
        raise Invalid("The end is before the beginning.", field="ended_on")
