"""What programs may ask of the reference, in OpenAPI 3.1: the one place that says it.

The page for people at /codes/api is drawn from the same description.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.codes.models import SYSTEMS
from app.codes.schemas import SCHEMAS

Json = dict[str, Any]


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _answer(schema: str, description: str) -> Json:
    return {
        "description": description,
        "content": {"application/json": {"schema": _ref("schemas", schema)}},
    }


PARAMETERS: dict[str, Json] = {
    "system": {
        "name": "system",
        "in": "path",
        "required": True,
        "description": "The code system: "
        + ", ".join(f"{key} ({name})" for key, name in SYSTEMS.items())
        + ".",
        "schema": {"type": "string", "enum": list(SYSTEMS)},
        "example": "icd10cm",
    },
    "code": {
        "name": "code",
        "in": "path",
        "required": True,
        "description": "The code as the book writes it, with its dot. Other spellings are "
        "redirected to it. A chapter or section by its address, as links name it.",
        "schema": {"type": "string", "minLength": 1},
        "example": "E11.9",
    },
    "on": {
        "name": "on",
        "in": "query",
        "description": "The date of service; today where it is left out. The editions that hold on "
        "that day answer.",
        "schema": {"type": "string", "format": "date"},
        "example": "2026-04-01",
    },
    "q": {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "The beginning of a code, with its dot or not, or words. Of more than 200 "
        "characters the first 200 are read.",
        "schema": {"type": "string"},
        "example": "diabetes",
    },
    "searched": {
        "name": "system",
        "in": "query",
        "description": "The code system that is searched.",
        "schema": {"type": "string", "enum": list(SYSTEMS), "default": "icd10cm"},
    },
    "page": {
        "name": "page",
        "in": "query",
        "description": "Which page of 25 results, from 1.",
        "schema": {"type": "integer", "minimum": 1, "default": 1},
    },
}

RESPONSES: dict[str, Json] = {
    "Moved": {
        "description": "The code is spelled otherwise: Location says how. Follow it.",
        "headers": {"Location": {"schema": {"type": "string"}, "description": "The address."}},
    },
    "Unauthorized": {
        **_answer("Error", "The key is not known or was revoked, or its account was closed."),
        "headers": {"WWW-Authenticate": {"schema": {"type": "string"}}},
    },
    "Forbidden": _answer(
        "Error",
        "The e-mail address of the key’s account is not confirmed; or a code was asked for ahead "  # noqa: RUF001
        "of being read (Sec-Purpose: prefetch).",
    ),
    "NotFound": _answer(
        "NotFound",
        "There is no such system or code, or none on that day. `nearest` names codes that may have "
        "been meant, `editions` those that do have it.",
    ),
    "Invalid": _answer("Error", "The date of service is no day, or the system has no such name."),
    "TooMany": {
        **_answer(
            "Error",
            "A key may ask 60 times a minute, an address without a key 240 times.",
        ),
        "headers": {
            "Retry-After": {
                "schema": {"type": "integer"},
                "description": "Seconds to wait. Sent to keys.",
            }
        },
    },
    "Unavailable": _answer("Error", "A part of the site cannot be reached. Try in a minute."),
}
_ERRORS = {"401": "Unauthorized", "403": "Forbidden", "422": "Invalid", "429": "TooMany",
           "503": "Unavailable"}  # fmt: skip


def _get(
    name: str,
    summary: str,
    description: str,
    parameters: Sequence[str],
    answer: Json,
    *others: tuple[str, str],
) -> Json:
    more = {**_ERRORS, **dict(others)}
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": description,
            "parameters": [_ref("parameters", each) for each in parameters],
            "security": [{}, {"key": []}, {"session": []}],
            "responses": {
                "200": answer,
                **{status: _ref("responses", more[status]) for status in sorted(more)},
            },
        }
    }


_NONE = ("404", "NotFound")
_CODE = (
    "Everything the page of the code says, by section. Asking for a code takes one page view of "
    "the account or guest, once for each code and period, as opening its page does; with none left "
    "the sections are locked and everything else is there. Chapters and sections are free."
)
PATHS: dict[str, Json] = {
    "/codes/{system}/{code}.json": _get(
        "getCode", "One code", _CODE, ("system", "code", "on"),
        _answer("CodeOrHeading", "The code, or the chapter or section, on the day."),
        _NONE, ("301", "Moved"),
    ),
    "/codes/{system}/{code}": _get(
        "getCodeByAccept", "One code, at the address of its page",
        "The same with `Accept: application/json`. Without it the answer is the page for people.",
        ("system", "code", "on"),
        {
            "description": "The code, or its page.",
            "content": {
                "application/json": {"schema": _ref("schemas", "CodeOrHeading")},
                "text/html": {"schema": {"type": "string"}},
            },
        },
        _NONE, ("301", "Moved"),
    ),
    "/codes/{system}.json": _get(
        "getSystem", "A code system",
        "The edition that holds on the day, every edition that is loaded, and the headings at the "
        "top of the book. Free.",
        ("system", "on"),
        _answer("System", "The system."),
        _NONE,
    ),
    "/codes/search.json": _get(
        "searchCodes", "Search",
        "Codes that begin with what was typed or, where none does, whose descriptions hold its "
        "words. Free.",
        ("q", "searched", "on", "page"),
        _answer("Found", "Codes, likeliest first."),
    ),
    "/codes/openapi.json": {
        "get": {
            "operationId": "getDescription",
            "summary": "This description",
            "description": "OpenAPI 3.1. Free.",
            "security": [{}],
            "responses": {
                "200": {
                    "description": "The description.",
                    "content": {"application/json": {"schema": {"type": "object"}}},
                }
            },
        }
    },
}  # fmt: skip

SECURITY: dict[str, Json] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "A key made at /account/api-keys. It begins with cc_, reads codes and does "
        "nothing else.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "Whoever is logged in in a browser.",
    },
}


def description(site: str) -> Json:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CareerCenter code reference",
            "version": "1",
            "summary": "Codes, systems and search as JSON, each statement with its edition.",
            "description": "CPT® descriptors are the property of the American Medical Association; "
            "they are left out unless the operator’s license covers them here. “No data loaded” "  # noqa: RUF001
            "(`not_loaded`) and “none exists” (`none`) are never the same. The reference restates "
            "classifications and is no advice on how to code a record.",
        },
        "servers": [{"url": site}],
        "paths": PATHS,
        "components": {
            "schemas": SCHEMAS,
            "parameters": PARAMETERS,
            "responses": RESPONSES,
            "securitySchemes": SECURITY,
        },
    }
