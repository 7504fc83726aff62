"""The map of a region: boundaries on the country's grid become shapes that a page draws."""

from dataclasses import dataclass

from registry.outlines import area_of, simplify, without_repeats

PADDING = 2
# How much text a map's shapes may be: in all, or for each shape of a larger map.
MOST_TEXT, MOST_TEXT_PER_SHAPE = 25_000, 800
# By how many units of the map a line may be off where a map would otherwise be too much text.
TOLERANCES = (0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16)


@dataclass(frozen=True)
class MapShape:
    """One municipality on a map: the `d` of its path, and where its name or mark stands."""

    municipality_id: int
    path_d: str
    label_x: int
    label_y: int


@dataclass(frozen=True)
class RegionMap:
    """A map: the viewBox that everything fits in, the shapes in the order given, and who is to be named below it."""

    view_box: str
    shapes: list[MapShape]
    attribution: str


class _Fit:
    """From the country's grid to a map of a given width; a point always comes to the same point."""

    def __init__(self, rings, width):
        xs = [x for ring in rings for x, _y in ring]
        ys = [y for ring in rings for _x, y in ring]
        self.left, self.top = min(xs), min(ys)
        self.room, self.extent = width - 2 * PADDING, max(max(xs) - self.left, 1)
        self.view_box = f"0 0 {width} {self.point(0, max(ys))[1] + PADDING}"

    def point(self, x, y):
        """Return where a point of the grid comes to."""
        return PADDING + self._scaled(x - self.left), PADDING + self._scaled(y - self.top)

    def _scaled(self, length):
        return (2 * length * self.room + self.extent) // (2 * self.extent)

    def ring(self, points):
        """Return where a ring comes to, without the points that fall together."""
        return without_repeats([self.point(x, y) for x, y in points])


def map_of(boundaries, width=600):
    """Return the RegionMap of these boundaries, `width` units wide and as high as it takes; None without boundaries.

    Neighbours share their border's points on the map too. When the paths would be
    more than 25 kB of text (800 bytes for each of more than 31), they are simplified
    until they are not. A municipality too small for the map's units is a small square.
    """
    boundaries = list(boundaries)
    if not boundaries:
        return None
    fit = _Fit([ring for boundary in boundaries for ring in boundary.rings], width)
    labels = {each.municipality_id: fit.point(each.label_x, each.label_y) for each in boundaries}
    outlines = {}
    for boundary in boundaries:
        rings = [ring for ring in map(fit.ring, boundary.rings) if area_of(ring)]
        outlines[boundary.municipality_id] = rings or [_square(*labels[boundary.municipality_id])]
    paths = {key: path_of(outline) for key, outline in outlines.items()}
    for tolerance in TOLERANCES:
        if sum(map(len, paths.values())) <= max(MOST_TEXT, MOST_TEXT_PER_SHAPE * len(paths)):
            break
        paths = {key: path_of(outline) for key, outline in simplify(outlines, tolerance, least_area=4).items()}
    return RegionMap(
        view_box=fit.view_box,
        shapes=[MapShape(key, path, *labels[key]) for key, path in paths.items()],
        attribution="; ".join(sorted({boundary.attribution for boundary in boundaries})),
    )


def _square(x, y):
    return [(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)]


def path_of(outline):
    """Return the `d` of an SVG path: each ring's start, then steps, with no sign that can be spared."""
    return "".join(map(_ring_path, outline))


def _ring_path(ring):
    (x, y), *rest = ring
    path, start = [], f"M{x} {y}l"
    for next_x, next_y in rest:
        path += [next_x - x, next_y - y]
        x, y = next_x, next_y
    return f"{start}{' '.join(map(str, path)).replace(' -', '-')}z"
