"""The page of one code: open to whoever has a view left, else its headings."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date, timedelta
from itertools import groupby

from flask import Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app import clock
from app.access import Who, access
from app.codes import services
from app.codes.models import SYSTEMS
from app.codes.services.allowance import (
    Quota,
    Verdict,
    account_reader,
    guest_reader,
    view_code,
    views_left,
)
from app.codes.services.editions import editions
from app.codes.services.gates import Reader
from app.codes.services.lookup import versions_of
from app.codes.views import guests
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day, code_url
from app.codes.views.prepared import Prepared, current_edition, guest_page, prepared_page
from app.errors import NotFound, NotPermitted
from app.extensions import db

LONGEST_SHOWN = 40  # characters of a wrong code that are repeated to the reader


@bp.get("/codes/<system>/<code>")
@access(Who.ANYONE)
def show(system: str, code: str) -> ResponseReturnValue:
    day = chosen_day()
    edition = current_edition(system, day)
    if edition is None:
        return _nothing_that_day(system, day)
    prepared = prepared_page(edition, system, code, day)
    if prepared is None:
        return _unknown(system, code, day)
    if prepared.address != code:
        return redirect(code_url(system, prepared.address), 301)
    if prepared.is_heading:
        return render_template(
            "codes/heading.html", prepared=prepared, day=day, action=request.path
        )
    if "prefetch" in _purpose():
        # Fetched ahead, the page may never be read. Refused, the browser asks again on a click.
        raise NotPermitted("This page is counted when it is read, and is not sent ahead of that.")
    if current_user.is_authenticated:
        return _for_account(prepared, day)
    return _for_guest(edition, prepared, day)


def _nothing_that_day(system: str, day: date | None) -> ResponseReturnValue:
    """The system is not loaded at all, or not for so early a day."""
    loaded = editions().of(system)
    if day is None or not loaded:
        raise NotFound("There is no such code system here, or none of its editions is loaded yet.")
    return render_template(
        "codes/not_that_day.html", name=SYSTEMS[system], day=day, editions=loaded, code=""
    ), 404


def _purpose() -> str:
    headers = request.headers
    return (
        f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Moz', '')}"
    )


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


def _for_account(prepared: Prepared, day: date | None) -> ResponseReturnValue:
    reader = account_reader(current_user.id)
    quota = _quota("FREE_CODE_VIEWS")
    if request.method == "HEAD":
        return _page(prepared, views_left(reader, quota), quota, day)
    verdict = view_code(reader, prepared.system, prepared.key, quota)
    if verdict.recorded:
        db.session.commit()
    return _page(prepared, verdict, quota, day)


def _for_guest(edition: Hashable, prepared: Prepared, day: date | None) -> ResponseReturnValue:
    quota = _quota("GUEST_CODE_VIEWS")
    guest = guests.known_guest(quota.period)
    if request.method == "HEAD" or (guest is None and not quota.views):
        return _page(prepared, Verdict(False, 0, None), quota, day)
    if guest is None:
        response = _first_view(edition, prepared, quota, day)
        guests.remember_guest(response, prepared.system, prepared.key, quota.period)
        return response
    same = (guest.first.system, guest.first.key) == (prepared.system, prepared.key)
    if same and quota.views == 1:
        return _first_view(edition, prepared, quota, day)
    verdict = view_code(
        guest_reader(guest.id), prepared.system, prepared.key, quota, first=guest.first
    )
    if verdict.recorded:
        db.session.commit()
    return _page(prepared, verdict, quota, day)


def _first_view(edition: Hashable, prepared: Prepared, quota: Quota, day: date | None) -> Response:
    """What a guest without a cookie is shown, and so every search crawler: the same for each."""
    verdict = Verdict(True, quota.views - 1, None)
    kept = guest_page(edition, prepared, lambda page: _page(page, verdict, quota, day))
    if kept.etag in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(kept.body, mimetype="text/html")
    response.set_etag(kept.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response


def _page(prepared: Prepared, verdict: Verdict, quota: Quota, day: date | None) -> str:
    reader = Reader(
        has_view=verdict.is_open,
        has_account=current_user.is_authenticated,
        has_plan=current_user.is_authenticated and current_user.is_operator,
    )
    groups = [
        (open_, list(sections))
        for open_, sections in groupby(prepared.sections, lambda s: reader.may_read(s.gate))
    ]
    return render_template(
        "codes/show.html",
        prepared=prepared,
        groups=groups,
        verdict=verdict,
        quota=quota,
        day=day,
        action=f"/codes/{prepared.system}/{prepared.address}",
        more_views=current_app.config["FREE_CODE_VIEWS"],
        here=code_url(prepared.system, prepared.address),
    )


def _quota(setting: str) -> Quota:
    config = current_app.config
    return Quota(config[setting], timedelta(days=config["CODE_VIEW_DAYS"]))
