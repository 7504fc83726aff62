"""Files as people bring them: right ones, wrong ones and ones made with bad intent."""

import io
import zipfile

import openpyxl

TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"""
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROWS = """<row r="1"><c r="A1" t="inlineStr"><is><t>Koodi</t></is></c>
<c r="B1" t="inlineStr"><is><t>Nimi</t></is></c></row>
<row r="2"><c r="A2"><v>9</v></c><c r="B2" t="inlineStr"><is><t>Ii</t></is></c></row>"""


def zipped(parts, compression=zipfile.ZIP_DEFLATED):
    """Return a zip archive of {name: content}."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def workbook_parts(rows=ROWS, *, after="", prolog="", before=""):
    """Return the parts of a small workbook written by hand."""
    relation = '<Relationship Id="r1" Type="{kind}" Target="{target}"/>'
    relations = f'<Relationships xmlns="{PACKAGE}">{relation}</Relationships>'
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations.format(kind=f"{OFFICE}/officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Kunnat" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations.format(kind=f"{OFFICE}/worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'{prolog}<worksheet xmlns="{MAIN}">{before}'
        f"<sheetData>{rows}</sheetData>{after}</worksheet>",
    }


def handmade(rows=ROWS, **more):
    """Return a small workbook written by hand."""
    return zipped(workbook_parts(rows, **more))


def workbook(*sheets, change=None):
    """Return a workbook of (title, rows); `change` may do more to it."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class FarTooLarge(io.RawIOBase):
    """A file of 100 MB that is nowhere; fails when more than the first bytes of it are read."""

    name, size = "suuri.csv", 100_000_000

    def __init__(self):
        self.n_read = 0

    def seek(self, *_args):
        return 0

    def read(self, n=-1):
        self.n_read += self.size if n < 0 else n
        assert self.n_read < 1_000_000, "the whole file is read"
        return b"a;b\n" * (n // 4)


def bomb():
    """Return a workbook of about 300 kB whose sheet unpacks to 300 MB; made without ever holding that."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = workbook_parts()
        sheet = "xl/worksheets/sheet1.xml"
        start, end = parts.pop(sheet).split("</sheetData>")
        for name, content in parts.items():
            archive.writestr(name, content)
        with archive.open(sheet, "w") as part:
            part.write(start.encode())
            for _n in range(300):
                part.write(b" " * 1_000_000)
            part.write(f"</sheetData>{end}".encode())
    return file.getvalue()


def lying_bomb():
    """Return the bomb with a directory that promises a sheet of 1 000 bytes."""
    content = bytearray(bomb())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    place = content.rfind(part.filename.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    content[place + 24 : place + 28] = (1000).to_bytes(4, "little")
    return bytes(content)
