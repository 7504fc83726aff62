"""The map of a region: tiles, or real shapes where boundaries are loaded; the same facts as the table beside it."""

from dataclasses import dataclass
from itertools import pairwise, takewhile

from registry.boundaries import map_of

_TILE = 52
_GAP = 4
_SHORTEST_LABEL = 4


@dataclass(frozen=True)
class Tile:
    """One municipality's tile; `label` is the beginning of the name, `name` the whole."""

    x: int
    y: int
    label: str
    name: str
    url: str
    situation: object
    is_dimmed: bool

    @property
    def text_x(self):
        """The middle of the tile."""
        return self.x + _TILE // 2

    @property
    def label_y(self):
        """The line of the label."""
        return self.y + _TILE - 12

    @property
    def mark_x(self):
        """The left edge of the status mark."""
        return self.x + _TILE // 2 - 8

    @property
    def mark_y(self):
        """The top of the status mark."""
        return self.y + 9


@dataclass(frozen=True)
class TileMap:
    """Tiles in their places; `size` is the side of a tile."""

    width: int
    height: int
    tiles: tuple
    size: int = _TILE


def tile_map(rows):
    """Return the TileMap of MunicipalityRows, or None when not every one has a place on the map.

    Rows outside the reader's choices stay on the map, dimmed.
    """
    if not rows or any(row.tile is None for row in rows):
        return None
    labels = _short_names([row.name for row in rows])
    step = _TILE + _GAP
    tiles = tuple(
        Tile(
            x=row.tile[1] * step,
            y=row.tile[0] * step,
            label=labels[row.name],
            name=row.name,
            url=row.url,
            situation=row.situation,
            is_dimmed=not row.is_shown,
        )
        for row in sorted(rows, key=lambda row: row.tile)
    )
    return TileMap(
        width=max(tile.x for tile in tiles) + _TILE, height=max(tile.y for tile in tiles) + _TILE, tiles=tiles
    )


@dataclass(frozen=True)
class Shape:
    """One municipality's shape on a map of boundaries, with the place of its status mark."""

    path: str
    mark_x: int
    mark_y: int
    row: object


@dataclass(frozen=True)
class ShapeMap:
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
    shapes = tuple(
        Shape(shape.path_d, shape.label_x - 8, shape.label_y - 8, by_id[shape.municipality_id])
        for shape in drawn.shapes
    )
    return ShapeMap(drawn.view_box, shapes, drawn.attribution)


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
