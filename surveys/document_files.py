"""A Document as files: DOCX for a word processor, and a tagged PDF (PDF/UA-1) with the same content."""

import io
from dataclasses import replace

import docx
from django.conf import settings
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm
from docx.text.paragraph import Paragraph

from common.charts import ChartRow
from common.printing import shown_data
from common.tables import clean
from surveys.documents import Heading, Lines, Picture, Table, Text
from surveys.printing import pdf_of
from surveys.result_pictures import as_pngs, as_svg, words_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
_LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
_PICTURE_WIDTH = Cm(15.5)


# --- DOCX ------------------------------------------------------------------------------------------------------------


def docx_of(document):
    """Return the bytes of a Document as DOCX: real headings, captions, heading rows, pictures with their words."""
    return _Docx(document).content()


class _Docx:
    """A DOCX that is being written; pictures are drawn all at once."""

    def __init__(self, document):
        self.docx, self.numbers = docx.Document(), {"Table": 0, "Figure": 0}
        drawn = as_pngs([as_svg(each.chart, stands_alone=False) for each in _pictures(document)])
        self.drawn = iter(drawn)
        self._about(document)
        for part in document.parts:
            _WRITERS[type(part)](self, part)

    def _about(self, document):
        about = self.docx.core_properties
        about.title, about.author, about.language = clean(document.title), settings.SITE_NAME, get_language()
        about.comments = ""
        fonts = self.docx.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
        fonts.set(qn("w:val"), _LOCALES[get_language()])
        for section in self.docx.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
            if document.notice:
                section.header.paragraphs[0].add_run(clean(document.notice)).bold = True
        self._paragraph(document.title, "Title")
        self._paragraph(document.subtitle, "Subtitle")

    def _paragraph(self, words, style=None):
        """Add a paragraph and return it; `style` is the key of a real style, since finding it by name costs most."""
        paragraph = self.docx.add_paragraph(clean(words))
        if style:
            paragraph._p.style = style
        return paragraph

    def heading(self, part):
        """Add a heading of a real style, by which other programs make a table of contents."""
        self._paragraph(part.words, f"Heading{part.level}")

    def text(self, part):
        """Add a paragraph."""
        self._paragraph(part.words).paragraph_format.keep_with_next = part.leads or None

    def lines(self, part):
        """Add a list."""
        for line in part.lines:
            self._paragraph(line, "ListBullet")

    def table(self, part):
        """Add a table with its caption above it and a heading row that is repeated on each page."""
        self._caption("Table", pgettext("in a document", "Table"), part.caption)
        table = self.docx.add_table(rows=1 + len(part.rows), cols=len(part.headings))
        table._tbl.tblStyle_val = "TableGrid"
        for place, (line, row) in enumerate(zip(table._tbl.tr_lst, (part.headings, *part.rows), strict=True)):
            for number, (cell, words) in enumerate(zip(line.tc_lst, row, strict=True)):
                paragraph = Paragraph(cell.p_lst[0], table)
                paragraph.add_run(clean(words)).bold = place == 0
                if number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        table._tbl.tr_lst[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self.docx.add_paragraph()

    def picture(self, part):
        """Add a picture with what it shows in words, and its caption below it."""
        paragraph = self.docx.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(next(self.drawn)), width=_PICTURE_WIDTH)
        shape._inline.docPr.set("descr", clean(words_of(part.chart)))
        self._caption("Figure", pgettext("in a document", "Figure"), part.caption, is_above=False)

    def _caption(self, kind, word, words, *, is_above=True):
        """Add a caption numbered by a field, so that a list of tables or pictures can be made of them."""
        self.numbers[kind] += 1
        paragraph = self._paragraph(f"{word} ", "Caption")
        paragraph.paragraph_format.keep_with_next = is_above
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), f"SEQ {kind} \\* ARABIC")
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = str(self.numbers[kind])
        run.append(text)
        field.append(run)
        paragraph._p.append(field)
        paragraph.add_run(f". {clean(words)}")

    def content(self):
        """Return the document as bytes."""
        file = io.BytesIO()
        self.docx.save(file)
        return file.getvalue()


_WRITERS = {Heading: _Docx.heading, Text: _Docx.text, Lines: _Docx.lines, Table: _Docx.table, Picture: _Docx.picture}


def _pictures(document):
    return [each for each in document.parts if isinstance(each, Picture)]


# --- PDF -------------------------------------------------------------------------------------------------------------


def pdf_of_document(document):
    """Return the bytes of a Document as a tagged PDF with a table of contents."""
    data = {
        "title": document.title,
        "subtitle": document.subtitle,
        "notice": document.notice,
        "author": settings.SITE_NAME,
        "language": get_language(),
        "contents": _("Contents"),
        "table": pgettext("in a document", "Table"),
        "figure": pgettext("in a document", "Figure"),
        "parts": [_printed(part) for part in document.parts],
        "note": "",
    }
    drawn = [as_svg(_shown(each.chart), stands_alone=False) for each in _pictures(document)]
    return pdf_of("report", data, pictures={"pictures": drawn})


def _printed(part):
    """Return a part as the template prints it: words alone."""
    if isinstance(part, Heading):
        return {"kind": "heading", "level": str(part.level), "words": part.words}
    if isinstance(part, Text):
        return {"kind": "lead" if part.leads else "text", "words": part.words}
    if isinstance(part, Lines):
        return {"kind": "lines", "lines": list(part.lines)}
    if isinstance(part, Table):
        rows = [list(row) for row in part.rows]
        return {"kind": "table", "caption": part.caption, "headings": list(part.headings), "rows": rows}
    return {"kind": "picture", "caption": part.caption, "words": words_of(part.chart)}


def _shown(chart):
    """Return a Chart with a mark in place of what the typeface cannot show."""
    told = shown_data({"title": chart.title, "rows": [[row.label, row.figure] for row in chart.rows]})
    rows = [ChartRow(label, row.share, figure) for row, (label, figure) in zip(chart.rows, told["rows"], strict=True)]
    return replace(chart, title=told["title"], rows=tuple(rows))
