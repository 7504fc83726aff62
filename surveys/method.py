"""The method of a round as anyone may read it: what is asked, what gives points, how years compare."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from common.numbers import plain_number
from surveys.conditions import condition_in_words
from surveys.facts import FACTS
from surveys.models import (
    Comparability,
    ConditionTerm,
    Criterion,
    Option,
    Question,
    QuestionRow,
    Round,
    RoundTheme,
    TableColumn,
    Theme,
    Threshold,
)
from surveys.models.questions import MATRICES, WITH_THRESHOLDS, Kind
from surveys.scoring import BANDS, SCORING_VERSION, scored_questions
from surveys.used_elsewhere import national_items

# Whatever of these changes, the page is made anew (registry/publicity.py).
PUBLIC_MODELS = (
    Comparability, ConditionTerm, Criterion, Option, Question, QuestionRow, Round, RoundTheme, TableColumn, Theme,
    Threshold,
)  # fmt: skip
_Verdict = Comparability.Verdict


@dataclass(frozen=True)
class MethodQuestion:
    """One question: its words, the choices with their points, and facts as sentences."""

    number: str
    wording: str
    help: str
    choices: tuple
    has_points: bool
    parts: tuple
    facts: tuple


@dataclass(frozen=True)
class MethodTheme:
    """A theme of the round with its questions; `weight` is empty for one without a score."""

    key: str
    name: str
    introduction: str
    weight: str
    n_scored: int
    most: str
    questions: list = field(default_factory=list)


@dataclass(frozen=True)
class Compared:
    """A question that does not compare as the same with the one before: what was decided and why."""

    wording: str
    verdict: str
    reason: str


@dataclass(frozen=True)
class Method:
    """Everything that the page of a round's method tells."""

    round: Round
    themes: list
    associations: list
    criteria: list
    n_questions: int
    n_scored: int
    publicity: list
    same: str
    compared: list
    bands: list
    words_language: str
    national: list
    version: str = SCORING_VERSION


def method_of(survey_round):
    """Return the Method of a round in the active language, in a fixed number of queries."""
    questions = list(survey_round.questions.in_order().for_method())
    own = [each for each in questions if each.audience == Question.Audience.MUNICIPALITY]
    scored = scored_questions(own)
    verdicts = Comparability.objects.for_method(survey_round)
    has_earlier = any(row.from_question_id for row in verdicts)
    by_question = {row.to_question_id: row for row in verdicts if row.to_question_id}
    asked = [each for each in own if each.is_asked]
    return Method(
        round=survey_round,
        themes=_themes(own, {each.pk for each in scored}, by_question),
        associations=_themes(
            [each for each in questions if each.audience == Question.Audience.ASSOCIATIONS], set(), by_question
        ),
        criteria=_criteria(scored),
        n_questions=len(asked),
        n_scored=len(scored),
        publicity=_publicity(asked),
        same=_same(verdicts) if has_earlier and not survey_round.is_draft else "",
        compared=[_compared(row) for row in verdicts if row.verdict != _Verdict.SAME] if has_earlier else [],
        bands=_bands(),
        words_language=_words_language(survey_round),
        national=national_items({each.key for each in asked}),
    )


def _words_language(survey_round):
    """Return the language in which the questions stand, where it is not the page's own; else an empty text."""
    languages = survey_round.languages
    return "" if get_language() in languages else languages[0]


def _points(points):
    """Return points in words, with their unit."""
    number = plain_number(points)
    n = int(points) if points == points.to_integral_value() else 2
    return ngettext("%(points)s point", "%(points)s points", n) % {"points": number}


def _themes(questions, scored, verdicts):
    """Return the MethodThemes of these questions, in order; questions are numbered as in the form."""
    by_theme = {}
    for question in questions:
        by_theme.setdefault(question.round_theme, []).append(question)
    themes = []
    for place, (round_theme, asked) in enumerate(by_theme.items(), start=1):
        counting = [each for each in asked if each.pk in scored]
        most = sum(each.most_points * each.weight for each in counting)
        themes.append(
            MethodTheme(
                key=round_theme.theme.key,
                name=str(round_theme.theme),
                introduction=round_theme.introduction or round_theme.theme.description,
                weight=plain_number(round_theme.weight) if counting else "",
                n_scored=len(counting),
                most=plain_number(most) if counting else "",
                questions=[
                    _question(f"{place}.{number}", each, each.pk in scored, verdicts.get(each.pk))
                    for number, each in enumerate(asked, start=1)
                ],
            )
        )
    return themes


def _question(number, question, is_scored, comparability):
    return MethodQuestion(
        number=number,
        wording=question.wording or question.key,
        help=question.help,
        choices=tuple(_choices(question, is_scored)),
        has_points=is_scored,
        parts=tuple(str(part) for part in [*question.rows.all(), *question.columns.all()]),
        facts=tuple(filter(None, _facts(question, is_scored, comparability))),
    )


