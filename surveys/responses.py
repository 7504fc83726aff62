"""How answering goes: each municipality of a round with its state, and one response with everything that it says."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.models import AreaMembership, Municipality, RegionMembership
from surveys.concerning import concerns
from surveys.conditions import shown_keys
from surveys.confirming import STATES as CONFIRMATION
from surveys.confirming import confirmation_state
from surveys.models import Answer, AnswerFile, Question, Response, RoundTheme
from surveys.sheet import Sheet
from surveys.told import confirmed_in_words, source_in_words, told

NOT_BEGUN, BEGUN, SUBMITTED, REOPENED, DECLINED = "not_begun", "begun", "submitted", "reopened", "declined"
STATES = {
    NOT_BEGUN: _("not begun"),
    BEGUN: _("being answered"),
    SUBMITTED: _("sent in"),
    REOPENED: pgettext_lazy("of a response", "opened again"),
    DECLINED: _("declined"),
}


def state_of(response):
    """Return how a Response stands, as a key of STATES; None is one that has not begun."""
    if response is None:
        return NOT_BEGUN
    if response.is_submitted:
        return SUBMITTED
    if response.declined_at:
        return DECLINED
    return REOPENED if response.reopened_at else BEGUN


@dataclass(frozen=True)
class Line:
    """A municipality in a round: its response, how many questions count, how many have an answer, the last touch."""

    municipality: Municipality
    response: Response | None
    n_asked: int
    n_answered: int
    touched_at: dt.datetime | None

    @property
    def state(self):
        """How it stands, as a key."""
        return state_of(self.response)

    @property
    def state_words(self):
        """How it stands, in words; what was said aloud also says whether it has been confirmed."""
        confirmation = CONFIRMATION.get(confirmation_state(self.response))
        return f"{STATES[self.state]}, {confirmation}" if confirmation else STATES[self.state]


def lines_of(survey_round):
    """Return the Line of each municipality that the round asks, by name, in a fixed number of queries."""
    places = list(places_of(survey_round))
    areas = defaultdict(set)
    memberships = AreaMembership.objects.current_on(survey_round.opens_on).filter(municipality__in=places)
    for municipality, area in memberships.values_list("municipality", "area"):
        areas[municipality].add(area)
    questions = list(survey_round.questions.for_municipalities().in_order().with_structure())
    responses = {response.municipality_id: response for response in survey_round.responses.with_unconfirmed()}
    answers = defaultdict(list)
    for answer in Answer.objects.filter(response__round=survey_round):
        answers[answer.response_id].append(answer)
    lines = []
    for place in places:
        response = responses.get(place.pk)
        own = answers[response.pk] if response else []
        asked = [question for question in questions if concerns(question, place, areas[place.pk])]
        lines.append(_line(place, response, asked, own))
    return lines


def places_of(survey_round):
    """Return the municipalities of the round's region on its first day, by name, with their population then."""
    members = RegionMembership.objects.current_on(survey_round.opens_on).filter(region=survey_round.region_id)
    places = Municipality.objects.with_population(survey_round.opens_on)
    return places.filter(pk__in=members.order_by().values("municipality")).by_name()


def _line(place, response, questions, answers):
    values = {answer.question_id: answer.value for answer in answers if answer.state == Answer.State.ANSWERED}
    said = {answer.question_id for answer in answers if answer.state != Answer.State.UNANSWERED}
    shown = shown_keys(questions, values)
    counted = [question for question in questions if question.is_asked and question.pk in shown]
    moments = [answer.answered_at for answer in answers]
    if response is not None:
        moments += [response.started_at, response.submitted_at, response.reopened_at]
    return Line(
        place,
        response,
        len(counted),
        sum(question.pk in said for question in counted),
        max(filter(None, moments), default=None),
    )


@dataclass(frozen=True)
class Told:
    """A question with what was answered, line by line, who said so and how, and what was said last year."""

    question: Question
    answer: Answer | None
    lines: list
    earlier: Answer | None
    earlier_lines: list
    is_missing: bool
    files: tuple = ()

    @property
    def how(self):
        """How the answer came, and whether what was said aloud has been confirmed."""
        return ", ".join(filter(None, [source_in_words(self.answer), confirmed_in_words(self.answer)]))


def told_by_theme(response, *, with_earlier=True):
    """Return [(RoundTheme, [Told, …])] of what counts in a response, in order, in a fixed number of queries."""
    sheet = Sheet(response.round, response.municipality, response)
    earlier = sheet.earlier if with_earlier else {}
    missing = {question.pk for question in sheet.missing}
    files = defaultdict(list)
    for file in AnswerFile.objects.filter(answer__response=response):
        files[file.answer_id].append(file)
    themes: dict[RoundTheme, list] = {}
    for question in sheet.counted:
        answer, before = sheet.answers.get(question.pk), earlier.get(question.pk)
        themes.setdefault(question.round_theme, []).append(
            Told(
                question,
                answer,
                told(question, answer),
                before,
                told(question, before),
                question.pk in missing,
                tuple(files[answer.pk] if answer else ()),
            )
        )
    return list(themes.items())
