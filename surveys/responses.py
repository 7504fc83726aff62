"""How answering goes: each municipality of a round with its state, and one response with everything that it says."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.models import AreaMembership, Municipality, RegionMembership
from surveys.concerning import concerns
from surveys.conditions import shown_keys
from surveys.models import Answer, AnswerFile, Question, Response, RoundTheme
from surveys.sheet import Sheet
from surveys.told import confirmed_in_words, source_in_words, told

NOT_BEGUN, BEGUN, SUBMITTED, REOPENED, DECLINED = "not_begun", "begun", "submitted", "reopened", "declined"
TO_CONFIRM, CONFIRMED = "to_confirm", "confirmed"
STATES = {
    NOT_BEGUN: _("not begun"),
    BEGUN: _("being answered"),
    SUBMITTED: _("sent in"),
    REOPENED: pgettext_lazy("of a response", "opened again"),
    DECLINED: _("declined"),
}
# How a municipality stands in a round, as work goes on: what was said by phone is confirmed after sending in.
LINE_STATES = {
    NOT_BEGUN: STATES[NOT_BEGUN],
    BEGUN: STATES[BEGUN],
    REOPENED: STATES[REOPENED],
    TO_CONFIRM: _("sent in, to be confirmed"),
    SUBMITTED: STATES[SUBMITTED],
    CONFIRMED: _("sent in and confirmed"),
    DECLINED: STATES[DECLINED],
}
SENT_IN = frozenset({TO_CONFIRM, SUBMITTED, CONFIRMED})


def state_of(response):
    """Return how a Response stands, as a key of STATES; None is one that has not begun."""
    if response is None:
        return NOT_BEGUN
    if response.is_submitted:
        return SUBMITTED
    if response.declined_at:
        return DECLINED
    if response.started_at is None:
        return NOT_BEGUN
    return REOPENED if response.reopened_at else BEGUN


@dataclass(frozen=True)
class Line:
    """A municipality in a round: its response, how many questions count, how many have an answer, the last change.

    Of what was said by phone or in a meeting `n_to_confirm` answers wait to be confirmed
    and `n_confirmed` have been. `change` is a key of CHANGES, `areas` are Areas.
    """

    municipality: Municipality
    response: Response | None
    areas: frozenset
    n_asked: int
    n_answered: int
    n_to_confirm: int
    n_confirmed: int
    touched_at: dt.datetime | None
    change: str

    @property
    def state(self):
        """How it stands, as a key of LINE_STATES."""
        state = state_of(self.response)
        if state != SUBMITTED:
            return state
        if self.n_to_confirm and self.response.confirmed_at is None:
            return TO_CONFIRM
        return CONFIRMED if self.n_confirmed else SUBMITTED

    @property
    def state_words(self):
        """How it stands, in words."""
        return LINE_STATES[self.state]


CHANGES = {
    "answer": _("answer saved"),
    "begun": _("answering begun"),
    "submitted": _("answers sent in"),
    "reopened": _("opened again"),
    "declined": _("said that it does not answer"),
}


def lines_of(survey_round, responses=None):
    """Return the Line of each municipality that the round asks, by name, in six queries.

    In five when `responses`, the round's own, have been read already.
    """
    places = list(places_of(survey_round))
    areas = defaultdict(set)
    memberships = AreaMembership.objects.current_on(survey_round.opens_on).filter(
        municipality__in=places_of(survey_round).order_by().values("pk")
    )
    for membership in memberships.select_related("area__group").order_by():
        areas[membership.municipality_id].add(membership.area)
    questions = list(survey_round.questions.for_municipalities().in_order().with_conditions())
    found = survey_round.responses.all() if responses is None else responses
    responses = {response.municipality_id: response for response in found}
    answers = defaultdict(list)
    for answer in Answer.objects.for_lines(survey_round):
        answers[answer.response_id].append(answer)
    lines = []
    for place in places:
        response = responses.get(place.pk)
        own = answers[response.pk] if response else []
        ids = {area.pk for area in areas[place.pk]}
        asked = [question for question in questions if concerns(question, place, ids)]
        lines.append(_line(place, response, frozenset(areas[place.pk]), asked, own))
    return lines


def places_of(survey_round):
    """Return the municipalities of the round's region on its first day, by name, with their population then."""
    members = RegionMembership.objects.current_on(survey_round.opens_on).filter(region=survey_round.region_id)
    places = Municipality.objects.with_population(survey_round.opens_on)
    return places.filter(pk__in=members.order_by().values("municipality")).by_name()


def place_in(survey_round, slug):
    """Return the municipality at this address if the round asks it, or None."""
    return places_of(survey_round).filter(slug=slug).first()


def _line(place, response, areas, questions, answers):
    values = {answer.question_id: answer.value for answer in answers if answer.state == Answer.State.ANSWERED}
    said = {answer.question_id for answer in answers if answer.state != Answer.State.UNANSWERED}
    shown = shown_keys(questions, values)
    counted = [question for question in questions if question.is_asked and question.pk in shown]
    spoken = [answer for answer in answers if answer.source in Answer.SPOKEN and answer.state != "unanswered"]
    n_confirmed = sum(answer.confirmed_at is not None for answer in spoken)
    touched_at, change = _last_change(response, answers)
    return Line(
        place,
        response,
        areas,
        len(counted),
        sum(question.pk in said for question in counted),
        len(spoken) - n_confirmed,
        n_confirmed,
        touched_at,
        change,
    )


def _last_change(response, answers):
    """Return (moment, key of CHANGES) of what changed last; a step of the response comes after its answers."""
    if response is None:
        return None, ""
    moments = [(response.started_at, "begun"), *((answer.answered_at, "answer") for answer in answers)]
    moments += [(getattr(response, f"{step}_at"), step) for step in ("declined", "submitted", "reopened")]
    last = (None, "")
    for moment, change in moments:
        if moment is not None and (last[0] is None or moment >= last[0]):
            last = moment, change
    return last


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
