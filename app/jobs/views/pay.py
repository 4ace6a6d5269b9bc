"""What coding jobs pay, for everyone to read, and how one listing compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import limits, taxonomy
from app.access import Who, access
from app.extensions import limiter
from app.filters import money
from app.jobs.services.pay.pay_insight import (
    DIMENSIONS,
    LEAST,
    Comparison,
    Figures,
    Groups,
    comparison,
    pay_by,
    pay_of,
)
from app.jobs.services.pay.pay_postings import PIECES, TIME, YEAR, Postings, postings_of_the_year
from app.jobs.services.pay.pay_scale import SCALE_CENTS
from app.jobs.services.public import Page
from app.jobs.views.blueprint import bp

NARROWED_BY = ("credential", "state")
PER = {"hour": "an hour", "year": "a year"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is asked for; whatever cannot be understood is left out."""

    by: str
    per: str
    chosen: Mapping[str, str]

    @property
    def groups(self) -> Groups:
        return frozenset(self.chosen.items())

    def address(self, **changed: str) -> str:
        """The one address of it, changed as said; an empty value leaves a choice out."""
        wanted = {**self.chosen, "by": self.by, "per": self.per, **changed}
        return _address([(name, wanted.get(name, "")) for name in (*NARROWED_BY, "by", "per")])

    @property
    def words(self) -> str:
        return ", ".join(DIMENSIONS[name].values[value] for name, value in self.chosen.items())


@dataclass(frozen=True, slots=True)
class Spread:
    """Where a group's pay lies on the scale of all listings, in per cent of its width."""

    least: float
    lower: float
    median: float
    upper: float
    most: float


@dataclass(frozen=True, slots=True)
class Line:
    """A group as the page shows it."""

    label: str
    address: str  # of the page narrowed to it; empty where that is not offered
    is_chosen: bool
    postings: int
    employers: int
    typical: str
    half: str
    median: str
    ends: str
    spread: Spread | None


@dataclass(frozen=True, slots=True)
class Compared:
    """The sentence on a listing's page, and where its figures are."""

    count: int
    words: str
    half: str
    per: str
    address: str


@bp.get("/pay")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def pay_insight() -> ResponseReturnValue:
    asked = _asked()
    canonical = asked.address()
    if request.full_path.rstrip("?") != canonical:
        return redirect(canonical)
    postings = _postings()
    total = pay_of(postings, asked.groups)
    return render_template(
        "jobs/pay_insight.html",
        asked=asked,
        dimensions=DIMENSIONS,
        narrowed_by=[DIMENSIONS[name] for name in NARROWED_BY],
        per=PER,
        least=LEAST,
        since=postings.now - YEAR,
        until=postings.now,
        has_samples=_has_samples(),
        total=_line("All of these", total, asked) if total else None,
        lines=_lines(postings, asked, TIME) if total else [],
        pieces=_pieces(postings, asked),
        hours=taxonomy.HOURS_A_YEAR,
        canonical=current_app.config["BASE_URL"] + canonical,
    )


def compared(page: Page) -> Compared | None:
    """How the listing of a page compares with others like it, in the unit it is paid by."""
    if not page.compared_within or page.closed_at is not None:
        return None
    found: Comparison | None = comparison(_postings(), page.compared_within)
    if found is None:
        return None
    per = page.paid_per
    chosen = {name: value for name, value in found.groups if name in NARROWED_BY}
    return Compared(
        found.figures.postings,
        found.words,
        _range(found.figures.lower, found.figures.upper, per),
        PER[per],
        Asked("credential", per, chosen).address(),
    )


def _postings() -> Postings:
    return postings_of_the_year(with_samples=_has_samples())


def _has_samples() -> bool:
    """The invented employer's listings count where the site is only tried out."""
    return bool(current_app.config["ENVIRONMENT"] == "development")


def _asked() -> Asked:
    given = request.args
    chosen = {
        name: given[name] for name in NARROWED_BY if given.get(name) in DIMENSIONS[name].values
    }
    by, per = given.get("by", ""), given.get("per", "")
    return Asked(by if by in DIMENSIONS else "credential", per if per in PER else "hour", chosen)


def _address(parameters: Sequence[tuple[str, str]]) -> str:
    usual = {("by", "credential"), ("per", "hour")}
    query = urlencode([(n, v) for n, v in parameters if v and (n, v) not in usual])
    return f"/pay?{query}" if query else "/pay"


def _lines(postings: Postings, asked: Asked, basis: str) -> list[Line]:
    narrows = basis == TIME and asked.by in NARROWED_BY
    return [
        _line(
            row.label,
            row.figures,
            asked,
            basis,
            address=asked.address(**{asked.by: row.value}) if narrows else "",
            is_chosen=asked.chosen.get(asked.by) == row.value,
        )
        for row in pay_by(postings, asked.by, asked.groups, basis)
    ]


def _pieces(postings: Postings, asked: Asked) -> list[tuple[str, list[Line]]]:
    """A table for each unit of which enough is known: all of them, then by group."""
    found = []
    for unit in PIECES:
        total = pay_of(postings, asked.groups, unit)
        if total:
            lines = [_line("All of these", total, asked, unit), *_lines(postings, asked, unit)]
            found.append((taxonomy.PAY_UNITS[unit], lines))
    return found


def _line(
    label: str,
    figures: Figures,
    asked: Asked,
    basis: str = TIME,
    *,
    address: str = "",
    is_chosen: bool = False,
) -> Line:
    per = asked.per if basis == TIME else basis
    return Line(
        label,
        address,
        is_chosen,
        figures.postings,
        figures.employers,
        _range(figures.low, figures.high, per),
        _range(figures.lower, figures.upper, per),
        _amount(figures.median, per),
        _range(figures.least, figures.most, per),
        _spread(figures) if basis == TIME else None,
    )


def _range(low: int, high: int, per: str) -> str:
    return " to ".join(dict.fromkeys((_amount(low, per), _amount(high, per))))


def _amount(cents: int, per: str) -> str:
    """From cents a year for an hour or a year, in whole dollars a year; a piece as it is."""
    if per == "hour":
        return money(round(cents / taxonomy.HOURS_A_YEAR))
    return money(round(cents / 100) * 100) if per == "year" else money(cents)


def _spread(figures: Figures) -> Spread:
    cents = (figures.least, figures.lower, figures.median, figures.upper, figures.most)
    return Spread(*(round(min(100 * each / SCALE_CENTS, 100), 1) for each in cents))
