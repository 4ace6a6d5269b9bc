"""Whether employers may find a coder, which of them may not, and what those who may are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from app import clock, taxonomy
from app.accounts.models import Account
from app.employers.models import Organisation
from app.employers.services import public_organisation
from app.errors import Conflict
from app.extensions import db, insert_once
from app.seekers.models import HiddenFrom, ProfileCredential, SeekerProfile, WorkFacet
from app.seekers.services.matching import coder_of, has_expired
from app.seekers.services.profiles import lock_profile, note_change, view_profile

MOST_HIDDEN = 200  # organisations one coder hides from
MOST_FOUND = 10  # employers offered for a typed name
# What many names end in, which tells nobody apart.
_FORMS = {"inc", "llc", "llp", "ltd", "corp", "corporation", "company", "co", "the", "of", "and"}
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """All that an employer is shown of a coder it finds: nothing that says who it is."""

    number: int
    headline: str
    place: str
    experience: str
    credentials: list[tuple[str, str]]  # label, and a key of taxonomy.CREDENTIAL_STATUSES
    settings: list[str]
    specialties: list[str]
    tools: list[str]


@dataclass(frozen=True, slots=True)
class Visibility:
    """The page on which a coder decides."""

    profile: SeekerProfile
    shown: Shown
    hidden_from: Sequence[Organisation]
    offered: Sequence[Organisation]  # employers of the name that was typed


def shown_of(profile: SeekerProfile) -> Shown:
    coder, today = coder_of(profile), clock.today()
    return Shown(
        number=profile.id or 0,
        headline=profile.headline,
        place=", ".join(part for part in (profile.city, profile.state) if part),
        experience=taxonomy.EXPERIENCE.get(profile.experience, ""),
        credentials=[
            (_label(held), "expired" if has_expired(held, today) else held.status)
            for held in profile.credentials
            if held.credential in taxonomy.CREDENTIALS
        ],
        settings=[taxonomy.SETTINGS[s] for s in taxonomy.SETTINGS if s in coder.settings],
        specialties=[taxonomy.SPECIALTIES[s] for s in profile.values(WorkFacet.SPECIALTY)],
        tools=[taxonomy.TOOLS[t] for t in profile.values(WorkFacet.TOOL)],
    )


def _label(held: ProfileCredential) -> str:
    return taxonomy.CREDENTIALS[held.credential].label + ("-A" if held.is_apprentice else "")


def visibility_of(account: Account, typed: str = "") -> Visibility:
    profile = view_profile(account)
    hidden = _hidden(profile)
    offered = [o for o in _named(typed) if o not in hidden]
    return Visibility(profile, shown_of(profile), hidden, offered)


def let_employers_find(account: Account, *, found: bool) -> None:
    """Give the consent or take it back; it holds from the moment this is committed."""
    profile = lock_profile(account)
    if found == (profile.found_by_employers_since is not None):
        return
    profile.found_by_employers_since = clock.now() if found else None
    note_change(profile, "found_by_employers" if found else "hidden_from_employers")


def hide_from(account: Account, slug: str) -> Organisation:
    """Never be found by this organisation. Raises NotFound for one without a page."""
    organisation = public_organisation(slug)
    profile = lock_profile(account)
    hide_profile(profile, organisation.id)
    return organisation


def hide_profile(profile: SeekerProfile, organisation_id: int) -> None:
    count = db.session.scalar(
        select(func.count(HiddenFrom.id)).where(HiddenFrom.profile_id == profile.id)
    )
    if (count or 0) >= MOST_HIDDEN:
        raise Conflict(f"You hide from {MOST_HIDDEN} employers already. Remove one first.")
    if insert_once(HiddenFrom, profile_id=profile.id, organisation_id=organisation_id):
        note_change(profile, "hidden_from_one")


def show_to(account: Account, slug: str) -> None:
    """No longer hide from this organisation. Twice is fine."""
    profile = lock_profile(account)
    ids = select(Organisation.id).where(Organisation.slug == slug)
    db.session.execute(
        delete(HiddenFrom).where(
            HiddenFrom.profile_id == profile.id, HiddenFrom.organisation_id.in_(ids)
        )
    )
    note_change(profile, "shown_to_one")


def works_there(profile: SeekerProfile, organisation: Organisation) -> bool:
    """Whether a position that has not ended names this organisation, or something like it.

    One name holding all words of the other is enough: a coder is rather hidden from one employer
    too many than shown to the one where nobody may know.
    """
    name = _words(organisation.name)
    held = [_words(entry.employer) for entry in profile.experiences if entry.ended_on is None]
    return any(employer and (employer <= name or name <= employer) for employer in held)


def _words(name: str) -> set[str]:
    return set(_WORD.findall(name.casefold())) - _FORMS


def _hidden(profile: SeekerProfile) -> Sequence[Organisation]:
    return db.session.scalars(
        select(Organisation)
        .join(HiddenFrom, HiddenFrom.organisation_id == Organisation.id)
        .where(HiddenFrom.profile_id == profile.id)
        .order_by(func.lower(Organisation.name), Organisation.id)
    ).all()


def _named(typed: str) -> Sequence[Organisation]:
    words = typed.split()[:8]
    if not words:
        return ()
    return db.session.scalars(
        select(Organisation)
        .where(
            Organisation.suspended_at.is_(None),
            *(Organisation.name.icontains(word, autoescape=True) for word in words),
        )
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(MOST_FOUND)
    ).all()
