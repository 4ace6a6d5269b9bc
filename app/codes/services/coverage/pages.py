"""One coverage document as a page of its own: its text, its lists of codes, what it belongs to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import select, union_all

from app.codes.models import CodeFact
from app.codes.services.coverage.documents import (
    ARTICLES,
    LCDS,
    NCDS,
    WHOLE,
    Document,
    find_documents,
    kind_of,
    listed_documents,
    order_of,
)
from app.codes.services.editions import Edition, Editions
from app.extensions import db

_MOST_RELATED = 60


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list of a document: its codes in one group, with the paragraph that stands over them."""

    id: str  # "covered-1", for the address
    title: str
    system: str  # empty where its codes are not ours to link: modifiers, types of bill
    paragraph: str  # HTML, cleaned when it was loaded
    asterisk: str
    codes: tuple[tuple[str, str, bool], ...]  # key, what the document calls it, with an asterisk


@dataclass(frozen=True, slots=True)
class WholeDocument:
    document: Document
    edition: Edition
    body: str  # HTML, cleaned when it was loaded
    service: str  # of an NCD, likewise
    is_cut: bool
    benefits: tuple[str, ...]
    lists: tuple[CodeList, ...]
    related: tuple[Document, ...]
    unnamed: tuple[str, ...]  # numbers of related documents that are not loaded


_LISTS = {  # of the list, what it is called, the system of its codes, its groups in the facts
    "procedures": ("Procedure codes", "hcpcs", "hcpc"),
    "covered": ("Diagnoses that support medical necessity", "icd10cm", "icd10"),
    "noncovered": ("Diagnoses that do not support it", "icd10cm", "noncovered"),
    "modifiers": ("Modifiers", "", "modifier"),
    "bills": ("Types of bill", "", ""),
}
_LIST_OF = {
    "article_code": "procedures", "lcd_code": "procedures", "article_modifier": "modifiers",
    "article_bill": "bills",
}  # fmt: skip


def whole_document(loaded: Editions, number: str, day: date) -> WholeDocument | None:
    """A document with its text and lists; None where no edition of the day has it."""
    kind = kind_of(number)
    edition = loaded.on(kind, day) if kind else None
    if edition is None:
        return None
    held = [e for k in (ARTICLES, LCDS, NCDS) if (e := loaded.on(k, day)) is not None]
    document = find_documents([edition], [number]).get(number)
    if document is None:
        return None
    rows = _rows_of(held, edition, document)
    text: Mapping[str, Any] = next((d for t, _, _, d in rows if t in WHOLE), {})
    related = _related(rows, document)
    if edition.kind == ARTICLES:
        related |= _determinations(held, rows)
    known = find_documents(held, sorted(related)[:_MOST_RELATED]) if related else {}
    known.pop(number, None)
    return WholeDocument(
        document=document,
        edition=edition,
        body=text.get("text", ""),
        service=text.get("service", ""),
        is_cut=bool(text.get("cut")),
        benefits=tuple(text.get("benefits", ())),
        lists=tuple(_lists(rows)),
        related=tuple(known[n] for n in sorted(related, key=order_of) if n in known),
        unnamed=tuple(n for n in sorted(related, key=order_of) if n not in known),
    )


Row = tuple[str, str, str, Mapping[str, Any]]  # topic, code, other, data


def _rows_of(held: Sequence[Edition], edition: Edition, document: Document) -> list[Row]:
    """All that names the document, in one query: its text, its groups, its codes, its relations."""
    number, as_other = document.number, document.id or document.number
    columns = (CodeFact.id, CodeFact.topic, CodeFact.code, CodeFact.other, CodeFact.data)
    own = select(*columns).where(CodeFact.release_id == edition.id, CodeFact.code == number)
    others = select(*columns).where(
        CodeFact.release_id.in_(_ids(held)), CodeFact.other == as_other, CodeFact.other != ""
    )
    rows = db.session.execute(union_all(own, others).order_by("id"))
    return [(topic, code, other, _parsed(data)) for _, topic, code, other, data in rows]


def _ids(held: Iterable[Edition]) -> list[int]:
    return [edition.id for edition in held]


@lru_cache(maxsize=512)
def _small(data: str) -> Mapping[str, Any]:
    parsed: dict[str, Any] = json.loads(data)
    return parsed


def _parsed(data: str) -> Mapping[str, Any]:
    """Thousands of codes of a document share what is said of them."""
    return _small(data) if len(data) < 200 else json.loads(data)


def _related(rows: Iterable[Row], document: Document) -> set[str]:
    """Documents on either side of a relation; of NCDs articles say only the database number."""
    found: set[str] = set()
    for topic, code, other, _ in rows:
        if topic in ("article_lcd", "lcd_article", "article_ncd", "lcd_ncd"):
            if code != document.number:
                found.add(code)
            elif not topic.endswith("_ncd"):
                found.add(other)
    return found


def _determinations(held: Iterable[Edition], rows: Iterable[Row]) -> set[str]:
    """The sections of the NCDs that the document names by their numbers in the database."""
    named = {other for topic, _, other, _ in rows if topic in ("article_ncd", "lcd_ncd")}
    ncds = next((edition for edition in held if edition.kind == NCDS), None)
    if not named or ncds is None:
        return set()
    return {document.number for document in listed_documents(ncds) if document.id in named}


def _lists(rows: Sequence[Row]) -> Iterator[CodeList]:
    texts = {other: data for topic, _, other, data in rows if topic.endswith("_group")}
    found: dict[tuple[str, int], dict[str, tuple[str, str, bool]]] = {}
    for topic, code, other, data in rows:
        if topic == "article_icd":
            name = "covered" if data["covered"] else "noncovered"
        elif topic in _LIST_OF:
            name = _LIST_OF[topic]
        else:
            continue
        key = other if topic == "article_bill" else code
        text = data.get("text") or data.get("long") or data.get("short") or ""
        codes = found.setdefault((name, data.get("group") or 0), {})
        codes.setdefault(key, (key, text, bool(data.get("asterisk"))))
    said = {(name, int(g)) for name, (_, _, group) in _LISTS.items() if group
            for g in _numbers(texts, group)}  # fmt: skip
    order = {name: number for number, name in enumerate(_LISTS)}
    for name, number in sorted(found.keys() | said, key=lambda k: (order[k[0]], k[1])):
        title, system, group = _LISTS[name]
        text_of = texts.get(f"{group}:{number}", {})
        yield CodeList(
            id=f"{name}-{number}",
            title=f"{title}, group {number}" if number else title,
            system=system,
            paragraph=text_of.get("text", ""),
            asterisk=text_of.get("asterisk", ""),
            codes=tuple(found.get((name, number), {}).values()),
        )


def _numbers(texts: Iterable[str], group: str) -> Iterator[str]:
    for other in texts:
        called, _, number = other.partition(":")
        if called == group and number.isdecimal():
            yield number
