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


# --- Curves ----------------------------------------------------------------------------------------------------------

_LEFT, _TOP, _WIDE, _HIGH = 44, 12, 300, 150


class Curve(NamedTuple):
    """Shares (0 to 1) of consecutive days, None where there is none; one `is_published`, from before, is dashed."""

    label: str
    shares: tuple
    is_published: bool = False


class DrawnCurve(NamedTuple):
    """A Curve in its place: a path of steps, and where its name stands at its end."""

    label: str
    kind: str
    path: str
    x: float
    y: float


@dataclass(frozen=True)
class CurveChart:
    """Curves of shares over days with everything that goes with them; the same stands in a table beside the picture.

    `reading` says in one sentence what the picture shows. `marks` are (number of a day, words) below.
    """

    title: str
    reading: str
    curves: tuple
    marks: tuple
    source: str

    @property
    def grid(self):
        """(y, words) of each line of the scale."""
        return [(_y(share), f"{round(100 * share)} %") for share in (0, 0.25, 0.5, 0.75, 1)]

    @property
    def places(self):
        """(x, words, where the words begin) of each mark below."""
        last = self._n - 1
        return [(self._x(number), words, "start" if number < last / 2 else "end") for number, words in self.marks]

    @property
    def drawn(self):
        """The curves in their places, without those that have nothing to show; names do not cover each other."""
        drawn = []
        for curve in self.curves:
            points = [(number, share) for number, share in enumerate(curve.shares) if share is not None]
            if not points:
                continue
            path = f"M{self._x(points[0][0])} {_y(points[0][1])}"
            path += "".join(f"H{self._x(number)}V{_y(share)}" for number, share in points[1:])
            x, y = self._x(points[-1][0]), _y(points[-1][1])
            kind = "before" if curve.is_published else "now"
            name_y = y - 6
            while any(abs(name_y - other.y) < 14 and abs(x - other.x) < 60 for other in drawn):
                name_y += 15
            drawn.append(DrawnCurve(curve.label, kind, path, x, name_y))
        return drawn

    @property
    def _n(self):
        return max((len(curve.shares) for curve in self.curves), default=1)

    def _x(self, number):
        return round(_LEFT + _WIDE * number / max(self._n - 1, 1), 1)


def _y(share):
    return round(_TOP + _HIGH * (1 - share), 1)


# --- Dots ------------------------------------------------------------------------------------------------------------

_DOT, _COLUMN_DOTS = 8, 46


class DotColumn(NamedTuple):
    """A step with the shares (0 to 1) of those that are at it, and their mean; a step of too few has neither."""

    label: str
    note: str
    shares: tuple = ()
    mean: float | None = None


class DrawnColumn(NamedTuple):
    """A DotColumn in its place: one path for all its dots, one for its mean."""

    x: float
    label: str
    note: str
    dots: str
    mean: str


@dataclass(frozen=True)
class DotChart:
    """Dots above steps, one for each of those that are there, with a line at the mean; the table stands beside.

    `reading` says in words what the picture shows, and is its text alternative too.
    """

    title: str
    reading: str
    columns: tuple
    source: str

    @property
    def grid(self):
        """(y, number) of each line of the scale from 0 to 100."""
        return [(_y(share), round(100 * share)) for share in (0, 0.25, 0.5, 0.75, 1)]

    @property
    def drawn(self):
        """The columns in their places."""
        wide = _WIDE / len(self.columns)
        return [_drawn(each, round(_LEFT + wide * (place + 0.5), 1)) for place, each in enumerate(self.columns)]


def _drawn(column, x):
    # Dots of the same height stand side by side, closer the more there are.
    by_height, dots = {}, []
    for share in sorted(column.shares):
        by_height.setdefault(round(_y(share) / _DOT), []).append(_y(share))
    for heights in by_height.values():
        step = min(_DOT, _COLUMN_DOTS / max(len(heights) - 1, 1))
        left = x - step * (len(heights) - 1) / 2
        dots += [f"M{round(left + step * place, 1)} {y}h.01" for place, y in enumerate(heights)]
    mean = "" if column.mean is None else f"M{x - 27} {_y(column.mean)}h54"
    return DrawnColumn(x, column.label, column.note, "".join(dots), mean)
