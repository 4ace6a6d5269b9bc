"""The modifiers of CPT, from the text of its Appendix A.

MODUL.txt is that appendix as text, as public code of the AMA reads it: headings over groups, and
a modifier at the beginning of a paragraph that may wrap. Modifiers for ambulatory surgery centers
are listed again under their own heading. Those of HCPCS Level II, at its end, are CMS's own and
come from CMS's file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.codes.intake.cpt_text import text_of
from app.codes.intake.files import Member

_MODIFIER = re.compile(r"([1-9]\d|[1-9]P|P[1-6])(?:[:.\u2013\u2014-]|\s)\s*(\S.*)")
_TITLED = re.compile(r"(?:[1-9]\d|[1-9]P|P[1-6])(?::|\t|\s+[A-Z][^.:]*:)")
_STATUS = re.compile(r"\b(P[1-6])(?::|\s)\s*(\S.*)")
_NATIONAL = "national"
_HEADINGS = {
    "appendix a": "general",
    "anesthesia physical status": "physical status",
    "cpt level i modifiers": "ambulatory surgery center",
    "modifiers approved for ambulatory surgery center": "ambulatory surgery center",
    "category ii modifiers": "category II",
    "level ii (hcpcs": _NATIONAL,
}


class Modifier(NamedTuple):
    number: int  # its line
    code: str
    text: str
    group: str


def begins_modifier(line: str) -> bool:
    return _MODIFIER.fullmatch(line.strip()) is not None


def modifiers(member: Member) -> Iterator[Modifier]:
    """Each modifier of each group, its paragraph on one line."""
    group = "general"
    started = not any(line.strip().lower() == "appendix a" for line in member.head.splitlines())
    current: list[str] = []
    at, code = 0, ""
    after_blank = True
    for number, raw in member.lines():
        line = raw.strip()
        heading = next((g for name, g in _HEADINGS.items() if line.lower().startswith(name)), None)
        found = None if heading else _begun(line, group, after_blank or not current)
        started = started or line.lower() == "appendix a"
        if current and (heading or found or not line):
            yield Modifier(at, code, text_of(" ".join(current)), group)
            current = []
        if heading and started:
            group = heading
        elif found and started and group != _NATIONAL:
            at, code, current = number, found[1], [found[2]]
        elif current:
            current.append(line)
        after_blank = not line
    if current:
        yield Modifier(at, code, text_of(" ".join(current)), group)


def _begun(line: str, group: str, free: bool) -> re.Match[str] | None:
    """The modifier that a line begins: within a paragraph only one with its title and a colon."""
    if group == "physical status":
        return _STATUS.search(line)
    return _MODIFIER.fullmatch(line) if free or _TITLED.match(line) else None
