"""Charts drawn on the server: a picture travels with its title, its reading in words, its rows and its source."""

from dataclasses import dataclass

_WIDTH = 360
_LABEL_WIDTH = 96
_BAR_WIDTH = 160
_ROW_HEIGHT = 30
_BAR_HEIGHT = 18
_HEADING_HEIGHT = 34


@dataclass(frozen=True)
class ChartRow:
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


@dataclass(frozen=True)
class Bar:
    """A ChartRow in its place in the picture."""

    row: ChartRow
    top: int
    width: int

    @property
    def y(self):
        """Where the bar begins."""
        return self.top + (_ROW_HEIGHT - _BAR_HEIGHT) // 2

    @property
    def text_y(self):
        """The base line of the label and of the figure."""
        return self.top + _ROW_HEIGHT // 2 + 4

    @property
    def heading_y(self):
        """The base line of the heading above the bar."""
        return self.top - 8

    @property
    def line_y(self):
        """Where the line above the heading stands."""
        return self.top - _HEADING_HEIGHT + 6


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
    def width(self):
        """The width of the picture, in its own units."""
        return _WIDTH

    @property
    def height(self):
        """The height of the picture, in its own units."""
        return _ROW_HEIGHT * len(self.rows) + _HEADING_HEIGHT * sum(bool(row.heading) for row in self.rows)

    @property
    def bar_x(self):
        """Where bars begin."""
        return _LABEL_WIDTH

    @property
    def bar_height(self):
        """How thick bars are."""
        return _BAR_HEIGHT

    @property
    def full_width(self):
        """How long a bar of the whole would be."""
        return _BAR_WIDTH

    @property
    def figure_x(self):
        """Where figures begin."""
        return _LABEL_WIDTH + _BAR_WIDTH + 8

    @property
    def bars(self):
        """The rows in their places, top down."""
        bars, top = [], 0
        for row in self.rows:
            top += _HEADING_HEIGHT if row.heading else 0
            bars.append(Bar(row, top=top, width=round(min(max(row.share, 0), 1) * _BAR_WIDTH)))
            top += _ROW_HEIGHT
        return bars
