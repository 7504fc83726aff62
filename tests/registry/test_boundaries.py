"""From a boundary file to a map: what is read, how it is simplified without gaps, and what a page draws."""

import copy
import datetime as dt
import io
import math
import re
from collections import Counter
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from registry import boundary_files, publicity
from registry.boundaries import MOST_TEXT, map_of, path_of
from registry.boundary_files import import_boundaries, read_boundaries, tm35fin
from registry.models import Municipality, MunicipalityBoundary, SiteState
from registry.outlines import area_of, clearance, label_point, simplify
from registry.page_reads import Outline, municipalities_of
from tests import factories
from tests.registry import boundary_worlds as worlds
from tests.registry.helpers import codes

TODAY = dt.date(2026, 6, 15)
TERMS = "Kuntarajat: Testi, CC BY 4.0"


def edges(outline):
    """Return the lines between neighbouring points of an outline, without direction."""
    return [frozenset(edge) for ring in outline for edge in pairwise([*map(tuple, ring), tuple(ring[0])])]


def lines_of_one(outlines):
    """Return the lines along which only one of the outlines runs."""
    counts = Counter(edge for outline in outlines for edge in edges(outline))
    assert set(counts.values()) <= {1, 2}
    return {edge for edge, n in counts.items() if n == 1}


def rings_of_path(path_d):
    """Return the rings that a path draws."""
    rings = []
    for x, y, steps in re.findall(r"M(\d+) (\d+)l([-\d ]*)z", path_d):
        numbers = [int(number) for number in re.findall(r"-?\d+", steps)]
        ring = [(int(x), int(y))]
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            ring.append((ring[-1][0] + dx, ring[-1][1] + dy))
        rings.append(ring)
    assert path_of(rings) == path_d
    return rings


def stored():
    """Return {code: rings} of all boundaries in the database."""
    return {row.municipality.code: row.rings for row in MunicipalityBoundary.objects.select_related("municipality")}


def take(folder, document, **options):
    return import_boundaries(worlds.written(folder, document), **{"attribution": TERMS} | options)


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_geojson_and_topojson_give_the_same_boundaries(reference, tmp_path):
    seen = []
    for document in (worlds.geojson(), worlds.topojson(), worlds.topojson(is_quantised=False)):
        take(tmp_path, document)
        seen.append(stored())
    assert seen[0] == seen[1] == seen[2]
    assert set(seen[0]) == {*worlds.CODES, worlds.ENCLAVE}


# From PROJ: (longitude, latitude), (east, north).
PLACES = [
    ((24.9384, 60.1699), (385611.32, 6672118.38)),
    ((25.7473, 62.2426), (434912.23, 6901836.20)),
    ((27.0281, 69.9070), (501077.39, 7755502.32)),
    ((19.5, 60.2), (84797.89, 6697317.02)),
    ((31.5, 62.8), (729357.03, 6971322.79)),
    ((20.55, 69.06), (243145.41, 7674573.06)),
    ((27, 65), (500000.00, 7208454.58)),
]


@pytest.mark.parametrize(("degrees", "metres"), PLACES)
def test_longitudes_and_latitudes_become_metres_to_a_centimetre(degrees, metres):
    assert tm35fin(*degrees) == pytest.approx(metres, abs=0.01)


@pytest.mark.parametrize("crs", [None, "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4258"])
def test_degrees_come_to_the_same_grid_as_metres(tmp_path, crs):
    in_metres = read_boundaries(worlds.written(tmp_path, worlds.geojson(crs="urn:ogc:def:crs:EPSG::3067")))
    in_degrees = read_boundaries(worlds.written(tmp_path, worlds.geojson(move=worlds.degrees, crs=crs)))
    assert in_metres == in_degrees  # the same 10 metres
    x, y = in_metres["077"][0][0]
    assert (x * 10, 8_000_000 - y * 10) == worlds.line((0, 0), (1, 0))[0]


@pytest.mark.parametrize(
    ("field", "value"), [("kunta", int), ("NATCODE", str), ("kuntanro", lambda code: str(int(code))), ("code", float)]
)
def test_a_code_keeps_its_leading_zeros(tmp_path, field, value):
    read = read_boundaries(worlds.written(tmp_path, worlds.geojson(field=field, value=value)))
    assert set(read) == {*worlds.CODES, worlds.ENCLAVE}


