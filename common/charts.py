"""Charts drawn on the server: a picture travels with its title, its reading in words, its rows and its source."""

from dataclasses import dataclass

_WIDTH = 360
_LABEL_WIDTH = 96
_BAR_WIDTH = 160
_ROW_HEIGHT = 30
_BAR_HEIGHT = 18


@dataclass(frozen=True)
class ChartRow:
    """One bar: what it is of, its share of the whole (0 to 1) and the figure in words.

    `is_published` bars, known from elsewhere, are drawn hatched; the others solid.
    """

    label: str
    share: float
    figure: str
    is_published: bool = False


@dataclass(frozen=True)
class Bar:
    """A ChartRow in its place in the picture."""

    row: ChartRow
    y: int
    text_y: int
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
    def width(self):
        """The width of the picture, in its own units."""
        return _WIDTH

    @property
    def height(self):
        """The height of the picture, in its own units."""
        return _ROW_HEIGHT * len(self.rows)

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
        return [
            Bar(
                row,
                y=index * _ROW_HEIGHT + (_ROW_HEIGHT - _BAR_HEIGHT) // 2,
                text_y=index * _ROW_HEIGHT + _ROW_HEIGHT // 2 + 4,
                width=round(min(max(row.share, 0), 1) * _BAR_WIDTH),
            )
            for index, row in enumerate(self.rows)
        ]
