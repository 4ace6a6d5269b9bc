"""The part of schema.org that a job posting is made of, and Google's rules for it, as checks.

Facts of schema.org's vocabulary and of Google's page on JobPosting; the words are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

# Type -> property -> the types its value may have. Subtypes stand for their supertypes below.
VOCABULARY: dict[str, dict[str, tuple[str, ...]]] = {
    "JobPosting": {
        "applicantLocationRequirements": ("AdministrativeArea",),
        "baseSalary": ("MonetaryAmount", "Number"),
        "datePosted": ("Date", "DateTime"),
        "directApply": ("Boolean",),
        "educationRequirements": ("Text",),
        "employmentType": ("Text",),
        "experienceInPlaceOfEducation": ("Boolean",),
        "experienceRequirements": ("OccupationalExperienceRequirements", "Text"),
        "hiringOrganization": ("Organization",),
        "industry": ("Text",),
        "jobBenefits": ("Text",),
        "jobLocation": ("Place",),
        "jobLocationType": ("Text",),
        "qualifications": ("Text",),
        "responsibilities": ("Text",),
        "skills": ("Text",),
        "title": ("Text",),
        "validThrough": ("Date", "DateTime"),
        "workHours": ("Text",),
    },
    "Place": {"address": ("PostalAddress", "Text")},
    "AdministrativeArea": {"address": ("PostalAddress", "Text")},
    "PostalAddress": {
        "addressCountry": ("Country", "Text"),
        "addressLocality": ("Text",),
        "addressRegion": ("Text",),
        "postalCode": ("Text",),
        "streetAddress": ("Text",),
    },
    "MonetaryAmount": {
        "currency": ("Text",),
        "maxValue": ("Number",),
        "minValue": ("Number",),
        "value": ("QuantitativeValue", "Number"),
    },
    "QuantitativeValue": {
        "maxValue": ("Number",),
        "minValue": ("Number",),
        "unitText": ("Text",),
        "value": ("Number",),
    },
    "Organization": {"logo": ("URL",)},
    "PropertyValue": {"propertyID": ("Text",), "value": ("Text", "Number")},
    "OccupationalExperienceRequirements": {"monthsOfExperience": ("Number",)},
    "MedicalCode": {
        "codeValue": ("Text",),
        "codingSystem": ("Text",),
        "inCodeSet": ("CategoryCodeSet", "URL"),
    },
    "CategoryCodeSet": {},
    "BreadcrumbList": {"itemListElement": ("ListItem",)},
    "ListItem": {"item": ("URL",), "position": ("Integer",)},
}
# What everything has.
THING: dict[str, tuple[str, ...]] = {
    "description": ("Text",),
    "identifier": ("PropertyValue", "Text"),
    "name": ("Text",),
    "sameAs": ("URL",),
    "url": ("URL",),
}
SUPERTYPES = {"State": "AdministrativeArea", "Country": "AdministrativeArea"}

EMPLOYMENT_TYPES = {
    "FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER",
}  # fmt: skip
PAY_UNITS = {"HOUR", "DAY", "WEEK", "MONTH", "YEAR"}
_NOT_IN_A_TITLE = re.compile(
    r"\$|[!*]|\d{1,2}/\d{1,2}/\d{2}|\b(?:per|an) hour\b|/hr", re.IGNORECASE
)
_ALLOWED_TAGS = {"p", "ul", "ol", "li", "br", "strong", "em", "b", "i", "h3", "h4", "a",
                 "blockquote"}  # fmt: skip


def _is_date(value: Any) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) and date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _is_moment(value: Any) -> bool:
    try:
        return "T" in value and datetime.fromisoformat(value).tzinfo is not None
    except (TypeError, ValueError):
        return False


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_SIMPLE: dict[str, Callable[[Any], bool]] = {
    "Text": lambda value: isinstance(value, str) and bool(value.strip()),
    "URL": lambda value: isinstance(value, str) and urlsplit(value).scheme in ("http", "https"),
    "Number": _is_number,
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Boolean": lambda value: isinstance(value, bool),
    "Date": _is_date,
    "DateTime": _is_moment,
}


def faults(posting: dict[str, Any]) -> list[str]:
    """Everything wrong with a job posting, by schema.org and by Google; nothing if it is right."""
    if posting.get("@context") not in ("https://schema.org/", "https://schema.org"):
        return ["@context"]
    if posting.get("@type") != "JobPosting":
        return ["@type"]
    body = {name: value for name, value in posting.items() if name != "@context"}
    return [*_against_the_vocabulary(body, "JobPosting"), *_against_google(posting)]


def faults_of_a_code(data: dict[str, Any]) -> list[str]:
    """Everything wrong with the data of a code's page: the code itself, or the way to it."""
    if data.get("@context") not in ("https://schema.org/", "https://schema.org"):
        return ["@context"]
    body = {name: value for name, value in data.items() if name != "@context"}
    found = list(_against_the_vocabulary(body, str(data.get("@type"))))
    if data.get("@type") == "MedicalCode":
        return found + [f"{n}: required" for n in ("codeValue", "codingSystem") if n not in data]
    if data.get("@type") != "BreadcrumbList":
        return [*found, "@type"]
    steps = data.get("itemListElement", [])
    if [step.get("position") for step in steps] != list(range(1, len(steps) + 1)) or not steps:
        found.append("itemListElement: positions count from 1")
    return found + [
        f"itemListElement.{name}: required"
        for step in steps
        for name in ("name", "item")
        if not step.get(name)
    ]


