"""What a coder looks for: kept to when jobs are recommended and when employers look for coders."""

from __future__ import annotations

from collections.abc import Iterator

from app import taxonomy
from app.filters import money
from app.jobs.models import Job
from app.seekers.models import SeekerProfile, WorkFacet
from app.seekers.services.matching import Answer, Answered
from app.seekers.services.requirements import Kind, Need, Requirement, any_of


def wishes_of(job: Job, profile: SeekerProfile) -> tuple[Answer, ...]:
    """Each wish of the coder, and whether the listing grants it."""
    return tuple(
        answer for answer in (*_chosen(job, profile), _pay(job, profile)) if answer is not None
    )


def is_wanted(job: Job, profile: SeekerProfile) -> bool:
    """Whether the listing refuses the coder no wish."""
    return all(wish.answered is not Answered.MISSING for wish in wishes_of(job, profile))


def pay_wish(profile: SeekerProfile) -> str:
    """The least pay worth a look, as people say it; empty for any."""
    if not profile.pay_floor_cents:
        return ""
    unit = taxonomy.PAY_UNITS[profile.pay_floor_unit]
    return f"{money(profile.pay_floor_cents)} or more {unit}"


def _chosen(job: Job, profile: SeekerProfile) -> Iterator[Answer]:
    for facet, offered, labels in (
        (WorkFacet.PLACE, job.place_kind, taxonomy.PLACE_KINDS),
        (WorkFacet.ENGAGEMENT, job.engagement, taxonomy.ENGAGEMENTS),
    ):
        wished = profile.values(facet)
        if wished:
            label = any_of(labels[slug] for slug in wished)
            yield _answer(label, is_granted=offered in wished, why=labels.get(offered, ""))


def _pay(job: Job, profile: SeekerProfile) -> Answer | None:
    """Piece rates are not compared: what a year comes to depends on the pace."""
    label = pay_wish(profile)
    if not label:
        return None
    factor = taxonomy.TIMES_A_YEAR.get(job.pay_unit)
    if factor is None or not job.pay_high_cents:
        return Answer(_wish(label), Answered.SILENT, label)
    floor = profile.pay_floor_cents * taxonomy.TIMES_A_YEAR[profile.pay_floor_unit]
    why = f"up to {money(job.pay_high_cents)} {taxonomy.PAY_UNITS[job.pay_unit]}"
    return _answer(label, is_granted=job.pay_high_cents * factor >= floor, why=why)


def _answer(label: str, *, is_granted: bool, why: str) -> Answer:
    if is_granted:
        return Answer(_wish(label), Answered.HAVE, why or label)
    return Answer(_wish(label), Answered.MISSING, label, why)


def _wish(label: str) -> Requirement:
    return Requirement(Kind.WISH, Need.WISHED, label)
