"""Builds the file of places from what the US Census Bureau and GeoNames publish.

Names: GeoNames (geonames.org), CC BY 4.0. Coordinates: US Census Bureau, public domain, and
GeoNames where the Census has none. https://download.geonames.org/export/zip/ describes the one,
https://www.census.gov/geographies/reference-files/time-series/geo/gazetteer-files.html the other.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import click
from flask import Flask
from flask.cli import AppGroup

from app import backdrop, places
from app.taxonomy import STATES

ZIP_COLUMNS = ("zip", "zcta", "zcta5", "geoid")
LAT_COLUMNS = ("lat", "latitude", "intptlat")
LNG_COLUMNS = ("lon", "lng", "longitude", "intptlong")

# The Census draws areas for the ZIPs of Puerto Rico, and GeoNames names none of them.
PUERTO_RICO = ("006", "007", "009")
PUERTO_RICAN_CITIES = {
    "Aguadilla": "00603 00690",
    "Arecibo": "00612",
    "Bayamón": "00956 00957 00959 00961",
    "Caguas": "00725 00727",
    "Carolina": "00979 00982 00983 00985 00987",
    "Guaynabo": "00965 00966 00968 00969 00971",
    "Mayagüez": "00680 00682",
    "Ponce": "00716 00717 00728 00730 00731 00733",
    "San Juan": "00901 00906 00907 00909 00911 00912 00913 00915 00917 00918 00920 00921 00923 "
    "00924 00925 00926 00927",
}
PICTURE = Path(__file__).parent / "static" / "img" / "places.svg"
TOWNS = Path(__file__).parent / "data" / "towns.txt"
# GeoNames files Queens under its many post offices; everybody else calls it Queens.
COUNTIES_THAT_ARE_CITIES = {("Queens", "NY")}

Point = tuple[float, float]


class NotPlaces(click.ClickException):
    """A file is not what it was given as; the message names the line."""


@dataclass(frozen=True)
class Named:
    zip: str
    name: str
    state: str
    county: str
    point: Point


def init_app(app: Flask) -> None:
    app.cli.add_command(group)


group = AppGroup("places", help="The file of ZIPs and places.")


@group.command("build")
@click.argument("census", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("geonames", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), default=places.FILE)
@click.option("--map", "picture", type=click.Path(dir_okay=False, path_type=Path), default=PICTURE)
@click.option("--floor", default=30_000, show_default=True, help="Refuse fewer ZIPs than this.")
def build(census: Path, geonames: Path, to: Path, picture: Path, floor: int) -> None:
    """Build the places from the CENSUS file of ZIP areas and the GEONAMES postal codes (US.txt).

    And the picture of the country that the map of jobs lies on.
    """
    text = written(read_census(census), read_geonames(geonames), floor)
    _replace(to, gzip.compress(text.encode(), 9, mtime=0))
    _replace(picture, backdrop.drawn(places.all_zips(to)).encode())
    cities, _, zips = text.partition("\n\n")
    click.echo(f"{len(zips.splitlines()):,} ZIPs in {len(cities.splitlines()):,} places: {to.name}")


def read_census(file: Path) -> dict[str, Point]:
    """Where each ZIP area lies. Columns are found by their names, whatever divides them.

    Of a ZIP named twice the first line counts. Raises NotPlaces.
    """
    text = _decoded(file)
    heading = text.partition("\n")[0]
    divider = max("\t|,", key=heading.count)
    reader = csv.reader(io.StringIO(text), delimiter=divider)
    columns = [name.strip().lower() for name in next(reader, [])]
    at = [
        next((i for i, c in enumerate(columns) if c in names), None)
        for names in (ZIP_COLUMNS, LAT_COLUMNS, LNG_COLUMNS)
    ]
    if None in at:
        raise NotPlaces(f"{file.name}: the first line must name ZIP, latitude and longitude.")
    found: dict[str, Point] = {}
    for row in reader:
        if row:
            where = f"{file.name}, line {reader.line_num}"
            cells = [row[i].strip() if i is not None and i < len(row) else "" for i in at]
            found.setdefault(_zip(cells[0], where), _point(cells[1], cells[2], where))
    return found


def read_geonames(file: Path) -> list[Named]:
    """The ZIPs of the states with the names of their post offices; military ones are left out.

    Of a ZIP named twice the first line counts. Raises NotPlaces.
    """
    found: dict[str, Named] = {}
    for number, line in enumerate(_decoded(file).splitlines(), start=1):
        where = f"{file.name}, line {number}"
        cells = [cell.strip() for cell in line.split("\t")]
        if not line.strip():
            continue
        if len(cells) < 11 or cells[0] != "US" or not cells[2]:
            raise NotPlaces(f"{where}: not a line of GeoNames' US postal codes.")
        if cells[4] and not re.fullmatch("[A-Z]{2}", cells[4]):
            raise NotPlaces(f"{where}: {cells[4][:20]!r} is no code of a state.")
        zip_code = _zip(cells[1], where)
        if cells[4] in STATES:
            point = _point(cells[9], cells[10], where)
            found.setdefault(zip_code, Named(zip_code, shown(cells[2]), cells[4], cells[5], point))
    return list(found.values())


def read_towns(file: Path, by_zip: dict[str, Named]) -> Iterator[Named]:
    """Towns without a post office of their name, each at the ZIP it lies in if that is known."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            state, zip_code, name = line.split(" ", 2)
            if (named := by_zip.get(zip_code)) and named.state == state:
                yield replace(named, name=name)


