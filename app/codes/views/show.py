"""The page of one code: open to whoever has a view left, else its headings."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.access import Who, access
from app.codes import services
from app.codes.services.allowance import (
    Quota,
    Verdict,
    account_reader,
    guest_reader,
    view_code,
    views_left,
)
from app.codes.views import guests
from app.codes.views.blueprint import bp
from app.codes.views.prepared import Prepared, current_edition, guest_page, prepared_page
from app.errors import NotFound, NotPermitted
from app.extensions import db

LONGEST_SHOWN = 40  # characters of a wrong code that are repeated to the reader


@bp.get("/codes/<system>/<code>")
@access(Who.ANYONE)
def show(system: str, code: str) -> ResponseReturnValue:
    edition = current_edition(system)
    if edition is None:
        raise NotFound("There is no such code system here, or none of its editions is loaded yet.")
    prepared = prepared_page(edition, system, code)
    if prepared is None:
        return _unknown(system, code)
    if prepared.address != code:
        return redirect(url_for("codes.show", system=system, code=prepared.address), 301)
    if prepared.is_heading:
        return render_template("codes/heading.html", prepared=prepared)
    if "prefetch" in _purpose():
        # Fetched ahead, the page may never be read. Refused, the browser asks again on a click.
        raise NotPermitted("This page is counted when it is read, and is not sent ahead of that.")
    if current_user.is_authenticated:
        return _for_account(prepared)
    return _for_guest(edition, prepared)


def _purpose() -> str:
    headers = request.headers
    return (
        f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Moz', '')}"
    )


def _unknown(system: str, code: str) -> ResponseReturnValue:
    shown = code if len(code) <= LONGEST_SHOWN else code[:LONGEST_SHOWN] + "…"
    nearest = services.nearest_codes(system, code)
    return render_template("codes/unknown.html", system=system, typed=shown, nearest=nearest), 404


def _for_account(prepared: Prepared) -> ResponseReturnValue:
    reader = account_reader(current_user.id)
    quota = _quota("FREE_CODE_VIEWS")
    if request.method == "HEAD":
        return _page(prepared, views_left(reader, quota), quota)
    verdict = view_code(reader, prepared.system, prepared.key, quota)
    if verdict.recorded:
        db.session.commit()
    return _page(prepared, verdict, quota)


def _for_guest(edition: Hashable, prepared: Prepared) -> ResponseReturnValue:
    quota = _quota("GUEST_CODE_VIEWS")
    guest = guests.known_guest(quota.period)
    if request.method == "HEAD" or (guest is None and not quota.views):
        return _page(prepared, Verdict(False, 0, None), quota)
    if guest is None:
        response = _first_view(edition, prepared, quota)
        guests.remember_guest(response, prepared.system, prepared.key, quota.period)
        return response
    same = (guest.first.system, guest.first.key) == (prepared.system, prepared.key)
    if same and quota.views == 1:
        return _first_view(edition, prepared, quota)
    verdict = view_code(
        guest_reader(guest.id), prepared.system, prepared.key, quota, first=guest.first
    )
    if verdict.recorded:
        db.session.commit()
    return _page(prepared, verdict, quota)


def _first_view(edition: Hashable, prepared: Prepared, quota: Quota) -> Response:
    """What a guest without a cookie is shown, and so every search crawler: the same for each."""
    verdict = Verdict(True, quota.views - 1, None)
    kept = guest_page(edition, prepared, lambda page: _page(page, verdict, quota))
    if kept.etag in request.if_none_match:
        response = Response(status=304)
    else:
        response = Response(kept.body, mimetype="text/html")
    response.set_etag(kept.etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response


def _page(prepared: Prepared, verdict: Verdict, quota: Quota) -> str:
    return render_template(
        "codes/show.html",
        prepared=prepared,
        verdict=verdict,
        quota=quota,
        more_views=current_app.config["FREE_CODE_VIEWS"],
        here=f"/codes/{prepared.system}/{prepared.address}",
    )


def _quota(setting: str) -> Quota:
    config = current_app.config
    return Quota(config[setting], timedelta(days=config["CODE_VIEW_DAYS"]))
