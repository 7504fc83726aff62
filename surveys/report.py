"""A region's published results as a report: one description, written as DOCX and as PDF (surveys/document_files.py)."""

from itertools import groupby

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.numbers import plain_number, share_in_words
from registry.figures import Share
from registry.models.site import demo_label
from surveys.documents import Document
from surveys.models import QuestionResult
from surveys.result_pictures import question_chart, themes_chart
from surveys.result_tables import counts_told
from surveys.results import DASH, TOTAL, mean_of

_COUNTED = {"option", "first", "row", "state"}


def report_of(results):
    """Return the Document of an EditionResults, in the active language; two queries."""
    report = Document(str(results.edition.round), results.edition.round.region.name, notice=demo_label())
    _about(report, results)
    _themes(report, results)
    _municipalities(report, results)
    _questions(report, results)
    report.heading(_("How to read the figures"), 1)
    report.text(_("The scores tell of structures and practices, not of how good everyday cooperation is."))
    report.text(_("Do not know, not obtained and unanswered are never counted as no or as zero."))
    report.text(_("A mean is over the municipalities' scores as printed; fewer than three are not compared."))
    return report


def _about(report, results):
    edition, n_answered = results.edition, len(results.answered)
    values = {"number": edition.number, "day": date_format(edition.published_at, "SHORT_DATE_FORMAT"),
              "version": edition.scoring_version}  # fmt: skip
    report.text(_("Edition %(number)s, published on %(day)s, scoring version %(version)s.") % values)
    if edition.correction:
        report.text(edition.correction)
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
    if chart := themes_chart(results):
        report.picture(_("Means of the municipalities' scores by theme, from 0 to 100"), chart)
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
            _question(report, results, questions, counted[question.pk])


def _question(report, results, questions, counted):
    question = questions[counted.question_id]
    report.heading(question.wording, 3)
    rows = []
    for what, _row, _key, words, figure in counts_told(questions, counted):
        if what in _COUNTED:
            out_of = counted.n_asked if what == "state" else counted.n_answered
            words = f"{words} (1.)" if what == "first" else capfirst(words)
            rows.append([words, share_in_words(Share(figure, out_of)) if out_of else DASH])
        else:
            rows.append([capfirst(words), plain_number(figure, 2)])
    answered = share_in_words(Share(counted.n_answered, counted.n_asked)) if counted.n_asked else DASH
    report.text(_("Answered: %(share)s of the municipalities that were asked.") % {"share": answered}, leads=bool(rows))
    if chart := question_chart(results, question, counted):
        report.picture(str(question.indicator), chart)
    if rows:
        report.table(str(question.indicator), [_("Answer"), _("Municipalities, or the figure")], rows)
