"""Places by name and by ZIP: what people type is understood, and what is no place is left alone."""

from __future__ import annotations

import threading
import time

import pytest

from app import places
from app.places import Place, begin_with, find_city, find_zip, leading_place, read_place
from app.taxonomy import CODE_SETS, CREDENTIALS, ROLES, SETTINGS, SPECIALTIES, STATES, TOOLS

HOSTILE = [
    "",
    " ",
    ",",
    "\x00",
    "\x00" * 500,
    "\r\n\t",
    "St. Louis\x00, MO\x00" * 50,
    "a" * 1_000_000,
    "1" * 1_000_000,
    "st " * 100_000,
    "\u0666\u0663\u0661\u0660\u0661",  # digits of another script
    "\uff16\uff13\uff11\uff10\uff11",
    "\ufdfa" * 10_000,  # one letter that becomes eighteen
    "\u0301" * 10_000,
    "'; DROP TABLE job; --",
    "<script>",
    "%00",
    "\ud800",
    "63101\t",
    "6310\t1",
    "00000",
    "-1",
]


def label(place: Place | None) -> str:
    return place.label if place else ""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("63101", "63101 St. Louis, MO"),
        (" 63101 ", "63101 St. Louis, MO"),
        ("63101-1234", "63101 St. Louis, MO"),
        ("63101 1234", "63101 St. Louis, MO"),
        ("63101 St. Louis, MO", "63101 St. Louis, MO"),
        ("St. Louis, MO 63101", "63101 St. Louis, MO"),
        ("St. Louis, MO", "St. Louis, MO"),
        ("st louis mo", "St. Louis, MO"),
        ("St.Louis,MO", "St. Louis, MO"),
        ("Saint Louis Missouri", "St. Louis, MO"),
        ("SAINT LOUIS, MISSOURI, USA", "St. Louis, MO"),
        ("Ft Worth", "Fort Worth, TX"),
        ("Mt. Vernon, NY", "Mount Vernon, NY"),
        ("E St Louis", "East St. Louis, IL"),
        ("N Hollywood CA", "North Hollywood, CA"),
        ("Cañon City, CO", "Canon City, CO"),
        ("coeur d'alene id", "Coeur d'Alene, ID"),
        ("O Fallon, MO", "O'Fallon, MO"),
        ("ofallon mo", "O'Fallon, MO"),
        ("mc kinney tx", "McKinney, TX"),
        ("Winston Salem", "Winston-Salem, NC"),
        ("King of Prussia, PA", "King of Prussia, PA"),
        ("Washington, D.C.", "Washington, DC"),
        ("Washington", "Washington, DC"),
        ("New York", "New York, NY"),
        ("nyc", "New York, NY"),
        ("Queens, NY", "Queens, NY"),
        ("San Juan, PR", "San Juan, PR"),
        ("Portland", "Portland, OR"),
        ("Mobile", "Mobile, AL"),
    ],
)
def test_a_place_is_read_however_it_is_written(typed, expected):
    assert label(read_place(typed)) == expected


@pytest.mark.parametrize(
    "typed", ["Texas", "MO", "Oregon", "West Virginia", "Nowhere, TX", "Texas, MO", "99999", "1234"]
)
def test_what_is_no_place_is_not_read(typed):
    assert read_place(typed) is None


def test_a_name_of_several_cities_is_the_one_with_the_most_residents():
    assert label(read_place("springfield")).startswith("Springfield, ")
    assert label(read_place("columbus")) == "Columbus, OH"
    assert label(read_place("columbus ga")) == "Columbus, GA"


@pytest.mark.parametrize("typed", HOSTILE)
def test_nothing_that_is_typed_does_harm(typed):
    began = time.perf_counter()
    assert read_place(typed) is None or len(typed) <= places.LONGEST_NAME
    assert find_zip(typed) is None
    assert find_city(typed, "MO") is None or typed.startswith("St. Louis")
    assert find_city("St. Louis", typed) is None
    assert leading_place([typed]) is None or typed.strip().isdigit()
    assert leading_place(typed.split()[:50]) is None or typed.startswith(("St. Louis", "63101"))
    assert len(begin_with(typed, 5)) <= 5
    assert time.perf_counter() - began < 1


def test_a_zip_has_its_own_point_and_its_city():
    place = find_zip("63101")
    assert place is not None
    assert place.label == "63101 St. Louis, MO"
    assert place.lat == pytest.approx(38.631, abs=0.01)
    assert place.lng == pytest.approx(-90.193, abs=0.01)


def test_zips_that_only_one_source_knows_are_found():
    assert label(find_zip("73301")) == "73301 Austin, TX"  # the tax office: no area of its own
    assert label(find_zip("00601")) == "00601 Puerto Rico, PR"
    assert label(find_zip("00901")) == "00901 San Juan, PR"


def test_military_and_foreign_zips_are_not_there():
    assert find_zip("09007") is None
    assert find_zip("96960") is None


def test_a_city_is_found_by_code_and_by_name_of_its_state():
    assert find_city("St. Louis", "MO") == find_city("saint louis", "missouri")
    assert find_city("New York City", "NY") == find_city("New York", "new york")
    assert find_city("St. Louis", "XX") is None
    assert find_city("St. Louis", "") is None
    assert find_city("", "MO") is None


