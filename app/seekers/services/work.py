"""What a coder works with and looks for, as written on the profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app import taxonomy
from app.accounts.models import Account
from app.errors import Invalid
from app.seekers.models import ProfileTerm, SeekerProfile, WorkFacet
from app.seekers.services.profiles import lock_profile, note_change

LEAST_PAY, MOST_PAY = 100, 100_000_000  # cents; the most is a million dollars
PAY_UNITS = ("hour", "year")
# What may be chosen, and where the form says what is wrong.
CHOICES: dict[WorkFacet, Mapping[str, str]] = {
    WorkFacet.SETTING: taxonomy.SETTINGS,
    WorkFacet.SPECIALTY: taxonomy.SPECIALTIES,
    WorkFacet.TOOL: taxonomy.TOOLS,
    WorkFacet.PLACE: taxonomy.PLACE_KINDS,
    WorkFacet.STATE: taxonomy.STATES,
    WorkFacet.ENGAGEMENT: taxonomy.ENGAGEMENTS,
}


def edit_work(
    account: Account,
    *,
    chosen: Mapping[WorkFacet, Sequence[str]],
    will_relocate: bool,
    pay_floor_cents: int,
    pay_floor_unit: str,
) -> SeekerProfile:
    """Write both lists as they were sent. Raises Invalid at the field that cannot be."""
    for facet, values in chosen.items():
        if any(value not in CHOICES[facet] for value in values):
            raise Invalid("Choose from the list.", field=str(facet))
    if pay_floor_unit not in PAY_UNITS:
        raise Invalid("Choose an hour or a year.", field="pay_floor_unit")
    if pay_floor_cents and not LEAST_PAY <= pay_floor_cents <= MOST_PAY:
        raise Invalid("Enter an amount between $1 and $1,000,000.", field="pay_floor")
    profile = lock_profile(account)
    _write_terms(profile, chosen)
    profile.will_relocate = will_relocate
    profile.pay_floor_cents, profile.pay_floor_unit = pay_floor_cents, pay_floor_unit
    note_change(profile, "work_edited")
    return profile


def _write_terms(profile: SeekerProfile, chosen: Mapping[WorkFacet, Sequence[str]]) -> None:
    """Change only the rows that differ; what is kept is in the order of the taxonomy."""
    wanted = {
        (facet, value)
        for facet, values in chosen.items()
        for value in CHOICES[facet]
        if value in values
    }
    held = {(WorkFacet(term.facet), term.value): term for term in profile.terms}
    for key, term in held.items():
        if key not in wanted and key[0] in chosen:
            profile.terms.remove(term)
    for facet in chosen:
        for value in CHOICES[facet]:
            if (facet, value) in wanted and (facet, value) not in held:
                profile.terms.append(ProfileTerm(facet=facet, value=value))
