"""Outlines of neighbouring areas: made simpler without gaps between them, measured, and labelled.

An outline is a list of rings; a ring is a list of (x, y) integers without the first
point repeated at the end. Rings are filled by the even-odd rule, so that a ring
inside another is a hole.
"""

import heapq
import math
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

MOST_ROUNDS = 60


def area_of(ring):
    """Return the signed area of a ring (the shoelace formula); its sign is the direction."""
    return sum(ax * by - bx * ay for (ax, ay), (bx, by) in _edges(ring)) / 2


def without_repeats(points):
    """Return a ring without points that repeat the one before; rounding to a grid makes such."""
    return [point for before, point in pairwise([points[-1], *points]) if point != before] if points else []


def _edges(ring):
    return pairwise([*ring, *ring[:1]])


# --- Simplifying -----------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class _Border:
    """A line between two places where outlines meet, which all of them share; or a whole ring met by none."""

    points: tuple
    limit: float
    n_users: int = 0
    weighed: list = field(default_factory=list)

    def weigh(self, limit):
        """Keep the points that stand out by more than `limit`, each with how far it does."""
        self.limit = limit
        self.weighed = [each for each in zip(self.points, _weights(self.points, limit), strict=True) if each[1] > 0]

    def drawn(self):
        """Return the points that stand out by more than the limit; both ends always do."""
        return [point for point, weight in self.weighed if weight > self.limit]


@dataclass(eq=False)
class _Part:
    """One ring as the borders it runs along, each with whether it runs backwards."""

    borders: list
    size: float

    @property
    def is_shared(self):
        """Whether a neighbour, too, runs along some of its borders."""
        return any(border.n_users > 1 for border, _is_backwards in self.borders)

    def drawn(self):
        """Return the simplified ring, or None when nothing of it is left."""
        points = []
        for border, is_backwards in self.borders:
            points += (border.drawn()[::-1] if is_backwards else border.drawn())[:-1]
        points = without_repeats(points)
        return points if points and area_of(points) else None


def simplify(outlines, tolerance, *, most_points=math.inf, least_area=0):
    """Return {key: outline} with fewer points: those left out lie no farther than `tolerance` from the new lines.

    Douglas–Peucker, but of borders instead of rings: a border that two outlines
    share is cut out once and simplified once, so that no gap opens, and the places
    where outlines meet never move. An outline of more than `most_points` gets a
    greater tolerance. Parts smaller than `least_area` that touch nothing are left
    out, except an outline's largest; that never vanishes.
    """
    parts = _parts(outlines, tolerance)
    for key, rings in parts.items():
        rings.sort(key=lambda part: -part.size)
        parts[key] = [part for part in rings if part is rings[0] or part.size >= least_area or part.is_shared]
    crowded = list(parts)
    for _round in range(MOST_ROUNDS):
        crowded = [key for key in crowded if sum(map(len, _drawn(parts[key]))) > most_points]
        if not crowded:
            break
        for border in {border for key in crowded for part in parts[key] for border, _is_backwards in part.borders}:
            border.limit = max(border.limit, 1) * 1.25
    for rings in parts.values():
        _rescue(rings[0])
    return {key: sorted(map(_in_order, _drawn(rings)), key=_by_size) for key, rings in parts.items()}


def _drawn(parts):
    return list(filter(None, (part.drawn() for part in parts)))


def _rescue(part):
    """Lower the tolerance along a part that has vanished until it shows again."""
    limit = max(border.limit for border, _is_backwards in part.borders)
    while part.drawn() is None and limit:
        limit = limit / 2 if limit > 0.1 else 0
        for border, _is_backwards in part.borders:
            if border.limit > limit:
                border.weigh(limit)


def _in_order(ring):
    """Return the ring in its one way of being written: from its first point, in one direction."""
    if area_of(ring) < 0:
        ring = ring[::-1]
    start = ring.index(min(ring))
    return ring[start:] + ring[:start]


def _by_size(ring):
    return -abs(area_of(ring)), ring


def _parts(outlines, tolerance):
    """Return {key: [_Part]} with each shared border made once."""
    meetings = _meetings(ring for rings in outlines.values() for ring in rings)
    borders, parts = {}, {}
    for key, rings in outlines.items():
        parts[key] = []
        for ring in rings:
            runs = []
            for points in _cut(ring, meetings):
                is_backwards = points[::-1] < points
                points = points[::-1] if is_backwards else points
                if points not in borders:
                    borders[points] = _Border(points, tolerance)
                    borders[points].weigh(tolerance)
                borders[points].n_users += 1
                runs.append((borders[points], is_backwards))
            parts[key].append(_Part(runs, abs(area_of(ring))))
    return parts


