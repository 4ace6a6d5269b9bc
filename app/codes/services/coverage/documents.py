"""Coverage articles, LCDs and NCDs: what each is, whose it is, where it holds, what it lists."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import JSON, String, case, cast, func, select

from app.codes.models import CodeFact
from app.codes.services.editions import Edition
from app.codes.services.kept import kept
from app.extensions import db

ARTICLES, LCDS, NCDS = "mcd-articles", "mcd-lcds", "mcd-ncds"
KIND_OF = {"A": ARTICLES, "L": LCDS}
TYPES = {ARTICLES: "Article", LCDS: "LCD", NCDS: "NCD"}
_KEPT = 6  # releases
_NUMBER = re.compile(r"[AL]\d{1,7}")
_SECTION = re.compile(r"\d{1,3}(?:\.\d{1,3}){0,4}[A-Z]?")
WHOLE = ("article", "lcd", "ncd")  # topics whose rows hold the text of a document, which is long
# Numbers of documents begin with these, and are looked for from the first to before the second.
_FIRST = {ARTICLES: ("A", "B"), LCDS: ("L", "M"), NCDS: ("0", ":")}
_ABOUT = (
    *WHOLE, "article_contractor", "article_state", "article_lcd",
    "lcd_contractor", "lcd_state", "lcd_article",
)  # fmt: skip
# Fields of a document that are read without its text. JSON in a text column is taken as JSON
# without a cast where the database has no type of its own for it.
_FIELDS = ("title", "type", "effective", "ended", "retired", "updated", "id", "coverage")
_PARSED = cast(CodeFact.data, JSON().with_variant(String(), "sqlite"))


@dataclass(frozen=True, slots=True)
class Contractor:
    number: str
    name: str
    type: str
    states: tuple[str, ...]


@dataclass(slots=True)
class Document:
    """A document without its text."""

    kind: str
    number: str  # "A57520", "L35000", "20.7"
    title: str = ""
    type: str = ""
    effective: str | None = None
    ended: str | None = None
    retired: str | None = None
    updated: str | None = None
    id: str = ""  # of an NCD: its number in the database, by which articles name it
    coverage: str = ""
    contractors: list[Contractor] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)  # articles of an LCD, LCDs of an article

    @property
    def contractor_names(self) -> tuple[str, ...]:
        return tuple(sorted({contractor.name for contractor in self.contractors}))


def kind_of(number: str) -> str | None:
    """The kind of release a document's number belongs to; None where it is no such number."""
    if _NUMBER.fullmatch(number):
        return KIND_OF[number[0]]
    return NCDS if _SECTION.fullmatch(number) else None


def find_documents(editions: Iterable[Edition], numbers: Collection[str]) -> dict[str, Document]:
    """The documents, and the LCDs that the articles among them belong to.

    A code page names many: they are taken from what the process keeps of each release.
    """
    editions = list(editions)
    if not numbers:
        return {}
    every = {d.number: d for edition in editions for d in listed_documents(edition)}
    found = {number: every[number] for number in numbers if number in every}
    above = {number for document in found.values() for number in document.related}
    return found | {n: every[n] for n in above if n in every and every[n].kind == KIND_OF["L"]}


def title_of_document() -> Any:
    """The title of a fact that is a document."""
    return func.coalesce(_PARSED["title"].as_string(), "")


def _columns() -> list[Any]:
    short = case((CodeFact.topic.in_(WHOLE), "{}"), else_=CodeFact.data)
    is_whole = CodeFact.topic.in_(WHOLE)
    fields = [
        case((is_whole, _PARSED[name].as_string()), else_=None).label(name) for name in _FIELDS
    ]
    return [CodeFact.release_id, CodeFact.topic, CodeFact.code, CodeFact.other, short, *fields]


def _documents(held: Mapping[int, str], query: Any) -> dict[str, Document]:
    found: dict[str, Document] = {}
    rows = db.session.execute(query).all()
    for release_id, topic, code, _other, _data, *fields in rows:
        if topic in WHOLE:
            said = dict(zip(_FIELDS, fields, strict=True))
            found[code] = Document(
                kind=held[release_id],
                number=code,
                title=said["title"] or "",
                type=said["type"] or "",
                effective=said["effective"],
                ended=said["ended"],
                retired=said["retired"],
                updated=said["updated"],
                id=said["id"] or "",
                coverage=said["coverage"] or "",
            )
    for _, topic, code, other, data, *_ in rows:
        document = found.get(code)
        if document is None or topic in WHOLE:
            continue
        if topic.endswith("_contractor"):
            said = json.loads(data)
            document.contractors.append(
                Contractor(other, said["name"], said["type"], tuple(said["states"]))
            )
        elif topic.endswith("_state"):
            document.states.append(other)
        elif other not in document.related:
            document.related.append(other)
    return found


def listed_documents(edition: Edition) -> tuple[Document, ...]:
    """Every document of a release: one query, the first time that a process is asked."""
    return kept("coverage documents", edition.id, lambda: _listed(edition), most=_KEPT)


def _listed(edition: Edition) -> tuple[Document, ...]:
    first, last = _FIRST[edition.kind]
    query = select(*_columns()).where(
        CodeFact.release_id == edition.id,
        CodeFact.code >= first,
        CodeFact.code < last,
        CodeFact.topic.in_(_ABOUT),
    )
    documents = _documents({edition.id: edition.kind}, query).values()
    return tuple(sorted(documents, key=lambda d: order_of(d.number)))


def order_of(number: str) -> tuple[str, list[tuple[int, str]]]:
    """20.7 before 20.10."""
    letter = number[:1] if number[:1].isalpha() else ""
    parts = re.findall(r"(\d+)([A-Z]?)", number)
    return letter, [(int(digits), suffix) for digits, suffix in parts]


def search_documents(editions: Iterable[Edition], text: str, state: str = "") -> list[Document]:
    """The documents whose number, title or contractor holds every word, in their order."""
    words = text.casefold().split()[:10]
    found = []
    for edition in editions:
        for document in listed_documents(edition):
            held = " ".join(
                (document.number, document.title, *document.contractor_names)
            ).casefold()
            if all(word in held for word in words) and (not state or state in document.states):
                found.append(document)
    return found
