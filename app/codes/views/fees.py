"""The fee of one code in every locality, with the arithmetic for the one that is chosen."""

from __future__ import annotations

from flask import current_app, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.access import Who, access
from app.codes import services
from app.codes.models import CPT, HCPCS, SYSTEMS
from app.codes.services.editions import editions
from app.codes.services.fees.localities import NATIONAL, Locality
from app.codes.services.fees.of_code import CodeFees, fees_of_code
from app.codes.services.fees.table import spread
from app.codes.views.blueprint import bp
from app.codes.views.counting import count_view
from app.codes.views.dates import chosen_day, code_url
from app.errors import Invalid, NotFound

_NOWHERE = "There is no such page: fees are of codes of HCPCS and CPT."
LONGEST = 120  # characters of a locality that are read


@bp.get("/codes/<system>/<code>/fees")
@access(Who.ANYONE)
def fees(system: str, code: str) -> ResponseReturnValue:
    day = chosen_day()
    entry = services.find_code(system, code, day) if system in (HCPCS, CPT) else None
    if entry is None or entry.is_heading:
        raise NotFound(_NOWHERE)
    if entry.address != code:
        return redirect(code_url(system, entry.address, "/fees"), 301)
    counted = count_view(system, entry.key)
    context = {"entry": entry, "system": system, "name": SYSTEMS[system], "counted": counted}
    context |= {"day": day, "here": code_url(system, entry.address, "/fees")}
    context["more_views"] = current_app.config["FREE_CODE_VIEWS"]
    if not counted.may_read("fee"):
        page = make_response(render_template("codes/fees.html", found=None, **context))
        return counted.remember(page)
    found = fees_of_code(entry.key, day or clock.today(), request.args.get("modifier", "")[:2])
    if found is None:
        raise NotFound(f"The fee schedule of that day has no row of {entry.shown}.")
    page = make_response(_open(found, context))
    return counted.remember(page)


def _open(found: CodeFees, context: dict[str, object]) -> str:
    typed = request.args.get("locality", "")[:LONGEST].replace("\x00", "").strip()
    place: Locality = NATIONAL
    problem = ""
    if found.places is not None and typed:
        try:
            place = found.places.find(typed)
        except Invalid as error:
            problem = error.message
    table = found.table()
    return render_template(
        "codes/fees.html",
        found=found,
        table=table,
        spread=spread(table),
        arithmetic=found.arithmetic(place),
        place=place,
        typed=place.typed if place.key else typed,
        problem=problem,
        editions=editions().of("pprrvu"),
        service_day=found.day,
        **context,
    )
