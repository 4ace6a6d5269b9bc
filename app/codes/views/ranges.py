"""Lists of codes: what stands under a heading, and the codes between two, with their CSV."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.models import SYSTEMS
from app.codes.services import browsing
from app.codes.services.editions import editions
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day, code_url
from app.codes.views.prepared import LISTED, Prepared
from app.csv_tables import csv_table
from app.downloads import send_csv
from app.errors import Invalid, NotFound
from app.extensions import limiter


def heading_page(prepared: Prepared, day: date | None) -> ResponseReturnValue:
    last_page = max(len(prepared.lists), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), last_page)
    return render_template(
        "codes/heading.html",
        prepared=prepared,
        listed=prepared.lists[page - 1] if prepared.lists else "",
        page=page,
        last_page=last_page,
        page_address=lambda number: _address(prepared.system, prepared.address, number),
        day=day,
        action=request.path,
    )


def range_page(system: str, typed: str, day: date | None) -> ResponseReturnValue | None:
    """The codes of a range; None where what was typed is none. Raises Invalid, saying why."""
    edition = editions().on(system, day or clock.today())
    if edition is None or not browsing.is_range(typed):
        return None
    page = min(max(request.args.get("page", 1, type=int), 1), browsing.MOST_IN_RANGE // LISTED)
    found = browsing.range_of(edition, typed, offset=(page - 1) * LISTED, limit=LISTED)
    return render_template(
        "codes/range.html",
        edition=edition,
        found=found,
        page=page,
        last_page=max(-(-found.total // LISTED), 1),
        page_address=lambda number: _address(system, found.label, number),
        day=day,
        action=request.path,
    )


@bp.get("/codes/range.csv")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def range_csv() -> ResponseReturnValue:
    day, system = chosen_day() or clock.today(), request.args.get("system", "")
    edition = editions().on(system, day) if system in SYSTEMS else None
    if edition is None:
        raise NotFound("There is no such code system here, or it is not loaded for that day.")
    typed = request.args.get("range", "")[:40]
    if not browsing.is_range(typed):
        raise Invalid("Name a range of codes, such as J0120-J0150.")
    found = browsing.range_of(edition, typed, limit=browsing.MOST_IN_RANGE)
    rows = [
        [e.shown, e.title, "yes" if e.billable else "no", f"{edition.title}, {edition.name}"]
        for e in found.entries
    ]
    content = csv_table(["Code", "Description", "Billable", "Edition"], rows)
    return send_csv(content, f"{system}-{found.first}-{found.last}.csv")


def _address(system: str, address: str, page: int) -> str:
    return code_url(system, address, page=page) if page > 1 else code_url(system, address)
