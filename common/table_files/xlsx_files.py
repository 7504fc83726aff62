"""XLSX: one sheet of a workbook as rows of text; what is kept in memory is the shared texts and one row."""

import datetime as dt
import re
from decimal import Decimal

from django.utils.translation import gettext as _
from openpyxl.utils.cell import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel, from_ISO8601

from common.table_files.content import open_zip, refuse_damaged
from common.table_files.limits import MOST_COLUMNS, MOST_UNPACKED, column_letters, refuse, shortened
from common.table_files.xlsx_parts import BROKEN, Strings, Texts, Workbook, as_typed, pieces, refuse_unpacked

_MOST_CELLS_ON_ROW = 16_384
_MOST_ROWS = 1_048_576
_WHOLE_NUMBER = re.compile(r"-?\d{1,15}", re.ASCII)
_WRONG = (ValueError, KeyError, IndexError, TypeError, ArithmeticError)


class XlsxTable:
    """One sheet of a workbook, as records."""

    format, encoding, separator = "xlsx", "", ""
    # A workbook leaves out the cells that are empty.
    is_exact = False

    def __init__(self, upload, sheet=None):
        self.archive = open_zip(upload)
        if sum(part.file_size for part in self.archive.infolist()) > MOST_UNPACKED:
            refuse_unpacked()
        try:
            self.book = Workbook(self.archive)
            self.strings = Strings(self.archive, self.book.strings_part).found
        except _WRONG:
            refuse_damaged()
        self.has_hidden = False
        self.sheet = self._chosen(sheet)
        self.refuse_merged()

    def _chosen(self, wanted):
        """Return the name of the sheet to read: the wanted one, or the first visible one with something on it."""
        sheets = self.book.sheets
        if wanted is not None:
            if wanted not in sheets:
                names = {"sheet": shortened(wanted), "sheets": _listed(sheets)}
                refuse("sheet", _("There is no sheet “%(sheet)s”. Choose one of these: %(sheets)s.") % names)
            return wanted
        for name, (_part, is_hidden) in sheets.items():
            if not is_hidden and self._has_cells(name):
                return name
        if any(is_hidden for _part, is_hidden in sheets.values()):
            message = _("Every visible sheet is empty. Show the hidden sheet that has the table and save the workbook.")
            refuse("hidden", message)
        return refuse("empty", _("The workbook is empty. Save the table again and choose the new file."))

    def _has_cells(self, name):
        """Whether the sheet has a cell that says something or is wrong."""
        try:
            rows = self._rows(name, _Sheet(self))
            return any(cells for _number, cells in rows)
        finally:
            rows.close()

    def warnings(self):
        """Return what the reader should know about what was read and what was not."""
        others = {
            is_hidden: [n for n, (_p, hidden) in self.book.sheets.items() if hidden == is_hidden and n != self.sheet]
            for is_hidden in (False, True)
        }
        told = []
        if others[False]:
            message = _("The sheet “%(sheet)s” was read. The workbook has other sheets too: %(sheets)s.")
            told.append(message % {"sheet": shortened(self.sheet), "sheets": _listed(others[False])})
        if others[True]:
            message = _("These hidden sheets were not read: %(sheets)s.")
            told.append(message % {"sheets": _listed(others[True])})
        if self.has_hidden:
            told.append(_("Rows and columns hidden in the sheet were read too."))
        return told

    def records(self):
        """Yield (number, cells) for each row that has a cell."""
        sheet = _Sheet(self)
        for number, cells in self._rows(self.sheet, sheet):
            yield number, [cells.get(column, "") for column in range(1, max(cells) + 1)]
        self.has_hidden = sheet.has_hidden

    def refuse_merged(self):
        """Refuse merged cells beside data; they are told of at the end of a sheet, so its rows are read first."""
        if not self._has_merged():
            return
        sheet = _Sheet(self)
        rows = [number for number, _cells in self._rows(self.sheet, sheet)]
        for place, top, bottom in sheet.merged:
            if rows and top <= rows[-1] and bottom >= rows[0]:
                message = _("The cells %(place)s are merged. Unmerge them and write in each cell what belongs there.")
                refuse("merged", message % {"place": place})

    def _has_merged(self):
        """Whether the sheet may have merged cells, without the time that reading its rows takes."""
        wanted, tail = b"mergeCell", b""
        for piece in pieces(self.archive, self.book.sheets[self.sheet][0], MOST_UNPACKED):
            if wanted in tail + piece:
                return True
            tail = piece[-len(wanted) :]
        return False

    def _rows(self, name, sheet):
        part, _is_hidden = self.book.sheets[name]
        try:
            for piece in pieces(self.archive, part, MOST_UNPACKED):
                sheet.feed(piece)
                yield from sheet.taken()
            sheet.feed(b"", final=True)
            yield from sheet.taken()
        except _WRONG:
            refuse_damaged()
        except BROKEN:
            refuse_damaged()


