"""The parts of a workbook, read piece by piece with expat, so that no part fills the memory.

Not with openpyxl, which builds a tree of whatever the parts of a workbook contain:
a small file made with bad intent would fill the memory. Its rules for dates are used.
"""

import posixpath
import re
import zipfile
import zlib
from xml.parsers import expat

from django.utils.translation import gettext as _
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from common.table_files.content import chunks, refuse_damaged
from common.table_files.limits import (
    MOST_CHARACTERS,
    MOST_SMALL_PART,
    MOST_STRINGS_UNPACKED,
    MOST_UNPACKED,
    refuse,
)

KEPT_TOO_LONG = MOST_CHARACTERS + 1
BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, RuntimeError)
_ZEROS = re.compile(r"0{2,}", re.ASCII)


def refuse_unpacked():
    message = _(
        "The workbook unpacks to more than %(most)s MB. Copy the table alone into a new workbook and choose that."
    )
    refuse("unpacked", message % {"most": MOST_UNPACKED // 1_000_000})


def pieces(archive, name, most):
    """Yield a part of the workbook piece by piece; what it unpacks to is counted, whatever its directory says."""
    n_bytes = 0
    try:
        with archive.open(name) as part:
            for piece in chunks(part):
                n_bytes += len(piece)
                if n_bytes > most:
                    refuse_unpacked()
                yield piece
    except BROKEN:
        refuse_damaged()


class Parser:
    """Calls `start_<element>(attributes)` and `end_<element>(text)` of the class below; the rest passes by."""

    # Elements whose text is wanted.
    text_elements = frozenset()

    def __init__(self):
        self._names, self._text, self._is_kept, self._kept = {}, [], False, 0
        self._expat = expat.ParserCreate(namespace_separator=" ")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._refuse_definitions
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters

    def feed(self, piece, *, final=False):
        """Read on."""
        self._expat.Parse(piece, final)

    def read(self, pieces):
        """Read a whole part."""
        try:
            for piece in pieces:
                self.feed(piece)
            self.feed(b"", final=True)
        except expat.ExpatError:
            refuse_damaged()

    def _refuse_definitions(self, *_doctype):
        message = _("The workbook contains definitions that no table needs. Copy the table into a new workbook.")
        refuse("definitions", message)

    def _of(self, name):
        """Return (local name, start method, end method) of an element; remembered, as there are few."""
        local = name.rpartition(" ")[2]
        known = local, getattr(self, f"start_{local}", None), getattr(self, f"end_{local}", None)
        if len(self._names) < 1000:
            self._names[name] = known
        return known

    def _start(self, name, attributes):
        local, start, _end = self._names.get(name) or self._of(name)
        if local in self.text_elements:
            self._text, self._is_kept, self._kept = [], True, 0
        if start:
            start(attributes)

    def _end(self, name):
        local, _start, end = self._names.get(name) or self._of(name)
        is_text = local in self.text_elements
        if end:
            end("".join(self._text) if is_text else "")
        if is_text:
            self._text, self._is_kept = [], False

    def _characters(self, text):
        if self._is_kept and self._kept < KEPT_TOO_LONG:
            self._text.append(text)
            self._kept += len(text)


class Workbook(Parser):
    """The sheets {name: (part, is hidden)}, the formats of cells and the beginning of time of a workbook."""

    def __init__(self, archive):
        self.archive, self.sheets, self.epoch = archive, {}, CALENDAR_WINDOWS_1900
        main = _Relations(archive, "_rels/.rels", "").one("officeDocument")
        if main is None:
            refuse_damaged()
        folder, name = posixpath.split(main)
        self.relations = _Relations(archive, f"{folder}/_rels/{name}.rels".lstrip("/"), folder)
        super().__init__()
        self.read(pieces(archive, main, MOST_SMALL_PART))
        self.strings_part = self.relations.one("sharedStrings")
        self.kinds = _Styles(archive, self.relations.one("styles")).kinds
        if not self.sheets:
            refuse_damaged()

    def start_workbookPr(self, attributes):  # noqa: N802
        if attributes.get("date1904") in ("1", "true"):
            self.epoch = CALENDAR_MAC_1904

    def start_sheet(self, attributes):
        ids = [value for name, value in attributes.items() if name.endswith(" id")]
        kind, part = self.relations.by_id.get(ids[0], ("", "")) if ids else ("", "")
        if kind == "worksheet" and part in self.archive.namelist():
            self.sheets[attributes["name"]] = part, attributes.get("state", "visible") != "visible"


class _Relations(Parser):
    """What the parts of a workbook are: {id: (kind, name in the archive)}."""

    def __init__(self, archive, name, folder):
        super().__init__()
        self.by_id, self._folder = {}, folder
        self.read(pieces(archive, name, MOST_SMALL_PART))

    def start_Relationship(self, attributes):  # noqa: N802
        target = attributes.get("Target", "")
        part = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(self._folder, target))
        self.by_id[attributes.get("Id")] = attributes.get("Type", "").rpartition("/")[2], part

    def one(self, kind):
        """Return the part of this kind, or None."""
        return next((part for found, part in self.by_id.values() if found == kind), None)


class _Styles(Parser):
    """How the numbers of a cell are to be read: {style: "date", "timedelta", or the number of digits}."""

    def __init__(self, archive, name):
        super().__init__()
        self.kinds, self._formats, self._is_cell, self._style = {}, {}, False, 0
        if name:
            self.read(pieces(archive, name, MOST_SMALL_PART))

    def start_numFmt(self, attributes):  # noqa: N802
        self._formats[attributes.get("numFmtId")] = attributes.get("formatCode", "")

    def start_cellXfs(self, _attributes):  # noqa: N802
        self._is_cell = True

    def end_cellXfs(self, _text):  # noqa: N802
        self._is_cell = False

    def start_xf(self, attributes):
        if not self._is_cell:
            return
        number = attributes.get("numFmtId", "0")
        code = self._formats.get(number) or BUILTIN_FORMATS.get(int(number), "General")
        if is_timedelta_format(code):
            self.kinds[str(self._style)] = "timedelta"
        elif is_date_format(code):
            self.kinds[str(self._style)] = "date"
        elif _ZEROS.fullmatch(code):
            self.kinds[str(self._style)] = len(code)
        self._style += 1


class Texts(Parser):
    """Texts that may be divided by their looks; how Asian characters are read is left out."""

    text_elements = frozenset({"t"})

    def __init__(self):
        super().__init__()
        self._is_reading, self.parts = False, []

    def start_rPh(self, _attributes):  # noqa: N802
        self._is_reading = True

    def end_rPh(self, _text):  # noqa: N802
        self._is_reading = False

    def end_t(self, text):
        if text and not self._is_reading:
            self.parts.append(text)

    def take_text(self):
        """Return the text so far, and begin the next."""
        text, self.parts = "".join(self.parts)[:KEPT_TOO_LONG], []
        return as_typed(text)


class Strings(Texts):
    """The texts that cells share."""

    def __init__(self, archive, name):
        super().__init__()
        self.found = []
        if name:
            self.read(pieces(archive, name, MOST_STRINGS_UNPACKED))

    def end_si(self, _text):
        self.found.append(self.take_text())


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def as_typed(text):
    """Return the text of a cell as it was typed: `_x000D_` stands for a character that XML cannot hold."""
    if "_x" in text:
        text = _ESCAPED.sub(_unescaped, text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _unescaped(match):
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code <= 0xDFFF else chr(code)
