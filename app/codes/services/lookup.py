"""Finding codes by what a person typed: one code, a range, or the nearest to a wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from sqlalchemy import select

from app.codes.intake.tabular import CODE
from app.codes.models import CPT, HCPCS, ICD9CM, ICD9PCS, ICD10CM, ICD10PCS, SYSTEMS, CodeEntry
from app.codes.services.editions import Edition, edition_on, editions
from app.errors import Invalid
from app.extensions import db

LAST = "~"  # sorts after every character of a key: E11 to E11~ is E11 and all below it

_LONGEST = 12  # characters of something typed that are looked at when guessing what was meant
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPELLING = re.compile(r"([A-Z][0-9A-Z]{2})(?:\.?([0-9A-Z]{1,4}))?")
_HEADING = re.compile(r"[0-9]{1,2}|[A-Z][0-9A-Z]{2}-[A-Z][0-9A-Z]{2}")
_RANGE = re.compile(r"\s*(?:[-\u2013\u2014]|\bto\b|\bthrough\b)\s*", re.IGNORECASE)
_CONFUSED = {frozenset("0O"), frozenset("1I"), frozenset("1L"), frozenset("5S"), frozenset("8B")}


@dataclass(frozen=True, slots=True)
class CodeRange:
    """Codes a listing names: every key from `first_key` to `last_key`, compared by bytes."""

    system: str
    label: str
    first_key: str
    last_key: str


# How codes and headings are spelled elsewhere than in ICD-10-CM.
_SPELLINGS = {
    ICD10PCS: re.compile(r"[0-9A-HJ-NP-Z]{1,7}"),
    HCPCS: re.compile(r"[A-Z]|[A-Z]\d{4}(?:-[A-Z]\d{4})?|[A-Z0-9]{2}|MODIFIERS"),
    CPT: re.compile(r"\d{4}[0-9A-Z](?:-\d{4}[0-9A-Z])?"),
    ICD9CM: re.compile(r"(\d{3}|V\d{2})\.?\d{0,2}|E\d{3}\.?\d?|[0-9EV]+-[0-9EV]+|[0-9A-Z]{1,2}"),
    ICD9PCS: re.compile(r"\d{2}\.?\d{0,2}|\d+-\d+|[0-9A-Z]{1,2}"),
}


def key_of(typed: str, system: str = ICD10CM) -> str | None:
    """The key a spelling stands for: "e11.9" and "E119" are E119; a dot elsewhere is no code."""
    text = typed.strip()
    if not text.isascii():  # upper() would make an S of the long s, and a K of the Kelvin sign
        return None
    text = text.upper()
    if system != ICD10CM:
        spelling = _SPELLINGS.get(system)
        if spelling is None or not spelling.fullmatch(text):
            return None
        key = text if "-" in text else text.replace(".", "")
        return key.lower() if key == "MODIFIERS" else key
    match = _SPELLING.fullmatch(text)
    if match:
        return match[1] + (match[2] or "")
    return text if _HEADING.fullmatch(text) else None


def find_code(system: str, typed: str, day: date | None = None) -> CodeEntry | None:
    """The entry that `typed` spells in the edition of a day, in any case, with its dot or not."""
    key = key_of(typed, system)
    release = edition_on(system, day) if key else None
    if release is None:
        return None
    return db.session.scalar(
        select(CodeEntry).where(CodeEntry.release_id == release.id, CodeEntry.key == key)
    )


def versions_of(system: str, typed: str) -> list[tuple[Edition, CodeEntry]]:
    """The code in each loaded edition of its system that has it, the latest first."""
    key = key_of(typed, system)
    if key is None:
        return []
    order = {edition.id: edition for edition in editions().of(system)}
    rows = db.session.scalars(
        select(CodeEntry).where(CodeEntry.release_id.in_(order), CodeEntry.key == key)
    ).all()
    found = [(order[row.release_id], row) for row in rows]
    return sorted(found, key=lambda pair: pair[0].effective_from, reverse=True)


def find_codes(release_id: int, keys: Iterable[str]) -> dict[str, CodeEntry]:
    """Those of the keys that exist, by key."""
    wanted = list(dict.fromkeys(keys))
    found: dict[str, CodeEntry] = {}
    for start in range(0, len(wanted), 500):
        rows = db.session.scalars(
            select(CodeEntry).where(
                CodeEntry.release_id == release_id,
                CodeEntry.key.in_(wanted[start : start + 500]),
            )
        )
        found.update((entry.key, entry) for entry in rows)
    return found


def spelled(system: str, key: str) -> str:
    """A key as the book writes it: "E119" of ICD-10-CM is E11.9, "J1100" of HCPCS itself."""
    dot = {ICD10CM: 3, ICD9CM: 4 if key.startswith("E") else 3, ICD9PCS: 2}.get(system, len(key))
    return f"{key[:dot]}.{key[dot:]}" if len(key) > dot and "-" not in key else key


_HCPCS_CODE = re.compile(r"[A-Z]\d{4}", re.IGNORECASE)


def system_of(typed: str) -> str:
    """The system that has what was typed; ICD-10-CM where none does.

    "J1100" is a drug of HCPCS; whoever means the influenza of ICD-10-CM writes J11.00.
    """
    likeliest: tuple[str, ...] = (ICD10CM, HCPCS, CPT, ICD10PCS)
    if _HCPCS_CODE.fullmatch(typed):
        likeliest = (HCPCS, ICD10CM)
    return next((system for system in likeliest if find_code(system, typed)), ICD10CM)


def resolve_range(typed: str, *, system: str = "") -> CodeRange:
    """What "I21" (with all below it), "J1100" or "E08-E13" covers. Raises Invalid, saying why."""
    ends = _RANGE.split(typed.strip(), maxsplit=1)
    system = system or system_of(ends[0])
    name = SYSTEMS[system]
    if edition_on(system) is None:
        raise Invalid(f"No {name} release is loaded, so “{_short(typed)}” cannot be checked.")
    entries = [_known_code(system, end) for end in ends]
    first, last = entries[0], entries[-1]
    if last.key < first.key:
        raise Invalid(f"“{_short(typed)}” runs backwards: {last.shown} comes before {first.shown}.")
    label = first.shown if first is last else f"{first.shown}-{last.shown}"
    return CodeRange(
        system=system,
        label=label,
        first_key=first.key,
        last_key=last.key if last.billable else last.key + LAST,
    )


def _known_code(system: str, typed: str) -> CodeEntry:
    entry = find_code(system, typed)
    if entry is not None and not entry.is_heading:
        return entry
    nearest = [near.shown for near in nearest_codes(system, typed, limit=2)]
    hint = f" Did you mean {' or '.join(nearest)}?" if nearest else ""
    raise Invalid(f"“{_short(typed)}” is not a code of {SYSTEMS[system]}.{hint}")


def _short(typed: str) -> str:
    text = typed.strip()
    return text if len(text) <= 24 else text[:24] + "…"


def nearest_codes(system: str, typed: str, *, limit: int = 6) -> list[CodeEntry]:
    """Codes that what was typed may have meant, likeliest first."""
    release = edition_on(system)
    wanted = "".join(c for c in typed[:200].upper() if c in _ALPHABET)[:_LONGEST]
    if release is None or len(wanted) < 2:
        return []
    found = find_codes(release.id, _variants(wanted[:7]))
    for length in range(min(len(wanted), 7), 1, -1):
        if len(found) >= limit * 3:
            break
        found |= _beginning_with(release.id, wanted[:length], limit * 3)
    codes = [entry for entry in found.values() if not entry.is_heading]
    return sorted(codes, key=lambda entry: _unlikeness(wanted, entry.key))[:limit]


def _beginning_with(release_id: int, prefix: str, limit: int) -> dict[str, CodeEntry]:
    rows = db.session.scalars(
        select(CodeEntry)
        .where(
            CodeEntry.release_id == release_id,
            CodeEntry.key >= prefix,
            CodeEntry.key < prefix + LAST,
        )
        .order_by(CodeEntry.key)
        .limit(limit)
    )
    return {entry.key: entry for entry in rows}


def _variants(word: str) -> Iterator[str]:
    """Every key one slip away: a character too many, too few, wrong, or two exchanged."""
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        candidates = [head + tail[1:], head + tail[1:2] + tail[:1] + tail[2:]]
        for character in _ALPHABET:
            candidates += (head + character + tail[1:], head + character + tail)
        yield from (key for key in candidates if CODE.fullmatch(key))


def _unlikeness(wanted: str, key: str) -> tuple[float, int, str]:
    pairs = zip(wanted, key, strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return (_distance(wanted, key), -shared, key)


def _distance(one: str, other: str) -> float:
    """Edit distance with exchanges; characters that look alike count half."""
    rows = [[float(at) for at in range(len(other) + 1)]]
    for i, a in enumerate(one, start=1):
        row = [float(i)]
        for j, b in enumerate(other, start=1):
            wrong = 0.0 if a == b else 0.5 if frozenset((a, b)) in _CONFUSED else 1.0
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + wrong)
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]
