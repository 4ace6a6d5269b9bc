"""The places of the embedded engine that lie inside a circle, wherever on the earth it is."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.contract import GeoRadius
from search.embedded.documents import point
from search.embedded.filters import Points, distance

LATITUDES = st.floats(-90, 90).map(lambda value: round(value, 4))
LONGITUDES = st.floats(-180, 180).map(lambda value: round(value, 4))
SPOTS = st.lists(st.tuples(LATITUDES, LONGITUDES), max_size=30)
RADII = st.integers(0, 21_000_000)  # metres; half the earth around is 20,015 km


@given(SPOTS, LATITUDES, LONGITUDES, RADII)
@example([(0.0, 179.9), (0.0, -179.9)], 0.0, 180.0, 20_000)
@example([(89.9, 10.0), (89.9, -170.0)], 89.9, 10.0, 30_000)
@example([(-90.0, 0.0)], -89.99, 120.0, 2_000)
@example([(32.7767, -96.797)], 32.7767, -96.797, 0)
def test_a_circle_holds_exactly_what_is_near_enough(
    spots: list[tuple[float, float]], lat: float, lng: float, metres: int
):
    circle = GeoRadius("place", lat, lng, metres)
    values = {point({"lat": north, "lng": east}) for north, east in spots}

    inside = Points(values).inside(circle)

    near = [value for value in values if distance(circle, *map(float, value.split(","))) <= metres]
    assert sorted(inside) == sorted(near)


def test_a_place_is_as_far_as_on_the_earth():
    dallas = GeoRadius("place", 32.7767, -96.797, 0)

    assert distance(dallas, 29.7604, -95.3698) == pytest.approx(362_000, rel=0.01)  # Houston
