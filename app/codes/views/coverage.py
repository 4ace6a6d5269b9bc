"""Medicare coverage documents: finding articles, LCDs and NCDs, and the page of each."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from app import clock, limits
from app.access import Who, access
from app.codes.intake.mcd_text import cleaned_body
from app.codes.services.coverage.documents import (
    ARTICLES,
    LCDS,
    NCDS,
    TYPES,
    kind_of,
    listed_documents,
    search_documents,
)
from app.codes.services.coverage.pages import CodeList, WholeDocument, whole_document
from app.codes.services.editions import editions
from app.codes.services.reference.subject import name_codes, procedure_system
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day, code_url
from app.errors import NotFound
from app.extensions import limiter

PAGE = 50  # documents
CODES = 100  # of one list on one page
_LONGEST = 200  # characters of a search
_KINDS = {"ncd": NCDS, "lcd": LCDS, "article": ARTICLES}


@bp.get("/codes/coverage")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def coverage() -> ResponseReturnValue:
    day = chosen_day() or clock.today()
    typed = request.args.get("q", "")[:_LONGEST].replace("\x00", "").strip()
    sort = request.args.get("type", "")
    loaded = editions()
    held = {name: loaded.on(kind, day) for name, kind in _KINDS.items()}
    states = sorted({s for e in held.values() if e for d in listed_documents(e) for s in d.states})
    state = request.args.get("state", "").upper()
    state = state if state in states else ""
    if sort not in _KINDS:
        sort = "" if typed or state else next((n for n, e in held.items() if e is not None), "")
    searched = [e for name, e in held.items() if e is not None and sort in ("", name)]
    found = search_documents(searched, typed, state)
    page = min(max(request.args.get("page", 1, type=int), 1), 1_000)
    asked = {"q": typed, "type": sort, "state": state}
    return render_template(
        "codes/coverage.html",
        typed=typed,
        sort=sort,
        state=state,
        states=states,
        types={name: TYPES[kind] for name, kind in _KINDS.items()},
        documents=found[(page - 1) * PAGE : page * PAGE],
        total=len(found),
        page=page,
        last_page=max(-(-len(found) // PAGE), 1),
        page_address=lambda number: _address(**asked, page=number),
        sources=searched,
        missing=[TYPES[_KINDS[name]] for name, edition in held.items() if edition is None],
    )


def _address(**asked: str | int) -> str:
    if request.args.get("on"):
        asked["on"] = request.args["on"]
    return "/codes/coverage?" + urlencode({n: v for n, v in asked.items() if v})


@bp.get("/codes/coverage/<number>")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def coverage_document(number: str) -> ResponseReturnValue:
    day = chosen_day() or clock.today()
    kind = kind_of(number)
    found = whole_document(editions(), number, day) if kind else None
    if found is None:
        raise NotFound("No coverage document with that number is among the editions of that day.")
    chosen = next((one for one in found.lists if one.id == request.args.get("list")), None)
    page = min(max(request.args.get("page", 1, type=int), 1), 1_000) if chosen else 1
    shown = {
        one.id: one.codes[(page - 1) * CODES : page * CODES]
        for one in ([chosen] if chosen else found.lists)
    }
    keys = {
        (_system(one, key), key)
        for one in found.lists
        if one.system
        for key, _, _ in shown.get(one.id, ())
    }
    return render_template(
        "codes/coverage_document.html",
        found=found,
        document=found.document,
        type=TYPES[found.edition.kind],
        body=_safe(found.body),
        service=_safe(found.service),
        safe=_safe,
        chosen=chosen,
        shown=shown,
        system_of=_system,
        named=name_codes(keys, editions(), day),
        page=page,
        last_page=max(-(-len(chosen.codes) // CODES), 1) if chosen else 1,
        list_address=lambda one, number=1: _list_address(found, one, number),
        page_address=lambda number: _list_address(found, chosen, number) if chosen else "",
    )


def _list_address(found: WholeDocument, one: CodeList, number: int) -> str:
    base = code_url("coverage", found.document.number)
    paged = f"&page={number}" if number > 1 else ""
    return f"{base}{'&' if '?' in base else '?'}list={one.id}{paged}#{one.id}"


def _system(one: CodeList, key: str) -> str:
    return one.system if one.system == "icd10cm" else procedure_system(key)


def _safe(body: str) -> Markup:
    """Cleaned when it was loaded, and once more: what is stored is not trusted blindly."""
    return Markup(cleaned_body(body)[0])  # noqa: S704 - cleaned in this line
