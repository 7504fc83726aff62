"""Boundaries from a file: what an operator hands over is read, checked, put on the country's grid and saved whole.

GeoJSON or TopoJSON; longitudes and latitudes (WGS84, ETRS89) or metres of
ETRS-TM35FIN (EPSG:3067), in which Statistics Finland and the National Land Survey
publish. What is wrong with a file is said in one sentence, and then nothing is saved.
"""

import json
import math
from collections import Counter
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from registry import publicity
from registry.models import Municipality, MunicipalityBoundary
from registry.outlines import area_of, label_point, simplify, without_repeats

MOST_BYTES = 200 * 1000 * 1000
MOST_POINTS = 400
LEAST_PART_KM2 = 1
GREATEST_TOLERANCE = 10_000
CODE_FIELDS = ("kunta", "natcode", "kuntanro", "kuntakoodi", "kunta_nro", "nationalcode", "code", "koodi")

# The grid: 10 metres of ETRS-TM35FIN, y to the south from 8 000 km north of the equator.
GRID = 10
NORTH = 8_000_000
# Finland with its waters, with room: west, south, east, north.
FINLAND_DEGREES = (18, 58, 33, 71)
FINLAND_METRES = (0, 6_450_000, 850_000, 7_900_000)


def refuse(message, code):
    """Stop with one sentence for the operator."""
    raise ValidationError(message, code)


@dataclass(frozen=True)
class ImportedBoundaries:
    """What an import did, for one line of summary."""

    n_saved: int
    n_points_read: int
    n_points_saved: int
    n_parts_left_out: int
    not_in_registry: list[str]
    without_boundary: list[str]
    n_removed: int

    def __str__(self):
        return (
            f"boundaries: {self.n_saved} municipalities saved, {self.n_points_read} points simplified to "
            f"{self.n_points_saved}, {self.n_parts_left_out} small parts left out; "
            f"left out because not in the registry: {_listed(self.not_in_registry)}; "
            f"in the registry but not in the file: {_listed(self.without_boundary)}; "
            f"earlier boundaries removed: {self.n_removed}"
        )


def import_boundaries(path, *, attribution, code_field=None, tolerance=200):
    """Replace all boundaries by those of the file at `path`; return ImportedBoundaries.

    Municipalities are found by their official code, never by name. Whatever is wrong
    raises ValidationError before anything is saved. Safe to run twice.
    """
    attribution = attribution.strip()
    if not attribution or len(attribution) > MunicipalityBoundary._meta.get_field("attribution").max_length:
        refuse("Say in 1 to 300 characters who has made the boundaries and under which licence.", "attribution")
    if not 0 <= tolerance <= GREATEST_TOLERANCE:
        refuse(f"The tolerance must be between 0 and {GREATEST_TOLERANCE} metres.", "tolerance")
    outlines = read_boundaries(path, code_field=code_field)
    municipalities = {row.code: row for row in Municipality.objects.order_by("code")}
    known = {code: outline for code, outline in outlines.items() if code in municipalities}
    if not known:
        refuse(f"No municipality of the registry is in the file; its codes: {_listed(sorted(outlines))}.", "no_match")
    least_area = LEAST_PART_KM2 * (1000 / GRID) ** 2
    simplified = simplify(known, tolerance / GRID, most_points=MOST_POINTS, least_area=least_area)
    now = timezone.now()
    rows = [_row(municipalities[code], outline, attribution, now) for code, outline in simplified.items()]
    return ImportedBoundaries(
        n_saved=len(rows),
        n_points_read=sum(len(ring) for outline in known.values() for ring in outline),
        n_points_saved=sum(len(ring) for outline in simplified.values() for ring in outline),
        n_parts_left_out=sum(map(len, known.values())) - sum(map(len, simplified.values())),
        not_in_registry=sorted(outlines.keys() - municipalities.keys()),
        without_boundary=[code for code, row in municipalities.items() if code not in known and not row.is_merged],
        n_removed=_replace(rows),
    )


def _row(municipality, outline, attribution, now):
    x, y = label_point(outline)
    return MunicipalityBoundary(
        municipality=municipality, rings=outline, label_x=x, label_y=y, attribution=attribution, imported_at=now
    )


@transaction.atomic
def _replace(rows):
    """Save these rows in place of all others; return how many municipalities have lost theirs."""
    columns = ["rings", "label_x", "label_y", "attribution", "imported_at"]
    MunicipalityBoundary.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["municipality"], update_fields=columns
    )
    kept = [row.municipality_id for row in rows]
    n_removed, _by_table = MunicipalityBoundary.objects.exclude(municipality__in=kept).delete()
    publicity.touch()
    return n_removed


def _listed(texts, most=20):
    """Return texts for one line, and how many more there are."""
    shown = ", ".join(texts[:most]) or "none"
    return shown if len(texts) <= most else f"{shown} and {len(texts) - most} more"


