"""Distances on the earth, measured in one way by the engines and by the site."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH = 6_371_008.8  # metres, mean radius
METRES_A_MILE = 1_609.344


def metres_between(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Metres between two places given in degrees, over the sphere."""
    half_lat = radians(other_lat - lat) / 2
    half_lng = radians(other_lng - lng) / 2
    root = sin(half_lat) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(half_lng) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, root)))