def test_the_code_stands_where_the_operator_says(tmp_path):
    document = worlds.geojson(field="tunnus")
    assert "077" in read_boundaries(worlds.written(tmp_path, document), code_field="tunnus")
    for geometry in (topology := worlds.topojson())["objects"]["kunnat"]["geometries"]:
        del geometry["properties"]
    assert "077" in read_boundaries(worlds.written(tmp_path, topology), code_field="id")


def test_the_layer_with_codes_is_taken(tmp_path):
    document = worlds.topojson()
    provinces = copy.deepcopy(document["objects"]["kunnat"])
    for number, geometry in enumerate(provinces["geometries"]):
        geometry["properties"] = {"name": f"Alue {number}"}
    document["objects"]["alueet"] = provinces
    assert len(read_boundaries(worlds.written(tmp_path, document))) == 22


# --- Refusals --------------------------------------------------------------------------------------------------------


def changed(change, document=worlds.geojson):
    """Return a document that `change` has changed."""
    made = document()
    return change(made) or made


def set_geometry(kind, coordinates):
    def change(document):
        document["features"][0]["geometry"] = {"type": kind, "coordinates": coordinates}

    return change


def set_first(**properties):
    def change(document):
        document["features"][0]["properties"] = properties

    return change


def set_point(x, y):
    def change(document):
        document["features"][0]["geometry"]["coordinates"][0][0][3] = [x, y]

    return change


def drop_end(document):
    document["features"][0]["geometry"]["coordinates"][0][0].pop()


def two_layers(document):
    document["objects"]["toiset"] = document["objects"]["kunnat"]


def tear(document):
    document["arcs"][1] = document["arcs"][1][:-1]


def no_such_arc(document):
    document["objects"]["kunnat"]["geometries"][0]["arcs"] = [[999_999]]


FLAT = [[[[400_000, 7_000_000], [410_000, 7_000_000], [420_000, 7_000_000], [400_000, 7_000_000]]]]
REFUSALS = {
    "not JSON": ("kunta;x;y\n077;1;2", "not_json", "not JSON"),
    "cut short": ('{"type": "FeatureCollection", "features": [', "not_json", "not JSON"),
    "nested without end": ("[" * 100_000, "not_json", "not JSON"),
    "a list": ("[]", "type", "is a list"),
    "one feature": (worlds.geojson()["features"][0], "type", "is a Feature,"),
    "no features": ({"type": "FeatureCollection", "features": []}, "no_features", "no features"),
    "no layers": ({"type": "Topology", "objects": {}, "arcs": []}, "no_features", "no features"),
    "features missing": ({"type": "FeatureCollection"}, "malformed", "KeyError: 'features'"),
    "features without sense": ({"type": "FeatureCollection", "features": [7]}, "malformed", "AttributeError"),
    "no code": (worlds.geojson(field="alue"), "no_code_field", "Found: alue, nimi."),
    "a name for a code": (changed(set_first(kunta="Hankasalmi")), "strange_codes", "Hankasalmi"),
    "true for a code": (changed(set_first(kunta=True)), "strange_codes", "True"),
    "a code missing": (changed(set_first(nimi="x")), "codes_missing", "missing from 1 of 22"),
    "the same twice": (worlds.geojson(codes=["077", "172", "077"]), "duplicate_codes", "more than once: 077."),
    "the same twice, as number and text": (changed(set_first(kunta=172)), "duplicate_codes", "172"),
    "several layers": (changed(two_layers, worlds.topojson), "several_layers", "Several layers"),
    "a point": (changed(set_geometry("Point", [400_000, 7_000_000])), "geometry_type", "077 is a Point"),
    "no geometry": (changed(lambda it: it["features"][0].update(geometry=None)), "geometry_type", "077 is a None"),
    "not closed": (changed(drop_end), "not_closed", "077 is not closed"),
    "two points": (changed(set_geometry("Polygon", [[[4e5, 7e6], [4e5, 7e6]]])), "not_closed", "077"),
    "arcs apart": (changed(tear, worlds.topojson), "not_closed", "do not meet"),
    "an arc that is not there": (changed(no_such_arc, worlds.topojson), "malformed", "IndexError"),
    "no area": (changed(set_geometry("MultiPolygon", FLAT)), "no_area", "no area in the file: 077"),
    "NaN": (changed(set_point(math.nan, 7e6)), "not_a_number", "NaN"),
    "infinity": (changed(set_point(4e5, -math.inf)), "not_a_number", "-Infinity"),
    "too large a number": (
        '{"type": "FeatureCollection", "features": [{"properties": {"kunta": 9}, "geometry": '
        '{"type": "Polygon", "coordinates": [[[1e999, 1], [1, 1], [1, 2], [1e999, 1]]]}}]}',
        "not_in_finland",
        "009 has coordinates outside Finland: inf",
    ),
    "Sweden": (changed(set_point(-200_000, 7e6)), "not_in_finland", "outside Finland: -200000, 7e+06"),
    "latitude first": (
        worlds.geojson(move=lambda point: worlds.degrees(point)[::-1]),
        "not_in_finland",
        "outside Finland: 63",
    ),
    "text for a number": (changed(set_point("400000", 7e6)), "malformed", "TypeError"),
    "another system": (worlds.geojson(crs="urn:ogc:def:crs:EPSG::3857"), "crs", "EPSG::3857; save the file in"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_file_with_something_wrong_is_refused_in_one_sentence(reference, tmp_path, case):
    document, code, words = REFUSALS[case]
    take(tmp_path, worlds.geojson(codes=["410"]))
    before = stored()

    with pytest.raises(ValidationError) as refused:
        take(tmp_path, document)

    assert codes(refused) == [code]
    assert words in refused.value.message
    assert "\n" not in refused.value.message
    assert stored() == before


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"attribution": "  "}, "attribution"),
        ({"attribution": "x" * 301}, "attribution"),
        ({"tolerance": -1}, "tolerance"),
        ({"tolerance": math.nan}, "tolerance"),
        ({"tolerance": 10_001}, "tolerance"),
        ({"code_field": "kuntakoodi"}, "no_code_field"),
        ({"code_field": "nimi"}, "strange_codes"),
    ],
)
def test_an_impossible_option_is_refused(reference, tmp_path, options, code):
    with pytest.raises(ValidationError) as refused:
        take(tmp_path, worlds.geojson(), **options)
    assert codes(refused) == [code]


