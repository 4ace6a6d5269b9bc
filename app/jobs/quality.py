"""How much of what a coder decides by a listing states: one table, for the code and for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.jobs.models import Facet, Job

RICH_DESCRIPTION, FAIR_DESCRIPTION = 900, 300  # characters
NARROW_RANGE = 1.6  # the top of a pay range that still says something, as a multiple of its foot


@dataclass(frozen=True, slots=True)
class Mark:
    """Something a listing may state, and what that is worth."""

    points: int
    what: str  # in words, as a thing that is there or is not
    step: str  # of composing, where it is answered
    stated: Callable[[Job], object]


def _has(facet: Facet) -> Callable[[Job], object]:
    return lambda job: any(term.facet == facet for term in job.terms)


def _is_narrow(job: Job) -> bool:
    return 0 < job.pay_high_cents <= job.pay_low_cents * NARROW_RANGE


MARKS = (
    Mark(
        10,
        f"A pay range whose top is at most {NARROW_RANGE} times its foot",
        "pay",
        _is_narrow,
    ),
    Mark(5, "Benefits", "pay", lambda job: job.benefits),
    Mark(5, "How much experience is asked for", "requirements", lambda job: job.experience),
    Mark(10, "A credential, required or preferred", "requirements", _has(Facet.CREDENTIAL)),
    Mark(10, "The setting, such as inpatient or emergency", "work", _has(Facet.SETTING)),
    Mark(5, "A specialty", "work", _has(Facet.SPECIALTY)),
    Mark(5, "The code sets used", "work", _has(Facet.CODE_SET)),
    Mark(5, "Codes or ranges of codes the work is about", "work", lambda job: job.codes),
    Mark(10, "A tool: the records system or the encoder", "standards", _has(Facet.TOOL)),
    Mark(10, "The productivity expected", "standards", lambda job: job.productivity),
    Mark(5, "The accuracy expected", "standards", lambda job: job.accuracy_percent),
    Mark(
        10,
        f"A description of at least {FAIR_DESCRIPTION} characters",
        "description",
        lambda job: len(job.description) >= FAIR_DESCRIPTION,
    ),
    Mark(
        10,
        f"A description of at least {RICH_DESCRIPTION} characters",
        "description",
        lambda job: len(job.description) >= RICH_DESCRIPTION,
    ),
)
MOST = sum(mark.points for mark in MARKS)


def quality(job: Job) -> int:
    """0 to 100: the points of all that the listing states."""
    return _sum(mark for mark in MARKS if mark.stated(job))


def lacking(job: Job) -> list[Mark]:
    """What would raise its quality, the most points first."""
    absent = [mark for mark in MARKS if not mark.stated(job)]
    return sorted(absent, key=lambda mark: -mark.points)


def _sum(marks: Iterable[Mark]) -> int:
    return sum(mark.points for mark in marks)
