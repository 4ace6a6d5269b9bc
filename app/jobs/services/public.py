"""A listing as everyone may see it: whether it can be seen, what its page shows, what is alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import contains_eager, selectinload

from app import clock, taxonomy
from app.codes.models import SYSTEMS
from app.codes.services import edition_on
from app.employers.models import Organisation
from app.errors import Gone, NotFound
from app.extensions import UtcDateTime, db
from app.filters import long_date, pay_range
from app.jobs.documents import cents_a_year, is_past_close, last_day, last_moment
from app.jobs.lifecycle import standing
from app.jobs.models import Facet, Job, JobCode, JobState, JobTerm, visible, visible_row
from app.jobs.posting import job_posting
from app.jobs.services.cards import (
    Card,
    cards_of,
    place_line,
    slug_of,
)
from app.jobs.services.pay.pay_insight import Groups, to_compare
from app.jobs.services.pay.pay_scale import (
    TO_A_YEAR,
    TO_AN_HOUR,
    PayBar,
    Tick,
    pay_bar,
    rounded_range,
    ticks,
)
from app.jobs.services.searching.criteria import Criteria
from app.taxonomy import Credential

CLOSED_FOR = timedelta(days=30)  # how long a closed listing says so before it is gone
MOST_SIMILAR = 4
MOST_PAGES = 500  # kept in a process, some twenty kilobytes each with what is drawn of them

_NO_SUCH = "There is no such listing, or it is not public yet."
_GONE = "This listing closed more than 30 days ago. Search for others like it."


class ClosedLongAgo(Gone):
    """The page of a listing is gone; what is like it is not."""

    def __init__(self, job: Job) -> None:
        super().__init__(_GONE)
        self.job = job


@dataclass(frozen=True, slots=True)
class CodeShown:
    system: str
    label: str  # of the system
    ends: tuple[str, ...]  # one code, or the first and the last of a range


@dataclass(frozen=True, slots=True)
class EmployerShown:
    slug: str
    name: str
    kind: str
    place: str
    is_sample: bool
    is_confirmed: bool
    website: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A listing that has a page, and since when it has been closed."""

    job: Job
    closed_at: datetime | None
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What the page of a listing shows, for the public and in its employer's preview."""

    id: int | None
    slug: str
    title: str
    employer: EmployerShown
    role: str
    place: str
    postal_code: str  # of a job that has a place, where it is known
    states: list[str]  # where a remote job may be done; none means anywhere
    engagement: str
    pay: str  # empty while none is stated
    pay_compared: str
    bar: PayBar | None
    ticks: list[Tick]
    required: list[Credential]
    preferred: list[Credential]
    settings: list[tuple[str, str]]
    specialties: list[tuple[str, str]]
    code_sets: list[tuple[str, str, bool]]  # and whether we hold its codes
    codes: list[CodeShown]
    tools: list[tuple[str, str]]
    experience: str
    apprentice_welcome: bool
    productivity: str
    accuracy_percent: int | None
    description: Markup
    benefits: str
    requisition: str
    apply_url: str  # empty where one applies here
    published_at: datetime | None
    closes_on: date | None  # or the day its paid time ends, where that comes first

    def takes_applications(self, today: date) -> bool:
        return self.closes_on is None or self.closes_on >= today


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """The public page of a listing. Equal only to itself: what is drawn of it is kept by it."""

    listing: Listing
    closed_at: datetime | None = None
    is_paused: bool = False
    structured: dict[str, Any] | None = None
    similar: tuple[Card, ...] = ()
    paid_per: str = ""
    compared_within: tuple[Groups, ...] = ()  # whose pay its own is compared with


# What is shown of open listings, by all that it is made from; a change makes another key.
_pages: dict[tuple[Any, ...], Page] = {}
_KEY = (
    Job.id,
    Job.revision,
    Job.changed_at,
    Job.title,
    Job.published_at,
    Job.expires_at,
    *(getattr(Organisation, c) for c in ("slug", "name", "kind", "city", "state", "website")),
    Organisation.is_sample,
    Organisation.verified_at,
)
_QUESTION = (
    select(visible(bindparam("moment", type_=UtcDateTime), bindparam("day", type_=Date)), *_KEY)
    .join(Job.organisation)
    .where(Job.id == bindparam("job_id"))
)


