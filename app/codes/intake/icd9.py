"""ICD-9-CM, diagnoses and procedures, out of the last lists of descriptions CMS published.

Official source: the “ICD-9-CM diagnosis and procedure codes: abbreviated and full code titles”
(CMS32_DESC_LONG_DX.txt and its like), each line a code without its dot, blanks, and its title.
https://www.cms.gov/medicare/coding-billing/icd-10-codes/icd-9-cm-diagnosis-procedure-codes-abbreviated-and-full-code-titles
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from app.codes.intake.contract import Hints, Kind, Parts, Reading
from app.codes.intake.files import Member
from app.codes.intake.icd9_sections import (
    DIAGNOSIS_CHAPTERS,
    DIAGNOSIS_SECTIONS,
    PROCEDURE_CHAPTERS,
    PROCEDURE_SECTIONS,
)
from app.codes.intake.rows import Entry, Fact, Row, batches, fact
from app.codes.models import EntryKind
from app.errors import Invalid

ENDED = date(2015, 9, 30)  # the last day of ICD-9-CM: ICD-10 took its place the day after
_NAME = re.compile(r"CMS(\d\d)_DESC_(LONG|SHORT)_(DX|SG)\b.*\.txt", re.IGNORECASE)
_LINE = re.compile(r"([EV]?\d{2,5}) +(\S.*)")


@dataclass(frozen=True, slots=True)
class _Volume:
    """What tells diagnoses from procedures."""

    ending: str  # of the files' names
    code: re.Pattern[str]
    chapters: Sequence[tuple[str, str, str, str]]
    sections: Sequence[tuple[str, str, str]]  # in the order of their first categories

    def category(self, code: str) -> str:
        """The characters before the dot."""
        if self.ending == "SG":
            return code[:2]
        return code[:4] if code[0] == "E" else code[:3]

    def shown(self, code: str) -> str:
        category = self.category(code)
        rest = code[len(category) :]
        return f"{category}.{rest}" if rest else category


_DIAGNOSES = _Volume(
    "DX",
    re.compile(r"\d{3,5}|V\d{2,4}|E\d{3,4}"),
    DIAGNOSIS_CHAPTERS,
    sorted(DIAGNOSIS_SECTIONS),
)
_PROCEDURES = _Volume("SG", re.compile(r"\d{3,4}"), PROCEDURE_CHAPTERS, PROCEDURE_SECTIONS)


def _recognise(volume: _Volume, member: Member) -> str | None:
    named = _NAME.fullmatch(member.name)
    if not named or named[3].upper() != volume.ending:
        return None
    lines = [line for line in member.head.splitlines()[:50] if line.strip()]
    if not any(_LINE.fullmatch(line.rstrip()) for line in lines):
        return None
    return named[2].lower()


def _read(volume: _Volume, parts: Parts, hints: Hints) -> Reading:
    of_titles = parts.get("long") or parts.get("short") or ()
    if len(of_titles) != 1:
        raise Invalid("ICD-9-CM is one list of titles: these files hold none, or several.")
    member = of_titles[0]
    version, effective = _version(member, hints)
    reading = Reading(hints.edition or version, effective, iter(()), effective_to=ENDED)
    titles = _titles(volume, member, reading)
    if not titles:
        raise Invalid(f"{member.name} holds no code of ICD-9-CM.")
    short: dict[str, str] = {}
    for part in parts.get("short", ()):
        short |= _titles(volume, part, reading) if part is not member else {}
    reading.batches = batches(_rows(volume, titles, short))
    return reading


def _version(member: Member, hints: Hints) -> tuple[str, date]:
    """Version 32 is that of fiscal year 2015, and there was one every October before it."""
    named = _NAME.fullmatch(member.name)
    if named:
        number = int(named[1])
        return f"Version {number}", hints.effective or date(1982 + number, 10, 1)
    if hints.effective:
        year = hints.effective.year + (hints.effective.month >= 10)
        return f"Fiscal year {year}", hints.effective
    raise Invalid(f"No name tells the version of {member.name}: add --effective YYYY-MM-DD.")


def _titles(volume: _Volume, member: Member, reading: Reading) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, line in member.lines():
        if not line.strip(" \x1a"):  # the end of file of DOS
            continue
        parts = _LINE.fullmatch(line.rstrip())
        code = parts[1] if parts else ""
        if not parts or not volume.code.fullmatch(code):
            why = "it is no code with its title"
        elif _chapter(volume, code) is None:
            why = f"{code} is in no chapter"
        elif code in found:
            why = f"{volume.shown(code)} is there twice"
        else:
            found[code] = " ".join(parts[2].split())
            continue
        reading.quarantine.add(member.name, number, f"{why}.", line)
    return found


def _chapter(volume: _Volume, code: str) -> tuple[str, str, str, str] | None:
    """The chapter a code stands in. Letters are compared only with their like."""
    category = volume.category(code)
    for chapter in volume.chapters:
        first, last = chapter[1:3]
        if len(first) == len(category) and first <= category <= last:
            return chapter
    return None


def _section(volume: _Volume, code: str) -> tuple[str, str, str] | None:
    """The section a code stands in, where its chapter has sections."""
    category = volume.category(code)
    at = bisect_right(volume.sections, category, key=lambda section: section[0]) - 1
    return volume.sections[at] if at >= 0 and category <= volume.sections[at][1] else None


def _rows(volume: _Volume, titles: dict[str, str], short: dict[str, str]) -> Iterator[Row]:
    yield from _entries(volume, titles)
    yield from _facts(short, titles)


def _facts(short: dict[str, str], titles: dict[str, str]) -> Iterator[Fact]:
    for code in sorted(short):
        if code in titles:
            yield fact("icd9", code, short=short[code])


def _entries(volume: _Volume, titles: dict[str, str]) -> Iterator[Entry]:
    """Chapters, sections and codes in the order of the book."""
    rank = {chapter[0]: at for at, chapter in enumerate(volume.chapters)}
    placed = []
    for code in titles:
        chapter = _chapter(volume, code)
        if chapter:
            placed.append((rank[chapter[0]], code, chapter))
    placed.sort()
    position = 0
    begun: set[str] = set()
    for _, code, (number, first, last, title) in placed:
        section = _section(volume, code)
        headings = [(number, _called(number, first, last), title, EntryKind.CHAPTER)]
        if section:
            key = f"{section[0]}-{section[1]}"
            shown = key if section[0] != section[1] else section[0]
            headings.append((key, shown, section[2], EntryKind.SECTION))
        path: list[str] = []
        for key, shown, words, kind in headings:
            if key not in begun:
                begun.add(key)
                position += 1
                yield _entry(key, shown, kind, words, path, position)
            path.append(key)
        position += 1
        yield _entry(code, volume.shown(code), EntryKind.CODE, titles[code], path, position)


def _called(number: str, first: str, last: str) -> str:
    """A chapter as people name it: "Chapter 7", and the supplements by their codes."""
    return f"{first}-{last}" if number in ("V", "E") else f"Chapter {number}"


def _entry(
    key: str, shown: str, kind: EntryKind, title: str, path: list[str], position: int
) -> Entry:
    is_code = kind == EntryKind.CODE
    return Entry(
        key=key,
        shown=shown,
        kind=kind,
        title=title,
        billable=is_code,
        seventh=None,
        parent_key=path[-1] if path else None,
        ancestors="/".join(path),
        position=position,
        ended=ENDED.isoformat() if is_code else None,
    )


_SOURCE = (
    "https://www.cms.gov/medicare/coding-billing/icd-10-codes/"
    "icd-9-cm-diagnosis-procedure-codes-abbreviated-and-full-code-titles"
)
KINDS: tuple[Kind, ...] = (
    Kind(
        name="icd9cm",
        title="ICD-9-CM diagnoses",
        owner="CMS and CDC/NCHS",
        floor=10_000,
        recognise=partial(_recognise, _DIAGNOSES),
        read=partial(_read, _DIAGNOSES),
        system="icd9cm",
        source=_SOURCE,
    ),
    Kind(
        name="icd9pcs",
        title="ICD-9-CM procedures",
        owner="CMS",
        floor=3_000,
        recognise=partial(_recognise, _PROCEDURES),
        read=partial(_read, _PROCEDURES),
        system="icd9pcs",
        source=_SOURCE,
    ),
)
