"""What a code page shows of the reference: everything that depends on the release and nothing else.

Codes do not change within a release, so a page may be kept for as long as its release is current.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select, true

from app.codes.intake.tabular import NAMED_CODE
from app.codes.models import (
    ICD10CM,
    CodeEntry,
    CodeNote,
    EntryKind,
    NoteKind,
)
from app.codes.services.editions import Edition
from app.codes.services.lookup import LAST
from app.extensions import db

MOST_LISTED = 60  # billable codes named one by one below a code that is not billable
MOST_BELOW = 20_000  # positions below a heading that are looked at for what stands under it
_REACH = 8  # entries looked at on either side for the neighbor that is a code and no heading


@dataclass(frozen=True, slots=True)
class Reference:
    """An entry as a link names it."""

    key: str
    shown: str
    address: str
    title: str
    kind: str
    billable: bool
    seventh: str | None

    @classmethod
    def of(cls, entry: CodeEntry) -> Reference:
        return cls(
            entry.key,
            entry.shown,
            entry.address,
            entry.title,
            entry.kind,
            entry.billable,
            entry.seventh,
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a note's text; with an address it is a code to link to."""

    text: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class NoteGroup:
    """The lines of one kind that one entry prints."""

    origin: Reference
    is_own: bool
    lines: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Seventh:
    """One seventh character: what it says, and the code it makes here, where it makes one."""

    character: str
    meanings: tuple[str, ...]
    code: Reference | None


@dataclass(frozen=True, slots=True)
class SeventhTable:
    origin: Reference
    instructions: tuple[str, ...]
    rows: tuple[Seventh, ...]


@dataclass(frozen=True, slots=True)
class CodePage:
    edition: Edition
    entry: Reference
    ancestors: tuple[Reference, ...]  # from the chapter down
    siblings: tuple[Reference, ...]  # with the entry itself, in the order of the book
    children: tuple[Reference, ...]
    previous: Reference | None
    following: Reference | None
    billable_below: tuple[Reference, ...]  # the first MOST_LISTED
    billable_count: int
    notes: dict[str, tuple[NoteGroup, ...]]  # by NoteKind; the entry's own first, then upward
    table: tuple[tuple[str, ...], ...]  # rows of cells, the heading first
    sevenths: SeventhTable | None

    def groups(self, *kinds: str) -> tuple[NoteGroup, ...]:
        return tuple(group for kind in kinds for group in self.notes.get(kind, ()))

    @property
    def groups_below(self) -> tuple[Reference, ...]:
        """Children that are not listed with the billable codes below already."""
        too_many = self.billable_count > len(self.billable_below)
        return () if too_many or self.children == self.billable_below else self.children

    @property
    def category(self) -> Reference | None:
        """The category the entry stands under, unless it is one."""
        found = [a for a in self.ancestors if a.kind == EntryKind.CATEGORY]
        return found[0] if found else None


def code_page(edition: Edition, entry: CodeEntry) -> CodePage:
    """Everything the reference holds about one entry of a release."""
    relatives = _relatives(entry, wide=edition.kind == ICD10CM)
    by_key = {relative.key: relative for relative in relatives}
    lineage = [by_key[key] for key in entry.ancestors.split("/") if key in by_key]
    notes = _notes([*lineage, entry]) if edition.kind == ICD10CM else ()
    children = [Reference.of(r) for r in relatives if r.parent_key == entry.key]
    siblings = [Reference.of(r) for r in relatives if entry.parent_key == r.parent_key is not None]
    before = [r for r in relatives if r.position < entry.position and not r.is_heading]
    after = [r for r in relatives if r.position > entry.position and not r.is_heading]
    below, count = _billable_below(entry)
    return CodePage(
        edition=edition,
        entry=Reference.of(entry),
        ancestors=tuple(Reference.of(a) for a in lineage),
        siblings=tuple(siblings),
        children=tuple(children),
        previous=Reference.of(before[-1]) if before and not entry.is_heading else None,
        following=Reference.of(after[0]) if after and not entry.is_heading else None,
        billable_below=below,
        billable_count=count,
        notes=_grouped(entry, lineage, notes),
        table=tuple(tuple(n.text.split("\t")) for n in notes if n.kind == NoteKind.TABLE),
        sevenths=_sevenths(entry, lineage, notes, children, siblings),
    )