def _listed(names, most=10):
    return ", ".join(shortened(name) for name in list(names)[:most])


class _Sheet(Texts):
    """The rows of a sheet as they go by, its merged cells, and whether something in it is hidden."""

    text_elements = frozenset({"t", "v"})

    def __init__(self, table):
        super().__init__()
        self.strings, self.book = table.strings, table.book
        self.merged, self.has_hidden = [], False
        self._rows, self._row, self._column, self._n_cells, self._cells = [], 0, 0, 0, {}
        self._columns = {}
        self._is_row_hidden = False

    def taken(self):
        """Return the rows that are ready, [(number, {column: text})]."""
        rows, self._rows = self._rows, []
        return rows

    def start_col(self, attributes):
        self.has_hidden = self.has_hidden or attributes.get("hidden") in ("1", "true")

    def start_mergeCell(self, attributes):  # noqa: N802
        if len(self.merged) < _MOST_CELLS_ON_ROW:
            _left, top, _right, bottom = range_boundaries(attributes["ref"])
            self.merged.append((attributes["ref"], top or 1, bottom or _MOST_ROWS))

    def start_row(self, attributes):
        number = int(attributes.get("r", self._row + 1))
        if not self._row < number <= _MOST_ROWS:
            refuse_damaged()
        self._row, self._column, self._n_cells, self._cells = number, 0, 0, {}
        self._is_row_hidden = attributes.get("hidden") in ("1", "true")

    def end_row(self, _text):
        if self._cells:
            self.has_hidden = self.has_hidden or self._is_row_hidden
            self._rows.append((self._row, self._cells))

    def start_c(self, attributes):
        self._n_cells += 1
        if self._n_cells > _MOST_CELLS_ON_ROW:
            refuse_damaged()
        place = attributes.get("r")
        self._column = self._column_of(place) if place else self._column + 1
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s")
        self._value, self._has_formula, self.parts = None, False, []

    def _column_of(self, place):
        letters = place.rstrip("0123456789")
        if letters not in self._columns:
            self._columns[letters] = column_index_from_string(letters)
        return self._columns[letters]

    def start_f(self, _attributes):
        self._has_formula = True

    def end_v(self, text):
        self._value = text

    def end_c(self, _text):
        text = self.take_text() if self._kind == "inlineStr" else self._text_of_value()
        if not text:
            return
        if self._column > MOST_COLUMNS:
            message = _("The table has more than %(most)s columns. Leave out those that are not needed.")
            refuse("many_columns", message % {"most": MOST_COLUMNS})
        self._cells[self._column] = text

    def _place(self):
        return f"{column_letters(self._column)}{self._row}"

    def _text_of_value(self):
        """Return the text of the current cell."""
        if not self._value:
            if self._has_formula and (self._value is None or self._kind != "str"):
                message = _(
                    "The formula in cell %(place)s has no result in the file. "
                    "Open the workbook in a spreadsheet program, save it and choose it again."
                )
                refuse("formula", message % {"place": self._place()})
            return ""
        match self._kind:
            case "s":
                return self.strings[int(self._value)]
            case "str":
                return as_typed(self._value)
            case "b":
                return "1" if self._value == "1" else "0"
            case "d":
                return _date_text(from_ISO8601(self._value))
            case "e":
                self._refuse_error(self._value)
        return self._number_text(self.book.kinds.get(self._style))

    def _refuse_error(self, error):
        message = _("Cell %(place)s has the error %(error)s. Correct or empty the cell and choose the file again.")
        refuse("error_cell", message % {"place": self._place(), "error": shortened(error, 10)})

    def _number_text(self, kind):
        if kind in ("date", "timedelta"):
            try:
                moment = from_excel(float(self._value), self.book.epoch, timedelta=kind == "timedelta")
            except (OverflowError, ValueError):
                self._refuse_error("#####")
            return _date_text(moment)
        text = _plain(self._value)
        # A code such as 009, which the sheet shows with its zeros.
        return text.zfill(kind) if kind and text.isdecimal() else text


def _plain(value):
    """Return a number without needless decimals and without exponent; a spreadsheet knows 15 digits."""
    if _WHOLE_NUMBER.fullmatch(value):
        return value
    text = format(Decimal(format(float(value) + 0.0, ".15g")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _date_text(moment):
    """Return a day as 2026-09-24, a moment as 2026-09-24 14:30, a time as 14:30, a length of time as 26:30."""
    if isinstance(moment, dt.timedelta):
        minutes = round(moment.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    if isinstance(moment, dt.datetime):
        if moment.time() == dt.time():
            return moment.date().isoformat()
        return moment.isoformat(" ", "seconds" if moment.second else "minutes")
    if isinstance(moment, dt.time):
        return moment.isoformat("seconds" if moment.second else "minutes")
    return moment.isoformat()
