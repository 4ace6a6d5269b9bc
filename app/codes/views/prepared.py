"""Kept in memory by each process: the parts of code pages a release decides, and suggestions."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from flask import current_app, render_template
from markupsafe import Markup

from app import clock
from app.codes import services
from app.codes.intake.kinds import KINDS
from app.codes.models import HEADINGS, ICD10PCS, SYSTEMS, EntryKind
from app.codes.services.editions import Editions, editions
from app.codes.services.gates import OpensTo, gates
from app.codes.services.reference.describing import describe, official_description
from app.codes.services.reference.pcs import table_of
from app.codes.services.reference.subject import Subject, find_subject
from app.codes.services.reference.topics import answers

MEMORY = 24 * 1024 * 1024  # bytes in each process, for either kind of page
LISTED = 100  # entries of a heading, on one page
EMPTY = Markup("")
MOST_KEYS = 500  # of editions, kept while no release and no gate changes
ABSENT = "absent"  # the section of what the page cannot say
MEMORY_OF_SUGGESTIONS = 4 * 1024 * 1024

Kept = TypeVar("Kept")


class Shelf(Generic[Kept]):
    """Keeps what was used last, up to a number of bytes. Threads may share it."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held = 0
        self._items: OrderedDict[Hashable, tuple[Kept, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Kept | None:
        with self._lock:
            found = self._items.get(key)
            if found is None:
                return None
            self._items.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, item: Kept, size: int) -> None:
        if size > self._capacity:
            return
        with self._lock:
            previous = self._items.pop(key, None)
            self._held += size - (previous[1] if previous else 0)
            self._items[key] = (item, size)
            while self._held > self._capacity:
                _, (_, dropped) = self._items.popitem(last=False)
                self._held -= dropped

    def __len__(self) -> int:
        return len(self._items)


@dataclass(frozen=True, slots=True)
class Drawn:
    """One section of the reference."""

    id: str
    heading: str
    gate: OpensTo
    markup: Markup


@dataclass(frozen=True, slots=True)
class Prepared:
    """One entry's page, but for what depends on who reads it."""

    system: str
    key: str
    address: str
    is_heading: bool  # chapters and sections are for finding codes, and free
    title: str
    head: Markup
    top: Markup
    sections: tuple[Drawn, ...]
    closing: Markup
    reference: Markup  # of a heading
    day_form: Markup = EMPTY
    contents: Markup = EMPTY
    lists: tuple[Markup, ...] = ()  # of a heading: what stands under it, page by page

    @property
    def size(self) -> int:
        drawn = (self.head, self.top, self.closing, self.reference, self.day_form, self.contents)
        return sum(len(part) for part in (*drawn, *self.lists, *(s.markup for s in self.sections)))


@dataclass(frozen=True, slots=True)
class GuestPage:
    """The whole answer to a guest's first view."""

    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Shelves:
    entries: Shelf[Prepared]
    guests: Shelf[GuestPage]
    suggestions: Shelf[bytes]


def shelves() -> Shelves:
    found: Shelves | None = current_app.extensions.get("code_pages")
    if found is None:
        fresh = Shelves(Shelf(MEMORY), Shelf(MEMORY), Shelf(MEMORY_OF_SUGGESTIONS))
        found = current_app.extensions.setdefault("code_pages", fresh)
    return found


def current_edition(system: str, day: date | None = None) -> Hashable | None:
    """Differs whenever a page may; None where no release of the system holds on the day."""
    loaded, opens, today = editions(), gates(), clock.today()
    # Both are made anew when they are asked for anew: until then the answer is the same.
    asked = (id(loaded), id(opens), system, day, today)
    kept: dict[Hashable, tuple[Hashable | None, Editions, Mapping[str, OpensTo]]]
    kept = current_app.extensions.setdefault("code_edition_keys", {})
    if asked not in kept:
        if len(kept) >= MOST_KEYS:
            kept.clear()
        kept[asked] = (_edition_key(loaded, opens, system, day, today), loaded, opens)
    return kept[asked][0]


def _edition_key(
    loaded: Editions, opens: Mapping[str, OpensTo], system: str, day: date | None, today: date
) -> Hashable | None:
    on = day or today
    if loaded.on(system, on) is None:
        return None
    held = loaded.ids_on((*SYSTEMS, *KINDS), on).values()
    overdue = any(e.is_overdue(on) for e in held if e.kind == system)
    return (*(e.id for e in held), len(loaded.of(system)), overdue, tuple(opens.values()), day)


def prepared_page(
    edition: Hashable, system: str, typed: str, day: date | None = None
) -> Prepared | None:
    """The page of the entry that `typed` spells, rightly where that is its address."""
    shelf = shelves().entries
    found = shelf.get((edition, system, typed))
    if found is not None:
        return found
    key = services.key_of(typed, system)
    subject = find_subject(system, key, day or clock.today()) if key else None
    if subject is None:
        return None
    kept = (edition, system, subject.entry.address)
    found = shelf.get(kept)
    if found is None:
        found = _heading(subject) if _is_free(subject) else _drawn(subject, day)
        shelf.put(kept, found, found.size)
    return found


def _is_free(subject: Subject) -> bool:
    """Headings are for finding codes; a table of ICD-10-PCS is one too."""
    kind = subject.entry.kind
    return kind in HEADINGS or (subject.system == ICD10PCS and kind == EntryKind.CATEGORY)


def _part(name: str, subject: Subject, **more: object) -> Markup:
    drawn = render_template(
        f"codes/{name}.html",
        page=subject.structure,
        subject=subject,
        overdue=subject.edition.is_overdue(subject.day),
        **more,
    )
    return Markup(drawn)  # noqa: S704 - drawn by a template, escaped there


def _drawn(subject: Subject, day: date | None) -> Prepared:
    found, gate = answers(subject), gates()
    sections = [
        Drawn(
            topic.id,
            topic.heading,
            gate[topic.id],
            _part("section", subject, topic=topic, section=section, content=section.content),
        )
        for topic, section in found.said
    ]
    if found.none or found.not_loaded or found.not_applicable:
        absent = _part("parts/absent", subject, answers=found)
        sections.append(Drawn(ABSENT, "Not on this page", OpensTo.VIEW, absent))
    entry = subject.entry
    return Prepared(
        system=subject.system,
        key=entry.key,
        address=entry.address,
        is_heading=False,
        title=f"{entry.shown} {entry.title}" if entry.title else f"{subject.title} {entry.shown}",
        head=_part("parts/head", subject),
        top=_part(
            "parts/top",
            subject,
            official=official_description(subject),
            description=describe(subject),
        ),
        sections=tuple(sections),
        closing=_part("parts/closing", subject),
        reference=EMPTY,
        day_form=_part(
            "service_day",
            subject,
            action=f"/codes/{subject.system}/{entry.address}",
            day=day,
            loaded=editions().of(subject.system),
        ),
        contents=_part("parts/contents", subject, sections=sections),
    )


def _heading(subject: Subject) -> Prepared:
    entry, under = subject.entry, subject.structure.children
    pages = [under[at : at + LISTED] for at in range(0, len(under), LISTED)]
    return Prepared(
        system=subject.system,
        key=entry.key,
        address=entry.address,
        is_heading=True,
        title=f"{entry.shown} {entry.title}",
        head=_part("parts/head", subject),
        top=_part("parts/heading_top", subject, table=table_of(subject)),
        sections=(),
        closing=EMPTY,
        reference=_part("parts/heading_reference", subject),
        lists=tuple(_part("parts/heading_list", subject, rows=rows) for rows in pages),
    )


def guest_page(edition: Hashable, prepared: Prepared, draw: Callable[[Prepared], str]) -> GuestPage:
    """The kept answer to a first view; `draw` draws it where it is not kept yet."""
    shelf = shelves().guests
    kept = (edition, prepared.system, prepared.address)
    found = shelf.get(kept)
    if found is None:
        body = draw(prepared).encode()
        found = GuestPage(body, hashlib.sha256(body).hexdigest()[:32])
        shelf.put(kept, found, len(body))
    return found