def page_of(job_id: int) -> Page:
    """The page of a listing. Raises NotFound, or Gone for one that closed long ago."""
    asked = {"job_id": job_id, "moment": clock.now(), "day": clock.today()}
    row = db.session.execute(_QUESTION, asked).one_or_none()
    key = tuple(row[1:]) if row and row[0] else None
    known = _pages.get(key) if key else None
    if known is not None:
        return known
    shown = shown_job(job_id)
    page = Page(
        listing_view(shown.job),
        closed_at=shown.closed_at,
        is_paused=shown.is_paused,
        structured=structured_data(shown),
        similar=tuple(similar_cards(shown.job)) if shown.closed_at else (),
        paid_per=shown.job.pay_unit,
        compared_within=to_compare(shown.job),
    )
    if key and shown.closed_at is None:
        if len(_pages) >= MOST_PAGES:
            _pages.clear()
        _pages[key] = page
    return page


def visible_job(job_id: int) -> Job:
    """A listing the public can see and apply to. Raises NotFound, or Gone for a closed one."""
    shown = shown_job(job_id)
    if shown.job.closes_on is not None and is_past_close(shown.job):
        raise Gone(f"Applications to this job closed on {long_date(shown.job.closes_on)}.")
    if shown.closed_at is not None:
        raise Gone("This listing is closed and takes no more applications.")
    return shown.job


def shown_job(job_id: int) -> Shown:
    """A listing that has a public page, be it to say that it is closed."""
    job = db.session.scalar(
        select(Job)
        .join(Job.organisation)
        .where(Job.id == job_id)
        .options(contains_eager(Job.organisation), selectinload(Job.terms), selectinload(Job.codes))
    )
    moment = clock.now()
    if job is None or job.published_at is None or job.published_at > moment:
        raise NotFound(_NO_SUCH)
    if job.organisation.suspended_at is not None:
        raise NotFound(_NO_SUCH)
    state = standing(job, moment)
    if state is JobState.LIVE and not is_past_close(job):
        return Shown(job, None)
    if state is JobState.PAUSED:
        return Shown(job, job.changed_at, is_paused=True)
    if state not in (JobState.LIVE, JobState.EXPIRED, JobState.FILLED, JobState.ARCHIVED):
        raise Gone(_GONE if state is not JobState.REMOVED else "This listing was removed.")
    closed_at = last_moment(job) or job.changed_at
    if state in (JobState.FILLED, JobState.ARCHIVED):
        closed_at = min(closed_at, job.changed_at)
    if moment - closed_at > CLOSED_FOR:
        raise ClosedLongAgo(job)
    return Shown(job, closed_at)


def listing_view(job: Job) -> Listing:
    """Everything its page shows, also of a draft that is not complete yet."""
    states = job.values(Facet.STATE) if job.place_kind == "remote" else []
    rates = (job.pay_low_cents, job.pay_high_cents, job.pay_unit)
    return Listing(
        id=job.id,
        slug=slug_of(job.title),
        title=job.title,
        employer=_employer(job.organisation),
        role=taxonomy.ROLES.get(job.role, ""),
        place=place_line(job.place_kind, job.city, job.state_code, states),
        postal_code=job.postal_code if job.place_kind != "remote" else "",
        states=[taxonomy.STATES.get(code, code) for code in states],
        engagement=taxonomy.ENGAGEMENTS.get(job.engagement, ""),
        pay=pay_range(*rates) if job.pay_high_cents else "",
        pay_compared=_compared(job),
        bar=pay_bar(*rates),
        ticks=ticks(job.pay_unit),
        required=_credentials(job, "required"),
        preferred=_credentials(job, "preferred"),
        settings=_labelled(job, Facet.SETTING, taxonomy.SETTINGS),
        specialties=_labelled(job, Facet.SPECIALTY, taxonomy.SPECIALTIES),
        code_sets=[
            (slug, label, edition_on(slug) is not None)
            for slug, label in _labelled(job, Facet.CODE_SET, taxonomy.CODE_SETS)
        ],
        codes=[_code(code) for code in job.codes],
        tools=[_tool(term) for term in job.terms if term.facet == Facet.TOOL],
        experience=taxonomy.EXPERIENCE.get(job.experience, ""),
        apprentice_welcome=job.apprentice_welcome,
        productivity=job.productivity,
        accuracy_percent=job.accuracy_percent,
        description=Markup(job.description),  # noqa: S704 - cleaned when it was written
        benefits=job.benefits,
        requisition=job.requisition,
        apply_url=job.apply_url if job.apply_method == "url" else "",
        published_at=job.published_at,
        closes_on=last_day(job),
    )


