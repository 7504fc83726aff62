"""Tables taken out: CSV, CSV for a Finnish Excel, and XLSX, all from one list of columns.

What a spreadsheet program would compute is written so that it is shown
(common/formulas.py); in XLSX such a text is a cell of text, marked as Excel marks a
cell that begins with an apostrophe. Numbers, days and moments are real ones in XLSX.
A code such as 009 or a phone number stays a text in XLSX; what Excel makes of it when
it opens a CSV file is up to Excel, so XLSX is the format for Excel.
"""

import csv
import datetime as dt
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from common.formulas import defused, is_formula
from common.names import fold

_NOT_WRITTEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPED_IN_XLSX = re.compile(r"_(x[0-9A-Fa-f]{4}_)")
_NOT_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_XLSX_FORMATS = {dt.date: "d.m.yyyy", dt.datetime: "d.m.yyyy h:mm", dt.time: "h:mm"}
# What an Excel number holds, a cell holds, and how wide a column is made, in characters.
_MOST_DIGITS, _MOST_IN_CELL, _NARROWEST, _WIDEST = 15, 32_767, 8, 60
_ROWS_MEASURED = 100
_BATCH = 100


@dataclass(frozen=True)
class Column:
    """One column: a stable key, the heading people read, and `value(row)`: text, number, day, yes or no, or None."""

    key: str
    label: str
    value: Callable[[Any], Any]
    is_personal: bool = False


@dataclass(frozen=True)
class Format:
    """A kind of file: `write(columns, rows, title)` yields its bytes; only XLSX shows the title."""

    key: str
    label: str
    extension: str
    content_type: str
    write: Callable


def ascii_name(text):
    """Return `text` as a name that every computer and mail program takes: `ääni ja öljy` becomes `aani-ja-oljy`."""
    words = re.sub(r"[^a-z0-9]+", "-", fold(str(text)).encode("ascii", "ignore").decode()).strip("-")
    return words[:60] or "table"


# --- CSV -------------------------------------------------------------------------------------------------------------


def write_csv(columns, rows, title=""):
    """Yield a CSV file piece by piece: UTF-8, commas, 2020-09-24, 3.5, and 1 or 0 for yes or no."""
    yield from _csv(columns, rows, ",", _plain)


def write_finnish_csv(columns, rows, title=""):
    """Yield a CSV file as a Finnish Excel opens it: a byte order mark, semicolons, 24.9.2020, 3,5, kyllä or ei."""
    yield b"\xef\xbb\xbf"
    yield from _csv(columns, rows, ";", _finnish)


class _Lines(list):
    """What csv.writer writes to: keeps the lines until they are taken."""

    write = list.append

    def take(self):
        content = "".join(self).encode()
        self.clear()
        return content


def _csv(columns, rows, separator, text_of):
    lines = _Lines()
    writer = csv.writer(lines, delimiter=separator)
    writer.writerow([defused(clean(column.label)) for column in columns])
    for row in rows:
        writer.writerow([text_of(column.value(row)) for column in columns])
        if len(lines) >= _BATCH:
            yield lines.take()
    yield lines.take()


def clean(text):
    """Return `text` without the characters that no file takes, its line breaks alike."""
    text = str(text).replace("\r\n", "\n").replace("\r", "\n")
    return _NOT_WRITTEN.sub("", text)


def _number(value):
    """Return the digits of a number, without exponent."""
    if isinstance(value, int):
        return str(value)
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    return format(number, "f") if number.is_finite() else ""


def _plain(value):
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case int() | float() | Decimal():
            return _number(value)
        case dt.datetime():
            return f"{_local(value):%Y-%m-%d %H:%M}"
        case dt.date():
            return value.isoformat()
        case dt.time():
            return f"{value:%H:%M}"
    return defused(clean(value))


def _finnish(value):
    match value:
        case bool():
            return "kyllä" if value else "ei"
        case float() | Decimal():
            return _number(value).replace(".", ",")
        case dt.datetime():
            local = _local(value)
            return f"{_finnish(local.date())} {_finnish(local.time())}"
        case dt.date():
            return f"{value.day}.{value.month}.{value.year}"
        case dt.time():
            return f"{value.hour}.{value.minute:02d}"
    return _plain(value)


def _local(moment):
    """Return a moment on the clock of the site."""
    return timezone.localtime(moment) if timezone.is_aware(moment) else moment


# --- XLSX ------------------------------------------------------------------------------------------------------------


def write_xlsx(columns, rows, title=""):
    """Yield an XLSX file piece by piece: one sheet with a bold heading row that stays in sight."""
    yield from write_book([(title, columns, rows)])


def write_book(sheets):
    """Yield an XLSX file of several sheets piece by piece; `sheets` are (title, columns, rows)."""
    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        _fill_sheet(book.create_sheet(_NOT_IN_SHEET_NAME.sub(" ", clean(title)).strip()[:31] or None), columns, rows)
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while piece := file.read(64 * 1024):
            yield piece


def _fill_sheet(sheet, columns, rows):
    rows = ([column.value(row) for column in columns] for row in rows)
    first = list(islice(rows, _ROWS_MEASURED))
    for number, column in enumerate(columns):
        lengths = [len(column.label), *(len(_finnish(row[number])) for row in first)]
        sheet.column_dimensions[get_column_letter(number + 1)].width = min(max(*lengths, _NARROWEST), _WIDEST) + 2
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, column.label, is_bold=True) for column in columns])
    for row in chain(first, rows):
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet, value):
    """Return the cell of a value, of the kind that it is."""
    match value:
        case None | "":
            return None
        case bool():
            return value
        case int() | float() | Decimal():
            digits = _number(value)
            if len(digits.lstrip("-0.").replace(".", "")) <= _MOST_DIGITS:
                return value if digits else None
            return _text_cell(sheet, digits)
        case dt.datetime() | dt.date() | dt.time():
            moment = _local(value).replace(tzinfo=None) if isinstance(value, dt.datetime) else value
            if getattr(moment, "year", 1900) < 1900:
                return _text_cell(sheet, _finnish(value))
            cell = WriteOnlyCell(sheet, moment)
            cell.number_format = _XLSX_FORMATS[type(moment)]
            return cell
    return _text_cell(sheet, value)


def _text_cell(sheet, text, *, is_bold=False):
    """Return a cell of text, whatever the text looks like."""
    text = clean(text)[:_MOST_IN_CELL]
    cell = WriteOnlyCell(sheet, _ESCAPED_IN_XLSX.sub(r"_x005F_\1", text))
    # Without this openpyxl takes “=1+1” for a formula and “#N/A” for an error.
    cell.data_type = "s"
    if is_formula(text):
        cell.quotePrefix = True
    if is_bold:
        cell.font = Font(bold=True)
    return cell


FORMATS = {
    each.key: each
    for each in (
        Format("csv", "CSV", "csv", "text/csv; charset=utf-8", write_csv),
        Format("csv-fi", _("CSV (Finnish Excel)"), "csv", "text/csv; charset=utf-8", write_finnish_csv),
        Format(
            "xlsx",
            "XLSX",
            "xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            write_xlsx,
        ),
    )
}
