"""From answers to points and from points to figures: pure functions over rows that have been read (docs/adr/0029).

How the points of each kind are counted is told in surveys/models/questions.py. Each
theme and each criterion gets

    score = 100 x (sum of weight x points) / (sum of weight x maximum)

over the questions that apply to the municipality and of which something is known, in
exact fractions, rounded once at the end to one decimal, halves up. Beside it stands the
coverage: of how many questions that apply something is known. What is not known is
never zero (rule 1 of docs/rules.md): it leaves both sums and lowers the coverage.
Nothing here asks the database, provided that questions come from `with_structure`.

Whoever changes what a figure becomes raises SCORING_VERSION and tells it in docs/surveys.md.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.figures import Share
from surveys.conditions import shown_keys
from surveys.models import Answer, Criterion, Question, RoundTheme
from surveys.models.questions import MATRICES, ONE_CHOICE, WITH_THRESHOLDS
from surveys.told import told

SCORING_VERSION = "1"
DECIMALS = 1
# A word would promise too much where less than half of what applies is known.
LEAST_COVERAGE = Fraction(1, 2)


class Outcome(TextChoices):
    """What became of a question that gives points: it counts, it is not known, or it is out."""

    COUNTED = "counted", _("counts")
    DO_NOT_KNOW = "do_not_know", _("do not know: leaves the score as it is and lowers the coverage")
    NOT_OBTAINED = "not_obtained", _("information not obtained: leaves the score as it is and lowers the coverage")
    UNANSWERED = "unanswered", _("unanswered: leaves the score as it is and lowers the coverage")
    NOT_APPLICABLE = "not_applicable", _("does not concern the municipality, as it has answered: left out")
    TAKEN_OUT = "taken_out", _("the chosen option takes the question out of the points: left out")
    NOT_ASKED = "not_asked", _("was not asked after the earlier answers: left out")
    NOT_CONCERNED = "not_concerned", _("is asked of other municipalities: left out")
    WEIGHTLESS = "weightless", _("has the weight 0: left out")


UNKNOWN = frozenset({Outcome.DO_NOT_KNOW, Outcome.NOT_OBTAINED, Outcome.UNANSWERED})


@dataclass(frozen=True)
class Band:
    """A span of scores in a word: from `least` up to the next band's."""

    key: str
    least: int
    name: str


BANDS = (
    Band("beginning", 0, pgettext_lazy("band of a score", "getting started")),
    Band("developing", 25, pgettext_lazy("band of a score", "developing")),
    Band("established", 50, pgettext_lazy("band of a score", "established")),
    Band("strong", 75, pgettext_lazy("band of a score", "strong")),
)


# --- One question ----------------------------------------------------------------------------------------------------


def points_of(question, value):
    """Return (Outcome, points as a Fraction or None) of what was answered to a scored question."""
    if question.kind in WITH_THRESHOLDS:
        reached = [each.points for each in question.thresholds.all() if Decimal(value["number"]) >= each.at_least]
        # In the order of their limits: the last one that is reached.
        return Outcome.COUNTED, _within(question, Fraction(reached[-1] if reached else 0))
    if question.kind in MATRICES:
        return _points_of_rows(question, value.get("rows", {}))
    return _points_of_options(question, value.get("chosen", ()))


def _points_of_options(question, keys):
    chosen = [option for option in question.options.all() if option.key in keys]
    if not chosen:
        return Outcome.UNANSWERED, None
    if any(option.is_not_applicable for option in chosen):
        return Outcome.TAKEN_OUT, None
    given = [Fraction(option.points or 0) for option in chosen]
    return Outcome.COUNTED, _within(question, given[0] if question.kind in ONE_CHOICE else sum(given))


def _points_of_rows(question, rows):
    """Return the mean over the rows that were answered and are not taken out."""
    found = [_points_of_options(question, rows[row.key]) for row in question.rows.all() if row.key in rows]
    counted = [points for outcome, points in found if outcome == Outcome.COUNTED]
    if counted:
        return Outcome.COUNTED, sum(counted) / len(counted)
    return (
        Outcome.TAKEN_OUT if any(outcome == Outcome.TAKEN_OUT for outcome, _p in found) else Outcome.UNANSWERED
    ), None


def _within(question, points):
    """Return points that are no less than 0 and no more than the best answer gives."""
    return max(Fraction(0), min(points, Fraction(question.most_points)))


@dataclass(frozen=True)
class QuestionScore:
    """How one question counts for one municipality; `by_registry` is the option that the registry's fact stands for."""

    question: Question
    outcome: Outcome
    points: Fraction | None = None
    answer: Answer | None = None
    by_registry: str = ""

    @property
    def is_counted(self):
        """Whether it is in the score."""
        return self.outcome == Outcome.COUNTED

    @property
    def applies(self):
        """Whether it is in the coverage: it counts, or would if something were known."""
        return self.is_counted or self.outcome in UNKNOWN

    @property
    def maximum(self):
        """What the best answer gives, unweighted."""
        return self.question.most_points

    @property
    def weighted_points(self):
        """What it adds to the score's points."""
        return self.points * Fraction(self.question.weight) if self.is_counted else Fraction(0)

    @property
    def weighted_maximum(self):
        """What it adds to the score's maximum."""
        return Fraction(self.maximum) * Fraction(self.question.weight) if self.is_counted else Fraction(0)

    @property
    def answer_lines(self):
        """What was answered, or what the registry knows where that counts, in words."""
        if not self.by_registry:
            return told(self.question, self.answer)
        return [str(option) for option in self.question.options.all() if option.key == self.by_registry]


