"""MS-DRGs: all groups by category, one group with what leads to it, lists of exclusions."""

from __future__ import annotations

import re

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.services.editions import Edition, editions
from app.codes.services.inpatient.groups import Group, drg_groups
from app.codes.services.inpatient.pages import (
    SIDES,
    excluded_by,
    exclusions_of,
    members_of,
    page_of_codes,
    page_of_members,
)
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day, code_url
from app.errors import NotFound
from app.extensions import limiter

_MOST_PAGES = 1_000
_MOST_NAMED = 100  # secondary diagnoses that share a list of exclusions


@bp.get("/codes/ms-drg")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def drgs() -> ResponseReturnValue:
    day = chosen_day()
    edition = _edition()
    groups = drg_groups(edition.id)
    by_category: dict[str, list[Group]] = {}
    for group in groups.drgs.values():
        by_category.setdefault(group.mdc, []).append(group)
    ordered = sorted(by_category, key=lambda mdc: (mdc == "", mdc != "PRE", mdc))
    return render_template(
        "codes/drgs.html",
        edition=edition,
        day=day,
        action=request.path,
        categories=[(mdc, groups.category(mdc), by_category[mdc]) for mdc in ordered],
        count=len(groups.drgs),
    )


@bp.get("/codes/ms-drg/<drg>")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def drg(drg: str) -> ResponseReturnValue:
    day = chosen_day()
    edition = _edition()
    groups = drg_groups(edition.id)
    group = groups.drgs.get(drg)
    if group is None:
        shown = drg if re.fullmatch(r"\d{1,3}", drg) else "with that number"
        raise NotFound(f"{edition.title}, {edition.name}, has no MS-DRG {shown}.")
    counts = {side: len(members_of(edition, drg)[side]) for side in SIDES}
    side = request.args.get("list", "")
    if side not in SIDES:
        side = max(SIDES, key=lambda name: counts[name])
    page = _page()
    return render_template(
        "codes/drg.html",
        edition=edition,
        day=day,
        action=request.path,
        group=group,
        category=groups.category(group.mdc),
        siblings=groups.siblings(group),
        counts=counts,
        members=page_of_members(editions(), day or clock.today(), edition, drg, side, page),
        address=lambda **more: _address(drg, **{"list": side, **more}),
        page_address=lambda number: _address(drg, list=side, page=number),
    )


def _address(drg: str, **wanted: str | int) -> str:
    base = code_url("ms-drg", drg)
    query = "&".join(f"{name}={value}" for name, value in wanted.items())
    return f"{base}{'&' if '?' in base else '?'}{query}"


@bp.get("/codes/ms-drg/exclusions/<listed>")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def exclusions(listed: str) -> ResponseReturnValue:
    day = chosen_day()
    edition = _edition()
    keys = exclusions_of(edition, listed) if re.fullmatch(r"[0-9]{1,6}", listed) else ()
    if not keys:
        raise NotFound("There is no such list of exclusions in the edition of that day.")
    of, today = excluded_by(edition, listed), day or clock.today()
    base = code_url("ms-drg/exclusions", listed)
    return render_template(
        "codes/drg_exclusions.html",
        edition=edition,
        listed=listed,
        members=page_of_codes(editions(), today, "exclusions", "icd10cm", keys, _page()),
        secondary=page_of_codes(editions(), today, "secondary", "icd10cm", of[:_MOST_NAMED], 1),
        secondary_count=len(of),
        page_address=lambda number: f"{base}{'&' if '?' in base else '?'}page={number}",
    )


def _page() -> int:
    return min(max(request.args.get("page", 1, type=int), 1), _MOST_PAGES)


def _edition() -> Edition:
    found = editions().on("ms-drg", chosen_day() or clock.today())
    if found is None:
        raise NotFound("No edition of the MS-DRGs that holds on that day is loaded.")
    return found
