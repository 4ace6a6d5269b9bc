"""The page of one code: open to whoever has a view left, else its headings."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from itertools import groupby

from flask import (
    Response,
    after_this_request,
    current_app,
    redirect,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.access import Who, access
from app.codes import services
from app.codes.models import SYSTEMS
from app.codes.services.editions import editions
from app.codes.services.lookup import versions_of
from app.codes.views.blueprint import bp
from app.codes.views.counting import Counted, count_view
from app.codes.views.dates import chosen_day, code_url
from app.codes.views.machine import answer_in_json, is_asked_for_json
from app.codes.views.own import note_first_opening
from app.codes.views.prepared import Prepared, current_edition, guest_page, prepared_page
from app.codes.views.ranges import heading_page, range_page
from app.errors import NotFound

LONGEST_SHOWN = 40  # characters of a wrong code that are repeated to the reader


@bp.get("/codes/<system>/<code>")
@access(Who.ANYONE)
def show(system: str, code: str) -> ResponseReturnValue:
    after_this_request(_note_that_accept_decided)
    return answer_in_json(system, code) if is_asked_for_json() else _show(system, code)


def _note_that_accept_decided(response: BaseResponse) -> BaseResponse:
    response.vary.add("Accept")
    return response


def _show(system: str, code: str) -> ResponseReturnValue:
    day = chosen_day()
    edition, prepared, answer = find_page(system, code, day)
    if prepared is None:
        return answer
    if prepared.is_heading:
        return heading_page(prepared, day)
    counted = count_view(prepared.system, prepared.key)
    if counted.is_first:
        response = _first_view(edition, prepared, counted, day)
    else:
        note_first_opening(counted)
        response = Response(_page(prepared, counted, day), mimetype="text/html")
    counted.remember(response)
    return response


def find_page(
    system: str, code: str, day: date | None, suffix: str = ""
) -> tuple[Hashable, Prepared | None, ResponseReturnValue]:
    """The page a code has on a day, under its edition; else the answer that there is none.

    `suffix` is what stands behind the code in the address, where another spelling leads to it.
    """
    edition = current_edition(system, day)
    if edition is None:
        return None, None, _nothing_that_day(system, day)
    prepared = prepared_page(edition, system, code, day)
    if prepared is None:
        return edition, None, range_page(system, code, day) or _unknown(system, code, day)
    if prepared.address != code:
        asked = {n: v for n, v in request.args.items() if n != "on"} if suffix else {}
        return edition, None, redirect(code_url(system, prepared.address, suffix, **asked), 301)
    return edition, prepared, ""


def _nothing_that_day(system: str, day: date | None) -> ResponseReturnValue:
    """The system is not loaded at all, or not for so early a day."""
    loaded = editions().of(system)
    if day is None or not loaded:
        raise NotFound("There is no such code system here, or none of its editions is loaded yet.")
    return render_template(
        "codes/not_that_day.html", name=SYSTEMS[system], day=day, editions=loaded, code=""
    ), 404


def _unknown(system: str, code: str, day: date | None) -> ResponseReturnValue:
    known = versions_of(system, code)
    if known:
        return render_template(
            "codes/not_that_day.html",
            name=SYSTEMS[system],
            day=day or clock.today(),
            editions=[edition for edition, _ in known],
            code=known[0][1].shown,
            system=system,
            address=known[0][1].address,
        ), 404
    shown = code if len(code) <= LONGEST_SHOWN else code[:LONGEST_SHOWN] + "…"
    nearest = services.nearest_codes(system, code)
    return render_template("codes/unknown.html", system=system, typed=shown, nearest=nearest), 404


def _first_view(
    edition: Hashable, prepared: Prepared, counted: Counted, day: date | None
) -> Response:
    """What a guest without a cookie is shown, and so every search crawler: the same for each."""
    kept = guest_page(edition, prepared, lambda page: _page(page, counted, day))
    if kept.etag in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(kept.body, mimetype="text/html")
    response.set_etag(kept.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response


def _page(prepared: Prepared, counted: Counted, day: date | None) -> str:
    reader = counted.reader
    groups = [
        (open_, list(sections))
        for open_, sections in groupby(prepared.sections, lambda s: reader.may_read(s.gate))
    ]
    return render_template(
        "codes/show.html",
        prepared=prepared,
        groups=groups,
        verdict=counted.verdict,
        quota=counted.quota,
        day=day,
        more_views=current_app.config["FREE_CODE_VIEWS"],
        here=code_url(prepared.system, prepared.address),
    )
