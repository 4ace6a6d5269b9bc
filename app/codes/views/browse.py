"""Finding codes: the systems, a system's chapters, search, and suggestions while typing."""

from __future__ import annotations

from itertools import groupby

from flask import Response, json, render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes import services
from app.codes.models import SYSTEMS
from app.codes.services import browsing, index_books
from app.codes.services.editions import editions
from app.codes.services.search import Answer
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day, code_url, dated_url
from app.codes.views.prepared import shelves
from app.errors import NotFound
from app.extensions import limiter
from search.contract import MAX_TOTAL

PAGE = 25
SUGGESTIONS = 10
# Seconds for which whoever asks may keep the answer, and so do we: everyone who types
# "diabetes" asks for "dia" and "diab" on the way.
SUGGESTED_FOR = 60
LONGEST = 200  # characters of a search that are read
# Kinds with pages of their own, which are named where one is loaded.
_WITH_PAGES = ("place-of-service", "ms-drg", "mcd-articles", "mcd-lcds", "mcd-ncds")


@bp.get("/codes")
@access(Who.ANYONE)
def browse() -> ResponseReturnValue:
    chosen = chosen_day()
    day = chosen or clock.today()
    return render_template(
        "codes/browse.html",
        systems=browsing.systems_on(day),
        books=[(index_books.BOOKS[name], e) for name, e in index_books.books_on(day).items()],
        not_loaded=browsing.kinds_not_loaded(),
        held=editions().ids_on(_WITH_PAGES, day),
        today=day,
        day=chosen,
        action=request.path,
    )


@bp.get("/codes/search")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def search() -> ResponseReturnValue:
    typed, system = _typed(), request.args.get("system", "")
    if system not in SYSTEMS:
        system = ""
    page = min(max(request.args.get("page", 1, type=int), 1), MAX_TOTAL // PAGE)
    day, offset = chosen_day(), (page - 1) * PAGE
    found = services.search_codes(typed, system=system, day=day, offset=offset, limit=PAGE)
    return render_template(
        "codes/search.html",
        typed=typed,
        found=found,
        groups=[(SYSTEMS[of], list(answers)) for of, answers in groupby(found.entries, _system)],
        system=system,
        systems=SYSTEMS,
        page=page,
        last_page=max(-(-found.total // PAGE), 1),
        page_address=lambda number: dated_url("/codes/search", q=typed, system=system, page=number),
        day=day,
        action=request.path,
        with_query={"q": typed, "system": system},
    )


def _system(answer: Answer) -> str:
    return answer.system


@bp.get("/codes/suggest.json")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def suggest() -> ResponseReturnValue:
    typed, kept = _typed().lower(), shelves().suggestions
    day = chosen_day()
    held = editions().ids_on(SYSTEMS, day or clock.today()).values()
    key = (
        tuple(edition.id for edition in held),
        day,
        typed,
        clock.unix(clock.now()) // SUGGESTED_FOR,
    )
    body = kept.get(key)
    if body is None:
        found = services.search_codes(typed, day=day, limit=SUGGESTIONS, count=False)
        items = [
            {
                "title": answer.title,
                "code": answer.shown,
                "system": SYSTEMS[answer.system],
                "url": code_url(answer.system, answer.address),
            }
            for answer in found.entries
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
    chosen = chosen_day()
    edition = editions().on(system, chosen or clock.today()) if system in SYSTEMS else None
    if edition is None:
        raise NotFound(
            "There is no such code system here, or none of its editions is loaded for that day."
        )
    return render_template(
        "codes/system.html",
        edition=edition,
        chapters=browsing.chapters(edition),
        day=chosen,
        action=request.path,
    )


def _typed() -> str:
    return request.args.get("q", "")[:LONGEST].replace("\x00", "").strip()
