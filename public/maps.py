"""The map of a region: tiles, or real shapes where boundaries are loaded; the same facts as the table beside it."""

from itertools import pairwise, takewhile
from typing import NamedTuple

from registry.boundaries import map_of

_TILE = 52  # as includes/tile_map.html draws it
_STEP = _TILE + 4
_SHORTEST_LABEL = 4


class Tile(NamedTuple):
    """One municipality's tile; `label` is the beginning of the name, `words` the name and the situation."""

    x: int
    y: int
    label: str
    name: str
    words: str
    url: str
    situation: object
    classes: str


class TileMap(NamedTuple):
    """Tiles in their places, and the picture that they fit in."""

    view_box: str
    tiles: tuple


def tile_map(rows):
    """Return the TileMap of MunicipalityRows, or None when not every one has a place on the map.

    Rows outside the reader's choices stay on the map, dimmed.
    """
    if not rows or any(row.tile is None for row in rows):
        return None
    labels = _short_names([row.name for row in rows])
    tiles = tuple(
        Tile(
            x=row.tile[1] * _STEP,
            y=row.tile[0] * _STEP,
            label=labels[row.name],
            name=row.name,
            words=_words(row),
            url=row.url,
            situation=row.situation,
            classes=_classes(row),
        )
        for row in sorted(rows, key=lambda row: row.tile)
    )
    return TileMap(_view_box(tiles), tiles)


def _words(row):
    return f"{row.name}: {row.situation_words}"


def _classes(row):
    return f"status-{row.situation}" if row.is_shown else f"status-{row.situation} dimmed"


class AnswerTile(NamedTuple):
    """One municipality's tile with the letter of what it answered; without one a dash."""

    x: int
    y: int
    label: str
    words: str
    url: str
    letter: str
    classes: str


def answer_map(rows, base):
    """Return the TileMap of a question's AnswerRows, or None when not every municipality has a place on the map.

    A tile leads to the municipality's page below the address `base`. Letters tell the
    answers; the tint only groups them.
    """
    if not rows or any(row.standing.tile is None for row in rows):
        return None
    labels = _short_names([row.name for row in rows])
    tiles = tuple(
        AnswerTile(
            x=row.standing.tile[1] * _STEP,
            y=row.standing.tile[0] * _STEP,
            label=labels[row.name],
            words=f"{row.name}: {'; '.join(row.lines)}",
            url=f"{base}{row.standing.slug}/",
            letter=row.letters or "–",
            classes=f"answer answer-{row.letters.lower()}" if row.letters else "answer answer-none",
        )
        for row in sorted(rows, key=lambda row: row.standing.tile)
    )
    return TileMap(_view_box(tiles), tiles)


def _view_box(tiles):
    width, height = (max(getattr(tile, axis) for tile in tiles) + _STEP for axis in ("x", "y"))
    return f"-2 -2 {width} {height}"


class Shape(NamedTuple):
    """One municipality's shape on a map of boundaries, with the place of its status mark."""

    path: str
    mark_x: int
    mark_y: int
    words: str
    url: str
    situation: object
    classes: str


class ShapeMap(NamedTuple):
    """Shapes in one picture, and who is to be named below it."""

    view_box: str
    shapes: tuple
    attribution: str


def shape_map(rows):
    """Return the ShapeMap of MunicipalityRows, or None when some of them has no boundary."""
    by_id = {row.boundary.municipality_id: row for row in rows if row.boundary}
    if not rows or len(by_id) < len(rows):
        return None
    drawn = map_of([row.boundary for row in rows])
    shapes = tuple(_shape(shape, by_id[shape.municipality_id]) for shape in drawn.shapes)
    return ShapeMap(drawn.view_box, shapes, drawn.attribution)


def _shape(shape, row):
    return Shape(shape.path_d, shape.label_x - 8, shape.label_y - 8, _words(row), row.url, row.situation, _classes(row))


def _short_names(names):
    """Return for each name its shortest beginning that no other name shares, of at least four letters."""
    in_order = sorted(set(names))
    shared = [0, *(_n_shared(*neighbours) for neighbours in pairwise(in_order)), 0]
    return {
        name: name[: max(_SHORTEST_LABEL, before + 1, after + 1)]
        for name, (before, after) in zip(in_order, pairwise(shared), strict=True)
    }


def _n_shared(first, second):
    """Return how many letters two names begin with in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
