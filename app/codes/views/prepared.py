"""Code pages kept in memory: the parts that depend on the release only, drawn once per process."""

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
from app.codes.models import HEADINGS, CodeRelease, NoteKind
from app.codes.services.description import common_description
from app.codes.services.page import CodePage, code_page

MEMORY = 24 * 1024 * 1024  # bytes in each process, for either kind of page

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


def shelves() -> Shelves:
    found: Shelves = current_app.extensions.setdefault(
        "code_pages", Shelves(Shelf(MEMORY), Shelf(MEMORY))
    )
    return found


def prepared_page(release: CodeRelease, typed: str) -> Prepared | None:
    """The page of the entry that `typed` spells, rightly where that is its address."""
    shelf = shelves().entries
    known = shelf.get((_edition_of(release), typed))
    if known is not None:
        return known
    entry = services.find_code(release.system, typed)
    if entry is None or entry.release_id != release.id:
        return None
    if entry.address != typed:
        known = shelf.get((_edition_of(release), entry.address))
        if known is not None:
            return known
    drawn = _drawn(code_page(release, entry), overdue=_is_overdue(release))
    size = sum(len(part) for part in (drawn.head, drawn.top, drawn.reference, drawn.closing))
    shelf.put((_edition_of(release), entry.address), drawn, size)
    return drawn


def _drawn(page: CodePage, *, overdue: bool) -> Prepared:
    description = common_description(page)

    def part(name: str) -> Markup:
        drawn = render_template(
            f"codes/parts/{name}.html", page=page, description=description, overdue=overdue
        )
        return Markup(drawn)  # noqa: S704 - drawn by a template, escaped there

    heading = page.entry.kind in HEADINGS
    return Prepared(
        system=page.edition.system,
        key=page.entry.key,
        address=page.entry.address,
        is_heading=heading,
        title=f"{page.entry.shown} {page.entry.title}",
        head=part("head"),
        sections=() if heading else tuple(_sections(page)),
        top=part("heading_top" if heading else "top"),
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


def guest_page(
    release: CodeRelease, prepared: Prepared, draw: Callable[[Prepared], str]
) -> GuestPage:
    """The kept answer to a first view; `draw` draws it where it is not kept yet."""
    shelf = shelves().guests
    key = (_edition_of(release), prepared.address)
    found = shelf.get(key)
    if found is None:
        body = draw(prepared).encode()
        found = GuestPage(body, hashlib.sha256(body).hexdigest()[:32])
        shelf.put(key, found, len(body))
    return found


def _edition_of(release: CodeRelease) -> Hashable:
    return (release.id, release.sha256, _is_overdue(release))


def _is_overdue(release: CodeRelease) -> bool:
    """Whether CDC's calendar has a newer edition in force than the one that is loaded."""
    return clock.now().date() >= release.next_due
