"""Finding codes by their place: what is loaded, the headings of a system, and ranges of codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.codes.intake.kinds import KINDS
from app.codes.models import HEADINGS, SYSTEMS, CodeEntry, EntryKind
from app.codes.services.editions import Edition, editions
from app.codes.services.lookup import LAST, key_of
from app.codes.services.structure import Reference
from app.errors import Invalid
from app.extensions import db

PAGE = 100  # codes of a range or a heading, on one page
MOST_IN_RANGE = 5_000
_RANGE = re.compile(r"[0-9A-Za-z.]{2,8}-[0-9A-Za-z.]{2,8}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter of a system with its sections and what it spans."""

    entry: Reference
    span: str
    sections: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """The codes between two, on one page of them."""

    label: str
    entries: tuple[Reference, ...]
    total: int
    first: str
    last: str


def chapters(edition: Edition) -> list[Heading]:
    """The chapters of a system, each with the sections directly under it."""
    rows = db.session.scalars(
        select(CodeEntry)
        .where(CodeEntry.release_id == edition.id, CodeEntry.kind.in_(HEADINGS))
        .order_by(CodeEntry.position)
    ).all()
    found: list[Heading] = []
    for row in rows:
        if row.kind == EntryKind.CHAPTER:
            under = [r for r in rows if r.ancestors.split("/")[0] == row.key]
            ends = [r.key.split("-") for r in under if "-" in r.key]
            span = f"{min(e[0] for e in ends)}-{max(e[1] for e in ends)}" if ends else ""
            sections = tuple(Reference.of(r) for r in under if r.parent_key == row.key)
            found.append(Heading(Reference.of(row), "" if span == row.key else span, sections))
    return found


def systems_on(day: date) -> list[tuple[str, str, Edition | None]]:
    """Every code system with its edition of the day, where one is loaded."""
    loaded = editions()
    return [(system, name, loaded.on(system, day)) for system, name in SYSTEMS.items()]


def kinds_not_loaded() -> list[str]:
    """What the releases are called of which none is loaded."""
    loaded = editions()
    return [kind.title for kind in KINDS.values() if not loaded.of(kind.name)]


def is_range(typed: str) -> bool:
    """Whether two spellings that may be codes stand around one hyphen."""
    return _RANGE.fullmatch(typed) is not None


def range_of(edition: Edition, typed: str, *, offset: int = 0, limit: int = PAGE) -> Range:
    """The codes of "J0120-J0150", of which the ends need not exist. Raises Invalid, saying why."""
    system = edition.kind
    ends = [key_of(end, system) for end in typed[:40].split("-")] if is_range(typed) else []
    if len(ends) != 2 or not all(ends):
        raise Invalid(f"A range of {edition.title} is written like {_EXAMPLES[system]}.")
    first, last = str(ends[0]), str(ends[1])
    if last < first:
        raise Invalid(
            f"“{typed[:40]}” runs backwards. The other way round it is {_shown(ends[::-1])}."
        )
    within = (
        CodeEntry.release_id == edition.id,
        CodeEntry.key >= first,
        CodeEntry.key < last + LAST,
        CodeEntry.kind.not_in(HEADINGS),
    )
    total = db.session.scalar(select(func.count(CodeEntry.id)).where(*within)) or 0
    if total > MOST_IN_RANGE:
        raise Invalid(
            f"“{typed[:40]}” holds {total:,} codes. Ask for at most {MOST_IN_RANGE:,} at a time, "
            "or browse the chapters."
        )
    rows = db.session.scalars(
        select(CodeEntry).where(*within).order_by(CodeEntry.key).offset(offset).limit(limit)
    )
    return Range(
        label=typed.upper(),
        entries=tuple(Reference.of(row) for row in rows),
        total=total,
        first=first,
        last=last,
    )


def _shown(ends: Sequence[str | None]) -> str:
    return "-".join(str(end) for end in ends)


_EXAMPLES = {
    "icd10cm": "E08-E13",
    "icd10pcs": "0SR9-0SRB",
    "hcpcs": "J0120-J0150",
    "cpt": "99202-99215",
    "icd9cm": "250-259",
    "icd9pcs": "81.5-81.9",
}
