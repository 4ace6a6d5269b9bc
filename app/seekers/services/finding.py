"""Which coders an employer may find for a listing: one condition, and the candidates it lets by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from app import clock, taxonomy
from app.accounts.models import Account
from app.employers.models import Membership, Organisation
from app.extensions import db
from app.jobs.models import Job
from app.seekers.models import (
    Experience,
    HiddenFrom,
    ProfileCredential,
    ProfileTerm,
    SeekerProfile,
    WorkFacet,
)
from app.seekers.services.consent import works_there
from app.seekers.services.requirements import Kind, Need, Requirement, requirements_of
from app.seekers.services.wishes import is_wanted

MOST = 100  # coders read for one listing

Condition = ColumnElement[bool]
_BANDS = list(taxonomy.EXPERIENCE)  # least experience first


def candidates(
    job: Job, *, all_required: bool = False, state: str = "", experience: str = ""
) -> list[SeekerProfile]:
    """At most MOST coders for a listing: those who have all it requires first, then others who

    have what it is about. `state` is where they live, `experience` the least they have.
    """
    asked = requirements_of(job)
    narrowed = list(_narrowed(state, experience))
    required = sorted((r for r in asked if r.need is Need.REQUIRED), key=_cost)
    strict = [condition for r in required for condition in _meeting(r)]
    found = _read(job, [*narrowed, *strict], MOST)
    if not all_required and len(found) < MOST:
        others = [SeekerProfile.id.not_in([profile.id for profile in found])]
        found += _read(job, [*narrowed, *_about(asked), *others], MOST - len(found))
    return found


def found_one(job: Job, profile_id: int) -> SeekerProfile | None:
    """The coder of that number, where this listing's employer may find them."""
    found = _read(job, [SeekerProfile.id == profile_id], 1)
    return found[0] if found else None


def _may_be_found(job: Job) -> Iterator[Condition]:
    """A standing account, nobody of the organisation itself, none that hides from it or wishes

    for other work.
    """
    yield exists().where(
        Account.id == SeekerProfile.account_id,
        Account.closed_at.is_(None),
        Account.email_verified_at.is_not(None),
    )
    yield ~exists().where(
        HiddenFrom.profile_id == SeekerProfile.id,
        HiddenFrom.organisation_id == job.organisation_id,
    )
    yield ~exists().where(
        Membership.account_id == SeekerProfile.account_id,
        Membership.organisation_id == job.organisation_id,
    )
    for facet, offered in (
        (WorkFacet.PLACE, job.place_kind),
        (WorkFacet.ENGAGEMENT, job.engagement),
    ):
        yield or_(~_with_term(facet), _with_term(facet, [offered]))


def _narrowed(state: str, experience: str) -> Iterator[Condition]:
    if state:
        yield SeekerProfile.state == state
    if experience in taxonomy.EXPERIENCE:
        yield SeekerProfile.experience.in_(_BANDS[_BANDS.index(experience) :])


# SQLite tests conditions in the order given: columns of the profile go before other tables.
_ORDER = (Kind.EXPERIENCE, Kind.STATE, Kind.PLACE, Kind.CREDENTIAL, Kind.TOOL, Kind.SETTING)


def _cost(asked: Requirement) -> int:
    return _ORDER.index(asked.kind)


def _meeting(asked: Requirement) -> Iterator[Condition]:
    """What the answer "have" means to the database; distances are left to whoever answers."""
    if asked.kind is Kind.CREDENTIAL:
        yield _holding(asked.values, apprentices=asked.beginners)
    elif asked.kind is Kind.EXPERIENCE and not asked.beginners:
        yield SeekerProfile.experience.in_(_BANDS[_BANDS.index(asked.values[0]) :])
    elif asked.kind is Kind.SETTING:
        yield _worked_in(asked.values)
    elif asked.kind is Kind.TOOL:
        yield _with_term(WorkFacet.TOOL, asked.values)
    elif asked.kind is Kind.STATE and asked.values:
        yield _may_work_in(asked.values)
    elif asked.kind is Kind.PLACE:
        yield or_(SeekerProfile.will_relocate, _may_work_in([asked.state]))


def _about(asked: Sequence[Requirement]) -> Iterator[Condition]:
    """What makes a coder worth a look: a credential that is asked for, else the setting.

    Many have it, so the newest are gone through until there are enough.
    """
    for kind in (Kind.CREDENTIAL, Kind.SETTING):
        values = [slug for r in asked if r.kind is kind for slug in r.values]
        if values and kind is Kind.CREDENTIAL:
            yield exists().where(
                ProfileCredential.profile_id == SeekerProfile.id,
                ProfileCredential.credential.in_(values),
            )
            return
        if values:
            yield _worked_in(values)
            return


def _holding(credentials: Sequence[str], *, apprentices: bool) -> Condition:
    """Written as a set of profiles: it begins with the holders, who are fewer than all coders."""
    good = [
        ProfileCredential.credential.in_(credentials),
        ProfileCredential.status != "expired",
        or_(ProfileCredential.expires_on.is_(None), ProfileCredential.expires_on >= clock.today()),
    ]
    if not apprentices:
        good.append(ProfileCredential.is_apprentice.is_(False))
    return SeekerProfile.id.in_(select(ProfileCredential.profile_id).where(*good))


def _worked_in(settings: Sequence[str]) -> Condition:
    position = exists().where(
        Experience.profile_id == SeekerProfile.id, Experience.setting.in_(settings)
    )
    return or_(_with_term(WorkFacet.SETTING, settings), position)


def _may_work_in(states: Sequence[str]) -> Condition:
    return or_(SeekerProfile.state.in_(states), _with_term(WorkFacet.STATE, states))


def _with_term(facet: WorkFacet, values: Sequence[str] | None = None) -> Condition:
    found = and_(ProfileTerm.profile_id == SeekerProfile.id, ProfileTerm.facet == facet)
    if values is not None:
        found = and_(found, ProfileTerm.value.in_(values))
    return exists().where(found)


def _read(job: Job, conditions: Sequence[Condition], limit: int) -> list[SeekerProfile]:
    profiles = db.session.scalars(
        select(SeekerProfile)
        .where(
            SeekerProfile.found_by_employers_since.is_not(None), *conditions, *_may_be_found(job)
        )
        .order_by(SeekerProfile.changed_at.desc(), SeekerProfile.id.desc())
        .limit(limit)
        .options(
            selectinload(SeekerProfile.credentials),
            selectinload(SeekerProfile.experiences),
            selectinload(SeekerProfile.terms),
        )
    ).all()
    organisation: Organisation = job.organisation
    return [p for p in profiles if not works_there(p, organisation) and is_wanted(job, p)]
