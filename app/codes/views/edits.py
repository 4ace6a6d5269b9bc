"""The page of all NCCI edits of a code: opened and counted as the code's own page is."""

from __future__ import annotations

from flask import Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.models import CPT, HCPCS
from app.codes.services.gates import gates
from app.codes.services.reference.edit_lists import EditList, edits_of
from app.codes.services.reference.edits import NCCI, PTP_SETTINGS
from app.codes.views.blueprint import bp
from app.codes.views.counting import count_view
from app.codes.views.dates import chosen_day, code_url
from app.codes.views.prepared import Prepared
from app.codes.views.show import find_page
from app.csv_tables import csv_table
from app.downloads import send_csv
from app.errors import Invalid, NotFound
from app.extensions import limiter

SETTINGS = {kind.removeprefix("ptp-"): name for kind, name in PTP_SETTINGS.items()}
_HEADINGS = (
    "Setting", "Edition", "Column 1", "Column 2", "Modifier indicator", "Meaning",
    "Effective", "Deletion", "Rationale",
)  # fmt: skip


@bp.get("/codes/<system>/<code>/edits")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def edits(system: str, code: str) -> ResponseReturnValue:
    day, (setting, column) = chosen_day(), _chosen_list()
    prepared, answer = _code(system, code, "/edits")
    if prepared is None:
        return answer
    counted = count_view(prepared.system, prepared.key)
    is_open = counted.may_read(NCCI.id)
    found = None
    if is_open:
        page = request.args.get("page", 1, type=int)
        found = edits_of(prepared.key, setting, column, day or clock.today(), page=page)
    response = Response(
        render_template(
            "codes/edits.html",
            prepared=prepared,
            found=found,
            setting=setting,
            column=column,
            settings=SETTINGS,
            day=day,
            action=request.path,
            gate=gates()[NCCI.id],
            verdict=counted.verdict,
            quota=counted.quota,
            more_views=current_app.config["FREE_CODE_VIEWS"],
            more=lambda number: code_url(
                system, code, "/edits", setting=setting, column=column, page=number
            ),
            here=code_url(system, code, "/edits", setting=setting, column=column),
        ),
        mimetype="text/html",
    )
    return counted.remember(response)


@bp.get("/codes/<system>/<code>/edits.csv")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def edits_csv(system: str, code: str) -> ResponseReturnValue:
    day, (setting, column) = chosen_day(), _chosen_list()
    prepared, answer = _code(system, code, "/edits.csv")
    if prepared is None:
        return answer
    counted = count_view(prepared.system, prepared.key)
    if not counted.may_read(NCCI.id):
        return redirect(code_url(system, code, "/edits", setting=setting, column=column))
    found = edits_of(prepared.key, setting, column, day or clock.today(), whole=True)
    if found.edition is None:
        raise NotFound("No edition of these edits that holds on the day is loaded.")
    name = f"ncci-{setting}-{prepared.address}-column-{column}.csv"
    return counted.remember(send_csv(_table(prepared.address, found), name))


def _chosen_list() -> tuple[str, int]:
    setting = request.args.get("setting", "practitioner")
    column = request.args.get("column", "1")
    if setting not in SETTINGS:
        raise Invalid("The setting is practitioner or hospital.")
    if column not in ("1", "2"):
        raise Invalid("The column is 1 or 2.")
    return setting, int(column)


def _code(system: str, code: str, suffix: str) -> tuple[Prepared | None, ResponseReturnValue]:
    if system not in (CPT, HCPCS):
        raise NotFound("NCCI edits are of CPT and HCPCS codes.")
    _, prepared, answer = find_page(system, code, chosen_day(), suffix)
    if prepared is not None and prepared.is_heading:
        raise NotFound("NCCI edits are of single codes, not of sections.")
    return prepared, answer


def _table(code: str, found: EditList) -> str:
    rows = []
    for row in found.pairs:
        pair = (code, row.other.code) if found.column == 1 else (row.other.code, code)
        rows.append(
            (
                SETTINGS[found.setting],
                found.edition.name if found.edition else "",
                *pair,
                str(row.indicator),
                row.indicator_means,
                row.effective or "",
                row.deletion or "",
                row.rationale,
            )
        )
    return csv_table(_HEADINGS, rows)