# --- The file --------------------------------------------------------------------------------------------------------


def read_boundaries(path, *, code_field=None):
    """Return {official code: outline on the country's grid} of a GeoJSON or TopoJSON file."""
    document = _document(path)
    kind = document.get("type") if isinstance(document, dict) else type(document).__name__
    if kind not in ("FeatureCollection", "Topology"):
        refuse(f"The file is a {str(kind)[:40]}, not a GeoJSON FeatureCollection or a TopoJSON Topology.", "type")
    try:
        layers = _layers(document) if kind == "Topology" else [document["features"]]
        features, code_of = _with_codes(layers, code_field)
        arcs = _arcs(document) if kind == "Topology" else None
        rings = {code_of(feature): _rings(feature, arcs, code_of(feature)) for feature in features}
        to_grid = _to_grid(document, rings)
        outlines = {code: [_on_grid(ring, to_grid, code) for ring in of_one] for code, of_one in rings.items()}
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError) as error:
        refuse(f"The file is not built as a {kind} should be ({type(error).__name__}: {str(error)[:80]}).", "malformed")
    outlines = {code: [ring for ring in outline if area_of(ring)] for code, outline in outlines.items()}
    if flat := sorted(code for code, outline in outlines.items() if not outline):
        refuse(f"These municipalities have no area in the file: {_listed(flat)}.", "no_area")
    return outlines


