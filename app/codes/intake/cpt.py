"""The AMA's own texts of CPT codes, where the operator holds a license for them.

Source: the CPT data files the AMA delivers under its license, each year's by January 1. The
codes themselves come from CMS's files: here are only descriptors, modifiers and history.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import takewhile
from typing import Any

from app.codes.intake.contract import Hints, Kind, Parts, Quarantine, Reading
from app.codes.intake.cpt_history import history
from app.codes.intake.cpt_layouts import Line, descriptors, part_of
from app.codes.intake.cpt_modifiers import Modifier, modifiers
from app.codes.intake.days import year_named
from app.codes.intake.files import Member
from app.codes.intake.rows import Fact, batches, fact
from app.errors import Invalid

_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)[^\d\n]{0,40}(?:\d{4}\s*[-,\u2013]\s*)*(20\d\d)", re.IGNORECASE
)
_EDITION = re.compile(r"CPT(?:®|™|\(R\))?\s+(20\d\d)\b(?!,?\s+American)", re.IGNORECASE)
_NO_NOTICE = re.compile(r"\d{4}[0-9AFTMU]\b|.*\t")
_ASC = "ambulatory surgery center"


def _read(parts: Parts, hints: Hints) -> Reading:
    if not hints.licensed:
        raise Invalid(
            "CPT descriptors belong to the American Medical Association. To load them under a "
            "license of its, set CPT_LICENSED_USES to the uses that license allows."
        )
    if not parts.get("long"):
        raise Invalid("The long descriptors are missing: LONGULT.txt is where the AMA has them.")
    files = [member for part in sorted(parts) for member in parts[part]]
    year = _edition(files, hints)
    quarantine = Quarantine()
    return Reading(
        edition=hints.edition or f"CPT {year}",
        effective_from=hints.effective or date(year, 1, 1),
        batches=batches(_facts(parts, quarantine)),
        quarantine=quarantine,
        legend={
            "copyright": f"CPT copyright {_copyright(files) or year} American Medical "
            "Association. All rights reserved."
        },
    )


def _edition(files: list[Member], hints: Hints) -> int:
    """The year the texts are for: as the operator says, the files say, or they are called."""
    if hints.effective:
        return hints.effective.year
    said = {int(found[1]) for member in files if (found := _EDITION.search(_notice(member)))}
    if len(said) > 1:
        years = " and ".join(map(str, sorted(said)))
        raise Invalid(f"The files are of different years, {years}: take those of one release.")
    year = said.pop() if said else year_named(n for m in files for n in (m.archive, m.name))
    if year is None:
        raise Invalid("Nothing in the files tells their year: give --effective YYYY-01-01.")
    return year


def _copyright(files: list[Member]) -> str:
    years = [found[1] for m in files for found in _COPYRIGHT.finditer(_notice(m))]
    return max(years, default="")


def _notice(member: Member) -> str:
    """What the file opens with, before its first code or header: texts hold years as well."""
    lines = member.head.splitlines()
    return "\n".join(takewhile(lambda line: not _NO_NOTICE.match(line), lines))


def _facts(parts: Parts, quarantine: Quarantine) -> Iterator[Fact]:
    texts: dict[str, dict[str, Any]] = {}
    for part in ("long", "medium", "short", "consumer"):
        for (code, _), text in _agreed(parts, part, descriptors, quarantine).items():
            texts.setdefault(code, {})[part] = text
    for (code, _), text in _agreed(parts, "clinician", descriptors, quarantine).items():
        texts.setdefault(code, {}).setdefault("clinician", []).append(text)
    for code in sorted(texts):
        yield fact("descriptor", code, **texts[code])
    yield from _modifiers(parts, quarantine)
    for member in parts.get("history", ()):
        yield from history(member, quarantine)


Reader = Callable[[Member, Quarantine], Iterable[Line]]


def _agreed(
    parts: Parts, part: str, reader: Reader, quarantine: Quarantine
) -> dict[tuple[str, str], str]:
    """The texts of a part by code and, at clinicians' descriptors, by their own number.

    Where one has two different texts neither can be trusted: both are left out.
    """
    first: dict[tuple[str, str], tuple[str, Line]] = {}
    disputed: set[tuple[str, str]] = set()
    for member in parts.get(part, ()):
        for line in reader(member, quarantine):
            key = (line.code, line.key)
            file, known = first.setdefault(key, (member.name, line))
            if known.text == line.text:
                continue
            why = f"{line.code} has two different texts, on lines {known.number} and {line.number}."
            if key not in disputed:
                quarantine.add(file, known.number, why, known.text)
            quarantine.add(member.name, line.number, why, line.text)
            disputed.add(key)
    return {key: line.text for key, (_, line) in first.items() if key not in disputed}


def _modifiers(parts: Parts, quarantine: Quarantine) -> Iterator[Fact]:
    """Modifiers once each. What surgery centers may use is said again in a list of its own."""

    def of_group(centers: bool) -> Reader:
        def listed(member: Member, _: Quarantine) -> Iterable[Line]:
            return (_line(m) for m in modifiers(member) if (m.group == _ASC) is centers)

        return listed

    general = _agreed(parts, "modifier", of_group(False), quarantine)
    centers = _agreed(parts, "modifier", of_group(True), quarantine)
    for key in sorted({**general, **centers}):
        text = general.get(key) or centers[key]
        yield fact("modifier", key[0], text=text, asc=True if key in centers else None)


def _line(modifier: Modifier) -> Line:
    return Line(modifier.number, modifier.code, modifier.text)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="cpt-descriptors",
        title="CPT descriptors",
        owner="AMA",
        floor=5_000,
        recognise=part_of,
        read=_read,
        system="cpt",
        source="https://www.ama-assn.org/practice-management/cpt",
    ),
)
