"""The answers of a listing in words: to check before submitting, to compare before approving."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app import taxonomy
from app.filters import long_date, pay_range
from app.html import plain
from app.jobs.content import Content
from app.jobs.services.rules import APPLY_METHODS, STEPS


@dataclass(frozen=True, slots=True)
class Answer:
    label: str
    value: str  # empty where nothing was answered


@dataclass(frozen=True, slots=True)
class Section:
    step: str
    title: str
    answers: list[Answer]


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """An answer before and after, line by line."""

    label: str
    before: list[Line]
    after: list[Line]


def summary_of(content: Content) -> list[Section]:
    return [Section(name, step.title, _ANSWERS[name](content)) for name, step in STEPS.items()]


def differences(old: Content, new: Content) -> list[Difference]:
    """What changed, in the order of the steps."""
    found = []
    for before, after in zip(summary_of(old), summary_of(new), strict=True):
        old_values = {answer.label: answer.value for answer in before.answers}
        new_values = {answer.label: answer.value for answer in after.answers}
        for label in dict.fromkeys([*old_values, *new_values]):
            was, now = old_values.get(label, ""), new_values.get(label, "")
            if was != now:
                found.append(Difference(label, _marked(was, now), _marked(now, was)))
    if not found and old.description != new.description:
        # The words are the same and only their markup differs.
        found.append(Difference("Description", [], [Line("Only its formatting changed.", True)]))
    return found


def _marked(text: str, other: str) -> list[Line]:
    there = set(other.splitlines())
    return [Line(line, line not in there) for line in text.splitlines()]


def _labels(values: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(value, value) for value in values)


def _day(value: date | None) -> str:
    return long_date(value) if value else ""


def _credentials(slugs: Iterable[str]) -> str:
    return ", ".join(
        taxonomy.CREDENTIALS[slug].label for slug in slugs if slug in taxonomy.CREDENTIALS
    )


def _basics(content: Content) -> list[Answer]:
    return [
        Answer("Job title", content.title),
        Answer("Role", taxonomy.ROLES.get(content.role, "")),
        Answer("Employment", taxonomy.ENGAGEMENTS.get(content.engagement, "")),
        Answer("Requisition number", content.requisition),
    ]


def _place(content: Content) -> list[Answer]:
    kind = Answer("Place", taxonomy.PLACE_KINDS.get(content.place_kind, ""))
    if content.place_kind == "remote":
        states = _labels(content.states, taxonomy.STATES) or "Anywhere in the US"
        return [kind, Answer("States", states)]
    state = taxonomy.STATES.get(content.state_code, "")
    return [
        kind,
        Answer("City and state", ", ".join(p for p in (content.city, state) if p)),
        Answer("ZIP code", content.postal_code),
    ]


def _pay(content: Content) -> list[Answer]:
    pay = ""
    if content.pay_high_cents:
        pay = pay_range(content.pay_low_cents, content.pay_high_cents, content.pay_unit)
    return [Answer("Pay", pay), Answer("Benefits", content.benefits)]


def _requirements(content: Content) -> list[Answer]:
    return [
        Answer("Experience", taxonomy.EXPERIENCE.get(content.experience, "")),
        Answer("Apprentices welcome", "Yes" if content.apprentice_welcome else "No"),
        Answer("Required, any of", _credentials(content.credentials_required)),
        Answer("Preferred", _credentials(content.credentials_preferred)),
    ]


def _work(content: Content) -> list[Answer]:
    return [
        Answer("Settings", _labels(content.settings, taxonomy.SETTINGS)),
        Answer("Specialties", _labels(content.specialties, taxonomy.SPECIALTIES)),
        Answer("Code sets", _labels(content.code_sets, taxonomy.CODE_SETS)),
        Answer("Codes named", content.codes_named),
    ]


def _standards(content: Content) -> list[Answer]:
    tools = [
        f"{label} ({taxonomy.TOOL_NEEDS.get(content.tools[tool], '').lower()})"
        for tool, label in taxonomy.TOOLS.items()
        if tool in content.tools
    ]
    accuracy = f"{content.accuracy_percent}%" if content.accuracy_percent else ""
    return [
        Answer("Tools", ", ".join(tools)),
        Answer("Productivity", content.productivity),
        Answer("Accuracy", accuracy),
    ]


def _description(content: Content) -> list[Answer]:
    return [Answer("Description", plain(content.description))]


def _applying(content: Content) -> list[Answer]:
    return [
        Answer("Last day to apply", _day(content.closes_on)),
        Answer("Coders apply", APPLY_METHODS.get(content.apply_method, "")),
        *([Answer("Address", content.apply_url)] if content.apply_url else []),
        Answer("First day shown", _day(content.publish_on) or "When it is approved"),
    ]


_ANSWERS = {
    "basics": _basics,
    "place": _place,
    "pay": _pay,
    "requirements": _requirements,
    "work": _work,
    "standards": _standards,
    "description": _description,
    "applying": _applying,
}
