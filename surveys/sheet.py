"""A municipality's questionnaire of one round as it stands: what it is asked, has answered, and still misses."""

from dataclasses import dataclass
from functools import cached_property

from common.prepared import Prepared
from registry.models import AreaMembership, Municipality, RegionMembership
from surveys.conditions import shown_keys
from surveys.models import Answer, Comparability, Question, Response, RoundTheme
from surveys.questionnaire import questionnaire_of

COMPARABLE = (Comparability.Verdict.SAME, Comparability.Verdict.REWORDED)


@dataclass(frozen=True)
class ThemeProgress:
    """How far one theme is: questions that count, and those of them that have an answer or a reason."""

    theme: RoundTheme
    n_asked: int
    n_answered: int
    latest: Answer | None = None

    @property
    def is_done(self):
        """Whether nothing of the theme is open."""
        return self.n_answered == self.n_asked


class Sheet:
    """What one municipality is asked in one round, with its answers; every table is read once, when first asked for.

    Whom a question concerns is decided by the day on which the round opens, so that it
    does not change while the round is being answered.
    """

    is_locked = False  # whether whoever has made it holds the lock on the response
    post = ""  # in which post the account saves, where it has been read along

    def __init__(self, survey_round, municipality, response=None):
        self.round, self.municipality, self._response = survey_round, municipality, response

    @cached_property
    def is_of_region(self):
        """Whether the municipality belonged to the region that asks on the round's first day."""
        return (
            RegionMembership.objects.current_on(self.round.opens_on)
            .filter(region=self.round.region_id, municipality=self.municipality)
            .exists()
        )

    @cached_property
    def response(self):
        """The municipality's Response, or None before it has begun."""
        if self._response is not None:
            return self._response
        return Response.objects.filter(round=self.round, municipality=self.municipality).first()

    @cached_property
    def questionnaire(self):
        """What the round asks of all municipalities, with how it compares with last year's."""
        return questionnaire_of(self.round)

    @cached_property
    def questions(self):
        """The questions that concern the municipality, in order, with their structure."""
        return [question for question in self.questionnaire.questions if self._concerns(question)]

    def asked(self, ids):
        """Return {id: question} of those of `ids` that this municipality answers here."""
        return {question.pk: question for question in self.questions if question.pk in ids and question.is_asked}

    def _concerns(self, question):
        if question.concerns == Question.Concerns.AREA:
            return question.area_id in self._area_ids
        if question.concerns == Question.Concerns.SIZE_CLASS:
            return question.size_class.key == self._size_class_key
        if question.concerns == Question.Concerns.BILINGUAL:
            return self.municipality.languages in {Municipality.Languages.FI_SV, Municipality.Languages.SV_FI}
        return True

    @cached_property
    def _area_ids(self):
        memberships = AreaMembership.objects.current_on(self.round.opens_on).filter(municipality=self.municipality)
        return set(memberships.values_list("area", flat=True))

    @cached_property
    def _size_class_key(self):
        places = Municipality.objects.with_population(self.round.opens_on)
        return places.get(pk=self.municipality.pk).size_class_key

    @cached_property
    def answers(self):
        """The saved Answers by the question's id, also of questions that are not asked just now."""
        if self.response is None:
            return {}
        return {answer.question_id: answer for answer in _answers(self.response.pk)}

    @cached_property
    def shown(self):
        """The ids of the questions that are asked with the answers of now; the others keep theirs and do not count."""
        return shown_keys(self.questions, self.values)

    @property
    def values(self):
        """The values of what has been answered, by the question's id."""
        return {pk: answer.value for pk, answer in self.answers.items() if answer.state == Answer.State.ANSWERED}

    @property
    def counted(self):
        """The questions that count: asked now, and more than an explanation."""
        return [question for question in self.questions if question.is_asked and question.pk in self.shown]

    def has_answer(self, question):
        """Whether the question has an answer or a reason for having none."""
        answer = self.answers.get(question.pk)
        return answer is not None and answer.state != Answer.State.UNANSWERED

    @property
    def missing(self):
        """The required questions without an answer or a reason."""
        return [question for question in self.counted if question.is_required and not self.has_answer(question)]

    @cached_property
    def themes(self):
        """The themes in which the municipality is asked something, in order; their names may change at any time."""
        asked = {question.round_theme_id for question in self.questions}
        return [theme for theme in _themes(self.round.pk) if theme.pk in asked]

    def progress(self):
        """Return the ThemeProgress of each theme in which the municipality is asked something, in order."""
        by_theme = {theme.pk: [] for theme in self.themes}
        for question in self.counted:
            by_theme[question.round_theme_id].append(self.has_answer(question))
        return [
            ThemeProgress(theme, len(by_theme[theme.pk]), sum(by_theme[theme.pk]), self._latest_in(theme))
            for theme in self.themes
        ]

    def _latest_in(self, theme):
        ids = {question.pk for question in self.questions if question.round_theme_id == theme.pk}
        answers = [answer for pk, answer in self.answers.items() if pk in ids]
        return max(answers, key=lambda answer: answer.answered_at, default=None)

    @cached_property
    def earlier(self):
        """The municipality's sent-in answers of the earlier round, by the id of this round's comparable question."""
        later = {
            row.from_question_id: to
            for to, row in self.questionnaire.comparisons.items()
            if row.from_question_id and row.verdict in COMPARABLE
        }
        answers = _earlier_answers(self.round.pk, self.municipality.pk) if later else ()
        return {later[answer.question_id]: answer for answer in answers}


@Prepared
def _answers(response: int):
    return Answer.objects.filter(response=response).with_answerer()


@Prepared
def _earlier_answers(survey_round: int, municipality: int):
    return Answer.objects.of_earlier_round(survey_round, municipality, COMPARABLE)


@Prepared
def _themes(survey_round: int):
    return RoundTheme.objects.filter(round=survey_round).select_related("theme")
