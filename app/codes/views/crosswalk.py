"""The crosswalk: a list of codes, typed or in a file, translated to another classification."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app import clock, limits
from app.access import Who, access
from app.codes.forms import CrosswalkForm
from app.codes.services.code_lists import MOST_BYTES, MOST_CODES, codes_typed, codes_uploaded
from app.codes.services.crosswalk import HEADINGS, ROUTES, Translation, as_rows, translate
from app.codes.services.editions import editions
from app.codes.views.blueprint import bp
from app.codes.views.dates import chosen_day
from app.csv_tables import csv_table
from app.downloads import send_csv
from app.errors import Invalid
from app.extensions import limiter

SHARED = 60  # codes that an address holds
SHOWN = 2_000  # lines on the page; the spreadsheet has all
_SPREADSHEET = "csv"


@bp.get("/codes/crosswalk")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def crosswalk() -> ResponseReturnValue:
    """What an address says: short lists, to be shared."""
    asked = request.args
    form = CrosswalkForm(
        MultiDict(
            {"route": asked.get("route", next(iter(ROUTES))), "codes": asked.get("codes", "")}
        ),
        meta={"csrf": False},
    )
    if form.route.data not in ROUTES:
        form.route.data = next(iter(ROUTES))
    try:
        codes = codes_typed(form.codes.data or "")
    except Invalid as error:
        form.blame(error)
        codes = []
    return _answer(form, _found(form, codes), asked.get("as", ""))


@bp.post("/codes/crosswalk")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def translate_list() -> ResponseReturnValue:
    """What is sent by the form: files, never stored, and lists too long for an address."""
    form = CrosswalkForm()
    if not form.validate():
        return _answer(form, None, "")
    try:
        codes = _sent(form)
    except Invalid as error:
        form.blame(error)
        return _answer(form, None, "")
    form.codes.data = "\n".join(codes)
    wants = request.form.get("as", "")
    if codes and len(codes) <= SHARED and wants != _SPREADSHEET:
        return redirect(_address(form), 303)
    return _answer(form, _found(form, codes), wants)


def _sent(form: CrosswalkForm) -> list[str]:
    upload = form.file.data
    if upload and upload.filename:
        return codes_uploaded(upload.read(MOST_BYTES + 1))
    codes = codes_typed(form.codes.data or "")
    if not codes:
        raise Invalid("Type the codes, or choose a file.", field="codes")
    return codes


def _found(form: CrosswalkForm, codes: Sequence[str]) -> Translation | None:
    if not codes:
        return None
    try:
        route = ROUTES[form.route.data]
        return translate(route, codes, editions(), chosen_day() or clock.today())
    except Invalid as error:
        form.blame(error)
        return None


def _answer(form: CrosswalkForm, found: Translation | None, wants: str) -> ResponseReturnValue:
    if found is not None and wants == _SPREADSHEET:
        content = csv_table(HEADINGS, as_rows(found))
        return send_csv(content, f"crosswalk-{found.route.id}.csv")
    rows, lines = [], 0
    for row in found.rows if found else ():
        lines += max(len(row.lines), 1)
        if lines > SHOWN:
            break
        rows.append(row)
    status = 422 if form.problems() else 200
    return render_template(
        "codes/crosswalk.html",
        form=form,
        found=found,
        rows=rows,
        most=MOST_CODES,
        on=request.args.get("on", ""),
    ), status


def _address(form: CrosswalkForm) -> str:
    asked = {"route": form.route.data, "codes": " ".join((form.codes.data or "").split())}
    if on := request.args.get("on"):
        asked["on"] = on
    return f"/codes/crosswalk?{urlencode(asked)}"
