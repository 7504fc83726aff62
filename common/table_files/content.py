"""What a file really is: told by its first bytes, whatever its name says."""

import io
import zipfile

from django.utils.translation import gettext as _

from common.table_files.limits import CHUNK, MOST_BYTES, MOST_SMALL_PART, refuse

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta")
_MOST_DIRECTORY = 1000 * 1000


class Source(io.RawIOBase):
    """Reads an upload from the beginning, whoever else reads it in between; `size` in bytes."""

    def __init__(self, upload):
        self.upload, self.position = upload, 0
        self.size = getattr(upload, "size", None)
        if self.size is None:
            self.size = upload.seek(0, io.SEEK_END)

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.position

    def seek(self, offset, whence=io.SEEK_SET):
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.size}[whence]
        self.position = max(0, start + offset)
        return self.position

    def readinto(self, buffer):
        self.upload.seek(self.position)
        content = self.upload.read(len(buffer))
        buffer[: len(content)] = content
        self.position += len(content)
        return len(content)


def opened(upload):
    """Return a fresh buffered binary file over `upload`, at its beginning."""
    return io.BufferedReader(Source(upload), CHUNK)


def chunks(file):
    """Yield the content of `file` piece by piece."""
    while piece := file.read(CHUNK):
        yield piece


def recognise(upload):
    """Return "xlsx" or "csv" by the content of `upload`; refuse what is neither, each kind by its own sentence."""
    size = Source(upload).size
    if size > MOST_BYTES:
        sizes = {"size": -(-size // 1_000_000), "most": MOST_BYTES // 1_000_000}
        message = _("The file is %(size)s MB; at most %(most)s MB is read. Divide the table into smaller files.")
        refuse("too_large", message % sizes)
    head = opened(upload).read(1024)
    if not head:
        refuse("empty", _("The file is empty. Save the table again and choose the new file."))
    if head.startswith(b"PK"):
        return _recognise_zip(upload)
    if head.startswith(_OLE):
        _refuse_ole(upload)
    _refuse_others(head)
    return "csv"


def _refuse_others(head):
    """Refuse what is not a table at all."""
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if begins.startswith(b"%pdf"):
        refuse("pdf", _("The file is a PDF. Open the table in a spreadsheet program and save it as XLSX or CSV."))
    if begins.startswith(_PAGES):
        message = _("The file is a web page. Open it in a spreadsheet program and save it as XLSX or CSV.")
        refuse("html", message)
    if begins.startswith(b"<?xml"):
        refuse("xml", _("The file is XML. Open it in a spreadsheet program and save it as XLSX or CSV."))
    if begins.startswith(b"{\\rtf"):
        refuse("document", _("The file is a text document. Copy the table into a spreadsheet and save it as XLSX."))
    if head.startswith(_PICTURES) or head[8:12] == b"WEBP":
        refuse("picture", _("The file is a picture. Choose the table itself, saved as XLSX or CSV."))
    if head.startswith(_ARCHIVES):
        _refuse_archive()


def _refuse_archive():
    refuse("archive", _("The file is a compressed folder. Extract it and choose the table inside it."))


def _contains(file, text):
    """Whether the bytes `text` occur in `file`."""
    tail = b""
    for piece in chunks(file):
        if text in tail + piece:
            return True
        tail = piece[-len(text) :]
    return False


def _refuse_ole(upload):
    if _contains(opened(upload), "EncryptedPackage".encode("utf-16-le")):
        message = _("The workbook is locked with a password. Remove the password, save it and choose it again.")
        refuse("encrypted", message)
    if _contains(opened(upload), "WordDocument".encode("utf-16-le")):
        refuse("document", _("The file is a text document. Copy the table into a spreadsheet and save it as XLSX."))
    message = _("The file is in the old Excel format (.xls). Open it and save it as an Excel workbook (.xlsx).")
    refuse("old_excel", message)


def refuse_damaged():
    """Refuse a workbook that cannot be read."""
    message = _("The workbook is damaged. Open it in a spreadsheet program, save it as XLSX and choose the new file.")
    refuse("damaged", message)


def open_zip(upload):
    """Return the zip archive in `upload`; refuse a directory that would fill the memory, and rare compressions."""
    file = opened(upload)
    file.seek(max(0, Source(upload).size - 66_000))
    tail = file.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or b"PK\x06\x07" in tail[max(0, end - 20) : end]:
        refuse_damaged()
    if int.from_bytes(tail[end + 12 : end + 16], "little") > _MOST_DIRECTORY:
        refuse_damaged()
    try:
        archive = zipfile.ZipFile(opened(upload))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        refuse_damaged()
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in archive.infolist()):
        # The others unpack without a bound on memory, and no spreadsheet program writes them.
        refuse_damaged()
    return archive


def _recognise_zip(upload):
    archive = open_zip(upload)
    names = set(archive.namelist())
    if any(part.flag_bits & 1 for part in archive.infolist()):
        _refuse_archive()
    if "[Content_Types].xml" in names:
        types = _small_part(archive, "[Content_Types].xml")
        if b"sheet.main+xml" in types or b"sheet.macroEnabled.main+xml" in types or b"spreadsheetml.template" in types:
            return "xlsx"
        if b"sheet.binary" in types:
            message = _("The file is a binary workbook (.xlsb). Open it and save it as an Excel workbook (.xlsx).")
            refuse("binary_workbook", message)
        if b"wordprocessingml" in types or b"presentationml" in types:
            message = _("The file is a text document. Copy the table into a spreadsheet and save it as XLSX.")
            refuse("document", message)
        refuse_damaged()
    if "mimetype" in names and b"opendocument.spreadsheet" in _small_part(archive, "mimetype"):
        message = _("The file is an OpenDocument spreadsheet (.ods). Open it and save it as XLSX or CSV.")
        refuse("ods", message)
    if any(name.endswith(".iwa") for name in names):
        refuse("numbers", _("The file is a Numbers spreadsheet. Export it from Numbers to Excel or CSV."))
    _refuse_archive()
    return None


def _small_part(archive, name):
    try:
        with archive.open(name) as part:
            return part.read(MOST_SMALL_PART)
    except (zipfile.BadZipFile, OSError, EOFError, zipfile.zlib.error):
        refuse_damaged()
