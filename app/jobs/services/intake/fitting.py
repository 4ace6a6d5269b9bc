"""Content that came from elsewhere, made to pass the rules: what cannot be right is left open."""

from __future__ import annotations

from dataclasses import fields

from app.errors import Invalid
from app.html import clean
from app.jobs.content import Content
from app.jobs.services.rules import LONGEST, STEPS, check_step, normalized
from app.weblinks import web_address

_DEFAULTS = Content()
_NAMES = {f.name for f in fields(Content)}
# What falls together: an amount is nothing without the other one.
_TOGETHER = {
    "pay_low_cents": ("pay_low_cents", "pay_high_cents"),
    "pay_high_cents": ("pay_low_cents", "pay_high_cents"),
}
_CALLED = {
    "title": "title",
    "requisition": "requisition number",
    "city": "city",
    "state_code": "state",
    "pay_low_cents": "pay",
    "pay_high_cents": "pay",
    "closes_on": "last day to apply",
    "apply_url": "address to apply at",
}


def fitted(content: Content) -> tuple[Content, list[str]]:
    """The content without what a rule refuses, and a sentence for each thing that was left out."""
    notes: list[str] = []
    content = _applying(_shortened(content, notes), notes)
    for step in STEPS.values():
        for _ in range(len(step.fields) + 1):
            try:
                check_step(step, _DEFAULTS, content)
            except Invalid as error:
                name = error.field if error.field in _NAMES else step.fields[0]
                notes.append(f"Its {_CALLED.get(name, name.replace('_', ' '))} was left out. "
                             f"{error.message}")  # fmt: skip
                content = content.changed(
                    **{n: getattr(_DEFAULTS, n) for n in _TOGETHER.get(name, (name,))}
                )
            else:
                break
    return normalized(content), notes


def _shortened(content: Content, notes: list[str]) -> Content:
    """Prose that is too long keeps its beginning: leaving it out would lose more."""
    if len(content.title) > LONGEST["title"]:
        notes.append("Its title was shortened.")
        title = content.title[: LONGEST["title"] + 1].rpartition(" ")[0]
        content = content.changed(title=title or content.title[: LONGEST["title"]])
    if len(content.description) > LONGEST["description"]:
        notes.append("Its description was longer than a listing takes, so its end was cut off.")
        # Closing what was cut open takes a few characters again.
        kept = str(clean(content.description[: LONGEST["description"] - 200]))
        content = content.changed(description=kept)
    return content


def _applying(content: Content, notes: list[str]) -> Content:
    if content.apply_method != "url":
        return content
    try:
        return content.changed(apply_url=web_address(content.apply_url, field="apply_url"))
    except Invalid as error:
        notes.append(f"Its address to apply at was left out. {error.message}")
        return content.changed(apply_method="here", apply_url="")
