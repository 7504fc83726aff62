"""Charts drawn on the server: a picture travels with its title, its reading in words, its rows and its source."""

from dataclasses import dataclass
from typing import NamedTuple

# As includes/chart.html draws them: a row's height, and how long a bar of the whole is.
_ROW_HEIGHT = 30
_BAR_WIDTH = 160


class ChartRow(NamedTuple):
    """One bar: what it is of, its share of the whole (0 to 1) and the figure in words.

    `is_published` bars, known from elsewhere, are drawn hatched; the others solid.
    """

    label: str
    share: float
    figure: str
    is_published: bool = False


class Bar(NamedTuple):
    """A ChartRow in its place in the picture."""

    label: str
    figure: str
    kind: str
    y: int
    width: int


@dataclass(frozen=True)
class Chart:
    """A bar chart of shares with everything that goes with it.

    `reading` says in one sentence what the picture shows; it is the picture's text
    alternative too. The rows stand in a table beside the picture.
    """

    title: str
    reading: str
    rows: tuple
    source: str

    @property
    def height(self):
        """The height of the picture, in its own units."""
        return _ROW_HEIGHT * len(self.rows)

    @property
    def bars(self):
        """The rows in their places, top down."""
        return [
            Bar(
                row.label,
                row.figure,
                kind="published" if row.is_published else "computed",
                y=index * _ROW_HEIGHT,
                width=round(min(max(row.share, 0), 1) * _BAR_WIDTH),
            )
            for index, row in enumerate(self.rows)
        ]
