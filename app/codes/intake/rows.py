"""What a release is read into: one named row for each table of the reference, in bulk."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

# Level II of HCPCS is the government's own. Every other descriptor is the AMA's or the ADA's.
_PUBLIC = re.compile(r"[A-CE-V]\d{4}")
STEP = 5_000  # rows written between two commits: SQLite's other writers wait no longer than that


class Entry(NamedTuple):
    """A code, or a heading over codes, of a code system."""

    key: str  # without dots, upper case
    shown: str  # as the book writes it
    kind: str  # an EntryKind
    title: str
    billable: bool
    seventh: str | None
    parent_key: str | None
    ancestors: str  # keys from the top down to the parent, joined by "/"
    position: int  # order in the book, from 1
    began: str | None = None  # ISO day from which the code is valid, where the file says so
    ended: str | None = None  # ISO day after which it is not


class Note(NamedTuple):
    """One line of a note at an entry."""

    key: str
    kind: str  # a NoteKind
    position: int
    text: str
    extension: str | None
    links: str


class Fact(NamedTuple):
    """What a release says of one code, or of one code and another."""

    topic: str
    code: str  # key of a code, or of a locality, a DRG, a document
    other: str  # the second key of a relation; empty where there is none
    data: str  # JSON, as `fact` writes it


class Edit(NamedTuple):
    """One NCCI procedure-to-procedure edit. Days are ISO; None where the file gives none."""

    column1: str
    column2: str
    effective: str | None
    deletion: str | None
    modifier: int  # 0 not allowed, 1 allowed, 9 not applicable
    rationale: int  # its number in the legend of the release


class Term(NamedTuple):
    """One line of an alphabetic index or of a table that is looked up by words."""

    book: str  # "index", "external", "neoplasm", "drug", "pcs"
    position: int
    level: int  # 0 for a main term
    parent: int | None  # position of the term it stands under
    letter: str
    text: str
    data: str  # JSON: code, see, see_also, cells …, as `fact` writes it


Row = Entry | Note | Fact | Edit | Term
Batch = tuple[type[Any], list[Any]]  # rows of one kind


def fact(topic: str, code: str, other: str = "", **data: Any) -> Fact:
    """A fact whose data is what is not None and not empty text."""
    return Fact(topic, code, other, packed(data))


def packed(data: dict[str, Any]) -> str:
    """JSON without what is None or empty text, the same bytes for the same facts."""
    kept = {k: v for k, v in data.items() if v is not None and v != ""}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def batches(rows: Iterable[Row]) -> Iterator[Batch]:
    """The rows in steps of one kind each; their order within a kind is kept."""
    waiting: dict[type[Any], list[Any]] = {}
    for row in rows:
        kind = type(row)
        kept = waiting.setdefault(kind, [])
        kept.append(row)
        if len(kept) == STEP:
            yield kind, kept
            waiting[kind] = []
    yield from ((kind, kept) for kind, kept in waiting.items() if kept)


def is_public(code: str) -> bool:
    """Whether descriptors of the code may be kept without a license of the AMA or the ADA."""
    return _PUBLIC.fullmatch(code) is not None
