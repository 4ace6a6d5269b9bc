"""A Greenhouse job board, as its Job Board API gives it.

The official description is developers.greenhouse.io/job-board.html, "List jobs": `jobs` with id,
title, location.name, absolute_url, requisition_id, content (HTML, escaped once), departments,
offices, metadata and, where asked for, pay_input_ranges in cents; `meta.total` counts them.
"""

from __future__ import annotations

import html
from decimal import Decimal
from typing import Any

from app.jobs.intake.posting import (
    Posting,
    Reading,
    Unreadable,
    day_or_remark,
    line,
    members,
    prose,
    several,
)

_EMPLOYMENT = ("employment type", "job type", "time type", "commitment", "worker type")
_REMOTE = ("workplace", "workplace type", "remote", "remote type", "location type")
_EXPERIENCE = ("experience", "years of experience", "experience level")


def read_greenhouse(data: Any) -> Reading:
    if not isinstance(data, dict) or not isinstance(data.get("jobs"), list):
        raise Unreadable("This JSON is no Greenhouse board: it has no list called “jobs”.")
    reading = Reading("greenhouse")
    for number, job in enumerate(data["jobs"], start=1):
        if isinstance(job, dict):
            reading.add(_posting(number, job))
        else:
            reading.refuse(number, "It is no object.")
    meta = data.get("meta")
    total = meta.get("total") if isinstance(meta, dict) else None
    if isinstance(total, int) and total != len(data["jobs"]):
        reading.is_complete = False
        reading.remarks.append(
            f"The board says that it has {total} jobs and holds {len(data['jobs'])}."
        )
    if reading.postings and not any(p.description for p in reading.postings):
        reading.remarks.append(
            "The board came without descriptions. Add ?content=true to its address."
        )
    return reading


def _posting(number: int, job: dict[str, Any]) -> Posting:
    stated = _metadata(job.get("metadata"))
    closes_on, remarks = day_or_remark(job.get("application_deadline"), "last day")
    low, high, unit, currency, more = _pay(job.get("pay_input_ranges"))
    location = job.get("location")
    return Posting(
        number=number,
        external_id=line(job.get("id")),
        title=line(job.get("title")),
        requisition=line(job.get("requisition_id")),
        company=line(job.get("company_name")),
        description=html.unescape(prose(job.get("content"))),
        location=line(location.get("name")) if isinstance(location, dict) else line(location),
        remote=_first(stated, _REMOTE),
        pay_low=low,
        pay_high=high,
        pay_unit=unit,
        pay_currency=currency,
        employment=several(_first(stated, _EMPLOYMENT)),
        experience=_first(stated, _EXPERIENCE),
        labels=several([d.get("name") for d in members(job.get("departments"))]),
        closes_on=closes_on,
        apply_url=line(job.get("absolute_url"), 2_000),
        remarks=remarks + more,
    )


def _metadata(value: object) -> dict[str, str]:
    """Fields an employer added to its board: name and value."""
    found = {}
    for entry in members(value):
        stated = entry.get("value")
        text = ", ".join(several(stated)) if isinstance(stated, list) else line(stated)
        found[line(entry.get("name")).casefold()] = text
    return found


def _first(stated: dict[str, str], names: tuple[str, ...]) -> str:
    return next((stated[name] for name in names if stated.get(name)), "")


def _pay(value: object) -> tuple[str, str, str, str, tuple[str, ...]]:
    ranges = list(members(value))
    if not ranges:
        return "", "", "", "", ()
    first = ranges[0]
    more: tuple[str, ...] = ()
    if len(ranges) > 1:
        more = ("It states several ranges of pay; the first one was taken.",)
    low, high = (_dollars(first.get(k)) for k in ("min_cents", "max_cents"))
    unit = f"{line(first.get('title'))} {line(first.get('blurb'))}".strip()
    return low, high, unit[:120], line(first.get("currency_type")), more


def _dollars(cents: object) -> str:
    if not isinstance(cents, int) or isinstance(cents, bool) or not 0 < cents < 10**11:
        return ""
    return str(Decimal(cents) / 100)
