"""Turns a filter tree into a query of the embedded engine."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from math import asin, cos, degrees, pi, radians, sin
from typing import Any

from search.contract import (
    All,
    AnyOf,
    Eq,
    Exists,
    Filter,
    GeoRadius,
    In,
    IndexSpec,
    Kind,
    Not,
    Range,
    Scalar,
)
from search.embedded.documents import keyword
from search.embedded.index import Clauses, value_column
from search.sphere import EARTH, metres_between

_LENIENT = 1e-6  # degrees that rounding may cost at the edge of what is looked at


class Points:
    """The distinct places a field holds, by latitude, so that a circle looks at its own band."""

    def __init__(self, values: Iterable[str]) -> None:
        self._places = sorted(_parsed(value) for value in values)
        self._latitudes = [lat for lat, _, _ in self._places]

    def inside(self, circle: GeoRadius) -> list[str]:
        return [
            value
            for lat, lng, value in self._near(circle)
            if distance(circle, lat, lng) <= circle.metres
        ]

    def _near(self, circle: GeoRadius) -> Iterator[tuple[float, float, str]]:
        """Those in the smallest box around the circle."""
        angle = circle.metres / EARTH
        height = degrees(angle) + _LENIENT
        width = 360.0
        if angle + abs(radians(circle.lat)) < pi / 2:  # no pole inside
            width = degrees(asin(sin(angle) / cos(radians(circle.lat)))) + _LENIENT
        first = bisect_left(self._latitudes, circle.lat - height)
        last = bisect_right(self._latitudes, circle.lat + height)
        for place in self._places[first:last]:
            apart = abs(place[1] - circle.lng)
            if min(apart, 360 - apart) <= width:
                yield place


def compile_filter(
    clauses: Clauses, spec: IndexSpec, condition: Filter, points: Callable[[str], Points]
) -> Any:
    """The query of a checked filter. `points` gives the distinct places a field holds.

    A circle becomes the set of places inside it: jobs share a few thousand places, and a set of
    terms stays exact under every other filter, in totals and in facets.
    """

    def compiled(part: Filter) -> Any:
        return compile_filter(clauses, spec, part, points)

    match condition:
        case All(parts):
            return clauses.all_of([compiled(part) for part in parts])
        case AnyOf(parts):
            return clauses.any_of([compiled(part) for part in parts])
        case Not(part):
            return clauses.negated(compiled(part))
        case Eq(name, value):
            return clauses.term(value_column(name), _indexed(spec, name, value))
        case In(name, values):
            return clauses.terms(value_column(name), [_indexed(spec, name, v) for v in values])
        case Range(name, low, high):
            return clauses.between(value_column(name), low, high)
        case Exists(name):
            return clauses.exists(value_column(name))
        case GeoRadius(name):
            return clauses.terms(value_column(name), points(name).inside(condition))


def _parsed(value: str) -> tuple[float, float, str]:
    lat, lng = value.split(",")
    return float(lat), float(lng), value


def distance(circle: GeoRadius, lat: float, lng: float) -> float:
    """Metres from the middle of a circle to a place, over the sphere."""
    return metres_between(circle.lat, circle.lng, lat, lng)


def _indexed(spec: IndexSpec, name: str, value: Scalar) -> Any:
    return value if spec.get(name).kind is Kind.INTEGER else keyword(value)
