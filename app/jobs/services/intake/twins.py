"""Finding the listing that a posting would repeat: by requisition and place, or by what it says."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import selectinload

from app.extensions import db
from app.jobs.content import Content, content_of
from app.jobs.models import Job, JobState

_OPEN = (
    JobState.DRAFT,
    JobState.AWAITING_PAYMENT,
    JobState.IN_REVIEW,
    JobState.SCHEDULED,
    JobState.LIVE,
    JobState.PAUSED,
    JobState.REJECTED,
)
Key = tuple[object, ...]


class Twins:
    """The open listings of an organisation that some contents might repeat."""

    def __init__(self, organisation_id: int, contents: Iterable[Content]) -> None:
        self._found: dict[Key, Job] = {}
        contents = list(contents)
        requisitions = {c.requisition.casefold() for c in contents if c.requisition}
        titles = {c.title.casefold() for c in contents if not c.requisition and sameness(c)}
        if not requisitions and not titles:
            return
        jobs = db.session.scalars(
            select(Job)
            .options(selectinload(Job.terms))
            .where(
                Job.organisation_id == organisation_id,
                Job.state.in_(_OPEN),
                or_(
                    func.lower(Job.requisition).in_(requisitions),
                    and_(Job.requisition == "", func.lower(Job.title).in_(titles)),
                ),
            )
            .order_by(Job.id)
        )
        for job in jobs:
            self.add(job, content_of(job))

    def add(self, job: Job, content: Content) -> None:
        key = sameness(content)
        if key is not None:
            self._found.setdefault(key, job)

    def of(self, content: Content) -> Job | None:
        key = sameness(content)
        return None if key is None else self._found.get(key)


def sameness(content: Content) -> Key | None:
    """Equal for two listings of one job; None where too little is known to say so.

    A remote job is in the same place wherever it is advertised, if coders of the same states may
    do it. Without a requisition number the title, the place and the pay must agree, all stated.
    """
    place: Key
    if content.place_kind == "remote":
        place = ("remote", tuple(sorted(content.states)))
    elif content.city and content.state_code:
        place = (content.city.casefold(), content.state_code)
    else:
        place = ()
    if content.requisition:
        return ("requisition", content.requisition.casefold(), place)
    if not place or not content.pay_high_cents:
        return None
    pay = (content.pay_unit, content.pay_low_cents, content.pay_high_cents)
    return ("title", content.title.casefold(), place, pay)