def _document(path):
    try:
        if path.stat().st_size > MOST_BYTES:
            refuse(f"The file is larger than {MOST_BYTES // 1000 // 1000} MB; choose a coarser scale.", "too_large")
        content = path.read_bytes()
    except OSError as error:
        refuse(f"The file cannot be read: {error.strerror or error}.", "unreadable")
    try:
        return json.loads(content, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        refuse("The file is not JSON (is it compressed, or a shapefile or GeoPackage?).", "not_json")


def _not_a_number(text):
    refuse(f"The file has {text} in it, which is no coordinate.", "not_a_number")


def _layers(topology):
    """Return the lists of geometries in a TopoJSON file."""
    return [one["geometries"] if one["type"] == "GeometryCollection" else [one] for one in topology["objects"].values()]


def _with_codes(layers, code_field):
    """Return the features of the one layer that has municipality codes, and the function that tells a feature's."""
    if not any(layers):
        refuse("The file has no features.", "no_features")
    found, several = None, False
    for layer in filter(None, layers):
        for name in [code_field] if code_field else _code_fields(layer):
            values = [_value(feature, name) for feature in layer]
            if all(map(_code, values)):
                several = found is not None
                found = layer, name
                break
    if several:
        refuse("Several layers of the file have municipality codes; keep one of them.", "several_layers")
    if found is None:
        _refuse_codes(layers, code_field)
    layer, name = found
    counts = Counter(_code(_value(feature, name)) for feature in layer)
    if twice := sorted(code for code, n in counts.items() if n > 1):
        refuse(f"These codes are in the file more than once: {_listed(twice)}.", "duplicate_codes")
    return layer, lambda feature: _code(_value(feature, name))


def _value(feature, name):
    """Return a property of a feature; `id` may stand beside the properties, where TopoJSON likes to have it."""
    properties = feature.get("properties") or {}
    return properties.get(name, feature.get("id") if name == "id" else None)


def _code_fields(layer):
    """Return the properties of a layer that by their name may hold the code, the likeliest first."""
    names = {name.lower(): name for feature in layer for name in feature.get("properties") or {}}
    return [names[name] for name in CODE_FIELDS if name in names]


def _code(value):
    """Return the official code that a property's value is, or "": 9 and "9" mean 009."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    is_code = isinstance(value, int | str) and not isinstance(value, bool) and text.isascii() and text.isdecimal()
    return text.zfill(3) if is_code and len(text) <= 8 else ""


def _refuse_codes(layers, code_field):
    """Say why no layer has codes: no such property, or what stands in it."""
    features = [feature for layer in layers for feature in layer]
    names = [code_field] if code_field else _code_fields(features)
    for name in names:
        values = [_value(feature, name) for feature in features]
        strange = sorted({str(value)[:40] for value in values if value is not None and not _code(value)})
        if strange:
            refuse(f"“{name}” has what is no municipality code: {_listed(strange)}.", "strange_codes")
        if len(values) > values.count(None):
            refuse(f"“{name}” is missing from {values.count(None)} of {len(values)} features.", "codes_missing")
    found = _listed(sorted({str(name)[:40] for feature in features for name in feature.get("properties") or {}}))
    wanted = f"no property “{code_field}”" if code_field else "no property with the municipality's code"
    refuse(f"The features have {wanted}; name it with --code-field. Found: {found}.", "no_code_field")


# --- Coordinates -----------------------------------------------------------------------------------------------------


def _arcs(topology):
    """Return a TopoJSON file's arcs as coordinates: undone are the steps from point to point and the whole numbers."""
    if "transform" not in topology:
        return topology["arcs"]
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for step in steps:
            x, y = x + step[0], y + step[1]
            arc.append((x * scale_x + move_x, y * scale_y + move_y))
        arcs.append(arc)
    return arcs


def _rings(feature, arcs, code):
    """Return the rings of a feature, each closed, in the file's coordinates."""
    geometry = feature if arcs is not None else feature["geometry"]
    kind = geometry.get("type") if geometry else None
    if kind not in ("Polygon", "MultiPolygon"):
        refuse(f"Municipality {code} is a {str(kind)[:40]}, not a Polygon or a MultiPolygon.", "geometry_type")
    parts = geometry["coordinates" if arcs is None else "arcs"]
    rings = [ring for polygon in (parts if kind == "MultiPolygon" else [parts]) for ring in polygon]
    if arcs is not None:
        rings = [_joined(ring, arcs, code) for ring in rings]
    for ring in rings:
        if len(ring) < 4 or ring[0][:2] != ring[-1][:2]:
            refuse(f"An outline of municipality {code} is not closed: it does not end where it begins.", "not_closed")
    return rings


def _joined(numbers, arcs, code):
    """Return the ring that these arcs make one after another; ~n is the arc n from end to start."""
    ring = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        if ring and ring[-1][:2] != arc[0][:2]:
            refuse(f"The arcs of municipality {code} do not meet.", "not_closed")
        ring += arc[1:] if ring else arc
    return ring


def _to_grid(document, rings):
    """Return the function from the file's coordinates to the grid, by what the file says or by their size."""
    name = ((document.get("crs") or {}).get("properties") or {}).get("name")
    if name is None:
        points = (point for of_one in rings.values() for ring in of_one for point in ring)
        is_degrees = all(abs(point[0]) <= 180 and abs(point[1]) <= 90 for point in points)
    else:
        number = str(name).upper().rpartition(":")[2]
        if number not in {"3067", "4326", "4258", "CRS84"}:
            refuse(f"The coordinates are in {str(name)[:60]}; save the file in EPSG:3067 or EPSG:4326.", "crs")
        is_degrees = number != "3067"
    bounds = FINLAND_DEGREES if is_degrees else FINLAND_METRES
    west, south, east, north = bounds

    def to_grid(point, code):
        x, y = point[0], point[1]
        if not (west <= x <= east and south <= y <= north):
            refuse(f"Municipality {code} has coordinates outside Finland: {x:g}, {y:g}.", "not_in_finland")
        if is_degrees:
            x, y = tm35fin(x, y)
        return round(x / GRID), round((NORTH - y) / GRID)

    return to_grid


def _on_grid(ring, to_grid, code):
    return without_repeats([to_grid(point, code) for point in ring[:-1]])


# Krüger's series on GRS80, as in JHS 197: semi-axis and n follow from the ellipsoid.
_FLATTENING = 1 / 298.257222101
_N = _FLATTENING / (2 - _FLATTENING)
_RADIUS = 6_378_137 / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_ECCENTRICITY = math.sqrt(_FLATTENING * (2 - _FLATTENING))
_SERIES = (
    _N / 2 - _N**2 * 2 / 3 + _N**3 * 5 / 16 + _N**4 * 41 / 180,
    _N**2 * 13 / 48 - _N**3 * 3 / 5 + _N**4 * 557 / 1440,
    _N**3 * 61 / 240 - _N**4 * 103 / 140,
    _N**4 * 49561 / 161280,
)
_SCALE, _MERIDIAN, _EAST = 0.9996, 27, 500_000


def tm35fin(longitude, latitude):
    """Return the ETRS-TM35FIN metres (east, north) of a longitude and a latitude.

    Krüger's series to the fourth order: exact to a millimetre in Finland. WGS84 is
    taken for ETRS89, which puts a place less than a metre off.
    """
    phi, lam = math.radians(latitude), math.radians(longitude - _MERIDIAN)
    conformal = math.asinh(math.tan(phi)) - _ECCENTRICITY * math.atanh(_ECCENTRICITY * math.sin(phi))
    beta = math.atan(math.sinh(conformal))
    eta = math.atanh(math.cos(beta) * math.sin(lam))
    xi = math.asin(math.sin(beta) * math.cosh(eta))
    north, east = xi, eta
    for number, term in enumerate(_SERIES, start=1):
        north += term * math.sin(2 * number * xi) * math.cosh(2 * number * eta)
        east += term * math.cos(2 * number * xi) * math.sinh(2 * number * eta)
    return _SCALE * _RADIUS * east + _EAST, _SCALE * _RADIUS * north
