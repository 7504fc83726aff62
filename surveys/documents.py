"""A document as what it says, part by part; surveys/document_files.py writes it as DOCX and as PDF."""

from dataclasses import dataclass, field

from common.charts import Chart


@dataclass(frozen=True)
class Heading:
    """A heading of level 1, 2 or 3."""

    words: str
    level: int


@dataclass(frozen=True)
class Text:
    """A paragraph; one that `leads` stays on the page of what follows."""

    words: str
    leads: bool = False


@dataclass(frozen=True)
class Lines:
    """A list of lines."""

    lines: tuple


@dataclass(frozen=True)
class Table:
    """A table with its caption and its heading row; the first column names the row."""

    caption: str
    headings: tuple
    rows: tuple


@dataclass(frozen=True)
class Picture:
    """A chart with its caption; what it shows stands in words, too (surveys/result_pictures.py)."""

    caption: str
    chart: Chart


@dataclass
class Document:
    """A document that is being put together; `notice` stands on top of each page."""

    title: str
    subtitle: str
    notice: str = ""
    parts: list = field(default_factory=list)

    def heading(self, words, level=1):
        """Add a heading."""
        self.parts.append(Heading(words, level))

    def text(self, words, *, leads=False):
        """Add a paragraph; with `leads` it stays on the page of what follows."""
        self.parts.append(Text(words, leads))

    def lines(self, lines):
        """Add a list of lines."""
        self.parts.append(Lines(tuple(lines)))

    def table(self, caption, headings, rows):
        """Add a table."""
        self.parts.append(Table(caption, tuple(headings), tuple(map(tuple, rows))))

    def picture(self, caption, chart):
        """Add a chart."""
        self.parts.append(Picture(caption, chart))
