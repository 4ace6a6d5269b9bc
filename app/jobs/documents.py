"""What the search index holds of a listing, and until when one may apply."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app import clock, taxonomy
from app.html import plain
from app.jobs import vocabulary
from app.jobs.models import Facet, Job
from app.jobs.quality import quality

BODY_LENGTH = 20_000  # characters of a description that are searched
RISK_ADJUSTMENT = "risk-adjustment"


def cents_a_year(cents: int, unit: str) -> int | None:
    """What a full year at that rate pays; None for piece rates, which no calendar converts."""
    factor = taxonomy.TIMES_A_YEAR.get(unit)
    return None if factor is None else cents * factor


def states_of(job: Job) -> list[str]:
    """Where the work may be done from. A remote job that lists no state is open to every one."""
    if job.place_kind == "remote":
        return job.values(Facet.STATE) or list(taxonomy.STATES)
    return [job.state_code] if job.state_code else []


def search_document(job: Job) -> dict[str, Any]:
    """The listing as index "jobs" holds it.

    What its title says of the work counts with what its employer ticked.
    """
    said = _said_in_title(job)
    credentials = list(dict.fromkeys([*job.values(Facet.CREDENTIAL), *said.get("credential", ())]))
    roles, settings = _roles_and_settings(job, said)
    return {
        "id": str(job.id),
        "title": job.title,
        "usual_title": vocabulary.normal_title(job.title),
        "credentials": credentials,
        "credentials_required": job.values(Facet.CREDENTIAL, "required"),
        "credentials_preferred": job.values(Facet.CREDENTIAL, "preferred"),
        "credential_words": [_credential_words(slug) for slug in credentials],
        "code_words": sorted({word for code in job.codes for word in _code_words(code.shown)}),
        "said": [f"{name}:{value}" for name, values in said.items() for value in values],
        "organisation": job.organisation.name,
        "organisation_id": job.organisation_id,
        "employer": job.organisation.slug,
        "keywords": _keywords(job),
        "place": _place_words(job),
        "body": f"{plain(job.description)}\n{job.benefits}"[:BODY_LENGTH],
        "settings": settings,
        "specialties": _with_said(job, Facet.SPECIALTY, said),
        "code_sets": _with_said(job, Facet.CODE_SET, said),
        "tools": _with_said(job, Facet.TOOL, said),
        "role": roles,
        "engagement": job.engagement,
        "experience": job.experience,
        "place_kind": job.place_kind,
        "states": states_of(job),
        "everywhere": job.place_kind == "remote" and not job.values(Facet.STATE),
        "town": town_of(job),
        "point": {"lat": job.lat, "lng": job.lng} if _has_point(job) else None,
        "apprentice": welcomes_new_coders(job),
        "productivity": bool(job.productivity),
        "accuracy": job.accuracy_percent is not None,
        "pay_unit": job.pay_unit,
        "pay_low": cents_a_year(job.pay_low_cents, job.pay_unit),
        "pay_high": cents_a_year(job.pay_high_cents, job.pay_unit),
        "rate_high": job.pay_high_cents or None,
        "published": clock.unix(job.published_at) if job.published_at else None,
        "expires": clock.unix(last) if (last := last_moment(job)) else None,
        "featured": int(_is_featured(job)),
        "quality": quality(job),
        "revision": job.revision,
    }


def _is_featured(job: Job) -> bool:
    return job.featured_until is not None and job.featured_until > clock.now()


def welcomes_new_coders(job: Job) -> bool:
    return job.apprentice_welcome or job.experience == "none"


def town_of(job: Job) -> str:
    """ "St. Louis, MO"; empty for a remote job, which is in no town."""
    if job.place_kind == "remote" or not job.city:
        return ""
    return f"{job.city}, {job.state_code}"


def _has_point(job: Job) -> bool:
    return job.place_kind != "remote" and job.lat is not None and job.lng is not None


def _said_in_title(job: Job) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for mention in vocabulary.mentions(job.title):
        said.setdefault(mention.name, []).append(mention.value)
    for name, other in (("role", "setting"), ("setting", "role")):
        # Risk adjustment is a role to some employers and a setting to others.
        if RISK_ADJUSTMENT in said.get(name, ()) and RISK_ADJUSTMENT not in said.get(other, ()):
            said.setdefault(other, []).append(RISK_ADJUSTMENT)
    return said


def _with_said(job: Job, facet: Facet, said: Mapping[str, list[str]]) -> list[str]:
    return list(dict.fromkeys([*job.values(facet), *said.get(facet, ())]))


def _roles_and_settings(job: Job, said: Mapping[str, list[str]]) -> tuple[list[str], list[str]]:
    roles = list(dict.fromkeys([job.role, *said.get("role", ())]))
    settings = _with_said(job, Facet.SETTING, said)
    if RISK_ADJUSTMENT in roles or RISK_ADJUSTMENT in settings:
        roles = list(dict.fromkeys([*roles, RISK_ADJUSTMENT]))
        settings = list(dict.fromkeys([*settings, RISK_ADJUSTMENT]))
    return [role for role in roles if role], settings


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
