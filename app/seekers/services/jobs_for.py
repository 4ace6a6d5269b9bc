"""Jobs for a coder: found by what the profile says, each with how it fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app import clock
from app.accounts.models import Account
from app.employers.services import is_member, organisations_of
from app.jobs.models import Job
from app.jobs.services.cards import Card, cards_of
from app.jobs.services.public import visible_job
from app.jobs.services.searching.candidates import open_jobs
from app.jobs.services.searching.criteria import Criteria
from app.seekers.models import SeekerProfile, WorkFacet
from app.seekers.services.matching import Answer, Coder, Match, coder_of, has_expired, match
from app.seekers.services.profiles import view_profile
from app.seekers.services.wishes import is_wanted, wishes_of
from app.seekers.signals import applied_asked

PAGE_SIZE = 20
EACH = 80  # listings taken from each search
BEGINNERS = ("none", "under-1")


@dataclass(frozen=True, slots=True)
class Recommended:
    card: Card
    match: Match
    is_applied: bool


@dataclass(frozen=True, slots=True)
class Recommendations:
    jobs: list[Recommended]
    page: int
    last_page: int
    limited: bool  # the engine is down
    is_empty_profile: bool = False


@dataclass(frozen=True, slots=True)
class JobMatch:
    """One listing held against the reader's own profile."""

    job: Job
    answers: tuple[Answer, ...]
    wishes: tuple[Answer, ...]
    is_empty_profile: bool


def jobs_for(account: Account, page: int = 1) -> Recommendations:
    """Open listings, the best match first. Those that refuse a wish are left out."""
    profile = view_profile(account)
    coder = coder_of(profile)
    searches = list(_searches(profile, coder))
    if not searches:
        return Recommendations([], 1, 1, limited=False, is_empty_profile=True)
    found = open_jobs(searches, each=EACH)
    own = {organisation.id for organisation in organisations_of(account)}
    matched = [
        (match(job, coder), job)
        for job in found.jobs
        if job.organisation_id not in own and is_wanted(job, profile)
    ]
    matched.sort(key=lambda pair: pair[0].order)  # ties stay in the order of every list
    last_page = max(1, -(-len(matched) // PAGE_SIZE))
    page = min(page, last_page)
    shown = matched[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    cards = {card.id: card for card in cards_of([job.id for _, job in shown])}
    applied = _applied_to(account, [job.id for _, job in shown])
    jobs = [
        Recommended(cards[job.id], matching, job.id in applied)
        for matching, job in shown
        if job.id in cards
    ]
    return Recommendations(jobs, page, last_page, limited=found.limited)


def match_with(account: Account, job_id: int) -> JobMatch | None:
    """How an open listing fits the account's profile; None for a listing of one's own.

    Raises NotFound or Gone where the listing is not open.
    """
    job = visible_job(job_id)
    if is_member(account, job.organisation_id):
        return None
    profile = view_profile(account)
    coder = coder_of(profile)
    return JobMatch(
        job,
        match(job, coder).answers,
        wishes_of(job, profile),
        is_empty_profile=not any(_searches(profile, coder)),
    )


def _searches(profile: SeekerProfile, coder: Coder) -> Iterator[Criteria]:
    """What the profile finds listings by, each within the states and wishes it names."""
    wished = {
        "state": () if coder.will_relocate else tuple(sorted(coder.states)),
        "place": tuple(profile.values(WorkFacet.PLACE)),
        "engagement": tuple(profile.values(WorkFacet.ENGAGEMENT)),
    }
    within = {name: values for name, values in wished.items() if values}
    today = clock.today()
    good = [c for c in coder.credentials.values() if not has_expired(c, today)]
    credentials = tuple(sorted(held.credential for held in good))
    said = False
    for name, values in (
        ("credential", credentials),
        ("setting", tuple(sorted(coder.settings))),
        ("specialty", tuple(sorted(coder.specialties))),
    ):
        if values:
            said = True
            yield Criteria(chosen={**within, name: values})
    if coder.experience in BEGINNERS or any(held.is_apprentice for held in good):
        said = True
        yield Criteria(chosen=within, apprentice=True)
    if not said and (within or coder.experience):
        yield Criteria(chosen=within)


def _applied_to(account: Account, job_ids: list[int]) -> set[int]:
    answers = applied_asked.send(None, job_ids=job_ids, account_ids=[account.id])
    return {job_id for _receiver, pairs in answers for job_id, _account_id in pairs}
