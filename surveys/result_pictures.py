"""Charts of published results for slides: one Chart as SVG, and the same SVG drawn as PNG without a browser."""

import json
import textwrap
from dataclasses import dataclass

import typst
from django.template.loader import render_to_string
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from common.charts import Chart, ChartRow
from common.numbers import share_in_words
from common.tables import clean
from registry.figures import Share
from registry.models.site import demo_label
from surveys.models import QuestionResult
from surveys.result_tables import counts_told
from surveys.results import mean_of

THEMES = "teemat"
_PIXELS_PER_INCH = 144
_MARGIN, _WIDE, _BAR, _LINE, _ROW = 40, 960, 640, 34, 66
_PAGES = """#set page(width: auto, height: auto, margin: 0pt)
#for picture in json(bytes(sys.inputs.pictures)) { page(image(bytes(picture), format: "svg")) }"""


@dataclass(frozen=True)
class Line:
    """A line of text in its place."""

    text: str
    y: int


@dataclass(frozen=True)
class Row:
    """A bar in its place: its label above it, its figure after it."""

    label: str
    figure: str
    y_label: int
    y_bar: int
    y_figure: int
    width: int
    x_figure: int


def chart_at(results, key):
    """Return the Chart of an EditionResults by key, `teemat` or a question's; None where there is none to draw."""
    if key == THEMES:
        return themes_chart(results)
    question = next((each for each in results.questions if each.key == key), None)
    counted = question and QuestionResult.objects.filter(edition=results.edition, question=question).first()
    return question_chart(results, question, counted) if counted else None


def themes_chart(results):
    """Return the Chart of the means by theme of an EditionResults, or None where too few have scores."""
    rows = []
    for theme in results.themes:
        mean = mean_of(results.standings, ("theme", theme.theme.key))
        if mean.value is not None:
            rows.append(ChartRow(str(theme), float(mean.value) / 100, f"{mean.words} (n = {mean.n})"))
    if not rows:
        return None
    title = _("%(region)s: scores by theme") % {"region": results.edition.round.region.name}
    reading = _("Means of the municipalities' scores, from 0 to 100.")
    return Chart(title, reading, tuple(rows), _source(results))


def question_chart(results, question, counted):
    """Return the Chart of how many chose what, by a QuestionResult; None where it has no options that are counted."""
    if not counted.counts.get("chosen"):
        return None
    rows = [
        ChartRow(words, figure / max(counted.n_answered, 1), share_in_words(Share(figure, counted.n_answered)))
        for what, _row, _key, words, figure in counts_told({question.pk: question}, counted)
        if what == "option"
    ]
    answered = share_in_words(Share(counted.n_answered, counted.n_asked))
    reading = _("Answered: %(share)s of the municipalities that were asked.") % {"share": answered}
    return Chart(question.wording, reading, tuple(rows), _source(results))


def _source(results):
    edition = results.edition
    words = _("Source: %(survey)s, edition %(number)s, CC BY 4.0.") % {
        "survey": f"{edition.round}, {edition.round.region.name}", "number": edition.number,
    }  # fmt: skip
    return " ".join(filter(None, [words, demo_label()]))


def words_of(chart):
    """Return what a Chart shows, in words: the text in place of its picture."""
    return " ".join(filter(None, [chart.reading, *(f"{row.label}: {row.figure}." for row in chart.rows)]))


def as_svg(chart, *, stands_alone=True):
    """Return a Chart as the text of an SVG; within a document, which says the rest, of the bars alone."""
    titles = readings = []
    y = 0
    if stands_alone:
        titles = _lines(Truncator(chart.title).chars(200), 58, 52, 36)
        readings = _lines(chart.reading, 88, titles[-1].y + _LINE, 26)
        y = readings[-1].y + 24
    rows = []
    for row in chart.rows:
        width = round(min(max(row.share, 0), 1) * _BAR)
        label = Truncator(row.label).chars(84)
        rows.append(Row(label, row.figure, y + 20, y + 30, y + 46, width, _MARGIN + _BAR + 16))
        y += _ROW
    sources = _lines(chart.source, 110, y + 34, 20) if stands_alone else []
    drawn = render_to_string("surveys/chart.svg", {
        "chart": chart, "words": words_of(chart), "titles": titles, "readings": readings, "rows": rows,
        "sources": sources, "width": _WIDE, "height": sources[-1].y + 24 if sources else y, "margin": _MARGIN,
        "whole": _BAR,
    })  # fmt: skip
    return clean(drawn)


def _lines(text, most, y, step):
    return [Line(line, y + number * step) for number, line in enumerate(textwrap.wrap(text, most) or [""])]


def as_png(svg):
    """Return an SVG's text as the bytes of a PNG, twice as large as on the screen."""
    return as_pngs([svg])[0]


def as_pngs(svgs):
    """Return the PNG of each SVG; all are drawn at once, which costs less."""
    if not svgs:
        return []
    drawn = typst.compile(
        _PAGES.encode(), format="png", ppi=_PIXELS_PER_INCH, sys_inputs={"pictures": json.dumps(svgs)},
        ignore_system_fonts=True,
    )  # fmt: skip
    return [drawn] if isinstance(drawn, bytes) else drawn