def test_a_file_that_is_not_there_is_too_large_or_compressed_is_refused(reference, tmp_path, monkeypatch):
    with pytest.raises(ValidationError, match="cannot be read: No such file"):
        import_boundaries(tmp_path / "ei-ole.json", attribution=TERMS)
    (tmp_path / "rajat.json.gz").write_bytes(b"\x1f\x8b\x08\x00\xff")
    with pytest.raises(ValidationError, match="is it compressed"):
        import_boundaries(tmp_path / "rajat.json.gz", attribution=TERMS)
    monkeypatch.setattr(boundary_files, "MOST_BYTES", 1_000_000)
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        take(tmp_path, " " * 1_000_001)


def test_codes_of_others_are_left_out_and_a_file_of_others_is_refused(reference, tmp_path):
    document = worlds.geojson(codes=["077", "172"])
    document["features"][1]["properties"]["kunta"] = "091"
    done = take(tmp_path, document)
    assert (done.n_saved, done.not_in_registry) == (1, ["091"])
    document["features"][0]["properties"]["kunta"] = "049"
    with pytest.raises(ValidationError) as refused:
        take(tmp_path, document)
    assert codes(refused) == ["no_match"]
    assert "its codes: 049, 091." in refused.value.message
    assert set(stored()) == {"077"}


@st.composite
def broken_documents(draw):
    """Return a document in which something, somewhere, has been replaced."""
    document = draw(st.sampled_from([worlds.geojson(codes=["077", "179", "892"]), worlds.topojson()]))
    document = at = copy.deepcopy(document)
    for _depth in range(draw(st.integers(0, 8))):
        key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key]:
            break
        parent, at = at, at[key]
        del parent
    key = draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
    values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
    at[key] = draw(values | st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=2))
    return document


@settings(max_examples=60, deadline=None)
@given(document=broken_documents())
def test_a_broken_file_never_breaks_the_reader(tmp_path_factory, document):
    path = worlds.written(tmp_path_factory.getbasetemp(), document, "rikki.json")
    try:
        outlines = read_boundaries(path)
    except ValidationError:
        return
    assert all(outlines.values())


# --- Saving ----------------------------------------------------------------------------------------------------------


def test_the_command_says_in_one_line_what_it_did(reference, tmp_path):
    told = io.StringIO()
    path = worlds.written(tmp_path, worlds.geojson())
    call_command("import_boundaries", str(path), attribution=TERMS, stdout=told)
    line = told.getvalue()
    assert line.count("\n") == 1
    assert re.match(r"boundaries: 22 municipalities saved, 33\d\d points simplified to \d{3}, 1 small parts", line)
    assert "not in the registry: none; in the registry but not in the file: 009, 069" in line
    assert line.endswith("and 11 more; earlier boundaries removed: 0\n")


