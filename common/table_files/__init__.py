"""Tables that people bring: CSV and XLSX become rows of text, or one sentence that says what to do.

`read_table` reads the whole file once to check it, so that everything wrong is told
before anybody looks at a row; the rows are read again, piece by piece, each time they
are asked for. Nothing in the content is computed or fetched.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.table_files.content import recognise
from common.table_files.csv_files import CsvTable
from common.table_files.limits import (
    MOST_BYTES,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    column_letters,
    refuse,
    shortened,
)
from common.table_files.xlsx_files import XlsxTable

__all__ = ["MOST_BYTES", "MOST_CHARACTERS", "MOST_COLUMNS", "TableFile", "read_table"]

_SCIENTIFIC = re.compile(r"\d[.,]\d+E\+\d+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# ä ö å Ä Ö Å é that were read in the wrong encoding before the file was saved, and letters lost altogether.
_MISREAD = re.compile("Ã[¤¶¥„–…©]|\ufffd")


@dataclass(frozen=True)
class TableFile:
    """A table as text.

    `rows` gives (number, cells) as often as it is asked, for as long as the upload is
    open: the number is that of the row in a spreadsheet program, and there are as many
    cells as headings. Days are 2026-09-24, numbers have a point and no needless
    decimals, yes and no are 1 and 0, what is empty is "". `warnings` are sentences.
    """

    headings: tuple[str, ...]
    rows: Iterable[tuple[int, tuple[str, ...]]]
    format: str
    encoding: str
    separator: str
    sheet: str
    warnings: tuple[str, ...]


def read_table(upload, *, sheet=None, max_rows=20_000):
    """Return the TableFile of an uploaded file; of a workbook the named sheet, or the first that is not empty.

    Raises ValidationError with a code and one sentence for whatever is wrong with it.
    """
    table = XlsxTable(upload, sheet) if recognise(upload) == "xlsx" else CsvTable(upload)
    rows = _Rows(table)
    warnings = _check(rows, max_rows)
    return TableFile(
        rows.headings, rows, table.format, table.encoding, table.separator, table.sheet, (*table.warnings(), *warnings)
    )


class _Rows:
    """The rows of a table below its headings, without the empty ones."""

    def __init__(self, table):
        self.table = table
        self.heading_row, self.headings = self._read_headings()

    def _records(self):
        """Yield the records in which something is written, without the empty cells at their end."""
        for number, cells in self.table.records():
            n_written = len(cells)
            while n_written and not cells[n_written - 1].strip():
                n_written -= 1
            if n_written:
                yield number, cells, n_written

    def _read_headings(self):
        for number, cells, n_written in self._records():
            headings = tuple(" ".join(cell.split()) for cell in cells[:n_written])
            _check_headings(headings, number)
            return number, headings
        return refuse("empty", _("The file is empty. Save the table again and choose the new file."))

    def __iter__(self):
        width = len(self.headings)
        for number, cells, n_written in self._records():
            if number == self.heading_row:
                continue
            if n_written > width:
                message = _(
                    "Row %(row)s has more cells than there are headings. "
                    "Write a heading above each column, and quotation marks around a text that contains a separator."
                )
                refuse("wide_row", message % {"row": number})
            if len(cells) < width and self.table.is_exact:
                message = _("Row %(row)s has %(cells)s cells, the headings are %(headings)s. Fill in what is missing.")
                refuse("short_row", message % {"row": number, "cells": len(cells), "headings": width})
            yield number, tuple(cells[:width]) + ("",) * (width - len(cells))


def _check_headings(headings, row):
    """Refuse headings by which columns cannot be told apart."""
    if len(headings) > MOST_COLUMNS:
        message = _("The table has more than %(most)s columns. Leave out those that are not needed.")
        refuse("many_columns", message % {"most": MOST_COLUMNS})
    for number, heading in enumerate(headings, start=1):
        if not heading:
            message = _("Column %(column)s has no heading. Write one above each column, on the first row.")
            refuse("empty_heading", message % {"column": column_letters(number)})
        _check_cell(heading, row, heading)
    counts = Counter(heading.casefold() for heading in headings)
    for heading in headings:
        if counts[heading.casefold()] > 1:
            message = _("Two columns have the heading “%(heading)s”. Give each column a heading of its own.")
            refuse("duplicate_heading", message % {"heading": shortened(heading)})


def _check(rows, max_rows):
    """Read all rows; refuse what is wrong in them, return what is odd."""
    n_rows, scientific = 0, None
    for number, cells in rows:
        n_rows += 1
        if n_rows > max_rows:
            message = _("The table has more than %(most)s rows. Divide it into smaller files.")
            refuse("many_rows", message % {"most": max_rows})
        for heading, cell in zip(rows.headings, cells, strict=True):
            if len(cell) > MOST_CHARACTERS or not (cell.isascii() and cell.isprintable()):
                _check_cell(cell, number, heading)
            if "E+" in cell and _SCIENTIFIC.fullmatch(cell):
                scientific = scientific or (number, heading)
    if not n_rows:
        refuse("no_rows", _("The file has only headings. Add at least one row below them."))
    if scientific is None:
        return []
    place = {"row": scientific[0], "heading": shortened(scientific[1])}
    message = _("“%(heading)s” on row %(row)s was shortened by a spreadsheet program (as 3,58E+11): digits are lost.")
    return [message % place]


def _check_cell(cell, number, heading):
    """Refuse a cell that is too long or whose letters are not as somebody wrote them."""
    place = {"row": number, "heading": shortened(heading), "most": MOST_CHARACTERS}
    if len(cell) > MOST_CHARACTERS:
        message = _("“%(heading)s” on row %(row)s has more than %(most)s characters. Shorten it.")
        refuse("long_cell", message % place)
    if _CONTROL.search(cell):
        message = _("“%(heading)s” on row %(row)s contains a character that cannot be seen. Write the text again.")
        refuse("control_character", message % place)
    if _MISREAD.search(cell):
        message = _("“%(heading)s” on row %(row)s has lost its letters such as ä and ö. Save the table as XLSX.")
        refuse("misread", message % place)
