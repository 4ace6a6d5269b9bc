"""A listing as a schema.org JobPosting: within Google's rules, and only what its page shows."""

from __future__ import annotations

import re
from typing import Any

from app import taxonomy
from app.jobs.documents import last_moment
from app.jobs.models import Facet, Job

# Google's names; an apprenticeship is none of those it has.
EMPLOYMENT_TYPES = {
    "full-time": "FULL_TIME",
    "part-time": "PART_TIME",
    "prn": "PER_DIEM",
    "contract": "CONTRACTOR",
    "1099": "CONTRACTOR",
    "temp-to-perm": "TEMPORARY",
    "apprenticeship": "OTHER",
}
MONTHS_OF_EXPERIENCE = {"1-2": 12, "3-4": 36, "5-plus": 60}
UNITS = {"hour": "HOUR", "year": "YEAR"}  # a rate per chart has none: a guess would be false data

LEAST_OF_A_TITLE = 3  # letters that must be left of a title for it to be shortened

_MONEY = r"\$\s?\d[\d,]*(?:\.\d+)?\s?[kK]?"
_RANGE = rf"{_MONEY}(?:\s*(?:-|\u2013|to)\s*{_MONEY})?\+?"
_PER = r"(?:\s?(?:/|an?\s|per\s)\s?(?:hr|hour|year|yr|chart|encounter|rvu)\b)"
# What Google wants in no title. What is left is a part of the title that the page shows.
_NOT_A_TITLE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:\b(?:up to|from|starting at)\s*)?{_RANGE}{_PER}?",
        rf"\b\d+(?:\.\d+)?(?:\s*(?:-|\u2013|to)\s*\d+(?:\.\d+)?)?{_PER}",
        r"\b(?:req(?:uisition)?|job|posting|position|ref(?:erence)?)\s*"
        r"(?:id|no\.?|number|#)?\s*[:#]?\s*[a-z]{0,4}-?\d{3,}\b",
        r"#\s?[a-z]{0,4}-?\d{3,}\b",
        r"(?:\b(?:starts?|starting|start date|apply by|closes|posted)\s*:?\s*)?"
        r"\b(?:\d{1,2}/\d{1,2}/\d{2,4}|\d{4}-\d{2}-\d{2})\b",
        r"[!*]+",
    )
)
_EMPTY_BRACKETS = re.compile(r"\(\s*\)|\[\s*\]")
_LOOSE_ENDS = " \t,;:|/\u2013\u2014-"


def job_posting(job: Job) -> dict[str, Any]:
    """The listing for Google's job search; see its page on JobPosting for what each part means.

    `directApply` is true only where the whole application is made on this site.
    """
    organisation = job.organisation
    end = last_moment(job)
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": plain_title(job),
        "description": job.description,
        # The first publication: a renewal makes nothing new.
        "datePosted": job.published_at.date().isoformat() if job.published_at else None,
        "validThrough": end.isoformat(timespec="seconds") if end else None,
        "employmentType": EMPLOYMENT_TYPES.get(job.engagement),
        "hiringOrganization": {
            "@type": "Organization",
            "name": organisation.name,
            "sameAs": organisation.website or None,
        },
        "identifier": _identifier(job),
        "directApply": job.apply_method == "here",
        "qualifications": _qualifications(job) or None,
        "skills": ", ".join(_skills(job)) or None,
        "jobBenefits": job.benefits or None,
        **_location(job),
        **_experience(job),
        **_salary(job),
    }
    return _without_absent(found)


def plain_title(job: Job) -> str:
    """The title without pay, employer, numbers and dates; as it is where that leaves no title."""
    text = job.title
    for told in (job.organisation.name, job.requisition):
        if told:
            text = re.sub(
                rf"(?:\bat\s+)?(?<!\w){re.escape(told)}(?!\w)", " ", text, flags=re.IGNORECASE
            )
    for pattern in _NOT_A_TITLE:
        text = pattern.sub(" ", text)
    if text == job.title:
        return text
    text = " ".join(_EMPTY_BRACKETS.sub(" ", text).split()).strip(_LOOSE_ENDS)
    text = re.sub(r"\s+([,;:)\]])", r"\1", text)
    return text if sum(c.isalpha() for c in text) >= LEAST_OF_A_TITLE else job.title


def _identifier(job: Job) -> dict[str, Any] | None:
    """The employer's own number, where it has one: ours is not its own."""
    if not job.requisition:
        return None
    return {
        "@type": "PropertyValue",
        "name": job.organisation.name,
        "value": job.requisition,
    }


def _location(job: Job) -> dict[str, Any]:
    """Only a job that is remote all week is TELECOMMUTE; a hybrid one has a place."""
    if job.place_kind == "remote":
        states = job.values(Facet.STATE)
        areas = [{"@type": "State", "name": f"{taxonomy.STATES.get(s, s)}, USA"} for s in states]
        return {
            "jobLocationType": "TELECOMMUTE",
            "applicantLocationRequirements": areas or {"@type": "Country", "name": "USA"},
        }
    address = {
        "@type": "PostalAddress",
        "addressLocality": job.city or None,
        "addressRegion": job.state_code or None,
        "postalCode": job.postal_code or None,
        "addressCountry": "US",
    }
    return {"jobLocation": {"@type": "Place", "address": address}}


def _experience(job: Job) -> dict[str, Any]:
    if job.experience == "none":
        return {"experienceRequirements": "no requirements"}  # Google's words for it
    months = MONTHS_OF_EXPERIENCE.get(job.experience)
    if months is None:
        return {}
    wanted = {"@type": "OccupationalExperienceRequirements", "monthsOfExperience": months}
    return {"experienceRequirements": wanted}


def _salary(job: Job) -> dict[str, Any]:
    """As the employer states it, never converted and never estimated."""
    if job.pay_unit not in UNITS or not job.pay_high_cents:
        return {}
    low, high = _dollars(job.pay_low_cents), _dollars(job.pay_high_cents)
    amount = {"value": low} if low == high else {"minValue": low, "maxValue": high}
    value = {"@type": "QuantitativeValue", **amount, "unitText": UNITS[job.pay_unit]}
    return {"baseSalary": {"@type": "MonetaryAmount", "currency": "USD", "value": value}}


def _qualifications(job: Job) -> str:
    parts = []
    for need in ("required", "preferred"):
        slugs = job.values(Facet.CREDENTIAL, need)
        known = [taxonomy.CREDENTIALS[slug].label for slug in slugs if slug in taxonomy.CREDENTIALS]
        if known:
            parts.append(f"{' or '.join(known)} {need}")
    return "; ".join(parts)


def _skills(job: Job) -> list[str]:
    return [
        labels.get(value, value)
        for facet, labels in (
            (Facet.SETTING, taxonomy.SETTINGS),
            (Facet.SPECIALTY, taxonomy.SPECIALTIES),
            (Facet.CODE_SET, taxonomy.CODE_SETS),
            (Facet.TOOL, taxonomy.TOOLS),
        )
        for value in job.values(facet)
    ]


def _dollars(cents: int) -> int | float:
    return cents // 100 if cents % 100 == 0 else cents / 100


def _without_absent(found: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _without_absent(value) if isinstance(value, dict) else value
        for key, value in found.items()
        if value is not None
    }
