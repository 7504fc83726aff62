"""Made-up boundary files: the municipalities of Keski-Suomi as wiggly squares that fit together."""

import json
import math
from functools import cache
from itertools import pairwise

from registry.boundary_files import tm35fin

# The members of Keski-Suomi, row by row; 892 is an enclave in 179, in the middle.
CODES = (
    "077 172 182 216 226 "
    "249 256 265 275 312 "
    "410 435 179 495 500 "
    "592 601 729 850 931 "
    "992"
).split()  # fmt: skip
ENCLAVE, AROUND_IT = "892", "179"
COLUMNS, SIDE, STEPS = 5, 20_000, 40
WEST, NORTH_EDGE = 400_000, 7_000_000
NAMES = {code: f"Kunta {code}" for code in [*CODES, ENCLAVE]}


def line(start, end):
    """Return the wiggly line between two corners of the grid, both included; the same points in both directions."""
    if end < start:
        return line(end, start)[::-1]
    (a, b), (c, d) = start, end
    points = []
    for step in range(STEPS + 1):
        part = step / STEPS
        aside = 1500 * math.sin(math.pi * part) * math.sin(7 * part + 3 * a + 5 * b + 2 * c)
        aside += 150 * math.sin(math.pi * part) * math.sin(90 * part + a)
        along = WEST + SIDE * (a + (c - a) * part), NORTH_EDGE - SIDE * (b + (d - b) * part)
        is_level = b == d
        points.append((round(along[0] + aside * (not is_level), -1), round(along[1] + aside * is_level, -1)))
    return [(int(x), int(y)) for x, y in points]


def square(x, y, side):
    """Return a closed square ring of metres, with its middle at (x, y)."""
    half = side // 2
    return [
        (x - half, y - half),
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
        (x - half, y - half),
    ]


def cell(code):
    """Return the corners of a municipality's square, around and back."""
    row, column = divmod(CODES.index(code), COLUMNS)
    return [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1), (column, row)]


def enclave():
    """Return the ring of the enclave: half a square kilometre, less than a part must have to be kept on its own."""
    column, row = cell(AROUND_IT)[0]
    return square(int(WEST + (column + 0.5) * SIDE), int(NORTH_EDGE - (row + 0.5) * SIDE), 700)


# Two islands south of 992: one of 0.16 and one of 4 square kilometres.
ISLANDS = {"992": [square(WEST + 5_000, NORTH_EDGE - 115_000, 400), square(WEST + 15_000, NORTH_EDGE - 115_000, 2000)]}


def polygons(code):
    """Return the polygons of a municipality: each a list of closed rings of metres, the first around the others."""
    if code == ENCLAVE:
        return [[enclave()]]
    corners = cell(code)
    outer = []
    for start, end in pairwise(corners):
        outer += line(start, end)[bool(outer) :]
    ring = [outer, enclave()[::-1]] if code == AROUND_IT else [outer]
    return [ring, *([island] for island in ISLANDS.get(code, []))]


def geojson(*, move=lambda point: list(point), codes=(*CODES, ENCLAVE), field="kunta", value=str, crs=None):
    """Return a GeoJSON file as a dict; `move` turns metres into other coordinates."""
    features = [
        {
            "type": "Feature",
            "properties": {"nimi": NAMES.get(code, code), field: value(code)},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[move(point) for point in ring] for ring in polygon] for polygon in polygons(code)],
            },
        }
        for code in codes
    ]
    named = {"crs": {"type": "name", "properties": {"name": crs}}} if crs else {}
    return {"type": "FeatureCollection", **named, "features": features}


def topojson(*, is_quantised=True):
    """Return the same world as TopoJSON: every line once, in steps of 10 metres unless told otherwise."""
    arcs, numbers = [], {}

    def number_of(points):
        if points[::-1] in numbers:
            return ~numbers[points[::-1]]
        if points not in numbers:
            numbers[points] = len(arcs)
            arcs.append(_in_steps(points) if is_quantised else [list(point) for point in points])
        return numbers[points]

    geometries = []
    for code in [*CODES, ENCLAVE]:
        first, *others = polygons(code)
        around = [tuple(first[0])]
        if code != ENCLAVE:
            corners = cell(code)
            around = [tuple(line(start, end)) for start, end in pairwise(corners)]
        parts = [[[number_of(points) for points in around], *([number_of(tuple(hole))] for hole in first[1:])]]
        parts += [[[number_of(tuple(ring))] for ring in polygon] for polygon in others]
        shape = {"type": "MultiPolygon", "arcs": parts} if others else {"type": "Polygon", "arcs": parts[0]}
        geometries.append({**shape, "id": code, "properties": {"natcode": code}})
    transform = {"transform": {"scale": [10, 10], "translate": [WEST, NORTH_EDGE]}} if is_quantised else {}
    objects = {"kunnat": {"type": "GeometryCollection", "geometries": geometries}}
    return {"type": "Topology", **transform, "objects": objects, "arcs": arcs}


def _in_steps(points):
    steps, at = [], (0, 0)
    for x, y in points:
        here = ((x - WEST) // 10, (y - NORTH_EDGE) // 10)
        steps.append([here[0] - at[0], here[1] - at[1]])
        at = here
    return steps


@cache
def degrees(point):
    """Return longitude and latitude of metres: the projection undone by stepping closer until it is."""
    longitude, latitude = 25.0, 62.0
    for _step in range(8):
        x, y = tm35fin(longitude, latitude)
        latitude += (point[1] - y) / 111_400
        longitude += (point[0] - x) / (111_400 * math.cos(math.radians(latitude)))
    return [round(longitude, 9), round(latitude, 9)]


def written(folder, document, name="rajat.json"):
    """Write a file and return where it is."""
    path = folder / name
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path