def _meetings(rings):
    """Return the points where borders meet: those with more than two different neighbours."""
    neighbours = defaultdict(set)
    for ring in rings:
        for a, b in _edges(ring):
            neighbours[a].add(b)
            neighbours[b].add(a)
    return {point for point, around in neighbours.items() if len(around) > 2}


def _cut(ring, meetings):
    """Return a ring as lines from one meeting to the next; one that meets nothing, from its first point around."""
    cuts = [number for number, point in enumerate(ring) if point in meetings] or [ring.index(min(ring))]
    turned = [*ring[cuts[0] :], *ring[: cuts[0]], ring[cuts[0]]]
    ends = [cut - cuts[0] for cut in cuts] + [len(ring)]
    return [tuple(turned[a : b + 1]) for a, b in pairwise(ends)]


def _weights(points, least):
    """Return for each point of a line by how much it stands out (Douglas & Peucker 1973); 0 for at most `least`.

    A point never stands out by more than the one that led to it, so that any greater
    tolerance can be applied to the same weights.
    """
    weights = [0.0] * len(points)
    weights[0] = weights[-1] = math.inf
    to_do = [(0, len(points) - 1, math.inf)]
    while to_do:
        first, last, most = to_do.pop()
        number, distance = _farthest(points, first, last)
        if distance > least:
            weights[number] = min(most, distance)
            to_do += [(first, number, weights[number]), (number, last, weights[number])]
    return weights


def _farthest(points, first, last):
    """Return which point between two others is farthest from the line between them, and how far."""
    (ax, ay), (bx, by) = points[first], points[last]
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    farthest, most = first, 0
    for number in range(first + 1, last):
        x, y = points[number]
        x, y = x - ax, y - ay
        along = x * dx + y * dy
        if along <= 0:
            distance = x * x + y * y
        elif along >= length:
            distance = (x - dx) ** 2 + (y - dy) ** 2
        else:
            distance = (x * dy - y * dx) ** 2 / length
        if distance > most:
            farthest, most = number, distance
    return farthest, math.sqrt(most)


# --- The place of a label --------------------------------------------------------------------------------------------


def clearance(outline, x, y):
    """Return how far a point is inside an outline; negative outside, 0 on the line."""
    nearest, is_inside = math.inf, False
    for ring in outline:
        ax, ay = ring[-1]
        for bx, by in ring:
            if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
                is_inside = not is_inside
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            along = min(1, max(0, ((x - ax) * dx + (y - ay) * dy) / length)) if length else 0
            nearest = min(nearest, (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2)
            ax, ay = bx, by
    return math.sqrt(nearest) if is_inside else -math.sqrt(nearest)


def label_point(outline):
    """Return the point inside an outline that is farthest from its border, as integers.

    Squares that might hold a better point than the best so far are halved, the most
    promising first (the pole of inaccessibility, as in Mapbox's polylabel). A sliver
    without a whole-numbered point inside gets one of its corners.
    """
    xs, ys = zip(*outline[0], strict=True)
    left, top, width, height = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    half = max(min(width, height), max(width, height) / 16) / 2
    precision = max(half / 25, 0.5)
    best, squares = (-math.inf, 0, 0), []

    def look(x, y, half):
        nonlocal best
        found = clearance(outline, x, y)
        best = max(best, (found, x, y))
        if found + half * math.sqrt(2) > best[0] + precision:
            heapq.heappush(squares, (-found - half * math.sqrt(2), x, y, half))

    for column in range(math.ceil(width / half / 2)):
        for row in range(math.ceil(height / half / 2)):
            look(left + (2 * column + 1) * half, top + (2 * row + 1) * half, half)
    while squares:
        promise, x, y, half = heapq.heappop(squares)
        if -promise <= best[0] + precision:
            break
        for dx in (-half / 2, half / 2):
            for dy in (-half / 2, half / 2):
                look(x + dx, y + dy, half / 2)
    _found, x, y = best
    around = [(a, b) for a in (math.floor(x), math.ceil(x)) for b in (math.floor(y), math.ceil(y))]
    found, point = max((clearance(outline, *point), point) for point in around)
    return point if found > 0 else min(outline[0])