def _relatives(entry: CodeEntry, *, wide: bool) -> Sequence[CodeEntry]:
    """Ancestors, siblings, children and neighbors, in the order of the book: one query for all.

    Where hundreds stand under one heading, of the siblings only the nearest are fetched.
    """
    near = (entry.position - _REACH, entry.position + _REACH)
    within = CodeEntry.release_id == entry.release_id  # in each branch, for the indexes to serve it
    beside = true() if wide else CodeEntry.position.between(*near)
    return db.session.scalars(
        select(CodeEntry)
        .where(
            or_(
                and_(within, CodeEntry.key.in_(entry.ancestors.split("/"))),
                and_(
                    within,
                    CodeEntry.parent_key == entry.key,
                    CodeEntry.position <= entry.position + MOST_BELOW,
                ),
                and_(within, CodeEntry.parent_key == entry.parent_key, beside),
                and_(within, CodeEntry.position.between(*near)),
            )
        )
        .order_by(CodeEntry.position)
    ).all()


def _notes(entries: Sequence[CodeEntry]) -> Sequence[CodeNote]:
    return db.session.scalars(
        select(CodeNote)
        .where(
            CodeNote.release_id == entries[-1].release_id,
            CodeNote.key.in_([entry.key for entry in entries]),
        )
        .order_by(CodeNote.key, CodeNote.position)
    ).all()


def _billable_below(entry: CodeEntry) -> tuple[tuple[Reference, ...], int]:
    if entry.billable or entry.is_heading:
        return (), 0
    rows = db.session.execute(
        select(CodeEntry, func.count().over())
        .where(
            CodeEntry.release_id == entry.release_id,
            CodeEntry.key > entry.key,
            CodeEntry.key < entry.key + LAST,
            CodeEntry.billable,
        )
        .order_by(CodeEntry.position)
        .limit(MOST_LISTED)
    ).all()
    return tuple(Reference.of(found) for found, _ in rows), rows[0][1] if rows else 0


def _grouped(
    entry: CodeEntry, lineage: Sequence[CodeEntry], notes: Sequence[CodeNote]
) -> dict[str, tuple[NoteGroup, ...]]:
    found: dict[str, list[NoteGroup]] = {}
    for origin in (entry, *reversed(lineage)):
        own = [note for note in notes if note.key == origin.key]
        for kind in NoteKind:
            lines = tuple(tuple(_parts(note)) for note in own if note.kind == kind)
            if lines:
                group = NoteGroup(Reference.of(origin), origin is entry, lines)
                found.setdefault(kind.value, []).append(group)
    return {kind: tuple(groups) for kind, groups in found.items()}


def _parts(note: CodeNote) -> Iterator[Part]:
    """The text of a note, cut where it names a code that exists."""
    text = note.text.removeprefix(",").lstrip()  # ", if applicable, …" goes on from its heading
    links = note.links.split()
    start = 0
    for match in NAMED_CODE.finditer(text) if links else ():
        if match[0] in links:
            if match.start() > start:
                yield Part(text[start : match.start()])
            yield Part(match[0], match[0])
            start = match.end()
    if start < len(text):
        yield Part(text[start:])


def _sevenths(
    entry: CodeEntry,
    lineage: Sequence[CodeEntry],
    notes: Sequence[CodeNote],
    children: Sequence[Reference],
    siblings: Sequence[Reference],
) -> SeventhTable | None:
    """The seventh characters that hold here: those of the nearest entry that names any."""
    for origin in (entry, *reversed(lineage)):
        lines = [
            note
            for note in notes
            if note.key == origin.key and note.kind == NoteKind.SEVENTH_CHARACTER
        ]
        meanings: dict[str, list[str]] = {}
        for line in lines:
            if line.extension:
                meanings.setdefault(line.extension, []).append(line.text)
        if not meanings:
            continue
        makes = {r.seventh: r for r in (siblings if entry.seventh else children)}
        return SeventhTable(
            Reference.of(origin),
            tuple(line.text for line in lines if not line.extension),
            tuple(Seventh(c, tuple(texts), makes.get(c)) for c, texts in meanings.items()),
        )
    return None