def test_the_command_refuses_without_a_traceback(reference, tmp_path):
    with pytest.raises(CommandError, match="is not JSON"):
        call_command("import_boundaries", str(worlds.written(tmp_path, "x")), attribution=TERMS)


def test_the_same_file_twice_leaves_the_same_rows(reference, tmp_path):
    take(tmp_path, worlds.geojson())
    before = list(MunicipalityBoundary.objects.order_by("pk").values("pk", "municipality", "rings", "label_x"))
    take(tmp_path, worlds.geojson())
    assert list(MunicipalityBoundary.objects.order_by("pk").values("pk", "municipality", "rings", "label_x")) == before


def test_another_file_replaces_everything(reference, tmp_path):
    take(tmp_path, worlds.geojson())
    done = take(tmp_path, worlds.geojson(codes=["077", "172"]), attribution="Uusi")
    assert (done.n_saved, done.n_removed) == (2, 20)
    assert {row.attribution for row in MunicipalityBoundary.objects.all()} == {"Uusi"}
    assert set(stored()) == {"077", "172"}


def test_nothing_is_half_saved(reference, tmp_path, monkeypatch):
    take(tmp_path, worlds.geojson(codes=["077", "172"]))
    before = stored()

    def fail():
        raise RuntimeError

    monkeypatch.setattr(publicity, "touch", fail)
    with pytest.raises(RuntimeError):
        take(tmp_path, worlds.geojson(codes=["077"]), tolerance=0)
    assert stored() == before


def test_public_pages_are_made_anew(reference, tmp_path):
    publicity.touch()
    before = SiteState.objects.load().version
    take(tmp_path, worlds.geojson())
    assert SiteState.objects.load().version != before


def test_boundaries_of_a_region_are_read_by_day_in_one_query(reference, tmp_path, django_assert_num_queries):
    take(tmp_path, worlds.geojson())
    factories.MunicipalityBoundaryFactory(municipality=reference.kuhmoinen)  # left on 1.1.2021
    factories.MunicipalityBoundaryFactory(municipality=reference.oulu)
    region = reference.keski_suomi
    with django_assert_num_queries(1):
        today = [row.municipality_id for row in MunicipalityBoundary.objects.for_region_page(region, TODAY)]
    then = [row.pk for row in MunicipalityBoundary.objects.for_region_page(region, dt.date(2020, 12, 31))]
    assert (len(today), len(then)) == (22, 23)
    assert reference.kuhmoinen.pk not in today


def test_boundaries_come_with_the_municipalities_of_a_page(reference, tmp_path, django_assert_num_queries):
    take(tmp_path, worlds.geojson(codes=worlds.CODES[:5]))
    with django_assert_num_queries(1):
        rows = municipalities_of(reference.keski_suomi, TODAY)
    assert len(rows) == 22
    assert {row.pk: row.outline for row in rows if row.outline} == {
        each.municipality_id: Outline(each.municipality_id, each.rings, each.label_x, each.label_y, each.attribution)
        for each in MunicipalityBoundary.objects.filter(municipality__code__in=worlds.CODES[:5])
    }


# --- Simplifying -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tolerance", [0, 20, 200, 2000])
def test_neighbours_never_gape(reference, tmp_path, tolerance):
    path = worlds.written(tmp_path, worlds.geojson())
    coast = set().union(*lines_of_one(read_boundaries(path).values()))
    import_boundaries(path, attribution=TERMS, tolerance=tolerance)
    alone = lines_of_one(stored().values())
    assert alone
    assert set().union(*alone) <= coast


def test_a_greater_tolerance_leaves_fewer_points_and_none_too_far(reference, tmp_path):
    n_points = []
    for tolerance in (0, 50, 200, 1000):
        done = take(tmp_path, worlds.geojson(codes=["179", "892", "500", "992"]), tolerance=tolerance)
        n_points.append(done.n_points_saved)
        read = read_boundaries(tmp_path / "rajat.json")
        for code, rings in stored().items():
            saved = [[tuple(point) for point in ring] for ring in rings]
            kept = [ring for ring in read[code] if abs(area_of(ring)) >= 10_000 or code == "892"]
            assert max(abs(clearance(saved, x, y)) for ring in kept for x, y in ring) <= tolerance / 10 + 1e-9
    assert n_points == sorted(n_points, reverse=True)
    assert n_points[0] > 4 * n_points[-1]


