"""The picture of the country is drawn from the places alone, the same each time."""

from __future__ import annotations

import re

from lxml import etree

from app import gazetteer, places
from app.backdrop import drawn
from app.places import Place


def dots(svg):
    return svg.count("h0")


def test_towns_near_each_other_have_land_between_them_and_far_ones_do_not():
    one, near, far = (Place("A", "OH", 40.0, lng, "1") for lng in (-83.0, -82.5, -80.0))
    between = dots(drawn([one, near]))
    assert between >= 1
    assert dots(drawn([one, far])) <= between


def test_nothing_is_drawn_from_nothing():
    assert dots(drawn([])) == 0
    assert dots(drawn([Place("Wake Island", "HI", 19.28, 166.64, "96898")])) == 0


def test_the_order_of_the_places_does_not_matter():
    found = list(places.all_zips())[::200]
    assert drawn(found) == drawn(found[::-1])


def test_the_picture_we_ship_is_small_plain_and_of_these_places():
    content = gazetteer.PICTURE.read_bytes()
    assert len(content) < 60_000
    root = etree.fromstring(content)
    assert {etree.QName(e).localname for e in root.iter()} == {"svg", "g", "path", "text"}
    assert re.search(rb"style|script|href|on\w+=", content) is None
    assert b">TX</text>" in content
    assert dots(content.decode()) > 4_000
