"""What is missing from a round before it can be opened, and how long answering takes."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from surveys.comparing import round_differences
from surveys.conditions import check_term
from surveys.facts import FACTS
from surveys.models.questions import ONE_CHOICE, WITH_OPTIONS, WITH_THRESHOLDS, Kind, Question

# Seconds for each kind. Our estimate: nobody has published one for surveys of this sort. A respondent reads
# 200 words a minute, a choice takes 10 seconds to make, a figure two minutes to find, a text two minutes to write.
SECONDS = {
    Kind.SHORT_TEXT: 40, Kind.LONG_TEXT: 120, Kind.YES_NO: 10, Kind.SINGLE: 12, Kind.MULTIPLE: 20, Kind.SCALE: 12,
    Kind.CHANGE: 15, Kind.RANKING: 45, Kind.MATRIX_SINGLE: 10, Kind.MATRIX_MULTIPLE: 10, Kind.INTEGER: 60,
    Kind.DECIMAL: 60, Kind.EURO: 120, Kind.PERCENT: 90, Kind.DATE: 45, Kind.YEAR: 30, Kind.LINK: 60,
    Kind.CONTACT: 90, Kind.TABLE: 60, Kind.FILE: 90, Kind.EXPLANATION: 0,
}  # fmt: skip
WORDS_A_SECOND = 200 / 60
FOLLOW_UP_SHARE = 0.5
ROWS_OF_A_FREE_TABLE = 3


def estimate_minutes(survey_round):
    """Return about how many whole minutes a municipality takes to answer the round, at least one.

    For each question the seconds of its kind (for a matrix or a table for each row), and
    the time to read its words, help and options; a question with a condition is asked of
    every second municipality. The seconds are our own estimate, to be corrected when
    rounds have been answered.
    """
    return minutes_for(survey_round.questions.for_municipalities().in_order().with_structure())


def minutes_for(questions):
    """Return about how many whole minutes these questions take, at least one; as `estimate_minutes` does."""
    return max(1, round(sum(_seconds(question) for question in questions) / 60))


def _seconds(question):
    options, rows = question.options.all(), question.rows.all()
    texts = [question.wording, question.help, *(option.label for option in options), *(row.label for row in rows)]
    reading = sum(len((text or "").split()) for text in texts) / WORDS_A_SECOND
    times = 1
    if question.kind in {Kind.MATRIX_SINGLE, Kind.MATRIX_MULTIPLE, Kind.TABLE}:
        times = len(rows) or ROWS_OF_A_FREE_TABLE
    share = FOLLOW_UP_SHARE if question.conditions.all() else 1
    return share * (reading + times * SECONDS[Kind(question.kind)])


@dataclass(frozen=True)
class Problem:
    """One thing that is missing, of a question or of the round itself."""

    message: str
    question: Question | None = None

    def __str__(self):
        return f"{self.question.wording or self.question.key}: {self.message}" if self.question else self.message


def problems_of(survey_round):
    """Return everything that keeps the round from being opened, in the order of the questions."""
    problems = []
    languages = survey_round.languages
    problems += [Problem(_("The title is missing in %(languages)s.") % {"languages": ", ".join(gaps)})
                 for gaps in [missing_languages(survey_round, "title", languages)] if gaps]  # fmt: skip
    questions = list(survey_round.questions.in_order().with_structure())
    if not any(question.audience == Question.Audience.MUNICIPALITY for question in questions):
        problems.append(Problem(_("The round has no questions.")))
    scored = {question.round_theme_id for question in questions if question.is_scored}
    for round_theme in survey_round.themes.select_related("theme"):
        if round_theme.is_scored and round_theme.pk not in scored:
            problems.append(Problem(_("No question of “%(theme)s” gives points.") % {"theme": round_theme}))
    for question in questions:
        problems += [Problem(message, question) for message in problems_of_question(question, languages)]
    for difference in round_differences(survey_round) if survey_round.copied_from_id else ():
        if not difference.is_decided:
            message = _("It differs from last year's: choose whether the two can be compared.")
            problems.append(Problem(message, difference.question))
    return problems


def missing_languages(row, column, languages):
    """Return those of `languages` in which a column has no words."""
    return [language for language in languages if not getattr(row, f"{column}_{language}")]


def problems_of_question(question, languages):
    """Return what is missing of one question from `with_structure`, as sentences."""
    sentences = []
    if gaps := missing_languages(question, "wording", languages):
        sentences.append(_("The wording is missing in %(languages)s.") % {"languages": ", ".join(gaps)})
    for column in ("spoken", "help", "unit", "period", "row_state"):
        gaps = missing_languages(question, column, languages)
        if gaps and len(gaps) < len(languages):
            label = question._meta.get_field(column).verbose_name
            sentences.append(
                _("“%(column)s” is missing in %(languages)s.") % {"column": label, "languages": ", ".join(gaps)}
            )
    if question.audience == Question.Audience.ASSOCIATIONS:
        sentences += _problems_of_associations(question)
    return sentences + _problems_of_parts(question, languages) + _problems_of_conditions(question)


def _problems_of_associations(question):
    """Return what could tell who answered, or would not fit into the short form (docs/adr/0026)."""
    sentences = []
    if question.kind not in ONE_CHOICE:
        sentences.append(_("Associations choose one of several: yes or no, one option, a scale, a change."))
    if question.asks_evidence or question.asks_note or any(option.asks_what for option in question.options.all()):
        sentences.append(_("Associations are asked for no words of their own: they could tell who answered."))
    if question.is_required:
        sentences.append(_("No question to associations is required."))
    if question.conditions.all():
        sentences.append(_("Questions to associations have no conditions: the form is one short page."))
    return sentences


def _problems_of_parts(question, languages):
    options = list(question.options.all())
    sentences = []
    if question.kind in WITH_OPTIONS and len(options) < 2:
        sentences.append(_("It needs at least two options."))
    if question.kind in {Kind.MATRIX_SINGLE, Kind.MATRIX_MULTIPLE} and not question.rows.all():
        sentences.append(_("The matrix has no rows."))
    if question.kind == Kind.TABLE and not question.columns.all():
        sentences.append(_("The table has no columns."))
    if any(row.offers_state for row in question.rows.all()) and not question.row_state:
        sentences.append(_("A row offers a state, but the state has no words."))
    may_be_empty = {option.pk for option in options[1:-1]} if question.kind == Kind.SCALE else set()
    for part in [*options, *question.rows.all(), *question.columns.all()]:
        gaps = missing_languages(part, "label", languages)
        if gaps and not (part.pk in may_be_empty and len(gaps) == len(languages)):
            sentences.append(
                _("The label of “%(key)s” is missing in %(languages)s.")
                % {"key": part.key, "languages": ", ".join(gaps)}
            )
    return sentences + _problems_of_points(question, options)


def _problems_of_points(question, options):
    points = [option.points for option in options if not option.is_not_applicable]
    if question.is_scored and question.audience == Question.Audience.ASSOCIATIONS:
        return [_("Associations' answers give no points.")]
    if question.kind in ONE_CHOICE | {Kind.MATRIX_SINGLE} and question.is_scored and None in points:
        return [_("Some options have points and some do not.")]
    if question.is_scored and question.most_points <= 0:
        return [_("No answer gives points.")]
    if question.is_scored and question.publicity != Question.Publicity.PUBLIC and question.round_theme.is_scored:
        return [_("A question that gives points is public: the score would tell the answer.")]
    if question.kind not in WITH_THRESHOLDS and question.thresholds.all():
        return [_("Only numbers have thresholds.")]
    if question.counts == Question.Counts.REGISTRY and question.registry_fact not in FACTS:
        return [_("The fact of the registry is not known.")]
    return []


def _problems_of_conditions(question):
    sentences = []
    for term in question.conditions.all():
        try:
            check_term(term)
        except ValidationError as error:
            sentences += error.messages
    return sentences