def test_small_islands_go_and_an_enclave_stays(reference, tmp_path):
    take(tmp_path, worlds.geojson())
    shapes = stored()
    assert [round(abs(area_of(ring)) / 10_000, 2) for ring in shapes["992"][1:]] == [4.0]
    assert shapes["892"] == [shapes["179"][1]]
    assert abs(area_of(shapes["892"][0])) < 10_000


def test_a_municipality_of_islets_keeps_its_largest(reference, tmp_path):
    document = worlds.geojson(codes=["077"])
    rings = [worlds.square(400_000 + 5_000 * number, 6_900_000, 100 + 20 * number) for number in range(20)]
    document["features"][0]["geometry"]["coordinates"] = [[ring] for ring in rings]
    done = take(tmp_path, document, tolerance=10_000)
    assert done.n_parts_left_out == 19
    assert [abs(area_of(ring)) for ring in stored()["077"]] == [48 * 48]


def test_an_outline_has_at_most_400_points(reference, tmp_path, monkeypatch):
    monkeypatch.setattr(worlds, "STEPS", 1500)
    done = take(tmp_path, worlds.geojson(codes=worlds.CODES[:7]), tolerance=0)
    n_points = {code: sum(map(len, rings)) for code, rings in stored().items()}
    assert done.n_points_read > 30_000
    assert max(n_points.values()) <= 400
    assert min(n_points.values()) > 100


small = st.integers(-40, 40)


@st.composite
def four_squares(draw):
    """Return four neighbouring outlines with crooked borders, and the points where they meet."""
    lines = {}

    def line(start, end):
        if (end, start) in lines:
            return lines[end, start][::-1]
        if (start, end) not in lines:
            n = draw(st.integers(0, 6))
            between = [
                (round(1000 * (start[0] + (end[0] - start[0]) * k / (n + 1))) + draw(small),
                 round(1000 * (start[1] + (end[1] - start[1]) * k / (n + 1))) + draw(small))
                for k in range(1, n + 1)
            ]  # fmt: skip
            lines[start, end] = [(1000 * start[0], 1000 * start[1]), *between, (1000 * end[0], 1000 * end[1])]
        return lines[start, end]

    outlines = {}
    for a, b in ((0, 0), (1, 0), (0, 1), (1, 1)):
        corners = [(a, b), (a + 1, b), (a + 1, b + 1), (a, b + 1), (a, b)]
        ring = [point for start, end in pairwise(corners) for point in line(start, end)[:-1]]
        turn = draw(st.integers(0, len(ring) - 1))
        ring = ring[turn:] + ring[:turn]
        outlines[a, b] = [ring[::-1] if draw(st.booleans()) else ring]
    return outlines, [(1000, 0), (0, 1000), (1000, 1000), (2000, 1000), (1000, 2000)]


@settings(max_examples=100, deadline=None)
@given(world=four_squares(), tolerance=st.floats(0, 3000), most_points=st.integers(4, 30))
def test_simplifying_never_moves_where_outlines_meet(world, tolerance, most_points):
    outlines, meetings = world
    simplified = simplify(outlines, tolerance, most_points=most_points)
    assert set(simplified) == set(outlines)
    for key, rings in simplified.items():
        points = {point for ring in rings for point in ring}
        around = {point for ring in outlines[key] for point in ring}
        assert points <= around
        assert around & set(meetings) <= points
        assert area_of(rings[0]) > 0
    coast = set().union(*lines_of_one(outlines.values()))
    assert set().union(*lines_of_one(simplified.values())) <= coast


@settings(max_examples=50, deadline=None)
@given(world=four_squares())
def test_no_tolerance_keeps_every_area(world):
    outlines, _meetings = world
    for key, rings in simplify(outlines, 0).items():
        assert area_of(rings[0]) == abs(area_of(outlines[key][0]))


# --- Where the name stands -------------------------------------------------------------------------------------------


@st.composite
def stars(draw):
    """Return a ring around a middle, as ragged as can be."""
    radii = draw(st.lists(st.integers(30, 2000), min_size=3, max_size=40))
    turn = 2 * math.pi / len(radii)
    return [(5000 + round(r * math.cos(k * turn)), 5000 + round(r * math.sin(k * turn))) for k, r in enumerate(radii)]


