"""Charts drawn on the server: a picture travels with its title, its reading in words, its rows and its source."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

# As includes/chart.html draws them: a row's height, and how long a bar of the whole is.
_ROW_HEIGHT = 30
_BAR_WIDTH = 160
_HEADING_HEIGHT = 34


class ChartRow(NamedTuple):
    """One bar: what it is of, its share of the whole (0 to 1) and the figure in words.

    `is_published` bars, known from elsewhere, are drawn hatched; the others solid.
    A row with a `heading` begins a group, which the heading and a line part from the
    one above: figures that are counted differently are not read as one series.
    """

    label: str
    share: float
    figure: str
    is_published: bool = False
    heading: str = ""


class Bar(NamedTuple):
    """A ChartRow in its place in the picture."""

    label: str
    figure: str
    kind: str
    y: int
    width: int


class Heading(NamedTuple):
    """The heading of a group in its place in the picture."""

    text: str
    y: int
    line_y: int


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
        return _ROW_HEIGHT * len(self.rows) + _HEADING_HEIGHT * sum(bool(row.heading) for row in self.rows)

    @property
    def bars(self):
        """The rows in their places, top down."""
        return self._places[0]

    @property
    def headings(self):
        """The headings of groups in their places, with the line above each."""
        return self._places[1]

    @cached_property
    def _places(self):
        bars, headings, y = [], [], 0
        for row in self.rows:
            if row.heading:
                y += _HEADING_HEIGHT
                headings.append(Heading(row.heading, y=y - 8, line_y=y - _HEADING_HEIGHT + 6))
            kind = "published" if row.is_published else "computed"
            bars.append(Bar(row.label, row.figure, kind, y, width=round(min(max(row.share, 0), 1) * _BAR_WIDTH)))
            y += _ROW_HEIGHT
        return bars, headings
