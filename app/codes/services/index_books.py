"""The alphabetic indexes and the tables looked up by words: letters, terms, and where they lead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, select

from app.codes.models import ICD10CM, ICD10PCS, CodeEntry, IndexTerm
from app.codes.services.editions import Edition, editions
from app.codes.services.kept import kept
from app.errors import NotFound
from app.extensions import db

LINES = 100  # of a book, on one page
DEEPEST = 10  # levels of any book
LONGEST = 80  # characters of a typed term that are looked for
MOST_SETS = 20  # combinations of releases that are kept in a process
MOST_STEPS = 8  # words of a "see" that are followed down


@dataclass(frozen=True, slots=True)
class Book:
    name: str
    kind: str  # of the release that holds it
    title: str
    system: str
    columns: bool = False  # a table, with a code for each column
    is_index: bool = True  # leads to codes


BOOKS: dict[str, Book] = {
    book.name: book
    for book in (
        Book("index", "icd10cm-index", "Index to Diseases and Injuries", ICD10CM),
        Book("external", "icd10cm-index", "Index to External Causes", ICD10CM),
        Book("neoplasm", "icd10cm-neoplasm", "Table of Neoplasms", ICD10CM, columns=True),
        Book("drug", "icd10cm-drug", "Table of Drugs and Chemicals", ICD10CM, columns=True),
        Book("pcs", "icd10pcs-index", "ICD-10-PCS Index", ICD10PCS),
        Book("pcs-body-part", "icd10pcs-keys", "Body Part Key", ICD10PCS, is_index=False),
        Book("pcs-device", "icd10pcs-keys", "Device Key", ICD10PCS, is_index=False),
    )
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a book, with what it says."""

    position: int
    level: int
    text: str
    parent: int | None
    data: Mapping[str, Any]
    path: str = ""  # the lines it stands under

    def several(self, name: str) -> list[str]:
        """Values of a field, whichever way the book's release keeps them."""
        value = self.data.get(name) or ()
        return [v for v in value.split("; ") if v] if isinstance(value, str) else list(value)

    @property
    def codes(self) -> list[str]:
        """What it leads to: codes and beginnings of codes, as the book writes them."""
        named = ("code", "codes", "tables")
        return [code for name in named for code in self.several(name)]

    @property
    def directions(self) -> list[tuple[str, str, str]]:
        """Where else it sends the reader: how, in which words, and to which table of ICD-10-PCS."""
        found: list[tuple[str, str, str]] = []
        for name, label in _DIRECTIONS:
            texts = self.several(name)
            targets = self.data.get(f"{name}_tables") or [""] * len(texts)
            found += [(label, text, to) for text, to in zip(texts, targets, strict=False)]
        return found


