"""The shapes of the JSON of the reference, as JSON Schema; used by app/codes/openapi.py."""

from __future__ import annotations

from typing import Any

from app.codes.models import SYSTEMS
from app.codes.models.content import EntryKind

Json = dict[str, Any]
_TEXT: Json = {"type": "string"}
_MAYBE: Json = {"type": ["string", "null"]}
_DAY: Json = {"type": "string", "format": "date"}
_MAYBE_DAY: Json = {"type": ["string", "null"], "format": "date"}
_URL: Json = {"type": "string", "format": "uri"}
_MAYBE_URL: Json = {"type": ["string", "null"], "format": "uri"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_SYSTEM: Json = {"type": "string", "enum": list(SYSTEMS)}


def _object(**properties: Json) -> Json:
    """An object that has all of its properties, and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(of: Json, *, maybe: bool = False) -> Json:
    return {"type": ["array", "null"] if maybe else "array", "items": of}


def _told(schema: Json, description: str) -> Json:
    return {**schema, "description": description}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_EDITION: dict[str, Json] = {
    "kind": _told(_TEXT, "What sort of release it is: a code system, or such as pprrvu."),
    "title": _TEXT,
    "name": _told(_TEXT, "What its owner calls the edition, such as April 1, 2026."),
    "owner": _told(_TEXT, "Who publishes it."),
    "effective_from": _DAY,
    "effective_to": _told(_MAYBE_DAY, "The last day, where its files say so."),
}
_TOP: dict[str, Json] = {
    "system": _SYSTEM,
    "system_name": _TEXT,
    "code": _told(_TEXT, "As the book writes it."),
    "key": _told(_TEXT, "Without the dot, by which ranges are compared."),
    "title": _told(_MAYBE, "Null where it is the property of somebody who gave no license."),
    "kind": {"type": "string", "enum": [kind.value for kind in EntryKind]},
    "billable": _told({"type": ["boolean", "null"]}, "Null for chapters and sections."),
    "official": _object(
        text=_MAYBE, notice=_told(_TEXT, "Whose the description is. Show it beside the text.")
    ),
    "common": _told(_list(_TEXT), "Paragraphs composed from facts, © CareerCenter."),
    "day": _told(_DAY, "The date of service this holds on."),
    "edition": _ref("EditionInFull"),
    "links": _ref("Links"),
}

SCHEMAS: dict[str, Json] = {
    "Edition": _object(**_EDITION),
    "EditionInFull": _object(
        **_EDITION,
        fiscal_year={"type": ["integer", "null"]},
        next_due=_MAYBE_DAY,
        is_overdue=_told({"type": "boolean"}, "A newer edition is in force and not loaded here."),
        files=_told(_TEXT, "The names of the files it was read from."),
        sha256=_TEXT,
        codes=_COUNT,
        billable_codes=_COUNT,
    ),
    "Links": _object(
        self=_URL,
        html=_URL,
        parent=_MAYBE_URL,
        previous=_MAYBE_URL,
        next=_MAYBE_URL,
        children=_told(_list(_URL, maybe=True), "Null where the reader may not see them."),
    ),
    "Section": _object(
        heading=_TEXT,
        content=_told({}, "What the section of the page is drawn from; its shape is its own."),
        sources=_told(_list(_ref("Edition")), "The editions that say it."),
    ),
    "LockedSection": _object(
        heading=_TEXT, locked={"const": True}, how=_told(_TEXT, "How it is opened.")
    ),
    "Heading": _object(**_TOP),
    "Code": _object(
        **_TOP,
        sections={
            "type": "object",
            "description": "By section: billable, place, excludes and so on.",
            "additionalProperties": {"oneOf": [_ref("Section"), _ref("LockedSection")]},
        },
        none=_told(
            _list(_TEXT, maybe=True),
            "What was looked up in editions that are loaded, and is not there. Null where locked.",
        ),
        not_loaded=_told(
            _list(_TEXT, maybe=True),
            "What nobody can tell, since no edition that holds on the day is loaded.",
        ),
        not_applicable=_told(
            _list(_TEXT, maybe=True), "Sections that codes of the system do not have."
        ),
        allowance=_object(
            remaining=_told(_COUNT, "Page views left."),
            renews_at={"type": ["string", "null"], "format": "date-time"},
        ),
    ),
    "CodeOrHeading": {"oneOf": [_ref("Code"), _ref("Heading")]},
    "Link": _object(code=_TEXT, url=_URL),
    "System": _object(
        system=_SYSTEM,
        name=_TEXT,
        edition=_ref("EditionInFull"),
        day=_DAY,
        editions=_told(_list(_ref("Edition")), "Every edition that is loaded, the latest first."),
        headings=_list(
            _object(
                code=_TEXT,
                url=_URL,
                title=_MAYBE,
                range=_told(_MAYBE, "The categories it holds, where the book says so."),
            )
        ),
    ),
    "Found": _object(
        query=_TEXT,
        system=_SYSTEM,
        day=_DAY,
        total=_COUNT,
        page={"type": "integer", "minimum": 1},
        pages={"type": "integer", "minimum": 1},
        degraded=_told({"type": "boolean"}, "The search engine is down: words as typed only."),
        results=_list(_object(code=_TEXT, url=_URL, title=_MAYBE)),
    ),
    "Error": _object(error=_told(_TEXT, "What sort of failure it is."), message=_TEXT),
    "NotFound": {
        "type": "object",
        "properties": {
            "error": _TEXT,
            "message": _TEXT,
            "nearest": _list(_ref("Link")),
            "editions": _list(_ref("Edition")),
        },
        "required": ["error", "message"],
        "additionalProperties": False,
    },
}
