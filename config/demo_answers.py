"""The demo's answers: last year's round sent in by most, this year's half-way, through the functions the site uses."""

import datetime as dt
import random
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone

from accounts.models import User
from config.demo_answering import answer_open_ones
from config.demo_interviews import interview
from registry.models import Appointment, Municipality
from surveys.answering import confirm_unchanged, start_response, submit_response
from surveys.sheet import Sheet

OULU, HAILUOTO = "564", "072"
# By phone with the coordinator, as the first time; nobody else answered.
INTERVIEWED = ("009", "069", "139", "305", "615", "494")


@contextmanager
def on_day(day):
    """Let it be noon of `day` meanwhile: a round takes answers only while it is open."""
    noon = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    with mock.patch.object(timezone, "now", return_value=noon):
        yield


def answer_last_year(survey_round):
    """Let two liaisons and six interviewed municipalities answer everything and send it in."""
    coordinator = User.objects.get(email="coordinator@example.org")
    for place, code in enumerate((OULU, HAILUOTO, *INTERVIEWED)):
        with on_day(survey_round.opens_on + dt.timedelta(days=2 + 4 * place)):
            _answer_whole(survey_round, code, coordinator)


def _answer_whole(survey_round, code, coordinator):
    """Let the liaison of a municipality answer and send in, or where there is none the coordinator interview it."""
    municipality = Municipality.objects.get(code=code)
    liaison = _liaison_of(code)
    is_there = Appointment.objects.current().filter(person__user=liaison, municipality=municipality).exists()
    if not (liaison and is_there):
        # The last one has not confirmed yet.
        interview(survey_round, municipality, by=coordinator, seed=code, is_confirmed=code != INTERVIEWED[-1])
        return
    response = start_response(survey_round, municipality, by=liaison)
    answer_open_ones(response, liaison, random.Random(code), source="form")  # noqa: S311 - a story, not a secret
    submit_response(response, by=liaison)


def answer_this_year(survey_round):
    """Leave Oulu in the middle, and let Hailuoto have sent everything in, half of it as it was last year."""
    oulu, hailuoto = (Municipality.objects.get(code=code) for code in (OULU, HAILUOTO))
    by = _liaison_of(HAILUOTO)
    response = start_response(survey_round, hailuoto, by=by)
    for place, question in enumerate(Sheet(survey_round, hailuoto, response).earlier):
        if place % 2:
            asked = next(each for each in survey_round.questions.all() if each.pk == question)
            confirm_unchanged(response, asked, by=by, version=0)
    answer_open_ones(response, by, random.Random(2), source="form")  # noqa: S311
    submit_response(response, by=by)
    by = _liaison_of(OULU)
    response = start_response(survey_round, oulu, by=by)
    first, second = survey_round.themes.all()[:2]
    answer_open_ones(response, by, random.Random(3), source="form", themes={first.pk, second.pk}, leave=3)  # noqa: S311


def _liaison_of(code):
    return User.objects.filter(
        email={OULU: "liaison.oulu@example.org", HAILUOTO: "liaison.hailuoto@example.org"}.get(code)
    ).first()
