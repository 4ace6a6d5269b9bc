"""Finding codes: the systems, a system's chapters, search, and suggestions while typing."""

from __future__ import annotations

from flask import Response, json, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes import services
from app.codes.models import ICD10CM, SYSTEMS
from app.codes.services.structure import chapters
from app.codes.views.blueprint import bp
from app.codes.views.prepared import current_edition, shelves
from app.errors import NotFound
from app.extensions import limiter
from search.contract import MAX_TOTAL

PAGE = 25
SUGGESTIONS = 10
# Seconds for which whoever asks may keep the answer, and so do we: everyone who types
# "diabetes" asks for "dia" and "diab" on the way.
SUGGESTED_FOR = 60
LONGEST = 200  # characters of a search that are read


@bp.get("/codes")
@access(Who.ANYONE)
def browse() -> ResponseReturnValue:
    releases = [(name, services.edition_on(system)) for system, name in SYSTEMS.items()]
    return render_template("codes/browse.html", releases=releases)


@bp.get("/codes/search")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def search() -> ResponseReturnValue:
    typed = _typed()
    page = min(max(request.args.get("page", 1, type=int), 1), MAX_TOTAL // PAGE)
    found = services.search_codes(typed, offset=(page - 1) * PAGE, limit=PAGE)
    return render_template(
        "codes/search.html",
        typed=typed,
        found=found,
        system=ICD10CM,
        system_name=SYSTEMS[ICD10CM],
        page=page,
        last_page=max(-(-found.total // PAGE), 1),
        page_address=lambda number: url_for("codes.search", q=typed, page=number),
    )


@bp.get("/codes/suggest.json")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def suggest() -> ResponseReturnValue:
    typed, kept = _typed().lower(), shelves().suggestions
    key = (current_edition(ICD10CM), typed, clock.unix(clock.now()) // SUGGESTED_FOR)
    body = kept.get(key)
    if body is None:
        found = services.search_codes(typed, limit=SUGGESTIONS, count=False)
        items = [
            {"title": e.title, "code": e.shown, "url": f"/codes/{ICD10CM}/{e.address}"}
            for e in found.entries
        ]
        body = json.dumps({"items": items}).encode()
        if not found.degraded:
            kept.put(key, body, len(body))
    response = Response(body, mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={SUGGESTED_FOR}"
    return response


@bp.get("/codes/<system>")
@access(Who.ANYONE)
def system(system: str) -> ResponseReturnValue:
    release = services.edition_on(system) if system in SYSTEMS else None
    if release is None:
        raise NotFound("There is no such code system here, or none of its editions is loaded yet.")
    return render_template(
        "codes/system.html", release=release, name=SYSTEMS[system], chapters=chapters(release.id)
    )


def _typed() -> str:
    return request.args.get("q", "")[:LONGEST].replace("\x00", "").strip()
