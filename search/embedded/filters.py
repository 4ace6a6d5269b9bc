"""Turns a filter tree into a query of the embedded engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import asin, cos, radians, sin, sqrt
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

EARTH = 6_371_008.8  # metres, mean radius

Points = Callable[[str], Iterable[str]]


def compile_filter(clauses: Clauses, spec: IndexSpec, condition: Filter, points: Points) -> Any:
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
            inside = [p for p in points(name) if distance(condition, p) <= condition.metres]
            return clauses.terms(value_column(name), inside)


def distance(circle: GeoRadius, point: str) -> float:
    """Metres from the middle of a circle to an indexed place, over the sphere."""
    lat, lng = map(float, point.split(","))
    half_lat = radians(lat - circle.lat) / 2
    half_lng = radians(lng - circle.lng) / 2
    root = sin(half_lat) ** 2 + cos(radians(lat)) * cos(radians(circle.lat)) * sin(half_lng) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, root)))


def _indexed(spec: IndexSpec, name: str, value: Scalar) -> Any:
    return value if spec.get(name).kind is Kind.INTEGER else keyword(value)
