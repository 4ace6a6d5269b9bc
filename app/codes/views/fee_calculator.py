"""The fee calculator: lines of a claim priced in a locality, on a page, in print and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from app import clock, limits
from app.access import Who, access
from app.codes.services.fees.claim import BILLERS_BY_KEY, PHYSICIAN, Asked, Claim, price_claim
from app.codes.services.fees.lines import LONGEST, read_lines
from app.codes.services.fees.localities import NATIONAL, Localities, localities
from app.codes.views.blueprint import bp
from app.codes.views.dates import EARLIEST, LATEST
from app.codes.views.fee_csv import spreadsheet
from app.errors import DomainError, Invalid
from app.extensions import limiter

SETTINGS = {"office": "Outside a facility (office)", "facility": "In a facility"}
BILLERS = {PHYSICIAN: "Physician", **{key: b.title for key, b in BILLERS_BY_KEY.items()}}


@dataclass(slots=True)
class Typed:
    """What was sent, kept as it was typed, with the problem of each field."""

    lines: str
    locality: str
    on: str
    setting: str
    biller: str
    problems: dict[str, str]

    def blame(self, error: DomainError, field: str = "lines") -> None:
        self.problems.setdefault(error.field or field, error.message)

    @property
    def has_lines(self) -> bool:
        return bool(self.lines.strip())

    @property
    def address(self) -> dict[str, str]:
        """The address of this claim; what is usual is left out."""
        sent = {"lines": self.lines, "locality": self.locality, "on": self.on}
        sent["setting"] = self.setting if self.setting != "office" else ""
        sent["biller"] = self.biller if self.biller != PHYSICIAN else ""
        return {name: value for name, value in sent.items() if value}


@bp.get("/codes/fee-calculator")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def fee_calculator() -> ResponseReturnValue:
    typed = _typed()
    day = _day(typed)
    places = localities(day)
    claim = _claim(typed, day, places)
    if claim is not None and request.args.get("format") == "csv":
        return _csv(claim, typed, day)
    page = render_template(
        "codes/fee_calculator.html",
        typed=typed,
        day=day,
        places=places,
        claim=claim,
        settings=SETTINGS,
        billers=BILLERS,
        longest=LONGEST,
    )
    return page, 422 if typed.problems else 200


def _typed() -> Typed:
    def sent(name: str, most: int) -> str:
        return request.args.get(name, "")[:most].replace("\x00", "").strip()

    typed = Typed(
        sent("lines", LONGEST + 1).replace("\r\n", "\n"),
        sent("locality", 120),
        sent("on", 20),
        sent("setting", 20) or "office",
        sent("biller", 20) or PHYSICIAN,
        {},
    )
    if typed.setting not in SETTINGS:
        typed.blame(Invalid("Choose where the service was done.", field="setting"))
    if typed.biller not in BILLERS:
        typed.blame(Invalid("Choose who bills the service.", field="biller"))
    return typed


def _day(typed: Typed) -> date:
    """The date of service; today where none was sent, or none that can be."""
    if not typed.on:
        return clock.today()
    try:
        day = date.fromisoformat(typed.on)
    except ValueError:
        day = date.min
    if EARLIEST <= day <= LATEST:
        return day
    typed.blame(Invalid("The date of service is written like 2024-07-15.", field="on"))
    return clock.today()


def _claim(typed: Typed, day: date, places: Localities | None) -> Claim | None:
    place = NATIONAL
    try:
        if places is not None:
            place = places.find(typed.locality)
        elif typed.locality:
            raise Invalid(
                "No edition of the localities that holds on this day is loaded: leave the field "
                "empty for national amounts.",
                field="locality",
            )
    except Invalid as error:
        typed.blame(error, "locality")
    if not typed.has_lines:
        return None
    try:
        lines = read_lines(typed.lines)
        if typed.problems:
            return None
        asked = Asked(day, place, typed.setting == "facility", typed.biller)
        return price_claim(lines, asked)
    except Invalid as error:
        typed.blame(error)
        return None


def _csv(claim: Claim, typed: Typed, day: date) -> Response:
    body = spreadsheet(claim, SETTINGS[typed.setting], BILLERS[typed.biller], day)
    response = Response(body, mimetype="text/csv")
    response.headers["Content-Disposition"] = "attachment; filename=medicare-fees.csv"
    return response
