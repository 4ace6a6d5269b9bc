"""What the pages of no single feature show: the newest listings, figures, sitemaps, the desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from app import clock, tasks
from app.accounts.models import Account
from app.applications.models import Application
from app.billing.models import Charge, ChargeState, Order, OrderState
from app.codes.models import CPT, HCPCS, HEADINGS, SYSTEMS, CodeEntry, CodeRelease
from app.codes.services.editions import Edition, edition_on, editions
from app.codes.services.reference.subject import EDITS, KINDS_OF
from app.employers.models import Organisation
from app.engine import engine
from app.extensions import db
from app.jobs.models import Job, JobRevision, JobState, visible
from app.jobs.services.cards import slug_of
from app.jobs.services.landing import topics
from app.tasks import OutboxRow
from search.contract import Health, SearchError

CODES_A_SITEMAP = 25_000  # half of what the protocol allows: a file stays near two megabytes
JOBS_A_SITEMAP = 25_000
COMPANIES_A_SITEMAP = 50_000
HEADINGS_A_SITEMAP = 25_000  # more than any book has, so they fill one file


def visible_jobs() -> int:
    """How many listings the public sees now."""
    return (
        db.session.scalar(select(func.count(Job.id)).join(Job.organisation).where(visible())) or 0
    )


def current_releases() -> list[Edition]:
    """The editions in force, one for each code system that has been loaded."""
    found = (edition_on(system) for system in SYSTEMS)
    return [edition for edition in found if edition is not None]


def job_sitemaps() -> int:
    """How many sitemap files the listings of real employers fill."""
    count = _count(
        select(func.count(Job.id))
        .join(Job.organisation)
        .where(visible(), Organisation.is_sample.is_(False))
    )
    return -(-count // JOBS_A_SITEMAP)


def jobs_for_sitemap(part: int) -> Sequence[tuple[int, str, datetime]]:
    """Id, slug and last change of the listings of one sitemap file; parts count from 1."""
    rows = db.session.execute(
        select(Job.id, Job.title, Job.changed_at, Job.published_at)
        .join(Job.organisation)
        .where(visible(), Organisation.is_sample.is_(False))
        .order_by(Job.id)
        .offset((part - 1) * JOBS_A_SITEMAP)
        .limit(JOBS_A_SITEMAP)
    )
    # What waited for its day changed, for whoever reads it, on that day.
    return [(row.id, slug_of(row.title), max(row.changed_at, row.published_at)) for row in rows]


def companies_for_sitemap() -> Sequence[str]:
    """The slug of each employer with a listing the public sees."""
    return list(
        db.session.scalars(
            select(Organisation.slug)
            .join(Job, Job.organisation_id == Organisation.id)
            .where(visible(), Organisation.is_sample.is_(False))
            .distinct()
            .order_by(Organisation.slug)
            .limit(COMPANIES_A_SITEMAP)
        )
    )


def topics_for_sitemap() -> Sequence[tuple[str, datetime]]:
    """Path and newest listing of each page about one kind of job."""
    return [(topic.path, extent.newest) for topic, extent in topics().items()]


def code_sitemaps(release: Edition) -> int:
    """How many sitemap files the codes of an edition fill; its headings fill one more."""
    count = _count(
        select(func.count(CodeEntry.id)).where(
            CodeEntry.release_id == release.id, CodeEntry.kind.not_in(HEADINGS)
        )
    )
    return -(-count // CODES_A_SITEMAP)


def codes_for_sitemap(release: Edition, part: int) -> Iterator[str]:
    """The addresses of the codes of one sitemap file, modifiers included; parts count from 1."""
    return iter(
        db.session.scalars(
            select(CodeEntry.shown)
            .where(CodeEntry.release_id == release.id, CodeEntry.kind.not_in(HEADINGS))
            .order_by(CodeEntry.position)
            .offset((part - 1) * CODES_A_SITEMAP)
            .limit(CODES_A_SITEMAP)
        )
    )


def headings_for_sitemap(release: Edition) -> Sequence[str]:
    """The addresses of the chapters and sections of an edition, whose pages are free."""
    return list(
        db.session.scalars(
            select(CodeEntry.key)
            .where(CodeEntry.release_id == release.id, CodeEntry.kind.in_(HEADINGS))
            .order_by(CodeEntry.position)
            .limit(HEADINGS_A_SITEMAP)
        )
    )


def code_pages_changed(releases: Sequence[Edition]) -> dict[str, date]:
    """When the pages of each system last changed: the latest of the editions they are made of.

    An edition that is put live ahead of its time changes pages on the day it takes effect.
    """
    loaded, today = editions(), clock.today()
    speaking = {
        release.kind: loaded.ids_on((release.kind, *_kinds_about(release.kind)), today)
        for release in releases
    }
    ids = {edition.id for found in speaking.values() for edition in found.values()}
    rows = db.session.execute(
        select(CodeRelease.id, CodeRelease.published_at, CodeRelease.imported_at).where(
            CodeRelease.id.in_(ids)
        )
    )
    put_live = {row.id: (row.published_at or row.imported_at).date() for row in rows}
    return {
        system: max(max(put_live[e.id], e.effective_from) for e in found.values())
        for system, found in speaking.items()
    }


def _kinds_about(system: str) -> tuple[str, ...]:
    """The kinds of releases that pages of a system are made of."""
    return (*KINDS_OF.get(system, ()), *(EDITS if system in (HCPCS, CPT) else ()))


@dataclass(frozen=True, slots=True)
class DeskFigures:
    """What a moderator looks at first."""

    in_review: int
    oldest_in_review: datetime | None
    revisions: int
    live: int
    accounts: int
    applications_this_week: int
    paid_this_week_cents: int
    disputed: int
    outbox_waiting: int
    outbox_oldest_seconds: float
    outbox_set_aside: int
    search: Health

    @property
    def indexed(self) -> list[tuple[str, str]]:
        return [(f"In “{name}”", f"{n:,}") for name, n in sorted(self.search.documents.items())]


def desk_figures() -> DeskFigures:
    week = clock.now() - timedelta(days=7)
    in_review, oldest = db.session.execute(
        select(func.count(Job.id), func.min(Job.submitted_at)).where(
            Job.state == JobState.IN_REVIEW
        )
    ).one()
    waiting, oldest_seconds = tasks.backlog()
    return DeskFigures(
        in_review=in_review,
        oldest_in_review=oldest,
        revisions=_count(select(func.count(JobRevision.id)).where(JobRevision.state == "pending")),
        live=visible_jobs(),
        accounts=_count(select(func.count(Account.id)).where(Account.closed_at.is_(None))),
        applications_this_week=_count(
            select(func.count(Application.id)).where(Application.created_at >= week)
        ),
        paid_this_week_cents=_count(
            select(func.sum(Charge.amount_cents - Charge.refunded_cents)).where(
                Charge.created_at >= week, Charge.state != ChargeState.LOST
            )
        ),
        disputed=_count(select(func.count(Order.id)).where(Order.state == OrderState.DISPUTED)),
        outbox_waiting=waiting,
        outbox_oldest_seconds=oldest_seconds,
        outbox_set_aside=_count(
            select(func.count(OutboxRow.id)).where(OutboxRow.abandoned_at.is_not(None))
        ),
        search=_search_health(),
    )


def _count(question: Select[Any]) -> int:
    return int(db.session.scalar(question) or 0)


def _search_health() -> Health:
    """The engine's own word, or that it cannot be asked: the desk must open when search is down."""
    try:
        return engine().health()
    except SearchError as error:
        return Health(available=False, engine="", detail=str(error))
