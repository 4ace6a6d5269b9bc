"""Kept in memory by each process: the parts of code pages a release decides, and suggestions."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import current_app, render_template
from markupsafe import Markup

from app import clock
from app.codes import services
from app.codes.models import HEADINGS, NoteKind
from app.codes.services.description import common_description
from app.codes.services.page import CodePage, code_page

MEMORY = 24 * 1024 * 1024  # bytes in each process, for either kind of page
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
class Prepared:
    """One entry's page, but for what depends on who reads it."""

    system: str
    key: str
    address: str
    is_heading: bool  # chapters and sections are for finding codes, and free
    title: str
    head: Markup
    top: Markup
    contents: Markup
    sections: tuple[tuple[str, str], ...]  # id and heading of each part of the reference
    reference: Markup
    closing: Markup


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


def current_edition(system: str) -> Hashable | None:
    """Differs whenever a page may; None where no release of the system is loaded."""
    shown = services.edition_on(system)
    return None if shown is None else (shown.id, shown.sha256, shown.is_overdue(clock.today()))


def prepared_page(edition: Hashable, system: str, typed: str) -> Prepared | None:
    """The page of the entry that `typed` spells, rightly where that is its address."""
    shelf = shelves().entries
    found = shelf.get((edition, typed))
    if found is not None:
        return found
    entry = services.find_code(system, typed)
    of = services.edition_on(system)
    if entry is None or of is None:
        return None
    found = shelf.get((edition, entry.address))
    if found is None:
        found = _drawn(code_page(of, entry), overdue=of.is_overdue(clock.today()))
        drawn = (found.head, found.top, found.contents, found.reference, found.closing)
        size = sum(len(part) for part in drawn)
        shelf.put((edition, entry.address), found, size)
    return found


def _drawn(page: CodePage, *, overdue: bool) -> Prepared:
    description = common_description(page)

    def part(name: str, **more: object) -> Markup:
        drawn = render_template(
            f"codes/parts/{name}.html", page=page, description=description, overdue=overdue, **more
        )
        return Markup(drawn)  # noqa: S704 - drawn by a template, escaped there

    heading = page.entry.kind in HEADINGS
    sections = () if heading else tuple(_sections(page))
    return Prepared(
        system=page.edition.kind,
        key=page.entry.key,
        address=page.entry.address,
        is_heading=heading,
        title=f"{page.entry.shown} {page.entry.title}",
        head=part("head"),
        top=part("heading_top" if heading else "top"),
        contents=Markup("") if heading else part("contents", sections=sections),
        sections=sections,
        reference=part("heading_reference" if heading else "reference"),
        closing=Markup("") if heading else part("closing"),
    )


def _sections(page: CodePage) -> Iterator[tuple[str, str]]:
    yield "billable", "Billable or not"
    yield "place", "Place in the book"
    yield "includes", "Includes and inclusion terms"
    yield "instructions", "Code first, use additional code, code also"
    yield "excludes", "Excludes1 and Excludes2"
    if page.sevenths:
        yield "seventh", "Seventh character"
    if page.groups(NoteKind.NOTE) or page.table:
        yield "notes", "Notes"


def guest_page(edition: Hashable, prepared: Prepared, draw: Callable[[Prepared], str]) -> GuestPage:
    """The kept answer to a first view; `draw` draws it where it is not kept yet."""
    shelf = shelves().guests
    found = shelf.get((edition, prepared.address))
    if found is None:
        body = draw(prepared).encode()
        found = GuestPage(body, hashlib.sha256(body).hexdigest()[:32])
        shelf.put((edition, prepared.address), found, len(body))
    return found
