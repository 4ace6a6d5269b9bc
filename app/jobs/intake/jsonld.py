"""Jobs in a web page, as schema.org JobPosting in JSON-LD.

The official descriptions are schema.org/JobPosting and Google's page on job posting structured
data (developers.google.com/search/docs/appearance/structured-data/job-posting): title,
description, identifier, datePosted, validThrough, employmentType, hiringOrganization, jobLocation,
jobLocationType TELECOMMUTE, applicantLocationRequirements, baseSalary.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from app.jobs.intake.posting import (
    Posting,
    Reading,
    Unreadable,
    day_or_remark,
    line,
    members,
    number_of,
    prose,
    several,
)

DEEPEST = 12  # levels of objects and lists in which postings are looked for


class _Scripts(HTMLParser):
    """Collects what stands in script elements of the type; nothing is run or loaded."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = (dict(attrs).get("type") or "").partition(";")[0].strip().lower()
        self._open = tag == "script" and kind == "application/ld+json"
        if self._open:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data


def read_page(text: str, address: str = "") -> Reading:
    """The postings in a page; `address` is where it came from, to apply at."""
    page = _Scripts()
    page.feed(text)
    page.close()
    reading = Reading("jsonld")
    found: list[dict[str, Any]] = []
    for script in page.found:
        try:
            found += _postings(json.loads(script, strict=False))
        except (ValueError, RecursionError):
            reading.remarks.append("A part of the page's structured data is broken.")
            reading.is_complete = False
    if not found:
        raise Unreadable("The page holds no JobPosting in JSON-LD." + " ".join(reading.remarks))
    return _read(reading, found, address)


def read_jsonld(data: Any, address: str = "") -> Reading:
    """The same, where the file is the JSON-LD alone."""
    found = list(_postings(data))
    if not found:
        raise Unreadable("The file holds no JobPosting.")
    return _read(Reading("jsonld"), found, address)


def _read(reading: Reading, found: list[dict[str, Any]], address: str) -> Reading:
    for number, job in enumerate(found, start=1):
        reading.add(_posting(number, job, address if len(found) == 1 else ""))
    return reading


def _postings(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Every JobPosting, however it is wrapped: in @graph, in lists, in a list of items."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _postings(item, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "JobPosting" in (kinds if isinstance(kinds, list) else [kinds]):
            yield value
            return
        for key in ("@graph", "itemListElement", "item", "mainEntity"):
            yield from _postings(value.get(key), depth + 1)


def _posting(number: int, job: dict[str, Any], address: str) -> Posting:
    identifier = job.get("identifier")
    given = identifier.get("value") if isinstance(identifier, dict) else identifier
    where = line(job.get("url"), 2_000) or address
    places = [_place(p) for p in members(job.get("jobLocation"))]
    home = places[0] if places else {}
    closes_on, remarks = day_or_remark(job.get("validThrough"), "last day")
    low, high, unit, currency = _pay(job.get("baseSalary"))
    company = job.get("hiringOrganization")
    return Posting(
        number=number,
        external_id=line(given) or line(where),
        title=line(job.get("title")),
        requisition=line(given),
        company=line(company.get("name")) if isinstance(company, dict) else line(company),
        description=prose(job.get("description")),
        city=home.get("city", ""),
        state=home.get("state", ""),
        postal_code=home.get("postal_code", ""),
        country=home.get("country", ""),
        location=home.get("location", ""),
        other_places=several([_shown(p) for p in places[1:]]),
        remote=line(job.get("jobLocationType")),
        eligible=_eligible(job.get("applicantLocationRequirements")),
        pay_low=low,
        pay_high=high,
        pay_unit=unit,
        pay_currency=currency,
        employment=several(job.get("employmentType") or []),
        experience=_experience(job.get("experienceRequirements")),
        labels=several(job.get("occupationalCategory") or []),
        closes_on=closes_on,
        apply_url=where,
        remarks=remarks,
    )


def _place(place: dict[str, Any]) -> dict[str, str]:
    address = place.get("address")
    if not isinstance(address, dict):
        return {"location": line(address) or line(place.get("name"))}
    country = address.get("addressCountry")
    return {
        "city": line(address.get("addressLocality")),
        "state": line(address.get("addressRegion")),
        "postal_code": line(address.get("postalCode")),
        "country": line(country.get("name") if isinstance(country, dict) else country),
    }


def _shown(place: dict[str, str]) -> str:
    parts = (place.get("city"), place.get("state"))
    return place.get("location") or ", ".join(part for part in parts if part)


def _eligible(value: object) -> tuple[str, ...]:
    """States, without the country that Google wants written behind them."""
    found = []
    for area in members(value):
        name = line(area.get("name"))
        if line(area.get("@type")) != "Country" and name:
            found.append(name.removesuffix(", USA").removesuffix(", US"))
    return tuple(dict.fromkeys(found))


def _pay(value: object) -> tuple[str, str, str, str]:
    salary = next(members(value), {})
    amount = salary.get("value")
    stated: dict[str, Any] = amount if isinstance(amount, dict) else {"value": amount}
    single = number_of(stated.get("value"))
    low = number_of(stated.get("minValue")) or single
    high = number_of(stated.get("maxValue")) or single
    unit = line(stated.get("unitText")) or line(salary.get("unitText"))
    return low, high, unit, line(salary.get("currency"))


def _experience(value: object) -> str:
    for stated in members(value):
        months = number_of(stated.get("monthsOfExperience"))
        if months:
            return f"{months} months"
    return line(value)