@settings(max_examples=150, deadline=None)
@given(ring=stars())
def test_the_label_stands_inside(ring):
    x, y = label_point([ring])
    assert clearance([ring], x, y) > 0
    assert (x, y) == (int(x), int(y))


def test_the_label_avoids_a_bay_and_a_hole():
    bay = [(0, 0), (100, 0), (100, 10), (10, 10), (10, 90), (100, 90), (100, 100), (0, 100)]
    assert clearance([bay], 50, 50) < 0 < clearance([bay], *label_point([bay]))
    holed = [[(0, 0), (100, 0), (100, 100), (0, 100)], [(20, 20), (80, 20), (80, 80), (20, 80)]]
    assert clearance(holed, *label_point(holed)) >= 10


def test_a_sliver_without_an_inside_has_its_label_at_a_corner():
    assert label_point([[(0, 0), (100, 1), (200, 1)]]) == (0, 0)


# --- The map ---------------------------------------------------------------------------------------------------------


def imported_map(folder, width=600):
    take(folder, worlds.geojson())
    return map_of(MunicipalityBoundary.objects.order_by("municipality__code").select_related("municipality"), width)


def test_a_map_fits_its_box_and_says_whose_it_is(reference, tmp_path):
    drawn = imported_map(tmp_path)
    left, top, width, height = map(int, drawn.view_box.split())
    points = [point for shape in drawn.shapes for ring in rings_of_path(shape.path_d) for point in ring]
    xs, ys = zip(*points, strict=True)
    assert (left, top, width) == (0, 0, 600)
    assert (min(xs), max(xs), min(ys), max(ys)) == (2, 598, 2, height - 2)
    assert drawn.attribution == TERMS
    assert [shape.municipality_id for shape in drawn.shapes] == list(
        Municipality.objects.filter(boundary__isnull=False).order_by("code").values_list("pk", flat=True)
    )


def test_neighbours_share_their_border_on_the_map(reference, tmp_path):
    take(tmp_path, worlds.geojson())
    coast = set().union(*lines_of_one(stored().values()))
    drawn = map_of(MunicipalityBoundary.objects.all(), 50_000)  # so wide that every point is apart
    shapes = [rings_of_path(shape.path_d) for shape in drawn.shapes]
    assert len(set().union(*lines_of_one(shapes))) == len(coast)


def test_names_stand_inside_their_shapes(reference, tmp_path):
    for shape in imported_map(tmp_path).shapes:
        assert clearance(rings_of_path(shape.path_d), shape.label_x, shape.label_y) > 0


def test_a_map_is_the_same_every_time(reference, tmp_path):
    assert imported_map(tmp_path) == imported_map(tmp_path)


def test_a_map_without_boundaries_is_none(db):
    assert map_of(MunicipalityBoundary.objects.none()) is None


def test_a_municipality_too_small_for_the_map_is_a_small_square(db):
    large = factories.MunicipalityBoundaryFactory.build(municipality_id=1, municipality=None, attribution="B")
    tiny = [[40_000, 100_000], [40_001, 100_000], [40_001, 100_001]]
    small = factories.MunicipalityBoundaryFactory.build(
        municipality_id=2, municipality=None, attribution="A", rings=[tiny], label_x=40_000, label_y=100_000
    )
    drawn = map_of([large, small], 100)
    assert rings_of_path(drawn.shapes[1].path_d) == [[(1, 1), (3, 1), (3, 3), (1, 3)]]
    assert drawn.attribution == "A; B"


def test_thirty_detailed_municipalities_are_25_kilobytes():
    boundaries = []
    for number in range(30):
        x, y = 40_000 + 3000 * (number % 6), 100_000 + 3000 * (number // 6)
        ring = [
            [x + round((1400 + 90 * (k % 2)) * math.cos(k * math.pi / 200)),
             y + round((1400 + 90 * (k % 2)) * math.sin(k * math.pi / 200))]
            for k in range(400)
        ]  # fmt: skip
        boundaries.append(
            MunicipalityBoundary(municipality_id=number, rings=[ring], label_x=x, label_y=y, attribution="x")
        )
    for width in (320, 600, 1200):
        drawn = map_of(boundaries, width)
        assert sum(len(shape.path_d) for shape in drawn.shapes) <= MOST_TEXT
        assert all(len(rings_of_path(shape.path_d)[0]) > 20 for shape in drawn.shapes)
