"""What feeds hold: the first listings of a search, and every real one for aggregators."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import Engine, Select, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from app import clock, taxonomy
from app.employers.models import Organisation
from app.extensions import db
from app.filters import pay_range
from app.html import plain
from app.jobs.documents import last_day
from app.jobs.feeds import NEVER, Entry
from app.jobs.models import Facet, Job, visible, visible_row
from app.jobs.posting import plain_title
from app.jobs.services.cards import place_line, slug_of
from app.jobs.services.searching.criteria import Criteria
from app.jobs.services.searching.search import find_ids

MOST_ENTRIES = 50
BEGINNING = 400  # characters of a description that a feed quotes
CHUNK = 200  # listings in memory while all are written


def entries_for(criteria: Criteria) -> list[Entry]:
    """The first listings of a search, in the order of its page, read from the database again."""
    ids = find_ids(criteria, MOST_ENTRIES)
    found = {job.id: job for job in db.session.scalars(_listings().where(Job.id.in_(ids)))}
    return [_entry(found[job_id]) for job_id in ids if job_id in found]


def every_entry() -> Iterator[Entry]:
    """Every listing of a real employer that the public sees, a few at a time, by its number.

    It is read while the answer is sent, when no request is being worked on any more.
    """
    return _every_entry(db.engine)


def _every_entry(database: Engine) -> Iterator[Entry]:
    last = 0
    while True:
        wanted = _listings().where(Job.id > last, Organisation.is_sample.is_(False))
        # A session of its own for each chunk: a hundred thousand listings do not fit in one.
        with Session(database) as reading:
            jobs: Sequence[Job] = reading.scalars(wanted.order_by(Job.id).limit(CHUNK)).all()
            entries = [_entry(job) for job in jobs]
        if not entries:
            return
        last = entries[-1].id
        yield from entries


def state_of_all() -> tuple[str, datetime]:
    """What changes whenever `every_entry` does, and when it last did."""
    count, revisions, changed, published = db.session.execute(
        select(
            func.count(Job.id),
            func.sum(Job.revision),
            func.max(Job.changed_at),
            func.max(Job.published_at),
        )
        .join(Job.organisation)
        .where(visible(), Organisation.is_sample.is_(False))
    ).one()
    newest = max(changed or NEVER, published or NEVER)
    # The day as well: an employer's new name is no change of its listings.
    return f"{clock.today():%Y%m%d}-{count}-{revisions or 0}-{clock.unix(newest)}", newest


def site() -> str:
    """The address of this site, without a slash at its end."""
    return str(current_app.config["BASE_URL"]).rstrip("/")


def _listings() -> Select[Job]:
    return (
        select(Job)
        .join(Job.organisation)
        .where(visible_row())
        .options(contains_eager(Job.organisation), selectinload(Job.terms))
    )


def _entry(job: Job) -> Entry:
    assert job.published_at is not None
    moment = clock.now()
    organisation = job.organisation
    required = job.values(Facet.CREDENTIAL, "required")
    states = job.values(Facet.STATE) if job.place_kind == "remote" else []
    return Entry(
        id=job.id,
        path=f"/jobs/{job.id}-{slug_of(job.title)}",
        title=job.title,
        plain_title=plain_title(job),
        employer=organisation.name,
        is_sample=organisation.is_sample,
        is_featured=job.featured_until is not None and job.featured_until > moment,
        place=place_line(job.place_kind, job.city, job.state_code, states),
        place_kind=job.place_kind,
        city=job.city,
        state_code=job.state_code,
        postal_code=job.postal_code,
        engagement=taxonomy.ENGAGEMENTS.get(job.engagement, job.engagement),
        engagement_slug=job.engagement,
        role=taxonomy.ROLES.get(job.role, job.role),
        pay=pay_range(job.pay_low_cents, job.pay_high_cents, job.pay_unit),
        experience=taxonomy.EXPERIENCE.get(job.experience, ""),
        requisition=job.requisition,
        credentials=tuple(
            taxonomy.CREDENTIALS[slug].label for slug in required if slug in taxonomy.CREDENTIALS
        ),
        settings=tuple(taxonomy.SETTINGS.get(v, v) for v in job.values(Facet.SETTING)),
        beginning=_beginning(job.description),
        description=job.description,
        benefits=job.benefits,
        apply_url=job.apply_url if job.apply_method == "url" else "",
        closes_on=last_day(job),
        published_at=job.published_at,
        # A listing that waited for its day changed, for readers, on that day.
        updated_at=max(job.changed_at, job.published_at),
    )


def _beginning(description: str) -> str:
    """The first words, cut between two of them; a word without end is cut where it must be."""
    text = " ".join(plain(description).split())
    if len(text) <= BEGINNING:
        return text
    cut = text[:BEGINNING].rpartition(" ")[0] or text[:BEGINNING]
    return f"{cut.rstrip(' ,;:.')} …"
