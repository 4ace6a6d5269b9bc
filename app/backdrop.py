"""The country behind a map of places, drawn as dots from the ZIPs alone.

A ZIP's middle is a point; what lies between points that are near each other is land. To find it,
every point grows to a disk and the whole then shrinks by as much (a morphological closing): gaps
close, and the coast stays where its towns are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import product
from statistics import median

from app.places import Place
from app.projection import APART, HEIGHT, WIDTH, project

STEP = 7  # between dots
FINE = 2  # the grid on which land is found
# How far from each other towns may be with land between them, in units of the map. Out West they
# are far apart; in the East as much would fill the Great Lakes.
WEST_OF = 420
SPARSE, DENSE = 19, 10
CROWDED = {"CT", "DC", "DE", "MA", "MD", "NH", "NJ", "RI", "VT"}  # states too small for their code

Cells = set[tuple[int, int]]


def drawn(places: Iterable[Place]) -> str:
    """The picture, as SVG. Its one gray is seen on light and on dark ground."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for place in places:
        if point := project(place.state, place.lat, place.lng):
            points[place.state].append(point)
    land = _land(points)
    middle = STEP / 2
    names = "".join(
        f'<text x="{median(x for x, _ in points[state]):.0f}" '
        f'y="{median(y for _, y in points[state]) + 4:.0f}">{state}</text>'
        for state in sorted(points.keys() - CROWDED)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g transform="translate({middle} {middle}) scale({STEP})" fill="none" stroke="#8796a3" '
        'stroke-opacity=".55" stroke-linecap="round" stroke-width=".45">'
        f'<path d="{_dots(land, 0)}"/><path transform="translate(.5)" d="{_dots(land, 1)}"/></g>'
        '<g fill="#7b8894" font-family="sans-serif" font-size="12" text-anchor="middle">'
        f"{names}</g></svg>\n"
    )


def _land(points: dict[str, list[tuple[float, float]]]) -> Cells:
    parts: dict[str, Cells] = defaultdict(set)
    for state, found in points.items():
        for x, y in found:
            cell = (int(x / FINE), int(y / FINE))
            parts[state if state in APART else "dense"].add(cell)
            if state not in APART and x < WEST_OF:
                parts["sparse"].add(cell)
    land: Cells = set()
    for part, cells in parts.items():
        land |= _closed(cells, DENSE if part == "dense" else SPARSE)
    return land


def _closed(cells: Cells, reach: int) -> Cells:
    steps = range(-(reach // FINE), reach // FINE + 1)
    disk = [(x, y) for x, y in product(steps, steps) if x * x + y * y <= (reach / FINE) ** 2]
    grown = {(x + right, y + down) for x, y in cells for right, down in disk}
    beside = {
        (x + right, y + down)
        for x, y in grown
        for right, down in ((1, 0), (-1, 0), (0, 1), (0, -1))
    } - grown
    return grown - {(x + right, y + down) for x, y in beside for right, down in disk}


def _dots(land: Cells, odd: int) -> str:
    """Every other row as one path, in steps; a line of no length with round ends is a dot."""
    path = []
    for row in range(odd, HEIGHT // STEP, 2):
        last = None
        for column in range(WIDTH // STEP):
            x, y = (column + 0.5 + odd / 2) * STEP, (row + 0.5) * STEP
            if (int(x / FINE), int(y / FINE)) in land:
                move = f"M{column} {row}" if last is None else f"m{column - last} 0"
                path.append(f"{move}h0")
                last = column
    return "".join(path)
