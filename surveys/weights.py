"""The weights of a round in one overview: what each theme and each question makes up, and changing them in a draft."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from surveys.models import Question, Round, RoundTheme
from surveys.scoring import scored_questions


@dataclass(frozen=True)
class QuestionWeight:
    """A question that gives points, and how much of its theme it makes up where everything applies."""

    question: Question
    whole: Decimal

    @property
    def most(self):
        """What the best answer gives, weighted."""
        return self.question.most_points * self.question.weight

    @property
    def percent(self):
        """The share of the theme's points in whole per cent; None where the theme has none."""
        return round(100 * self.most / self.whole) if self.whole else None


@dataclass(frozen=True)
class ThemeWeights:
    """A theme with a score, and its questions that give points."""

    theme: RoundTheme
    lines: tuple[QuestionWeight, ...]


def weights_of(survey_round):
    """Return the ThemeWeights of the themes with a score, in order, in a fixed number of queries."""
    questions = scored_questions(survey_round.questions.for_municipalities().in_order().with_structure())
    by_theme = {}
    for question in questions:
        by_theme.setdefault(question.round_theme, []).append(question)
    return [
        ThemeWeights(theme, tuple(QuestionWeight(each, _whole(asked)) for each in asked))
        for theme, asked in by_theme.items()
    ]


def _whole(questions):
    return sum(question.most_points * question.weight for question in questions)


@transaction.atomic
def change_weights(survey_round, *, themes, questions, shows_total, by):
    """Give a draft's themes and questions these weights by their ids, and say whether a total is shown.

    Only rows of this round whose weight changes are saved. Returns the round. Raises
    ValidationError with code "frozen" when the round has been opened.
    """
    locked = Round.objects.select_for_update().get(pk=survey_round.pk)
    Round.objects.filter(pk=locked.pk).refuse_if_opened()
    for rows, weights in ((locked.themes, themes), (locked.questions, questions)):
        for row in rows.filter(pk__in=weights):
            if row.weight != weights[row.pk]:
                row.weight = weights[row.pk]
                row._history_user = by
                row.save()
    if locked.shows_total != shows_total:
        locked.shows_total = shows_total
        locked._history_user = by
        locked.save()
    return locked
