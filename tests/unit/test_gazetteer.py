"""The file of places is built from what Census and GeoNames publish, and from nothing else."""

from __future__ import annotations

import gzip

import pytest

from app import gazetteer, places
from app.gazetteer import NotPlaces, read_census, read_geonames, shown

CENSUS = "zip,lat,lon\n63101,38.6314,-90.1928\n63102,38.6352,-90.1864\n00601,18.18,-66.75\n"
GEONAMES = [
    ("63101", "Saint Louis", "MO", "38.6", "-90.1"),
    ("63102", "Saint Louis", "MO", "38.6", "-90.1"),
    ("63150", "Saint Louis", "MO", "39.9", "-91.9"),
    ("62959", "Marion", "IL", "37.7", "-88.9"),
    ("09007", "APO AE", "", "49.4", "8.7"),
    ("96960", "Majuro", "MH", "7.1", "171.2"),
]


def row(zip_code, name, state, lat, lng):
    return f"US\t{zip_code}\t{name}\tName\t{state}\tCounty\t001\t\t\t{lat}\t{lng}\t4"


@pytest.fixture
def census(tmp_path):
    def write(content=CENSUS, encoding="utf-8"):
        path = tmp_path / "census.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return write


@pytest.fixture
def geonames(tmp_path):
    def write(rows=GEONAMES, encoding="utf-8"):
        path = tmp_path / "US.txt"
        lines = [line if isinstance(line, str) else row(*line) for line in rows]
        path.write_bytes("\n".join(lines).encode(encoding))
        return path

    return write


@pytest.fixture
def build(app, census, geonames, tmp_path):
    def run(*options, named=None, lying=None):
        to = tmp_path / "made" / "places.txt.gz"
        arguments = ["places", "build", str(lying or census()), str(named or geonames())]
        arguments += ["--map", str(tmp_path / "made" / "places.svg")]
        answer = app.test_cli_runner().invoke(args=[*arguments, "--to", str(to), *options])
        return answer, to

    return run


def test_the_build_joins_both_sources(build, monkeypatch):
    answer, to = build("--floor", "1")
    assert answer.exit_code == 0, answer.output
    assert answer.output == "5 ZIPs in 3 places: places.txt.gz\n"
    monkeypatch.setattr(places, "FILE", to)
    assert places.find_zip("63101") == places.Place("St. Louis", "MO", 38.631, -90.193, "63101")
    assert places.find_zip("63150") == places.Place("St. Louis", "MO", 39.9, -91.9, "63150")
    assert places.find_city("Marion", "IL") == places.Place("Marion", "IL", 37.7, -88.9)
    assert places.find_zip("00601") == places.Place("Puerto Rico", "PR", 18.18, -66.75, "00601")
    assert places.find_zip("09007") is None
    assert places.find_zip("96960") is None


def test_a_city_lies_among_its_residents_and_not_at_its_boxes(build, monkeypatch):
    monkeypatch.setattr(places, "FILE", build("--floor", "1")[1])
    city = places.find_city("St. Louis", "MO")
    assert city is not None
    assert (city.lat, city.lng) == (38.633, -90.19)
    assert [c.zips for c in places.all_cities() if c.place == city] == [2]


def test_the_same_files_give_the_same_bytes(build, geonames):
    _, to = build("--floor", "1")
    before = [path.read_bytes() for path in sorted(to.parent.iterdir())]
    _, to = build("--floor", "1", named=geonames(GEONAMES[::-1]))
    assert [path.read_bytes() for path in sorted(to.parent.iterdir())] == before
    assert before[0].startswith(b"<svg ")


def test_too_few_zips_are_refused_and_the_old_file_stays(build):
    _, to = build("--floor", "1")
    before = to.read_bytes()
    answer, to = build()
    assert answer.exit_code == 1
    assert answer.output == "Error: Only 5 ZIPs; 30,000 or more were expected.\n"
    assert to.read_bytes() == before
    assert sorted(path.name for path in to.parent.iterdir()) == ["places.svg", to.name]


