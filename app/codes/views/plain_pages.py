"""The JSON of a code: kept in memory as its page is, and put together for whoever asks."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any

from flask import current_app, json
from flask_login import current_user

from app import clock
from app.codes import services
from app.codes.services.gates import DEFAULT, OpensTo, gates
from app.codes.services.reference.plain import PlainCode, edition_in_full, plain_code
from app.codes.services.reference.subject import find_subject
from app.codes.views.counting import Counted
from app.codes.views.dates import code_url
from app.codes.views.prepared import Shelf
from app.mail import absolute_url

MEMORY = 12 * 1024 * 1024  # bytes in each process
PLACE = "place"  # the section whose gate decides who sees the neighbors


def find_plain(edition: Hashable, system: str, typed: str, day: date | None) -> PlainCode | None:
    """The code that `typed` spells, as plain values."""
    shelf = _shelf()
    found = shelf.get((edition, system, typed))
    if found is not None:
        return found
    key = services.key_of(typed, system)
    subject = find_subject(system, key, day or clock.today()) if key else None
    if subject is None:
        return None
    found = plain_code(subject)
    size = len(json.dumps([dict(section.value) for section in found.sections])) + 2_000
    shelf.put((edition, system, found.address), found, size)
    return found


def _shelf() -> Shelf[PlainCode]:
    found: Shelf[PlainCode] | None = current_app.extensions.get("code_plain")
    if found is None:
        found = current_app.extensions.setdefault("code_plain", Shelf(MEMORY))
    return found


def heading_document(code: PlainCode, day: date | None) -> dict[str, Any]:
    """A chapter or section: free, and without sections of its own."""
    return {**_top(code, day), "links": _links(code, may_see_place=True)}


def code_document(code: PlainCode, counted: Counted, day: date | None) -> dict[str, Any]:
    """What a reader may read of a code; the other sections by their headings."""
    gate, reader = gates(), counted.reader
    sections: dict[str, Any] = {}
    for section in code.sections:
        opens_to = gate.get(section.id, DEFAULT)
        if reader.may_read(opens_to):
            sections[section.id] = section.value
        else:
            sections[section.id] = _locked(section.heading, opens_to, counted)
    may_see_absences = reader.may_read(OpensTo.VIEW)
    verdict = counted.verdict
    return {
        **_top(code, day),
        "sections": sections,
        "none": list(code.none) if may_see_absences else None,
        "not_loaded": list(code.not_loaded) if may_see_absences else None,
        "not_applicable": list(code.not_applicable) if may_see_absences else None,
        "links": _links(code, may_see_place=reader.may_read(gate.get(PLACE, DEFAULT))),
        "allowance": {
            "remaining": verdict.remaining,
            "renews_at": verdict.renews_at.isoformat() if verdict.renews_at else None,
        },
    }


def _top(code: PlainCode, day: date | None) -> dict[str, Any]:
    shown = day or clock.today()
    edition = edition_in_full(code.edition, shown)
    return {**code.top, "day": shown.isoformat(), "edition": edition}


def _locked(heading: str, opens_to: OpensTo, counted: Counted) -> dict[str, Any]:
    renews = counted.verdict.renews_at
    if opens_to is OpensTo.PLAN:
        how = "Part of a plan. Plans are in preparation and not sold yet."
    elif not current_user.is_authenticated:
        how = f"Create a free account at {absolute_url('accounts.register')}, and ask with its key."
    else:
        when = f" They renew on {renews:%Y-%m-%d}." if renews else ""
        how = f"The free views of this account are used up.{when}"
    return {"heading": heading, "locked": True, "how": how}


def _links(code: PlainCode, *, may_see_place: bool) -> dict[str, Any]:
    """Absolute addresses; null where whoever asks may not see the place of the code."""

    def to(address: str | None) -> str | None:
        return site_url(code_url(code.system, address, ".json")) if address else None

    return {
        "self": to(code.address),
        "html": site_url(code_url(code.system, code.address)),
        "parent": to(code.parent) if may_see_place else None,
        "previous": to(code.previous) if may_see_place else None,
        "next": to(code.following) if may_see_place else None,
        "children": [to(child) for child in code.children] if may_see_place else None,
    }


def site_url(path: str) -> str:
    return f"{current_app.config['BASE_URL'].rstrip('/')}{path}"