def structured_data(shown: Shown) -> dict[str, Any] | None:
    """For crawlers, and only while the listing is open; an invented one is not offered to them."""
    if shown.closed_at is not None or shown.job.organisation.is_sample:
        return None
    return job_posting(shown.job)


def similar_cards(job: Job) -> list[Card]:
    """A few open listings of the same role, first those that share a setting."""
    settings = select(JobTerm.job_id).where(
        JobTerm.facet == Facet.SETTING, JobTerm.value.in_(job.values(Facet.SETTING))
    )
    ids = db.session.scalars(
        select(Job.id)
        .join(Job.organisation)
        .where(visible_row(), Job.role == job.role, Job.id != job.id)
        .order_by(Job.id.in_(settings).desc(), Job.published_at.desc(), Job.id.desc())
        .limit(MOST_SIMILAR)
    ).all()
    return cards_of(ids)


def search_like(job: Job) -> Criteria:
    """Where to look for a listing of the same kind: its role, where one could work as well."""
    chosen = {"role": (job.role,)} if job.role in taxonomy.ROLES else {}
    if job.place_kind == "remote":
        return Criteria(chosen={"place": ("remote",), **chosen})
    if job.state_code in taxonomy.STATES:
        return Criteria(chosen={"state": (job.state_code,), **chosen})
    return Criteria(chosen=chosen)


def newest_visible(limit: int) -> list[Card]:
    """The listings that went up last."""
    ids = db.session.scalars(
        select(Job.id)
        .join(Job.organisation)
        .where(visible_row())
        .order_by(Job.published_at.desc(), Job.id.desc())
        .limit(limit)
    ).all()
    return cards_of(ids)


def _employer(organisation: Organisation) -> EmployerShown:
    return EmployerShown(
        slug=organisation.slug,
        name=organisation.name,
        kind=organisation.kind_label,
        place=f"{organisation.city}, {organisation.state}",
        is_sample=organisation.is_sample,
        is_confirmed=organisation.verified_at is not None,
        website=organisation.website,
    )


def _credentials(job: Job, need: str) -> list[Credential]:
    found = (taxonomy.CREDENTIALS.get(slug) for slug in job.values(Facet.CREDENTIAL, need))
    return [credential for credential in found if credential]


def _labelled(job: Job, facet: Facet, labels: dict[str, str]) -> list[tuple[str, str]]:
    return [(slug, labels.get(slug, slug)) for slug in job.values(facet)]


def _tool(term: JobTerm) -> tuple[str, str]:
    return taxonomy.TOOLS.get(term.value, term.value), taxonomy.TOOL_NEEDS.get(term.need, "")


def _code(code: JobCode) -> CodeShown:
    ends = tuple(end.strip() for end in code.shown.split("-"))
    return CodeShown(code.system, SYSTEMS.get(code.system, code.system), ends)


def _compared(job: Job) -> str:
    """Hourly pay as a year's, a year's as hourly; nothing for piece rates."""
    low = cents_a_year(job.pay_low_cents, job.pay_unit)
    high = cents_a_year(job.pay_high_cents, job.pay_unit)
    if not low or not high:
        return ""
    if job.pay_unit == "hour":
        return f"about {rounded_range(low, high, TO_A_YEAR)} a year, full time"
    hours = taxonomy.HOURS_A_YEAR
    return f"about {rounded_range(low // hours, high // hours, TO_AN_HOUR)} an hour"
