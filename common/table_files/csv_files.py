"""CSV: which encoding, which separator, which cells.

Encoding. A byte order mark decides for UTF-8 and UTF-16. Without one a file that is
valid UTF-8 is UTF-8: the letters of another encoding hardly ever are. Any other file
has one byte for a letter. The bytes 80–9F are letters and marks in Windows-1252 only;
without them A4, A6, A8 and B8, which are € Š š ž in ISO-8859-15 and next to never used
marks elsewhere, decide for ISO-8859-15. The rest reads the same in Windows-1252,
Latin-1 and ISO-8859-15. Mac Roman and DOS code pages are not guessed; where they show,
the file is refused instead of being read with wrong letters.

Separator. A first line `sep=;` decides. Otherwise the candidate that divides the
heading row, quotes respected; of several the one in whose columns the next rows agree.
"""

import codecs
import csv
import io
import re

from django.utils.translation import gettext as _

from common.formulas import as_written
from common.table_files.content import chunks, opened
from common.table_files.limits import CHUNK, MOST_CHARACTERS, refuse, shortened

SEPARATORS = (";", "\t", "|", ",")
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOT_IN_WINDOWS_1252 = frozenset(b"\x81\x8d\x8f\x90\x9d")
_WINDOWS_1252_ALONE = frozenset(range(0x80, 0xA0))
_ISO_8859_15_ALONE = frozenset(b"\xa4\xa6\xa8\xb8")
# ä å ö Ä Å of Mac Roman and DOS inside a word, where Windows-1252 has capitals and quotation marks.
_OTHER_LETTERS = re.compile(rb"[a-z][\x80\x81\x84\x86\x8a\x8c\x94]+[a-z]")
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_ROWS_LOOKED_AT = 20


class CsvTable:
    """A CSV file: its encoding, separator and records."""

    format, sheet = "csv", ""
    # Programs write every cell of a CSV file, also the empty ones at the end.
    is_exact = True

    def __init__(self, upload):
        self.upload = upload
        self.encoding = recognised_encoding(upload)
        head = self._head()
        declared = _SEPARATOR_LINE.match(head)
        self.has_separator_line = bool(declared)
        self.separator = _declared_separator(declared[1]) if declared else recognised_separator(head)

    def warnings(self):
        """Return what the reader should look at in the preview."""
        if self.encoding.startswith("utf"):
            return []
        message = _("The file does not tell its encoding. Check in the preview that ä, ö and å are right.")
        return [message]

    def _lines(self):
        # A byte order mark is no text: utf-8-sig also reads files without one.
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        return io.TextIOWrapper(opened(self.upload), encoding=encoding, newline="")

    def _head(self):
        try:
            return self._lines().read(CHUNK)
        except UnicodeError:
            _refuse_encoding()

    def records(self):
        """Yield (number, cells) for each record; a row of the spreadsheet is a record, also one of several lines."""
        lines = self._lines()
        number = 0
        try:
            if self.has_separator_line:
                lines.readline()
            reader = csv.reader(lines, delimiter=self.separator, strict=True)
            for number, cells in enumerate(reader, start=1):
                yield number, [as_written(_one_break(cell)) for cell in cells]
        except UnicodeError:
            _refuse_encoding()
        except csv.Error as error:
            _refuse_quotes(number + 1, str(error))


def _one_break(cell):
    return cell.replace("\r\n", "\n").replace("\r", "\n") if "\r" in cell else cell


# --- Encoding --------------------------------------------------------------------------------------------------------


def _refuse_encoding():
    message = _("The letters of the file cannot be read. Save it as “CSV UTF-8” and choose the new file.")
    refuse("encoding", message)


def recognised_encoding(upload):
    """Return the name of the encoding of `upload`: utf-8, utf-16, windows-1252 or iso-8859-15."""
    head = opened(upload).read(4)
    if head in _UTF_32:
        _refuse_encoding()
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith(_UTF_16):
        return "utf-16"
    decoder, seen, tail, has_other_letters = codecs.getincrementaldecoder("utf-8")(), set(), b"", False
    for piece in chunks(opened(upload)):
        if b"\x00" in piece:
            message = _("The file is not a table but something else. Save the table as XLSX or “CSV UTF-8”.")
            refuse("binary", message)
        seen.update(piece)
        has_other_letters = has_other_letters or bool(_OTHER_LETTERS.search(tail + piece))
        tail = piece[-4:]
        decoder = decoder and _still_valid(decoder, piece)
    if decoder and _still_valid(decoder, b"", final=True):
        return "utf-8"
    if has_other_letters or seen & _NOT_IN_WINDOWS_1252:
        _refuse_encoding()
    if not seen & _WINDOWS_1252_ALONE and seen & _ISO_8859_15_ALONE:
        return "iso-8859-15"
    return "windows-1252"


def _still_valid(decoder, piece, *, final=False):
    """Return `decoder` when the file so far is its encoding, else None."""
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return None
    return decoder


# --- Separator -------------------------------------------------------------------------------------------------------


def _declared_separator(separator):
    if separator not in SEPARATORS:
        message = _("The first line of the file names “%(separator)s” as separator. Save with semicolons instead.")
        refuse("separator", message % {"separator": separator})
    return separator


def recognised_separator(head):
    """Return the separator of a file that begins with the text `head`."""
    heading = _first_record(head)
    if not heading:
        return SEPARATORS[0]
    counts = {each: _first_record(head, each) for each in SEPARATORS}
    found = [each for each in SEPARATORS if counts[each]]
    if not found:
        message = _(
            "Only one column was found: “%(heading)s”. The first row must be the headings, "
            "and columns are separated by semicolons, commas or tabs: save the table as XLSX or CSV again."
        )
        refuse("one_column", message % {"heading": shortened(heading)})
    return max(found, key=lambda each: (_agreement(head, each), counts[each]))


def _first_record(head, separator=None):
    """Return the first record of `head` that is not empty, or how many of `separator` it has outside quotes."""
    is_quoted, text, count = False, "", 0
    for letter in head:
        if letter == '"':
            is_quoted = not is_quoted
        elif letter in "\r\n" and not is_quoted:
            if text.strip(" ;,|\t"):
                break
            text, count = "", 0
            continue
        elif letter == separator and not is_quoted:
            count += 1
        text += letter
    return text if separator is None else count


def _agreement(head, separator):
    """Return which share of the rows after the headings has as many cells as these."""
    complete = head if len(head) < CHUNK else head.rpartition("\n")[0]
    rows = []
    try:
        for row in csv.reader(io.StringIO(complete, newline=""), delimiter=separator):
            if any(cell.strip() for cell in row):
                rows.append(len(row))
            if len(rows) > _ROWS_LOOKED_AT:
                break
    except csv.Error:
        return 0
    return rows[1:].count(rows[0]) / len(rows) if rows else 0


# --- Quotes ----------------------------------------------------------------------------------------------------------


def _refuse_quotes(row, reason):
    if "limit" in reason:
        message = _(
            "A cell on row %(row)s has more than %(most)s characters. Shorten it, or close the quotation mark in it."
        )
        refuse("long_cell", message % {"row": row, "most": MOST_CHARACTERS})
    if "end of data" in reason:
        message = _("A quotation mark that opens on row %(row)s is never closed. Close or remove it.")
        refuse("unclosed_quote", message % {"row": row})
    message = _("On row %(row)s text follows a closing quotation mark. Double the quotation marks inside a cell.")
    refuse("stray_quote", message % {"row": row})
