"""Inviting a coder to apply, once and seldom; and the coder's answer, which may be none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app import audit, clock
from app.accounts.models import Account
from app.employers.services import hold_membership
from app.errors import Conflict, NotFound, TooMany
from app.extensions import db, insert_once
from app.jobs.models import Job
from app.jobs.services.cards import Card, cards_of
from app.seekers import emails
from app.seekers.models import Invitation, SeekerProfile
from app.seekers.services.coders_for import applicants_among, open_listing
from app.seekers.services.consent import hide_profile
from app.seekers.services.finding import found_one
from app.seekers.services.profiles import lock_profile
from app.seekers.signals import applied_asked

MOST_A_DAY = 50  # invitations of one organisation
AGAIN_AFTER = timedelta(days=7)  # for another listing of the same organisation
MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as the coder sees it."""

    id: int
    card: Card


def invite(account: Account, job_id: int, profile_id: int) -> Invitation:
    """Ask a coder to apply, by one mail. Inviting twice changes nothing.

    Raises NotFound for a coder this employer does not find, Conflict for one whom it wrote to
    lately, TooMany where the organisation has written to many today.
    """
    job = open_listing(account, job_id)
    hold_membership(account, job.organisation_id)
    profile = found_one(job, profile_id)
    if profile is None or applicants_among(job, [profile.account_id]):
        raise NotFound("There is no such coder, or not any more.")
    earlier = _invitation(job, profile)
    if earlier is not None:
        return earlier
    _check_pace(job, profile)
    new_id = insert_once(
        Invitation,
        job_id=job.id,
        organisation_id=job.organisation_id,
        profile_id=profile.id,
        invited_by=account.id,
        created_at=clock.now(),
    )
    if new_id is not None:
        _record("invitation.sent", account, new_id, job.id)
        emails.send_invitation(profile, job)
    return db.session.scalars(_to(job, profile)).one()


def invitations_to(account: Account) -> list[Invited]:
    """Those the coder may still answer: the listing is open, and nothing was said or sent yet."""
    found = db.session.scalars(
        select(Invitation)
        .join(Invitation.profile)
        .where(SeekerProfile.account_id == account.id, Invitation.declined_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    job_ids = [invitation.job_id for invitation in found]
    answers = applied_asked.send(None, job_ids=job_ids, account_ids=[account.id])
    applied = {job_id for _receiver, pairs in answers for job_id, _account_id in pairs}
    cards = {card.id: card for card in cards_of(job_ids) if card.id not in applied}
    return [Invited(i.id, cards[i.job_id]) for i in found if i.job_id in cards]


def decline(account: Account, invitation_id: int, *, hide: bool) -> Invitation:
    """Say no to an invitation; with `hide` also to any further one of that organisation."""
    profile = lock_profile(account)
    invitation = db.session.scalar(
        select(Invitation)
        .where(Invitation.id == invitation_id, Invitation.profile_id == profile.id)
        .options(joinedload(Invitation.job).joinedload(Job.organisation))
    )
    if invitation is None:
        raise NotFound("There is no such invitation.")
    if hide:
        hide_profile(profile, invitation.organisation_id)
    if invitation.declined_at is None:
        invitation.declined_at = clock.now()
        _record("invitation.declined", account, invitation.id, invitation.job_id)
    return invitation


def _to(job: Job, profile: SeekerProfile) -> Select[Invitation]:
    return select(Invitation).where(
        Invitation.job_id == job.id, Invitation.profile_id == profile.id
    )


def _invitation(job: Job, profile: SeekerProfile) -> Invitation | None:
    return db.session.scalar(_to(job, profile))


def _check_pace(job: Job, profile: SeekerProfile) -> None:
    now = clock.now()
    count = select(func.count(Invitation.id)).where(
        Invitation.organisation_id == job.organisation_id
    )
    today = db.session.scalar(count.where(Invitation.created_at > now - timedelta(days=1)))
    if (today or 0) >= MOST_A_DAY:
        raise TooMany(
            f"{job.organisation.name} has invited {MOST_A_DAY} coders in a day. Go on tomorrow."
        )
    lately = db.session.scalar(
        count.where(Invitation.profile_id == profile.id, Invitation.created_at > now - AGAIN_AFTER)
    )
    if lately:
        raise Conflict("You invited this coder to another job less than a week ago.")


def _record(action: str, account: Account, invitation_id: int, job_id: int) -> None:
    audit.record(
        action,
        actor_id=account.id,
        subject_kind="invitation",
        subject_id=invitation_id,
        detail={"job": job_id},
    )
