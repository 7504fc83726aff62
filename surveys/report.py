"""A region's published results as a report for a word processor: real headings, captions, heading rows of tables."""

import io
from itertools import groupby

from django.conf import settings
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm

from common.numbers import plain_number, share_in_words
from common.tables import clean
from registry.figures import Share
from registry.models.site import demo_label
from surveys.models import QuestionResult
from surveys.result_tables import counts_told
from surveys.results import DASH, TOTAL, mean_of

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_COUNTED = {"option", "first", "row", "state"}
_LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}


def report_docx(results):
    """Return the bytes of the report of an EditionResults, in the active language; two queries."""
    report = ReportDocument(str(results.edition.round), results.edition.round.region.name)
    _about(report, results)
    _themes(report, results)
    _municipalities(report, results)
    _questions(report, results)
    report.heading(_("How to read the figures"), 1)
    report.text(_("The scores tell of structures and practices, not of how good everyday cooperation is."))
    report.text(_("Do not know, not obtained and unanswered are never counted as no or as zero."))
    report.text(_("A mean is over the municipalities' scores as printed; fewer than three are not compared."))
    return report.content()


def _about(report, results):
    edition, n_answered = results.edition, len(results.answered)
    values = {"number": edition.number, "day": date_format(edition.published_at, "SHORT_DATE_FORMAT"),
              "version": edition.scoring_version}  # fmt: skip
    report.text(_("Edition %(number)s, published on %(day)s, scoring version %(version)s.") % values)
    for words in (edition.correction, demo_label()):
        if words:
            report.text(words)
    report.heading(_("Who answered"), 1)
    share = share_in_words(Share(n_answered, len(results.standings)))
    report.text(_("%(share)s of the municipalities sent in their answers.") % {"share": share})
    for state, some in groupby(sorted(results.standings, key=lambda each: each.state_words), _state_words):
        names = ", ".join(each.name for each in some)
        report.text(f"{capfirst(state)}: {names}.")


def _state_words(standing):
    return standing.state_words


def _subjects(results):
    """Return [(subject, name)] of the themes and, where the round shows one, of the total."""
    named = [(("theme", each.theme.key), str(each)) for each in results.themes]
    return [*named, *([(TOTAL, _("All themes"))] if results.has_total else [])]


def _themes(report, results):
    report.heading(_("Themes"), 1)
    named = _subjects(results) + [(("criterion", each.key), str(each)) for each in results.criteria]
    rows = []
    for subject, name in named:
        mean, values = mean_of(results.standings, subject), [each.value(subject) for each in results.answered]
        known = [value for value in values if value is not None]
        # The ends of fewer than three would be single municipalities' figures.
        ends = [DASH, DASH] if mean.value is None else [plain_number(end, 1) for end in (min(known), max(known))]
        rows.append([name, mean.words, *ends, str(mean.n)])
    headings = [_("Theme or criterion"), _("Mean"), _("Lowest"), _("Highest"), "n"]
    report.table(_("Scores from 0 to 100: mean over the municipalities, lowest and highest"), headings, rows)


def _municipalities(report, results):
    named = _subjects(results)
    report.heading(_("Municipalities"), 1)
    report.text(_("In alphabetical order; a dash tells that nothing is known, which is not zero."))
    rows = []
    for each in results.standings:
        figures = [each.scores[subject].words if subject in each.scores else DASH for subject, _name in named]
        rows.append([each.name, *figures, "" if each.has_answered else each.state_words])
    headings = [_("Municipality"), *(name for _subject, name in named), _("State")]
    report.table(_("Scores by theme and municipality"), headings, rows)


def _questions(report, results):
    questions = {each.pk: each for each in results.questions}
    counted = {each.question_id: each for each in QuestionResult.objects.filter(edition=results.edition)}
    report.heading(_("Question by question"), 1)
    for theme, some in groupby([each for each in results.questions if each.pk in counted], lambda q: q.round_theme):
        report.heading(str(theme), 2)
        for question in some:
            _question(report, questions, question, counted[question.pk])


def _question(report, questions, question, counted):
    report.heading(question.wording, 3)
    answered = share_in_words(Share(counted.n_answered, counted.n_asked)) if counted.n_asked else DASH
    report.text(_("Answered: %(share)s of the municipalities that were asked.") % {"share": answered})
    rows = []
    for what, _row, _key, words, figure in counts_told(questions, counted):
        if what in _COUNTED:
            out_of = counted.n_asked if what == "state" else counted.n_answered
            words = f"{words} (1.)" if what == "first" else capfirst(words)
            rows.append([words, share_in_words(Share(figure, out_of)) if out_of else DASH])
        else:
            rows.append([capfirst(words), plain_number(figure, 2)])
    if rows:
        report.table(question.wording, [_("Answer"), _("Municipalities, or the figure")], rows)


class ReportDocument:
    """A document that is being written: its headings, paragraphs and numbered tables."""

    def __init__(self, title, subtitle):
        self.document, self.n_tables = Document(), 0
        about = self.document.core_properties
        about.title, about.author, about.language = title, settings.SITE_NAME, get_language()
        about.comments = ""
        fonts = self.document.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
        fonts.set(qn("w:val"), _LOCALES[get_language()])
        for section in self.document.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
        self.document.add_paragraph(clean(title), style="Title")
        self.document.add_paragraph(clean(subtitle), style="Subtitle")

    def heading(self, words, level):
        """Add a heading of a real style, by which other programs make a table of contents."""
        self.document.add_heading(clean(words), level)

    def text(self, words):
        """Add a paragraph."""
        self.document.add_paragraph(clean(words))

    def table(self, caption, headings, rows):
        """Add a table with its caption above it and a heading row that is repeated on each page."""
        self._caption(caption)
        table = self.document.add_table(rows=1, cols=len(headings), style="Table Grid")
        for row in (headings, *rows):
            cells = table.rows[0].cells if row is headings else table.add_row().cells
            for number, (cell, words) in enumerate(zip(cells, row, strict=True)):
                paragraph = cell.paragraphs[0]
                paragraph.add_run(clean(words)).bold = row is headings
                if number:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
        self.document.add_paragraph()

    def _caption(self, words):
        """Add a caption numbered by a field, so that a list of tables can be made of them."""
        self.n_tables += 1
        word = pgettext("in a document", "Table")
        paragraph = self.document.add_paragraph(f"{word} ", style="Caption")
        paragraph.paragraph_format.keep_with_next = True
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "SEQ Table \\* ARABIC")
        run, text = OxmlElement("w:r"), OxmlElement("w:t")
        text.text = str(self.n_tables)
        run.append(text)
        field.append(run)
        paragraph._p.append(field)
        paragraph.add_run(f". {clean(words)}")

    def content(self):
        """Return the document as bytes."""
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()