def _against_the_vocabulary(node: dict[str, Any], path: str) -> Iterator[str]:
    kind = node.get("@type", "")
    known = VOCABULARY.get(SUPERTYPES.get(kind, kind))
    if known is None:
        yield f"{path}: no such type: {kind!r}"
        return
    for name, value in node.items():
        if name == "@type":
            continue
        expected = known.get(name) or THING.get(name)
        if expected is None:
            yield f"{path}.{name}: {kind} has no such property"
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from _value(one, expected, f"{path}.{name}")
        if value == []:
            yield f"{path}.{name}: an empty list"


def _value(value: Any, expected: tuple[str, ...], path: str) -> Iterator[str]:
    if isinstance(value, dict):
        kind = str(value.get("@type", ""))
        if kind not in expected and SUPERTYPES.get(kind) not in expected:
            yield f"{path}: {kind} is none of {expected}"
        yield from _against_the_vocabulary(value, path)
    elif not any(_SIMPLE[kind](value) for kind in expected if kind in _SIMPLE):
        yield f"{path}: {value!r} is none of {expected}"


def _against_google(posting: dict[str, Any]) -> Iterator[str]:
    for name in ("title", "description", "datePosted", "hiringOrganization", "validThrough",
                 "employmentType", "directApply"):  # fmt: skip
        if posting.get(name) in (None, ""):
            yield f"{name}: required of ours"
    yield from _wording(posting)
    yield from _whereabouts(posting)
    yield from _pay(posting)
    if posting.get("employmentType") not in EMPLOYMENT_TYPES:
        yield "employmentType: not one of Google's"
    if not posting.get("hiringOrganization", {}).get("name"):
        yield "hiringOrganization.name: required"
    if not _is_moment(posting.get("validThrough")):
        yield "validThrough: not a moment with its zone"
    elif posting["validThrough"][:10] < posting.get("datePosted", ""):
        yield "validThrough: before datePosted"
    if posting.get("experienceInPlaceOfEducation") and not (
        posting.get("experienceRequirements") and posting.get("educationRequirements")
    ):
        yield "experienceInPlaceOfEducation: asks for both requirements"


def _wording(posting: dict[str, Any]) -> Iterator[str]:
    title, description = posting.get("title", ""), posting.get("description", "")
    if _NOT_IN_A_TITLE.search(title):
        yield f"title: holds what is no title: {title!r}"
    if posting.get("hiringOrganization", {}).get("name", "\0").casefold() in title.casefold():
        yield "title: holds the employer"
    if re.sub(r"<[^>]*>", "", description).strip() in ("", title):
        yield "description: says nothing"
    tags = set(re.findall(r"</?([a-zA-Z0-9]+)", description))
    if tags - _ALLOWED_TAGS:
        yield f"description: tags {tags - _ALLOWED_TAGS}"


def _whereabouts(posting: dict[str, Any]) -> Iterator[str]:
    if posting.get("jobLocationType") is not None:
        if posting["jobLocationType"] != "TELECOMMUTE":
            yield "jobLocationType: TELECOMMUTE is the only one"
        if not posting.get("applicantLocationRequirements"):
            yield "applicantLocationRequirements: required of a remote job"
        areas = posting.get("applicantLocationRequirements") or []
        for area in areas if isinstance(areas, list) else [areas]:
            if area["@type"] == "State" and not re.fullmatch(r".+, USA", area["name"]):
                yield f"applicantLocationRequirements: in which country is {area['name']}?"
    elif not posting.get("jobLocation"):
        yield "jobLocation: required"
    if "jobLocation" in posting:
        if not posting["jobLocation"].get("address", {}).get("addressCountry"):
            yield "jobLocation.address.addressCountry: required"
        if "applicantLocationRequirements" in posting and "jobLocationType" not in posting:
            yield "applicantLocationRequirements: only of a remote job"


def _pay(posting: dict[str, Any]) -> Iterator[str]:
    salary = posting.get("baseSalary")
    if salary is None:
        return
    if salary.get("currency") != "USD":
        yield "baseSalary.currency: required"
    value = salary.get("value", {})
    if value.get("unitText") not in PAY_UNITS:
        yield "baseSalary.value.unitText: not one of Google's"
    if "value" not in value and not ("minValue" in value and "maxValue" in value):
        yield "baseSalary.value: neither an amount nor a range"
    if value.get("minValue", 0) > value.get("maxValue", float("inf")):
        yield "baseSalary.value: upside down"
