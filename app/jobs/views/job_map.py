"""The map of a search: the same address as the list, with circles where the jobs are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import hypot, sqrt

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import limits
from app.access import Who, access
from app.extensions import limiter
from app.filters import plural
from app.jobs.services.searching.criteria import RELEVANCE, read_criteria
from app.jobs.services.searching.job_map import MILES, Spot, map_of
from app.jobs.services.searching.search import Found, find_jobs
from app.jobs.views.addresses import address, map_address
from app.jobs.views.blueprint import bp
from app.jobs.views.drawing import drawn_rows
from app.projection import HEIGHT, WIDTH, project

LARGEST, SMALLEST = 34.0, 5.0  # radius, in units of the map
SHOWN = 40  # places in the list; the others open on demand
FULL = 12  # jobs below which even the most are no large circle
NUMBERED = 13.0  # from this radius on, the number stands in the circle
HALF_A_NUMBER = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Circle:
    x: float
    y: float
    radius: float
    spot: Spot
    url: str

    @property
    def name(self) -> str:
        return f"{plural(self.spot.count, 'job')} in or near {self.spot.place.label}"

    def covers_number_of(self, other: Circle) -> bool:
        return hypot(self.x - other.x, self.y - other.y) < self.radius + HALF_A_NUMBER


@bp.get("/jobs/map")
@access(Who.ANYONE)
@limiter.limit(limits.SEARCH_PER_ADDRESS)
def job_map() -> ResponseReturnValue:
    asked = read_criteria(request.args.to_dict(flat=False))
    asked = replace(asked, page=1, sort=RELEVANCE)  # a map has neither
    if sorted(request.args.items(multi=True)) != sorted(asked.parameters()):
        return redirect(map_address(asked))
    found = find_jobs(asked)
    drawn = None if found.answer.limited else map_of(asked)
    circles = circles_of(drawn.spots) if drawn else []
    return render_template(
        "jobs/map.html",
        answer=found.answer,
        criteria=asked,
        map=drawn,
        circles=circles,
        numbered=numbered(circles),
        places=[(spot, address(spot.search)) for spot in drawn.spots] if drawn else [],
        shown=SHOWN,
        miles=MILES,
        remote_url=address(drawn.remote_search) if drawn else "",
        rows=[] if drawn else drawn_rows([*found.featured, *found.cards]),
        choices=_choices(found),
        kept=[(n, v) for n, v in asked.parameters() if n != "q"],
        list_url=address(asked),
        map_url=map_address(asked),
        width=WIDTH,
        height=HEIGHT,
    )


def circles_of(spots: tuple[Spot, ...]) -> list[Circle]:
    """An area for each number of jobs. The largest come first, so that the small lie on top."""
    most = max((FULL, *(spot.count for spot in spots)))
    circles = []
    for spot in spots:
        point = project(spot.place.state, spot.place.lat, spot.place.lng)
        if point:
            radius = round(max(SMALLEST, LARGEST * sqrt(spot.count / most)), 1)
            x, y = (round(axis, 1) for axis in point)
            circles.append(Circle(x, y, radius, spot, address(spot.search)))
    return circles


def numbered(circles: list[Circle]) -> set[Circle]:
    """Those with room for their number that no later circle lies upon."""
    return {
        circle
        for at, circle in enumerate(circles)
        if circle.radius >= NUMBERED
        and not any(later.covers_number_of(circle) for later in circles[at + 1 :])
    }


def _choices(found: Found) -> list[dict[str, str]]:
    employer = found.answer.employer
    return [
        {"kind": c.kind, "label": c.label, "address": map_address(c.without)}
        for c in found.answer.criteria.choices(employer.name if employer else "")
    ]
