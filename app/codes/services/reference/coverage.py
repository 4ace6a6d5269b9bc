"""What Medicare coverage documents say of a code, and what they list beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, literal, select, union_all

from app.codes.intake.kinds import KINDS
from app.codes.models import CPT, HCPCS, ICD10CM, CodeEntry, CodeFact
from app.codes.services.coverage.documents import (
    ARTICLES,
    LCDS,
    Document,
    find_documents,
    order_of,
    title_of_document,
)
from app.codes.services.editions import Edition
from app.codes.services.reference.contract import (
    Absence,
    Answer,
    Section,
    Topic,
    Why,
    none_in,
)
from app.codes.services.reference.subject import FactRow, Subject, procedure_system
from app.extensions import db

MOST_DOCUMENTS = 60  # named on a code page
MOST_PAIRED = 12  # documents whose lists are shown beside the code
PER_DOCUMENT = 100
MOST_ROWS = 2 * PER_DOCUMENT + 1  # looked at for them: a code may stand in several groups
_COVERAGE = "Medicare coverage (LCD, article, NCD)"
_PAIRS = "Diagnoses and procedures listed together"
_LISTING = ("article_code", "article_icd", "lcd_code")


@dataclass(frozen=True, slots=True)
class Named:
    """A document as a link names it."""

    number: str
    title: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A document that lists the code, and how."""

    number: str
    kind: str
    type: str
    title: str
    effective: str | None
    ended: str | None
    retired: str | None
    in_force: bool  # on the day that is read, by its own days
    states: tuple[str, ...]
    lcds: tuple[Named, ...]
    groups: tuple[str, ...]  # "covered, group 1"


@dataclass(frozen=True, slots=True)
class OfContractor:
    """What one contractor's documents say, or those of several that share them."""

    contractor: str
    states: tuple[str, ...]
    documents: tuple[Listing, ...]


def _editions(subject: Subject) -> tuple[Edition, ...]:
    kinds = (ARTICLES,) if subject.system == ICD10CM else (ARTICLES, LCDS)
    return tuple(e for kind in kinds if (e := subject.edition_of(kind)) is not None)


def _listing_rows(subject: Subject) -> list[FactRow]:
    return [row for topic in _LISTING for row in subject.about(topic)]


def _coverage(subject: Subject) -> Answer:
    editions = _editions(subject)
    if not editions:  # of a diagnosis only articles say anything
        sentence = f"{_COVERAGE}: no edition of {KINDS[ARTICLES].title} is loaded."
        return Absence(Why.NOT_LOADED, sentence)
    rows = _listing_rows(subject)
    if not rows:
        return none_in(_COVERAGE, editions, f"no document lists {subject.entry.shown}")
    numbers = sorted({row.other for row in rows}, key=order_of)
    # An LCD that an article belongs to is named from its own release, which codes do not search.
    lcds = subject.edition_of(LCDS)
    searched = {e.id: e for e in (*editions, lcds) if e is not None}
    found = find_documents(searched.values(), numbers[:MOST_DOCUMENTS])
    listings = [
        (found[number], _listing(number, found, rows, subject.day.isoformat()))
        for number in numbers[:MOST_DOCUMENTS]
        if number in found
    ]
    content = {
        "contractors": _by_contractor(listings),
        "count": len(numbers),
        "shown": len(listings),
        "covered": any(row.data.get("covered") for row in rows),
    }
    return Section(content, editions)


def _listing(number: str, found: dict[str, Document], rows: Iterable[FactRow], day: str) -> Listing:
    document = found[number]
    ends = min((d for d in (document.ended, document.retired) if d), default=day)
    return Listing(
        number=number,
        kind=document.kind,
        type=document.type,
        title=document.title,
        effective=document.effective,
        ended=document.ended,
        retired=document.retired,
        in_force=(document.effective or "") <= day <= ends,
        states=tuple(sorted(document.states)),
        lcds=tuple(
            Named(lcd, found[lcd].title if lcd in found else "")
            for lcd in document.related
            if lcd.startswith("L")
        ),
        groups=tuple(dict.fromkeys(_group(row) for row in rows if row.other == number)),
    )


def _group(row: FactRow) -> str:
    group = row.data.get("group")
    of = f", group {group}" if group else ""
    if row.topic != "article_icd":
        return f"listed{of}"
    star = ", with an asterisk" if row.data.get("asterisk") else ""
    return f"{'covered' if row.data['covered'] else 'not covered'}{of}{star}"


def _by_contractor(listings: Sequence[tuple[Document, Listing]]) -> list[OfContractor]:
    by_name: dict[str, list[tuple[Document, Listing]]] = {}
    for document, listing in listings:
        name = ", ".join(document.contractor_names) or "Contractor not named"
        by_name.setdefault(name, []).append((document, listing))
    return [
        OfContractor(
            name,
            tuple(sorted({state for document, _ in of for state in document.states})),
            tuple(listing for _, listing in of),
        )
        for name, of in sorted(by_name.items())
    ]