# --- Themes, criteria, total -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Score:
    """The figure of a theme or a criterion, with every question from which it comes."""

    subject: RoundTheme | Criterion
    questions: tuple[QuestionScore, ...]

    @cached_property
    def points(self):
        """The weighted points, exact."""
        return sum((each.weighted_points for each in self.questions), Fraction(0))

    @cached_property
    def maximum(self):
        """The most that this municipality could have got from what is known, weighted, exact."""
        return sum((each.weighted_maximum for each in self.questions), Fraction(0))

    @property
    def exact(self):
        """The score before rounding; None where nothing applies or nothing is known."""
        return 100 * self.points / self.maximum if self.maximum else None

    @property
    def value(self):
        """The score from 0 to 100 with one decimal; None where nothing applies or nothing is known."""
        return rounded(self.exact)

    @property
    def coverage(self):
        """Of how many of the questions that apply something is known."""
        return Share(sum(each.is_counted for each in self.questions), sum(each.applies for each in self.questions))

    @property
    def band(self):
        """The Band in which the printed score lies; None where too little is known."""
        return band_of(self.value, self.coverage)


@dataclass(frozen=True)
class Total:
    """The mean of the themes that have a score, by the themes' weights; only where the round shows one."""

    themes: tuple[Score, ...]

    @property
    def counted(self):
        """The themes that are in it: with a score and a weight."""
        return [each for each in self.themes if each.exact is not None and each.subject.weight]

    @property
    def exact(self):
        """The total before rounding; None where no theme has a score."""
        weights = sum(Fraction(each.subject.weight) for each in self.counted)
        whole = sum(each.exact * Fraction(each.subject.weight) for each in self.counted)
        return whole / weights if weights else None

    @property
    def value(self):
        """The total from 0 to 100 with one decimal, or None."""
        return rounded(self.exact)

    @property
    def coverage(self):
        """Of how many of the questions that apply in the themes with a weight something is known."""
        shares = [each.coverage for each in self.themes if each.subject.weight]
        return Share(sum(each.count for each in shares), sum(each.out_of for each in shares))

    @property
    def band(self):
        """The Band in which the printed total lies; None where too little is known."""
        return band_of(self.value, self.coverage)


@dataclass(frozen=True)
class Scores:
    """Everything that one municipality's answers give in one round."""

    themes: tuple[Score, ...]
    criteria: tuple[Score, ...]
    total: Total | None


def rounded(exact):
    """Return an exact figure with one decimal, halves up, as a Decimal; None stays None."""
    if exact is None:
        return None
    tenths = (exact * 10**DECIMALS + Fraction(1, 2)).__floor__()
    return Decimal(tenths).scaleb(-DECIMALS)


def band_of(value, coverage):
    """Return the Band of a score as it is printed; None without one, or where less than half is known."""
    if value is None or Fraction(coverage.count, coverage.out_of) < LEAST_COVERAGE:
        return None
    return next(band for band in reversed(BANDS) if value >= band.least)


def scored_questions(questions):
    """Return those of `questions` that can give points: municipalities' own, in themes with a score."""
    return [
        question
        for question in questions
        if question.audience == Question.Audience.MUNICIPALITY
        and question.round_theme.is_scored
        and question.is_scored
        and question.most_points > 0
    ]


def score_answers(questions, answers, *, concerned, known=None, has_total=False):
    """Return the Scores of one municipality.

    `questions` are all that the round asks of municipalities, in order; `concerned` the
    ids of those that concern this one. `answers` are its Answers by the question's id,
    `known` the option's key by which the registry tells of a question where its fact
    counts for points (`Question.counts`).
    """
    known = known or {}
    values = {
        pk: answer.value for pk, answer in answers.items() if answer.state == Answer.State.ANSWERED and pk in concerned
    }
    shown = shown_keys([question for question in questions if question.pk in concerned], values)
    themes, criteria = {}, {}
    for question in scored_questions(questions):
        score = _question_score(question, answers.get(question.pk), concerned, shown, known.get(question.pk))
        themes.setdefault(question.round_theme, []).append(score)
        if question.criterion:
            criteria.setdefault(question.criterion, []).append(score)
    by_theme = tuple(Score(theme, tuple(scores)) for theme, scores in themes.items())
    in_order = sorted(criteria, key=lambda criterion: (criterion.position, criterion.key))
    by_criterion = tuple(Score(criterion, tuple(criteria[criterion])) for criterion in in_order)
    return Scores(by_theme, by_criterion, Total(by_theme) if has_total else None)


def _question_score(question, answer, concerned, shown, known):
    if question.pk not in concerned:
        return QuestionScore(question, Outcome.NOT_CONCERNED)
    if question.pk not in shown:
        return QuestionScore(question, Outcome.NOT_ASKED)
    if not question.weight:
        return QuestionScore(question, Outcome.WEIGHTLESS, answer=answer)
    if known is not None and any(option.key == known for option in question.options.all()):
        outcome, points = _points_of_options(question, [known])
        return QuestionScore(question, outcome, points, answer, by_registry=known)
    if answer is None or answer.state != Answer.State.ANSWERED:
        state = Answer.State.UNANSWERED if answer is None else answer.state
        return QuestionScore(question, Outcome(state), answer=answer)
    outcome, points = points_of(question, answer.value)
    return QuestionScore(question, outcome, points, answer)
