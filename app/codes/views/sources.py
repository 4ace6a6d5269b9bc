"""Where the reference comes from, and the places of service."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Who, access
from app.codes.services import places, provenance
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day


@bp.get("/codes/sources")
@access(Who.ANYONE)
def sources() -> ResponseReturnValue:
    loaded, missing = provenance.sources(clock.today())
    return render_template(
        "codes/sources.html", loaded=loaded, missing=missing, overdue=provenance.overdue(loaded)
    )


@bp.get("/codes/place-of-service")
@access(Who.ANYONE)
def place_of_service() -> ResponseReturnValue:
    chosen = chosen_day()
    edition, found = places.places_on(chosen or clock.today())
    return render_template(
        "codes/place_of_service.html",
        edition=edition,
        places=found,
        day=chosen,
        action=request.path,
    )
