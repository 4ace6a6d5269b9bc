"""The description of the JSON: as OpenAPI for programs, and as a page with examples for people."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, json, render_template
from flask.typing import ResponseReturnValue

from app.access import Who, access
from app.codes import openapi
from app.codes.views.blueprint import bp

KEPT_FOR = 3_600


@bp.get("/codes/openapi.json")
@access(Who.ANYONE)
def description() -> ResponseReturnValue:
    response = Response(json.dumps(_described()), mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_FOR}"
    return response


@bp.get("/codes/api")
@access(Who.ANYONE)
def api() -> ResponseReturnValue:
    found = _described()
    operations = [
        {
            "path": path,
            **item["get"],
            "parameters": [_resolved(found, p) for p in item["get"].get("parameters", ())],
            "answers": {s: _resolved(found, r) for s, r in item["get"]["responses"].items()},
        }
        for path, item in found["paths"].items()
    ]
    return render_template(
        "codes/api.html",
        described=found,
        operations=operations,
        site=found["servers"][0]["url"],
    )


def _described() -> dict[str, Any]:
    return openapi.description(current_app.config["BASE_URL"].rstrip("/"))


def _resolved(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description, looked up where it only names another."""
    if "$ref" not in part:
        return part
    found: Any = whole
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    resolved: dict[str, Any] = found
    return resolved
