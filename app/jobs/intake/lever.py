"""Postings of Lever, as its Postings API gives them in JSON mode.

The official description is github.com/lever/postings-api: a list of objects with id, text,
categories (location, allLocations, commitment, team, department), country, workplaceType,
description, lists, additional, hostedUrl, applyUrl and salaryRange.
"""

from __future__ import annotations

from typing import Any

from app.jobs.intake.posting import (
    Posting,
    Reading,
    Unreadable,
    line,
    members,
    number_of,
    prose,
    several,
)


def read_lever(data: Any) -> Reading:
    if not isinstance(data, list):
        raise Unreadable("This JSON is no list of Lever postings.")
    if data and not any(isinstance(j, dict) and {"text", "id"} <= j.keys() for j in data):
        raise Unreadable("This JSON is a list, and none of it is a Lever posting.")
    reading = Reading("lever")
    for number, job in enumerate(data, start=1):
        if isinstance(job, dict):
            reading.add(_posting(number, job))
        else:
            reading.refuse(number, "It is no object.")
    return reading


def _posting(number: int, job: dict[str, Any]) -> Posting:
    found = job.get("categories")
    categories: dict[str, Any] = found if isinstance(found, dict) else {}
    salary = job.get("salaryRange")
    pay: dict[str, Any] = salary if isinstance(salary, dict) else {}
    location = line(categories.get("location"))
    places = several(categories.get("allLocations") or [])
    return Posting(
        number=number,
        external_id=line(job.get("id")),
        title=line(job.get("text")),
        description=_description(job),
        country=line(job.get("country")),
        location=location or (places[0] if places else ""),
        other_places=tuple(p for p in places if p != (location or places[0])),
        remote="" if job.get("workplaceType") == "unspecified" else line(job.get("workplaceType")),
        pay_low=number_of(pay.get("min")),
        pay_high=number_of(pay.get("max")),
        pay_unit=line(pay.get("interval")),
        pay_currency=line(pay.get("currency")),
        employment=several(categories.get("commitment") or []),
        labels=several([categories.get("team"), categories.get("department")]),
        apply_url=line(job.get("applyUrl") or job.get("hostedUrl"), 2_000),
    )


def _description(job: dict[str, Any]) -> str:
    """The parts a Lever page shows one below the other."""
    parts = [prose(job.get("description")) or prose(job.get("descriptionPlain"))]
    for section in members(job.get("lists")):
        parts.append(f"<h3>{prose(section.get('text'))}</h3>")
        parts.append(f"<ul>{prose(section.get('content'))}</ul>")
    parts.append(prose(job.get("additional")))
    return "\n".join(part for part in parts if part)
