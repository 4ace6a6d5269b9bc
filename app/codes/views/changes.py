"""What changed between two editions, as a page and as a file."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.codes.services import changes as service
from app.codes.services.editions import Edition, editions
from app.codes.views.blueprint import bp
from app.codes.views.dates import dated_url
from app.csv_tables import csv_table
from app.downloads import send_csv
from app.errors import Invalid
from app.extensions import limiter

LONGEST_PREFIX = 10
MOST_PAGES = 2_000


@bp.get("/codes/changes")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def changes() -> ResponseReturnValue:
    kinds = service.comparable_kinds()
    kind = request.args.get("kind", "") or (kinds[0][0] if kinds else "")
    page = min(max(request.args.get("page", 1, type=int), 1), MOST_PAGES)
    found, problem, status = None, "", 200
    if kinds:
        try:
            found = _found(kind, offset=(page - 1) * service.PAGE)
        except Invalid as error:
            problem, status = str(error), 422
    asked = {name: request.args.get(name, "") for name in ("from", "to", "prefix", "sort")}
    total = found.counts[found.sort] if found else 0

    def address(**more: object) -> str:
        return dated_url("/codes/changes", **{"kind": kind, **asked, **more})

    drawn = render_template(
        "codes/changes.html",
        kinds=kinds,
        kind=kind,
        editions=editions().of(kind),
        found=found,
        sorts=service.SORTS,
        asked=asked,
        problem=problem,
        address=address,
        page_link=lambda number: address(sort=found.sort if found else "", page=number),
        csv=dated_url("/codes/changes.csv", kind=kind, **{**asked, "sort": found and found.sort}),
        page=page,
        last_page=max(-(-total // service.PAGE), 1),
    )
    return drawn, status


@bp.get("/codes/changes.csv")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def changes_csv() -> ResponseReturnValue:
    kind = request.args.get("kind", "")
    found = _found(kind, offset=0, limit=service.MOST_IN_CSV)
    rows = [line for row in found.rows for line in _lines(row, found.before, found.after)]
    heads = ["Code", "Of", "What", "Before", "After", "From edition", "To edition"]
    return send_csv(csv_table(heads, rows), f"{kind}-{found.sort}.csv")


def _found(kind: str, *, offset: int, limit: int = service.PAGE) -> service.Difference:
    before, after = service.pair_of(kind, _day("from"), _day("to"))
    prefix = request.args.get("prefix", "")[:LONGEST_PREFIX].upper().replace(".", "").strip()
    if not prefix.isascii() or not (prefix or "A").isalnum():
        raise Invalid("A code begins with letters and digits.", field="prefix")
    sort = request.args.get("sort", "")
    return service.difference(before, after, sort=sort, prefix=prefix, offset=offset, limit=limit)


def _day(name: str) -> date | None:
    typed = request.args.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid("A day is written like 2026-04-01.", field=name) from None


def _lines(row: service.Change, before: Edition, after: Edition) -> list[list[str]]:
    """One line for each thing that changed of a code."""
    names = [before.name, after.name]
    found: list[list[str]] = []
    if row.before or row.after:
        texts = [" ".join(run.text for run in runs) for runs in (row.before, row.after)]
        found.append([row.code, row.title, "description", *texts, *names])
    found += [[row.code, row.title, f.name, f.before, f.after, *names] for f in row.fields]
    return found or [[row.code, row.title, "", "", "", *names]]