def test_labels_are_read_back_as_what_they_name():
    for typed in ("63101", "Ft. Worth, TX", "Coeur d'Alene, ID", "00601", "Washington, DC"):
        place = read_place(typed)
        assert place is not None
        assert read_place(place.label) == place


def test_every_city_and_every_zip_is_found_under_its_own_name():
    cities = list(places.all_cities())
    assert len(cities) > 29_000
    for city in cities[::17]:
        assert find_city(city.place.name, city.place.state) == city.place
    for place in list(places.all_zips())[::17]:
        assert find_zip(place.zip) == place


def test_all_are_in_states_we_know_and_on_the_map():
    found = [city.place for city in places.all_cities()] + list(places.all_zips())
    assert {place.state for place in found} == set(STATES)
    elsewhere = [p.name for p in found if not (13 < p.lat < 72 and -180 <= p.lng < -60)]
    assert set(elsewhere) == {"Wake Island"}  # its post office is Honolulu's


@pytest.mark.parametrize(
    ("typed", "expected", "used"),
    [
        ("63101 coder", "63101 St. Louis, MO", 1),
        ("St. Louis, MO remote", "St. Louis, MO", 3),
        ("st louis mo coder", "St. Louis, MO", 3),
        ("St. Louis coder", "St. Louis, MO", 2),
        ("san antonio , tx", "San Antonio, TX", 4),
        ("kansas city missouri cpc", "Kansas City, MO", 3),
        ("Kansas City", "Kansas City, MO", 2),
        ("Houston, TX 77002 auditor", "77002 Houston, TX", 3),
        ("Houston, TX 63101", "Houston, TX", 2),
        ("Spokane, WA 99202", "99202 Spokane, WA", 3),
        ("new york ny", "New York, NY", 3),
        ("New York City", "New York, NY", 3),
        ("washington dc", "Washington, DC", 2),
        ("Mobile, AL", "Mobile, AL", 2),
        ("mobile al", "Mobile, AL", 2),
        ("independence mo", "Independence, MO", 2),
        ("salem or", "Salem, OR", 2),
        ("Bend, OR", "Bend, OR", 2),
        ("Columbus, in", "Columbus, IN", 2),
        ("columbus IN", "Columbus, IN", 2),
        ("cleveland coder", "Cleveland, OH", 1),
        ("Winston-Salem", "Winston-Salem, NC", 1),
    ],
)
def test_a_search_may_begin_with_a_place(typed, expected, used):
    found = leading_place(typed.split())
    assert found is not None
    assert (found[0].label, found[1]) == (expected, used)


@pytest.mark.parametrize(
    "typed",
    [
        "coder houston",
        "99213",  # a visit, before it is a ZIP
        "99202 established",
        "springfield",  # there are too many
        "charleston",
        "remote",
        "remote or hybrid",
        "Remote, OR",
        "remote oregon",
        "mobile",
        "reading",
        "epic",
        "code",
        "auditor",
        "coder",
        "independence",
        "surgery",
        "vista",
        "new york",  # the state as well as the city
        "washington",
        "texas",
        "Texas, Florida, New York",
        "florida new york",
        "delaware ohio",
        "or",
        "in",
        "cleveland clinic",
        "houston methodist",
        "los angeles county",
        "boston children's hospital",
    ],
)
def test_a_search_that_means_something_else_does_not_begin_with_a_place(typed):
    assert leading_place(typed.split()) is None


def test_no_word_of_the_trade_is_taken_for_a_place():
    groups = (CREDENTIALS, ROLES, SETTINGS, SPECIALTIES, CODE_SETS, TOOLS)
    labels = [getattr(entry, "label", entry) for group in groups for entry in group.values()]
    for phrase in [*labels, *(name.name for name in CREDENTIALS.values())]:
        words = phrase.split()
        for at in range(len(words)):
            assert leading_place(words[at:]) is None, phrase


def test_a_list_of_everyday_names_is_not_longer_than_needed():
    for name in places.EVERYDAY:
        assert name == places.key_of(name)
        assert places.EVERYDAY[name]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("s", "San Antonio, TX"),
        ("st", "St. Louis, MO"),
        ("st. l", "St. Louis, MO"),
        ("saint lou", "St. Louis, MO"),
        ("ft", "Fort Worth, TX"),
        ("Ft W", "Fort Worth, TX"),
        ("new", "New York, NY"),
        ("springfield, m", "Springfield, MA"),
        ("springfield, MO", "Springfield, MO"),
        ("springfield mo", "Springfield, MO"),
        ("kansas city, k", "Kansas City, KS"),
        ("nyc", "New York, NY"),
        ("631", "63101 St. Louis, MO"),
        ("63105", "63105 St. Louis, MO"),
    ],
)
def test_the_beginning_of_a_place_is_completed(typed, first):
    assert begin_with(typed, 6)[0].label == first


def test_suggestions_are_as_many_as_asked_for_and_each_once():
    for typed in ("s", "st", "san", "63"):
        found = begin_with(typed, 8)
        assert len(found) == len(set(found)) == 8
    assert begin_with("1", 8) == []
    assert begin_with("zzzz", 8) == []


def test_the_file_is_read_once_however_many_ask(monkeypatch):
    monkeypatch.setattr(places, "_loaded", {})
    seen: list[object] = []
    asking = [threading.Thread(target=lambda: seen.append(places._lines())) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len({id(lines) for lines in seen}) == 1


def test_the_file_is_small():
    assert places.FILE.stat().st_size < 900_000