def _choices(question, is_scored):
    """Yield (what may be chosen or reached, its points in words)."""
    if question.kind in WITH_THRESHOLDS:
        thresholds = list(question.thresholds.all()) if is_scored else []
        if thresholds and thresholds[0].at_least > 0:
            yield _("less than %(number)s") % {"number": plain_number(thresholds[0].at_least, 4)}, _points(Decimal(0))
        for each in thresholds:
            yield _("at least %(number)s") % {"number": plain_number(each.at_least, 4)}, _points(each.points)
        return
    for option in question.options.all():
        yield str(option), _option_points(option) if is_scored else ""


def _option_points(option):
    if option.is_not_applicable:
        return _("the question is left out")
    return _points(option.points) if option.points is not None else _("no points")


def _facts(question, is_scored, comparability):
    """Yield what is to be known of a question beside its words."""
    unit = f" ({question.unit})" if question.unit else ""
    yield f"{capfirst(question.get_kind_display())}{unit}."
    yield condition_in_words(question)
    yield _concerning(question)
    if question.is_required:
        yield _("Required.")
    if question.is_asked and question.audience == Question.Audience.MUNICIPALITY:
        yield str(_NOT_PUBLIC.get(question.publicity, ""))
    if is_scored:
        yield from _points_facts(question)
    if comparability is not None and comparability.from_question_id and comparability.verdict != _Verdict.SAME:
        yield _("Compared with %(year)s: %(verdict)s. %(reason)s") % {
            "year": comparability.from_question.round.year,
            "verdict": comparability.get_verdict_display(),
            "reason": comparability.reason,
        }


def _points_facts(question):
    most = _points(question.most_points)
    if question.kind in MATRICES:
        yield _("At most %(points)s: the mean over the rows that were answered.") % {"points": most}
    elif question.kind == Kind.MULTIPLE:
        yield _("At most %(points)s: those of the chosen ones are added up.") % {"points": most}
    else:
        yield _("At most %(points)s.") % {"points": most}
    if question.weight != 1:
        yield _("Weight %(weight)s.") % {"weight": plain_number(question.weight)}
    if question.counts == Question.Counts.REGISTRY and question.registry_fact in FACTS:
        yield _("What the registry knows counts in place of the answer: %(fact)s.") % {
            "fact": FACTS[question.registry_fact]
        }


def _concerning(question):
    """Return whom the question concerns, where that is not everybody."""
    if question.concerns == Question.Concerns.AREA:
        return _("Asked of the municipalities of the area %(area)s.") % {"area": question.area}
    if question.concerns == Question.Concerns.SIZE_CLASS:
        return _("Asked of the municipalities of the size class %(size)s.") % {"size": question.size_class}
    return _("Asked of the bilingual municipalities.") if question.concerns == Question.Concerns.BILINGUAL else ""


_NOT_PUBLIC = {
    Question.Publicity.COUNTS: gettext_lazy("Only counts over the municipalities are public."),
    Question.Publicity.PRIVATE: gettext_lazy("The answer is for the coordinator only."),
}


def _publicity(questions):
    """Return (who sees the answers, how many questions), without those of which there are none."""
    counts = Counter(question.publicity for question in questions)
    return [(capfirst(each.label), counts[each]) for each in Question.Publicity if counts[each]]


def _criteria(scored):
    """Return (criterion, how many questions, most points) of the criteria, in order."""
    by_criterion = {}
    for question in scored:
        if question.criterion:
            by_criterion.setdefault(question.criterion, []).append(question)
    return [
        (str(each), len(questions), plain_number(sum(row.most_points * row.weight for row in questions)))
        for each, questions in sorted(by_criterion.items(), key=lambda item: (item[0].position, item[0].key))
    ]


def _bands():
    """Return (word, from, up to) of the bands."""
    least = [band.least for band in BANDS]
    return [(str(band.name), band.least, above) for band, above in zip(BANDS, [*least[1:], None], strict=True)]


def _same(verdicts):
    """Return in words how many questions are asked as before."""
    n = sum(row.verdict == _Verdict.SAME for row in verdicts)
    return ngettext("%(n)s question is asked as before.", "%(n)s questions are asked as before.", n) % {"n": n}


def _compared(row):
    question = row.to_question or row.from_question
    return Compared(question.wording or question.key, capfirst(row.get_verdict_display()), row.reason)


def state_in_words(survey_round):
    """Return when the round is or was asked, as a sentence."""
    days = {"first": f"{survey_round.opens_on:%-d.%-m.%Y}", "last": f"{survey_round.last_answering_day:%-d.%-m.%Y}"}
    if survey_round.is_closed:
        return pgettext("of a survey round", "Asked %(first)s–%(last)s.") % days
    if survey_round.is_open:
        return pgettext("of a survey round", "Open for answers: %(first)s–%(last)s.") % days
    return pgettext("of a survey round", "Opens for answers: %(first)s–%(last)s.") % days
