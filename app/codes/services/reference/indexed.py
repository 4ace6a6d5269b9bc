"""Which lines of the alphabetic indexes lead to a code."""

from __future__ import annotations

from dataclasses import dataclass

from app.codes.intake.kinds import KINDS
from app.codes.models import ICD10CM, ICD10PCS
from app.codes.services.index_books import BOOKS, books_on
from app.codes.services.reference.contract import Answer, Section, Topic, none_in
from app.codes.services.reference.subject import FactRow, Subject

_KINDS = ("icd10cm-index", "icd10cm-neoplasm", "icd10cm-drug", "icd10pcs-index")
HEADING = "In the alphabetic index"
OPEN = 12  # lines shown at once; the others are folded away


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a book that leads here; `leads_to` is what it names, where that is above it."""

    path: str
    book: str
    book_title: str
    column: str
    position: int
    leads_to: str


def _indexed(subject: Subject) -> Answer:
    exact = [_line(row, "") for row in subject.about("indexed", *_KINDS)]
    above = [_line(row, row.code) for row in reversed(subject.above("indexed"))]
    kinds = [k for k in _KINDS if k.startswith(subject.system)]
    editions = [e for kind in kinds if (e := subject.edition_of(kind))]
    missing = [
        BOOKS[book].title
        for book in BOOKS
        if BOOKS[book].system == subject.system
        and BOOKS[book].is_index
        and book not in books_on(subject.day)
    ]
    if not exact and not above:
        sentence = f"no line of what is loaded leads to {subject.entry.shown}"
        if missing:
            sentence += f"; not loaded: {', '.join(missing)}"
        return none_in(HEADING, editions, sentence)
    content = {"exact": exact, "above": above, "open": OPEN, "missing": missing}
    used = {row.kind for row in (*subject.about("indexed"), *subject.above("indexed"))}
    return Section(content, tuple(e for e in editions if e.kind in used))


def _line(row: FactRow, leads_to: str) -> Line:
    book = str(row.data.get("book", ""))
    return Line(
        path=str(row.data.get("path", "")),
        book=book,
        book_title=BOOKS[book].title if book in BOOKS else KINDS[row.kind].title,
        column=str(row.data.get("column", "")),
        position=int(row.other or 0),
        leads_to=_dotted(leads_to) if row.kind != "icd10pcs-index" else leads_to,
    )


def _dotted(key: str) -> str:
    return f"{key[:3]}.{key[3:]}" if len(key) > 3 else key


INDEXED = Topic("index", HEADING, _indexed, kinds=_KINDS, systems=(ICD10CM, ICD10PCS))