_DIRECTIONS = (
    ("see", "see"), ("see_also", "see also"), ("see_category", "see category"), ("use", "use"),
    ("means", "in ICD-10-PCS"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    lines: tuple[Line, ...]
    total: int


def books_on(day: date) -> dict[str, Edition]:
    """The books that the releases of a day hold: a release of the index may lack one of its two."""
    loaded = editions()
    held = loaded.ids_on(dict.fromkeys(book.kind for book in BOOKS.values()), day)
    ids = tuple(edition.id for edition in held.values())
    known = kept("index books", ids, lambda: _books_in(ids), most=MOST_SETS)
    return {
        name: held[book.kind]
        for name, book in BOOKS.items()
        if book.kind in held and (held[book.kind].id, name) in known
    }


def _books_in(releases: Sequence[int]) -> frozenset[tuple[int, str]]:
    rows = db.session.execute(
        select(IndexTerm.release_id, IndexTerm.book)
        .where(IndexTerm.release_id.in_(releases), IndexTerm.level == 0)
        .distinct()
    )
    return frozenset((release_id, book) for release_id, book in rows)


def open_book(name: str, day: date) -> tuple[Book, Edition]:
    """Raises NotFound where there is no such book, or it is not loaded."""
    book, edition = BOOKS.get(name), books_on(day).get(name)
    if book is None:
        raise NotFound("There is no such index.")
    if edition is None:
        raise NotFound(f"The {book.title} is not loaded, or not for that day.")
    return book, edition


def letters(edition: Edition, book: Book) -> list[tuple[str, int]]:
    """The letters of a book with how many terms begin with each.

    A book of one main term, as the table of neoplasms is, has the letters of what stands under it.
    """
    mains = db.session.execute(
        _counted(edition, book).where(IndexTerm.level == 0).group_by(IndexTerm.letter)
    ).all()
    if sum(count for _, count in mains) > 1:
        return sorted((str(letter), count) for letter, count in mains)
    first = func.upper(func.substr(IndexTerm.text, 1, 1))
    rows = db.session.execute(
        select(first, func.count())
        .where(
            IndexTerm.release_id == edition.id, IndexTerm.book == book.name, IndexTerm.level == 1
        )
        .group_by(first)
    )
    return sorted((str(letter), count) for letter, count in rows)


def _counted(edition: Edition, book: Book) -> Select[str, int]:
    return select(IndexTerm.letter, func.count()).where(
        IndexTerm.release_id == edition.id, IndexTerm.book == book.name
    )


def of_letter(edition: Edition, book: Book, letter: str, offset: int) -> Page:
    """The terms of a letter; of a table, with all that stands under them."""
    within = and_(IndexTerm.release_id == edition.id, IndexTerm.book == book.name)
    if book.name == "neoplasm":
        spans = _under_letter(edition, book, letter)
        lines = [line for first, last in spans for line in _between(edition, book, first, last)]
        return Page(tuple(lines[offset : offset + LINES]), len(lines))
    asked = and_(within, IndexTerm.letter == letter)
    if not book.columns:
        asked = and_(asked, IndexTerm.level == 0)
    return _page(asked, offset)


def _under_letter(edition: Edition, book: Book, letter: str) -> list[tuple[int, int]]:
    """Where the subterms of a letter stand: from each to before the next of its level."""
    rows = db.session.execute(
        select(IndexTerm.position, IndexTerm.text)
        .where(
            IndexTerm.release_id == edition.id, IndexTerm.book == book.name, IndexTerm.level == 1
        )
        .order_by(IndexTerm.position)
    ).all()
    starts = [position for position, _ in rows]
    ends = [*(start - 1 for start in starts[1:]), starts[-1] + 10_000] if starts else []
    return [
        (start, end)
        for start, end, (_, text) in zip(starts, ends, rows, strict=True)
        if text[:1].upper() == letter
    ]


def _between(edition: Edition, book: Book, first: int, last: int) -> list[Line]:
    rows = db.session.scalars(
        select(IndexTerm)
        .where(
            IndexTerm.release_id == edition.id,
            IndexTerm.book == book.name,
            IndexTerm.position.between(first, last),
        )
        .order_by(IndexTerm.position)
    )
    return [_line(row) for row in rows]


def term_at(edition: Edition, book: Book, position: int) -> tuple[Line, int]:
    """The main term a line stands under, and where the next one begins. Raises NotFound."""
    within = (
        IndexTerm.release_id == edition.id,
        IndexTerm.book == book.name,
        IndexTerm.level == 0,
    )
    main = db.session.scalar(
        select(IndexTerm)
        .where(*within, IndexTerm.position <= position)
        .order_by(IndexTerm.position.desc())
        .limit(1)
    )
    if main is None:
        raise NotFound("There is no such line in this index.")
    following = db.session.scalar(
        select(func.min(IndexTerm.position)).where(*within, IndexTerm.position > position)
    )
    return _line(main), following or 1 << 30


def of_term(edition: Edition, book: Book, first: int, before: int, offset: int) -> Page:
    return _page(
        and_(
            IndexTerm.release_id == edition.id,
            IndexTerm.book == book.name,
            IndexTerm.position >= first,
            IndexTerm.position < before,
        ),
        offset,
    )


def beginning_with(edition: Edition, book: Book, typed: str, offset: int) -> Page:
    """Lines of any level whose text begins with what was typed, main terms first."""
    text = " ".join(typed.split()).lower()[:LONGEST]
    asked = and_(
        IndexTerm.release_id == edition.id,
        IndexTerm.book == book.name,
        func.lower(IndexTerm.text).startswith(text, autoescape=True),
    )
    found = _page(asked, offset, by_level=True)
    return Page(with_paths(edition, book, found.lines), found.total)


def _page(asked: Any, offset: int, *, by_level: bool = False) -> Page:
    order = (IndexTerm.level, IndexTerm.position) if by_level else (IndexTerm.position,)
    rows = db.session.scalars(
        select(IndexTerm).where(asked).order_by(*order).offset(offset).limit(LINES)
    ).all()
    total = db.session.scalar(select(func.count()).select_from(IndexTerm).where(asked)) or 0
    return Page(tuple(_line(row) for row in rows), total)


def with_paths(edition: Edition, book: Book, lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, each with those it stands under, fetched level by level."""
    known: dict[int, tuple[str, int | None]] = {}
    wanted = {line.parent for line in lines if line.parent is not None}
    for _ in range(DEEPEST):
        if not wanted:
            break
        rows = db.session.execute(
            select(IndexTerm.position, IndexTerm.text, IndexTerm.parent).where(
                IndexTerm.release_id == edition.id,
                IndexTerm.book == book.name,
                IndexTerm.position.in_(sorted(wanted)),
            )
        ).all()
        known |= {position: (text, parent) for position, text, parent in rows}
        wanted = {parent for _, _, parent in rows if parent is not None} - known.keys()
    return tuple(
        Line(line.position, line.level, line.text, line.parent, line.data, _path(line, known))
        for line in lines
    )


def _path(line: Line, known: Mapping[int, tuple[str, int | None]]) -> str:
    words: list[str] = []
    at = line.parent
    while at is not None and at in known and len(words) < DEEPEST:
        words.append(known[at][0])
        at = known[at][1]
    return ", ".join(reversed(words))


def follow(edition: Edition, book: Book, see: str) -> int | None:
    """The line that a "see" means, such as "Accident, transport, bus", as far as it goes."""
    steps = [step.strip() for step in see[: LONGEST * 2].split(",") if step.strip()][:MOST_STEPS]
    at: int | None = None
    for level, step in enumerate(steps):
        under = IndexTerm.level == 0 if at is None else IndexTerm.parent == at
        found = db.session.scalar(
            select(IndexTerm.position)
            .where(
                IndexTerm.release_id == edition.id,
                IndexTerm.book == book.name,
                under,
                func.lower(IndexTerm.text).startswith(step.lower(), autoescape=True),
            )
            .order_by(func.length(IndexTerm.text), IndexTerm.position)
            .limit(1)
        )
        if found is None:
            return at if level else None
        at = found
    return at


def known_codes(edition: Edition | None, lines: Iterable[Line]) -> dict[str, str]:
    """Of what the lines name, what there is a page for: the spelling of the book, the address."""
    named = {code for line in lines for code in line.codes}
    named |= {code for line in lines for code in line.several("manifestation")}
    named |= {code for line in lines for code in (line.data.get("cells") or {}).values()}
    named |= {target[:3] for line in lines for _, _, target in line.directions if target}
    if edition is None or not named:
        return {}
    keys = {code: _keys(code, edition.kind) for code in named}
    wanted = sorted({key for options in keys.values() for key in options})
    rows = db.session.execute(
        select(CodeEntry.key, CodeEntry.shown).where(
            CodeEntry.release_id == edition.id, CodeEntry.key.in_(wanted)
        )
    )
    shown = {row.key: row.shown for row in rows}
    return {
        code: shown[key]
        for code, options in keys.items()
        if (key := next((k for k in options if k in shown), None))
    }


def _keys(code: str, system: str) -> tuple[str, ...]:
    """The entry a code of an index may mean: "V97.33X-" the one before the placeholder too."""
    key = code.rstrip("-").replace(".", "")
    if system == ICD10PCS:
        return (key, key[:3])
    return (key, key.rstrip("X"))


def _line(row: IndexTerm) -> Line:
    return Line(row.position, row.level, row.text, row.parent, json.loads(row.data))
