"""The United States on a flat map: Albers' equal-area projection, three parts of it set closer.

A cone that cuts the globe at two parallels keeps areas true. Alaska, Hawaii and Puerto Rico have
cones of their own and stand in the empty corners, Alaska smaller and Puerto Rico larger.
https://pubs.usgs.gov/pp/1395/report.pdf, pages 98 to 103, gives the formulas for a sphere.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin, sqrt

WIDTH, HEIGHT = 960, 600


@dataclass(frozen=True, slots=True)
class Cone:
    """One part of the map: where it is cut, what lies in its middle, and where that is drawn."""

    south: float  # the two parallels, degrees
    north: float
    lat: float  # the middle, degrees
    lng: float
    scale: float  # units for a radian
    x: float
    y: float

    def project(self, lat: float, lng: float) -> tuple[float, float]:
        n = (sin(radians(self.south)) + sin(radians(self.north))) / 2
        c = cos(radians(self.south)) ** 2 + 2 * n * sin(radians(self.south))
        rho = sqrt(max(c - 2 * n * sin(radians(lat)), 0.0)) / n
        middle = sqrt(c - 2 * n * sin(radians(self.lat))) / n
        # The Aleutians go on beyond the line where the date changes.
        theta = n * radians((lng - self.lng + 180) % 360 - 180)
        return (
            self.x + self.scale * rho * sin(theta),
            self.y - self.scale * (middle - rho * cos(theta)),
        )


MAINLAND = Cone(29.5, 45.5, 38.0, -96.0, 1_240, 490, 300)
APART = {
    "AK": Cone(55.0, 65.0, 62.0, -152.0, 400, 130, 540),
    "HI": Cone(8.0, 18.0, 20.5, -157.5, 1_240, 320, 548),
    "PR": Cone(8.0, 18.0, 18.2, -66.4, 1_900, 880, 560),
}


def project(state: str, lat: float, lng: float) -> tuple[float, float] | None:
    """Where a point of a state lies on the map, from the upper left; None off its edges."""
    x, y = APART.get(state, MAINLAND).project(lat, lng)
    return (x, y) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None
