"""Coders for a listing, as its employer sees them: how each fits, and never who it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app import taxonomy
from app.accounts.models import Account
from app.employers.models import Organisation
from app.errors import Conflict, DomainError
from app.extensions import db
from app.jobs.models import Job
from app.jobs.services import job_for, visible_job
from app.seekers.models import Invitation, SeekerProfile
from app.seekers.services.consent import Shown, shown_of
from app.seekers.services.finding import candidates
from app.seekers.services.matching import Match, coder_of, match
from app.seekers.signals import applied_asked

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A coder who may be invited, or has been."""

    shown: Shown
    match: Match
    invitation: Invitation | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the employer narrows the coders by."""

    all_required: bool = False
    state: str = ""
    experience: str = ""  # the least


@dataclass(frozen=True, slots=True)
class CodersFound:
    job: Job
    organisation: Organisation
    wanted: Wanted
    coders: list[Found]
    page: int
    last_page: int


def coders_for(account: Account, job_id: int, wanted: Wanted, page: int = 1) -> CodersFound:
    """The coders who agreed to be found, the best match first, without those who applied.

    Raises NotFound for a listing of others, Conflict for one that is not open.
    """
    job = open_listing(account, job_id)
    wanted = Wanted(
        wanted.all_required,
        wanted.state if wanted.state in taxonomy.STATES else "",
        wanted.experience if wanted.experience in taxonomy.EXPERIENCE else "",
    )
    profiles = candidates(
        job,
        all_required=wanted.all_required,
        state=wanted.state,
        experience=wanted.experience,
    )
    applied = applicants_among(job, [profile.account_id for profile in profiles])
    matched = [(match(job, coder_of(p)), p) for p in profiles if p.account_id not in applied]
    if wanted.all_required:
        matched = [pair for pair in matched if pair[0].has_all_required]
    matched.sort(key=lambda pair: pair[0].order)  # ties: the profile changed last comes first
    last_page = max(1, -(-len(matched) // PAGE_SIZE))
    page = min(page, last_page)
    shown = matched[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    invited = _invitations(job, [profile for _, profile in shown])
    coders = [Found(shown_of(p), matching, invited.get(p.id)) for matching, p in shown]
    return CodersFound(job, job.organisation, wanted, coders, page, last_page)


def open_listing(account: Account, job_id: int) -> Job:
    """A listing of the account's organisations that the public sees now."""
    job_for(account, job_id)
    try:
        return visible_job(job_id)
    except DomainError as error:
        raise Conflict("Coders are found for listings that are open. This one is not.") from error


def applicants_among(job: Job, account_ids: Collection[int]) -> set[int]:
    """The accounts among these that have applied to the listing."""
    answers = applied_asked.send(None, job_ids=[job.id], account_ids=list(account_ids))
    return {account_id for _receiver, pairs in answers for _job_id, account_id in pairs}


def _invitations(job: Job, profiles: list[SeekerProfile]) -> dict[int, Invitation]:
    found = db.session.scalars(
        select(Invitation).where(
            Invitation.job_id == job.id, Invitation.profile_id.in_([p.id for p in profiles])
        )
    )
    return {invitation.profile_id: invitation for invitation in found}
