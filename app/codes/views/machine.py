"""The reference for programs: codes, systems and search as JSON, at the addresses of the pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, current_app, json, redirect, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Who, access
from app.codes import services
from app.codes.models import CPT, ICD10CM, SYSTEMS
from app.codes.services.browsing import chapters
from app.codes.services.editions import editions
from app.codes.services.lookup import versions_of
from app.codes.services.reference.plain import edition_in_short, system_in_plain
from app.codes.views.bearer import asking
from app.codes.views.blueprint import bp
from app.codes.views.counting import count_view
from app.codes.views.dates import chosen_day, code_url
from app.codes.views.plain_pages import code_document, find_plain, heading_document, site_url
from app.codes.views.prepared import current_edition
from app.errors import TITLES, Invalid, NotFound
from search.contract import MAX_TOTAL

PAGE = 25
LONGEST = 200  # characters of a search that are read
LONGEST_SHOWN = 40  # characters of a wrong code that are repeated
SUFFIX = ".json"
NO_SYSTEM = "There is no such code system here, or none of its editions is loaded yet."


def is_asked_for_json() -> bool:
    """Whether the address of a page is asked for as JSON. Browsers, and whoever says nothing,
    get the page."""
    offered = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(offered) == "application/json"


@bp.get("/codes/<system>/<code>.json")
@access(Who.ANYONE)
def show_as_json(system: str, code: str) -> ResponseReturnValue:
    return answer_in_json(system, code, SUFFIX)


def answer_in_json(system: str, code: str, suffix: str = "") -> ResponseReturnValue:
    """A code under the same allowance and gates as its page."""
    with asking():
        day = chosen_day()
        edition = current_edition(system, day)
        if edition is None:
            return _nothing_that_day(system, day)
        found = find_plain(edition, system, code, day)
        if found is None:
            return _unknown(system, code, day)
        if found.address != code:
            return redirect(code_url(system, found.address, suffix), 301)
        if found.is_heading:
            return _json(heading_document(found, day))
        counted = count_view(found.system, found.key)
        response = _json(code_document(found, counted, day))
        counted.remember(response)
        response.vary.update(("Authorization", "Cookie"))
        return response


def _nothing_that_day(system: str, day: date | None) -> ResponseReturnValue:
    loaded = editions().of(system)
    if day is None or not loaded:
        raise NotFound(NO_SYSTEM)
    return _missing(
        f"No edition of {SYSTEMS[system]} that is loaded here holds on {day.isoformat()}.",
        editions=[edition_in_short(edition) for edition in loaded],
    )


def _unknown(system: str, code: str, day: date | None) -> ResponseReturnValue:
    known = versions_of(system, code)
    if known:
        on = (day or clock.today()).isoformat()
        return _missing(
            f"{known[0][1].shown} is not in the edition of {SYSTEMS[system]} that holds on {on}.",
            editions=[edition_in_short(edition) for edition, _ in known],
        )
    shown = code if len(code) <= LONGEST_SHOWN else code[:LONGEST_SHOWN] + "…"
    nearest = services.nearest_codes(system, code)
    return _missing(
        f"“{shown}” is not a code of {SYSTEMS[system]}.",
        nearest=[_link(system, entry.shown, entry.address) for entry in nearest],
    )


def _missing(message: str, **more: Any) -> ResponseReturnValue:
    return _json({"error": TITLES[404], "message": message, **more}), 404


def _json(document: dict[str, Any]) -> Response:
    """In the order it was put together, for people who read it too."""
    text = json.dumps(document, sort_keys=False, ensure_ascii=False)
    return Response(text, mimetype="application/json")


def _link(system: str, code: str, address: str) -> dict[str, Any]:
    return {"code": code, "url": site_url(code_url(system, address, SUFFIX))}


@bp.get("/codes/<system>.json")
@access(Who.ANYONE)
def system_as_json(system: str) -> ResponseReturnValue:
    """The edition of a system that holds on a day, and its top headings."""
    with asking():
        day = chosen_day()
        on = day or clock.today()
        edition = editions().on(system, on) if system in SYSTEMS else None
        if edition is None:
            return _nothing_that_day(system, day)
        headings = [
            {
                **_link(system, heading.entry.shown, heading.entry.address),
                "title": heading.entry.title,
                "range": heading.span or None,
            }
            for heading in chapters(edition)
        ]
        return _json(
            {
                **system_in_plain(edition, on),
                "day": on.isoformat(),
                "editions": [edition_in_short(each) for each in editions().of(system)],
                "headings": headings,
            }
        )


@bp.get("/codes/search.json")
@access(Who.ANYONE)
def search_as_json() -> ResponseReturnValue:
    """Codes that begin with what was typed, or hold its words. Costs no view."""
    with asking():
        typed = request.args.get("q", "")[:LONGEST].replace("\x00", "").strip()
        system = request.args.get("system", ICD10CM) or ICD10CM
        if system not in SYSTEMS:
            raise Invalid(f"There is no system of that name. There are: {', '.join(SYSTEMS)}.")
        page = min(max(request.args.get("page", 1, type=int), 1), MAX_TOTAL // PAGE)
        day, offset = chosen_day(), (page - 1) * PAGE
        found = services.search_codes(typed, system=system, day=day, offset=offset, limit=PAGE)
        untitled = system == CPT and "json" not in current_app.config["CPT_LICENSED_USES"]
        return _json(
            {
                "query": typed,
                "system": system,
                "day": (day or clock.today()).isoformat(),
                "total": found.total,
                "page": page,
                "pages": max(-(-found.total // PAGE), 1),
                "degraded": found.degraded,
                "results": [
                    {
                        **_link(system, entry.shown, entry.address),
                        "title": None if untitled else entry.title or None,
                    }
                    for entry in found.entries
                ],
            }
        )
