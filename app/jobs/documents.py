"""What the search index holds of a listing, and until when one may apply."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from app import clock, taxonomy
from app.html import plain
from app.jobs.models import Facet, Job
from app.jobs.quality import quality

BODY_LENGTH = 20_000  # characters of a description that are searched

_UNITS_A_YEAR = {"hour": taxonomy.HOURS_A_YEAR, "year": 1}


def cents_a_year(cents: int, unit: str) -> int | None:
    """What a full year at that rate pays; None for piece rates, which no calendar converts."""
    factor = _UNITS_A_YEAR.get(unit)
    return None if factor is None else cents * factor


def states_of(job: Job) -> list[str]:
    """Where the work may be done from. A remote job that lists no state is open to every one."""
    if job.place_kind == "remote":
        return job.values(Facet.STATE) or list(taxonomy.STATES)
    return [job.state_code] if job.state_code else []


def search_document(job: Job) -> dict[str, Any]:
    """The listing as index "jobs" holds it."""
    moment = clock.now()
    credentials = job.values(Facet.CREDENTIAL)
    featured = job.featured_until is not None and job.featured_until > moment
    return {
        "id": str(job.id),
        "title": job.title,
        "credentials": credentials,
        "credential_words": [_credential_words(slug) for slug in credentials],
        "code_words": sorted({word for code in job.codes for word in _code_words(code.shown)}),
        "organisation": job.organisation.name,
        "organisation_id": job.organisation_id,
        "keywords": _keywords(job),
        "place": _place_words(job),
        "body": f"{plain(job.description)}\n{job.benefits}"[:BODY_LENGTH],
        "settings": job.values(Facet.SETTING),
        "specialties": job.values(Facet.SPECIALTY),
        "code_sets": job.values(Facet.CODE_SET),
        "role": job.role,
        "engagement": job.engagement,
        "place_kind": job.place_kind,
        "states": states_of(job),
        "apprentice_welcome": job.apprentice_welcome,
        "pay_unit": job.pay_unit,
        "pay_low": cents_a_year(job.pay_low_cents, job.pay_unit),
        "pay_high": cents_a_year(job.pay_high_cents, job.pay_unit),
        "published": clock.unix(job.published_at) if job.published_at else None,
        "expires": clock.unix(last) if (last := last_moment(job)) else None,
        "featured": int(featured),
        "quality": quality(job),
        "revision": job.revision,
    }


def last_moment(job: Job) -> datetime | None:
    """When the listing stops taking applications: its close date or its expiry, the earlier."""
    moments = [job.expires_at] if job.expires_at else []
    if job.closes_on:
        moments.append(clock.end_of(job.closes_on))
    return min(moments) if moments else None


def last_day(job: Job) -> date | None:
    """The day of the last moment, as it is announced."""
    last = last_moment(job)
    return last.astimezone(clock.LAST_ZONE).date() if last else None


def is_past_close(job: Job) -> bool:
    """Whether the last day to apply is over, however much of the paid time is left."""
    return job.closes_on is not None and job.closes_on < clock.today()


def _credential_words(slug: str) -> str:
    credential = taxonomy.CREDENTIALS.get(slug)
    return f"{credential.label} {credential.name} {credential.issuer}" if credential else slug


def _code_words(shown: str) -> list[str]:
    """Each end of a range with and without its dot, so that either spelling is found."""
    ends = [end.strip().lower() for end in shown.split("-") if end.strip()]
    return [spelling for end in ends for spelling in (end, end.replace(".", ""))]


def _keywords(job: Job) -> list[str]:
    labels = [
        taxonomy.ROLES.get(job.role, ""),
        taxonomy.ENGAGEMENTS.get(job.engagement, ""),
        taxonomy.PLACE_KINDS.get(job.place_kind, ""),
        "Apprentice welcome, entry level, trainee" if job.apprentice_welcome else "",
        job.requisition,
    ]
    for facet, names in (
        (Facet.SETTING, taxonomy.SETTINGS),
        (Facet.SPECIALTY, taxonomy.SPECIALTIES),
        (Facet.CODE_SET, taxonomy.CODE_SETS),
        (Facet.TOOL, taxonomy.TOOLS),
    ):
        labels += [names.get(value, value) for value in job.values(facet)]
    labels += job.values(Facet.CODE_SET)  # ICD10CM is typed as often as ICD-10-CM
    return [label for label in labels if label]


def _place_words(job: Job) -> str:
    """A state typed in full is understood as a filter, so a job open to all needs none of them."""
    listed = job.values(Facet.STATE) if job.place_kind == "remote" else states_of(job)
    states = ", ".join(f"{taxonomy.STATES.get(code, '')} {code}" for code in listed)
    if job.place_kind == "remote":
        return f"Remote, work from home, {states or 'anywhere in the United States'}"
    return f"{job.city}, {states}"
