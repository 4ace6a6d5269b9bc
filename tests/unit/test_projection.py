"""The flat map: north is up, areas are true, and each part has its corner."""

from __future__ import annotations

from math import cos, radians

import pytest

from app import places
from app.projection import APART, HEIGHT, MAINLAND, WIDTH, project


def at(city, state):
    place = places.find_city(city, state)
    assert place is not None
    point = project(state, place.lat, place.lng)
    assert point is not None
    return point


def test_cities_lie_where_people_expect_them():
    seattle, miami = at("Seattle", "WA"), at("Miami", "FL")
    boston, san_diego = at("Boston", "MA"), at("San Diego", "CA")
    assert seattle[0] < boston[0]
    assert seattle[1] < san_diego[1] < miami[1]
    assert at("Wichita", "KS") == pytest.approx((WIDTH / 2, HEIGHT / 2), abs=40)


def test_alaska_hawaii_and_puerto_rico_have_a_corner_each():
    anchorage, honolulu, san_juan = (
        at("Anchorage", "AK"),
        at("Honolulu", "HI"),
        at("San Juan", "PR"),
    )
    assert max(y for _, y in (anchorage, honolulu, san_juan)) < HEIGHT
    assert min(y for _, y in (anchorage, honolulu, san_juan)) > 450
    assert anchorage[0] < honolulu[0] < san_juan[0]


def test_every_zip_but_the_remotest_island_is_on_the_map():
    off = [p.name for p in places.all_zips() if project(p.state, p.lat, p.lng) is None]
    assert set(off) <= {"Wake Island"}


@pytest.mark.parametrize("lat", [26, 33, 38, 45, 49])
def test_areas_are_true(lat):
    """A small square of the globe covers as much of the map wherever it lies."""
    step = 0.01
    x0, y0 = MAINLAND.project(lat - step, MAINLAND.lng - step)
    x1, y1 = MAINLAND.project(lat + step, MAINLAND.lng + step)
    true = (2 * radians(step) * MAINLAND.scale) ** 2 * cos(radians(lat))
    assert abs((x1 - x0) * (y1 - y0)) == pytest.approx(true, rel=0.001)


@pytest.mark.parametrize(("lat", "lng"), [(0, 0), (90, 0), (-90, 180), (19.3, 166.6)])
def test_what_is_off_the_map_has_no_point(lat, lng):
    assert project("TX", lat, lng) is None


def test_the_aleutians_go_on_past_the_line_of_the_date():
    west, east = APART["AK"].project(52.9, 179.9), APART["AK"].project(52.9, -179.9)
    assert west[0] < east[0]
    assert east[0] - west[0] < 2