def written(census: dict[str, Point], geonames: list[Named], floor: int = 0) -> str:
    """The file: a line for each city, an empty one, a line for each ZIP; both sorted.

    A city lies at the median of its ZIPs with residents, and ranks by how many there are: a
    post office may have any number of ZIPs for boxes and large receivers.
    """
    rows = [*geonames, *_puerto_rico(census, {named.zip for named in geonames})]
    if len(rows) < floor:
        raise NotPlaces(f"Only {len(rows):,} ZIPs; {floor:,} or more were expected.")
    cities: dict[tuple[str, str], list[Named]] = defaultdict(list)
    for named in rows:
        cities[places.key_of(named.name), named.state].append(named)
        if (named.county, named.state) in COUNTIES_THAT_ARE_CITIES:
            cities[places.key_of(named.county), named.state].append(
                replace(named, name=named.county)
            )
    for town in read_towns(TOWNS, {named.zip: named for named in rows}):
        cities.setdefault((places.key_of(town.name), town.state), [town])
    lines = dict(sorted((_city_line(key, found, census), key) for key, found in cities.items()))
    position = {key: at for at, key in enumerate(lines.values())}
    zips = []
    for named in sorted(rows, key=lambda n: n.zip):
        lat, lng = census.get(named.zip, named.point)
        at = position[places.key_of(named.name), named.state]
        zips.append(f"{named.zip}\t{at}\t{lat:.3f}\t{lng:.3f}")
    return "\n".join([*lines, "", *zips]) + "\n"


def shown(name: str) -> str:
    """A post office's name as the town writes itself: St. Louis, McKinney, King of Prussia."""
    name = re.sub(r"\bSaint(e?) (?=[A-Z])", r"St\1. ", " ".join(name.split()))
    name = re.sub(r"\bMc ?([A-Za-z])(?=[a-z]{2})", lambda m: f"Mc{m[1].upper()}", name)
    name = re.sub(r"\b([DO]) (?=[A-Z])", lambda m: f"{m[1]}'", name)
    name = re.sub(r"(?<= )(And|At|By|Du|In|Of|On|Or|The)(?= )", lambda m: m[1].lower(), name)
    return re.sub(r"(?<= )Afb$", "AFB", name)


def _city_line(key: tuple[str, str], named: list[Named], census: dict[str, Point]) -> str:
    lived_in = [census[n.zip] for n in named if n.zip in census]
    points = lived_in or [n.point for n in named]
    lat, lng = (median(axis) for axis in zip(*points, strict=True))
    name = min(n.name for n in named)
    return f"{key[0]}\t{key[1]}\t{name}\t{len(lived_in)}\t{lat:.3f}\t{lng:.3f}"


def _puerto_rico(census: dict[str, Point], known: set[str]) -> Iterator[Named]:
    names = {z: city for city, zips in PUERTO_RICAN_CITIES.items() for z in zips.split()}
    for zip_code, point in census.items():
        if zip_code.startswith(PUERTO_RICO) and zip_code not in known:
            yield Named(zip_code, names.get(zip_code, "Puerto Rico"), "PR", "", point)


def _replace(file: Path, content: bytes) -> None:
    """The whole file or the old one, whatever happens meanwhile."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.new")
    fresh.write_bytes(content)
    fresh.replace(file)


def _decoded(file: Path) -> str:
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _zip(typed: str, where: str) -> str:
    if not re.fullmatch("[0-9]{5}", typed):
        raise NotPlaces(f"{where}: {typed[:20]!r} is no ZIP of five digits.")
    return typed


def _point(lat: str, lng: str, where: str) -> Point:
    """Degrees, within what the United States and its territories span."""
    try:
        point = float(lat), float(lng)
    except ValueError:
        raise NotPlaces(f"{where}: {lat[:20]!r}, {lng[:20]!r} are no degrees.") from None
    if not (-15 < point[0] < 72 and (-180 <= point[1] < -60 or 130 < point[1] <= 180)):
        raise NotPlaces(f"{where}: {lat[:20]}, {lng[:20]} is not in the United States.")
    return point
