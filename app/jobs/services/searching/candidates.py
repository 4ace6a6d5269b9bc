"""Open listings for several searches at once: what recommendations are chosen from."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from app import clock
from app.engine import engine
from app.extensions import db
from app.jobs.models import Job, visible_row
from app.jobs.quality import quality
from app.jobs.services.searching.asking import search_query
from app.jobs.services.searching.criteria import Criteria
from app.jobs.services.searching.plain_listing import list_plainly
from app.jobs.services.searching.ranking import rank_key
from search.contract import SearchError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidates:
    jobs: list[Job]  # with what they ask for, in the order of every list: quality, then newest
    limited: bool = False  # the engine is down, so the newest were taken instead of the best


def open_jobs(searches: Sequence[Criteria], *, each: int) -> Candidates:
    """The best `each` of every search, each listing once, as the public may see them now."""
    try:
        results = engine().multi_search([search_query(c, limit=each) for c in searches])
        ids = {int(hit.id) for result in results for hit in result.hits}
        return Candidates(_read(ids))
    except SearchError as error:
        log.warning("listings are recommended without the engine: %s", error)
    ids = {job_id for c in searches for job_id in list_plainly(c, None, each).job_ids}
    return Candidates(_read(ids), limited=True)


def _read(job_ids: set[int]) -> list[Job]:
    jobs = db.session.scalars(
        select(Job)
        .join(Job.organisation)
        .where(Job.id.in_(job_ids), visible_row())
        .options(contains_eager(Job.organisation), selectinload(Job.terms), selectinload(Job.codes))
    ).all()
    return sorted(jobs, key=_rank)


def _rank(job: Job) -> tuple[Any, ...]:
    published = clock.unix(job.published_at) if job.published_at else None
    return rank_key({"id": str(job.id), "quality": quality(job), "published": published})