@dataclass(frozen=True, slots=True)
class Paired:
    """A code that a document lists beside the page's own."""

    system: str
    code: str
    address: str | None
    title: str


@dataclass(frozen=True, slots=True)
class PairedGroup:
    name: str  # "Group 1"
    count: int
    codes: tuple[Paired, ...]


@dataclass(frozen=True, slots=True)
class PairedDocument:
    number: str
    title: str
    groups: tuple[PairedGroup, ...]
    more: bool  # whether the document lists further ones


def _pairs(subject: Subject) -> Answer:
    edition = subject.edition_of(ARTICLES)
    assert edition is not None  # the contract asks only then
    is_diagnosis = subject.system == ICD10CM
    wanted, what = ("article_code", "procedures") if is_diagnosis else ("article_icd", "diagnoses")
    own = subject.about("article_icd" if is_diagnosis else "article_code")
    if is_diagnosis:
        own = [row for row in own if row.data["covered"]]
    numbers = sorted({row.other for row in own}, key=order_of)
    listed, titles = _listed(subject, edition, wanted, numbers[:MOST_PAIRED])
    if not listed:
        sentence = f"no article lists covered {what} beside {subject.entry.shown}"
        return none_in(_PAIRS, (edition,), sentence)
    documents = [
        _paired(number, titles.get(number, ""), listed[number])
        for number in numbers
        if number in listed
    ]
    content = {
        "what": what,
        "documents": documents,
        "other_documents": numbers[MOST_PAIRED:],
    }
    return Section(content, (edition,))


Beside = tuple[int, Paired]  # a group, and a code in it


def _listed(
    subject: Subject, edition: Edition, topic: str, numbers: Sequence[str]
) -> tuple[dict[str, list[Beside]], dict[str, str]]:
    """The first codes of the topic in each document, and the documents' titles: one query."""
    if not numbers:
        return {}, {}
    of_release = CodeFact.release_id == edition.id
    found: dict[str, list[Beside]] = {}
    named: dict[str, str] = {}
    titles = select(
        CodeFact.id, CodeFact.code, CodeFact.other, title_of_document(), literal(""), literal("")
    ).where(of_release, CodeFact.code.in_(numbers), CodeFact.topic == "article")
    parts = [_part(subject, of_release, topic, number) for number in numbers]
    rows = db.session.execute(union_all(*parts, titles).order_by("id"))
    for _, code, other, said, shown, title in rows:
        if not other:
            named[code] = said
            continue
        data = json.loads(said)
        if data.get("covered", True):
            system = ICD10CM if topic == "article_icd" else procedure_system(code)
            paired = Paired(system, shown or code, shown, title or "")
            found.setdefault(other, []).append((data.get("group") or 0, paired))
    return {number: list(dict.fromkeys(codes)) for number, codes in found.items()}, named


def _part(subject: Subject, of_release: Any, topic: str, number: str) -> Any:
    """The first facts of one document, each with what its code is called on the day."""
    systems = (ICD10CM,) if topic == "article_icd" else (HCPCS, CPT)
    editions = [e.id for system in systems if (e := subject.edition_of(system)) is not None]
    first = (
        select(CodeFact.id, CodeFact.code, CodeFact.other, CodeFact.data.label("said"))
        .where(of_release, CodeFact.other == number, CodeFact.topic == topic, CodeFact.other != "")
        .order_by(CodeFact.id)
        .limit(MOST_ROWS)
        .subquery()
    )
    called = and_(CodeEntry.release_id.in_(editions), CodeEntry.key == first.c.code)
    return select(
        first.c.id, first.c.code, first.c.other, first.c.said, CodeEntry.shown, CodeEntry.title
    ).outerjoin_from(first, CodeEntry, called)


def _paired(number: str, title: str, rows: Sequence[Beside]) -> PairedDocument:
    groups: dict[int, list[Paired]] = {}
    for group, paired in rows[:PER_DOCUMENT]:
        groups.setdefault(group, []).append(paired)
    return PairedDocument(
        number,
        title,
        tuple(
            PairedGroup(f"Group {group}" if group else "", len(codes), tuple(codes))
            for group, codes in sorted(groups.items())
        ),
        len(rows) > PER_DOCUMENT,
    )


COVERAGE = Topic(
    "coverage", _COVERAGE, _coverage, kinds=(ARTICLES, LCDS), systems=(HCPCS, CPT, ICD10CM)
)
PAIRS = Topic("pairs", _PAIRS, _pairs, kinds=(ARTICLES,), systems=(HCPCS, CPT, ICD10CM))
