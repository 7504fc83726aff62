"""The questions of an opened round, kept in the process: they are frozen, so that nothing of them changes but spelling.

What a form needs is many rows of many tables, the same for everybody who answers. Read
once, they are kept under the round's opening and its last correction (docs/adr/0020);
a draft is read anew each time. Nobody may change the rows that are handed out.
"""

from collections import OrderedDict
from functools import cached_property
from threading import Lock

from django.db.models import Prefetch, prefetch_related_objects

from surveys.models import ConditionTerm, WordingCorrection

_MOST = 32
_kept = OrderedDict()
_lock = Lock()


class Questionnaire:
    """What a round asks of municipalities, in order, and how each question compares with the one before it."""

    def __init__(self, survey_round):
        self.questions = _questions_of(survey_round)

    @cached_property
    def for_points(self):
        """The questions with what points need besides: their thresholds, read when somebody first counts."""
        prefetch_related_objects(self.questions, "thresholds")
        return self.questions

    @cached_property
    def comparisons(self):
        """The Comparability of each question that has one, by its id."""
        return {each.pk: each.comparability for each in self.questions if hasattr(each, "comparability")}


def questionnaire_of(survey_round):
    """Return the Questionnaire of a round; one that has been opened comes from the process after the first time."""
    if survey_round.is_draft:
        return Questionnaire(survey_round)
    key = survey_round.pk, survey_round.opened_at, _last_correction(survey_round)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    questionnaire = Questionnaire(survey_round)
    with _lock:
        _kept[key] = questionnaire
        while len(_kept) > _MOST:
            _kept.popitem(last=False)
    return questionnaire


def kept_questions(survey_rounds):
    """Return {round's id: its questions, with what points and verdicts need} of opened rounds, in one query when kept.

    Nobody may change the rows.
    """
    numbers = WordingCorrection.objects.last_by_round([each.pk for each in survey_rounds])
    for each in survey_rounds:
        each.last_correction = numbers.get(each.pk)
    return {each.pk: list(questionnaire_of(each).for_points) for each in survey_rounds}


def forget_questionnaires():
    """Forget everything that is kept; for tests, in which numbers of rows come again."""
    with _lock:
        _kept.clear()


def _last_correction(survey_round):
    """Return the number of the round's last correction; whoever reads rounds for answering reads it along."""
    if not hasattr(survey_round, "last_correction"):
        survey_round.last_correction = WordingCorrection.objects.last_number_in(survey_round.pk)
    return survey_round.last_correction


def _questions_of(survey_round):
    conditions = ConditionTerm.objects.select_related("earlier__indicator", "option")
    questions = (
        survey_round.questions.for_municipalities()
        .in_order()
        .select_related("round_theme__theme", "indicator", "size_class", "criterion", "comparability")
        .prefetch_related("options", "rows", "columns", Prefetch("conditions", queryset=conditions))
    )
    return tuple(questions)