@pytest.mark.parametrize(
    "content",
    [
        "lon,zip,lat\n-90.1928,63101,38.6314\n",
        "GEOID\tALAND\tINTPTLAT\tINTPTLONG  \n63101\t5\t 38.6314\t-90.1928   \n",
        "GEOID|INTPTLAT|INTPTLONG\n63101|38.6314|-90.1928\n",
        "\ufeffzip,lat,lon\r\n63101,38.6314,-90.1928\r\n\r\n",
        "zip,lat,lon\n63101,38.6314,-90.1928\n63101,1,-100\n",
    ],
)
def test_columns_of_the_census_are_found_by_name(census, content):
    assert read_census(census(content)) == {"63101": (38.6314, -90.1928)}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "the first line must name ZIP, latitude and longitude"),
        ("\x00\x01\x02", "the first line must name"),
        ("zip,lat\n63101,38.6\n", "the first line must name"),
        ("63101,38.6,-90.1\n", "the first line must name"),
        ("zip,lat,lon\n63101,-90.1928,38.6314\n", "line 2: -90.1928, 38.6314 is not in"),
        ("zip,lat,lon\n63101,38.6314\n", "line 2: '38.6314', '' are no degrees"),
        ("zip,lat,lon\n63101,nan,-90\n", "line 2: nan, -90 is not in"),
        ("zip,lat,lon\n63101,1e999,-90\n", "line 2: 1e999, -90 is not in"),
        ("zip,lat,lon\n63101,x,-90\n", "line 2: 'x', '-90' are no degrees"),
        ("zip,lat,lon\n601,18.1,-66\n", "line 2: '601' is no ZIP of five digits"),
        ("zip,lat,lon\n\u0666\u0663\u0661\u0660\u0661,38.6,-90\n", "is no ZIP of five digits"),
    ],
)
def test_a_census_file_of_another_kind_is_refused(census, content, complaint):
    with pytest.raises(NotPlaces, match=complaint):
        read_census(census(content))


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([row("x", "Saint Louis", "MO", "38.6", "-90.1")], "line 1: 'x' is no ZIP"),
        (["zip,lat,lon", "63101,38.6,-90.1"], "line 1: not a line of GeoNames"),
        ([row("63101", "", "MO", "38.6", "-90.1")], "line 1: not a line of GeoNames"),
        ([row("63101", "Saint Louis", "MO", "-90.1", "38.6")], "line 1: -90.1, 38.6 is not in"),
        ([row("63101", "Saint Louis", "MO", "38.6", "")], "line 1: '38.6', '' are no degrees"),
        ([row("63101", "Saint Louis", "Missouri", "38.6", "-90.1")], "'Missouri' is no code"),
        (["US\t63101\tSaint Louis"], "line 1: not a line of GeoNames"),
        (["DE" + row("63101", "Berlin", "MO", "38.6", "-90.1")[2:]], "line 1: not a line"),
    ],
)
def test_a_geonames_file_of_another_kind_is_refused(geonames, rows, complaint):
    with pytest.raises(NotPlaces, match=complaint):
        read_geonames(geonames(rows))


def test_of_a_zip_named_twice_the_first_counts(geonames):
    rows = [("96860", "Jbphh", "HI", "21.3", "-157.9"), ("96860", "FPO AA", "HI", "21.4", "-158")]
    assert [named.name for named in read_geonames(geonames(rows))] == ["Jbphh"]


def test_files_in_an_older_code_page_are_read(geonames):
    rows = [("00680", "Mayagüez", "PR", "18.2", "-67.1")]
    assert [named.name for named in read_geonames(geonames(rows, "cp1252"))] == ["Mayagüez"]


def test_a_refusal_names_the_line_and_leaves_no_trace(build, geonames):
    rows = [*GEONAMES, row("1", "Saint Louis", "MO", "38.6", "-90.1")]
    answer, to = build("--floor", "1", named=geonames(rows))
    assert answer.exit_code == 1
    assert answer.output == "Error: US.txt, line 7: '1' is no ZIP of five digits.\n"
    assert not to.exists()


def test_queens_is_a_city_and_its_post_offices_stay(build, geonames, monkeypatch):
    rows = ["US\t11101\tLong Island City\tNew York\tNY\tQueens\t081\t\t\t40.7\t-73.9\t4"]
    monkeypatch.setattr(places, "FILE", build("--floor", "1", named=geonames(rows))[1])
    assert places.find_city("Queens", "NY") == places.Place("Queens", "NY", 40.7, -73.9)
    assert places.find_zip("11101") == places.Place("Long Island City", "NY", 40.7, -73.9, "11101")


def test_a_town_without_a_post_office_lies_in_its_zip(build, geonames, monkeypatch):
    rows = [
        ("63105", "Saint Louis", "MO", "38.65", "-90.33"),
        ("63150", "Ladue", "MO", "38", "-90"),
    ]
    monkeypatch.setattr(places, "FILE", build("--floor", "1", named=geonames(rows))[1])
    assert places.find_city("Clayton", "MO") == places.Place("Clayton", "MO", 38.65, -90.33)
    assert places.find_zip("63105") == places.Place("St. Louis", "MO", 38.65, -90.33, "63105")
    assert places.find_city("Ladue", "MO") == places.Place("Ladue", "MO", 38.0, -90.0)
    assert places.find_city("Edina", "MN") is None  # its ZIP is in neither file


def test_every_town_we_wrote_down_is_in_the_file_we_ship():
    lines = gazetteer.TOWNS.read_text().splitlines()
    for state, zip_code, name in (x.split(" ", 2) for x in lines if not x.startswith("#")):
        place, at = places.find_city(name, state), places.find_zip(zip_code)
        assert place is not None
        assert at is not None
        assert (place.name, place.lat, at.state) == (name, at.lat, state)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Saint Louis", "St. Louis"),
        ("Sault Sainte Marie", "Sault Ste. Marie"),
        ("Port Saint Lucie", "Port St. Lucie"),
        ("Saint", "Saint"),
        ("Mckinney", "McKinney"),
        ("Mc Lean", "McLean"),
        ("O Fallon", "O'Fallon"),
        ("D Hanis", "D'Hanis"),
        ("King Of Prussia", "King of Prussia"),
        ("The Dalles", "The Dalles"),
        ("Offutt Afb", "Offutt AFB"),
        ("  Des   Moines ", "Des Moines"),
    ],
)
def test_names_are_shown_as_towns_write_themselves(given, expected):
    assert shown(given) == expected


def test_the_file_we_ship_was_packed_without_a_time():
    content = places.FILE.read_bytes()
    assert content[4:8] == bytes(4)
    cities, _, zips = gzip.decompress(content).decode().partition("\n\n")
    assert cities.splitlines() == sorted(cities.splitlines())
    assert zips.splitlines() == sorted(zips.splitlines())
