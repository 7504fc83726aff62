"""The demo's answers: last year's round sent in by most, this year's half-way, through the functions the site uses."""

import datetime as dt
import random
from contextlib import contextmanager
from unittest import mock

from django.utils import timezone

from accounts.models import User
from registry.models import Appointment, Municipality
from surveys.answering import confirm_unchanged, save_answers, start_response, submit_response
from surveys.models.questions import CHOICES, NUMBERS, ONE_CHOICE, Kind
from surveys.reading import Reading
from surveys.sheet import Sheet

OULU, HAILUOTO = "564", "072"
# By phone with the coordinator, as the first time; nobody else answered.
INTERVIEWED = ("009", "069", "139", "305", "615", "494")
WORDS = {
    Kind.LONG_TEXT: "Esimerkkivastaus: tilat ja avustukset myönnetään hakemuksen perusteella kaikille yhdistyksille.",
    Kind.SHORT_TEXT: "Esimerkkivastaus",
}


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
    """Let the liaison of a municipality, or where there is none the coordinator by phone, answer and send in."""
    municipality = Municipality.objects.get(code=code)
    liaison = _liaison_of(code)
    is_there = Appointment.objects.current().filter(person__user=liaison, municipality=municipality).exists()
    by = liaison if liaison and is_there else coordinator
    response = start_response(survey_round, municipality, by=by)
    source = "phone" if by == coordinator else "form"
    _answer(response, by, random.Random(code), source=source)  # noqa: S311 - a story, not a secret
    submit_response(response, by=by)


def answer_this_year(survey_round):
    """Leave Oulu in the middle, and let Hailuoto have sent everything in, half of it as it was last year."""
    oulu, hailuoto = (Municipality.objects.get(code=code) for code in (OULU, HAILUOTO))
    by = _liaison_of(HAILUOTO)
    response = start_response(survey_round, hailuoto, by=by)
    for place, question in enumerate(Sheet(survey_round, hailuoto, response).earlier):
        if place % 2:
            asked = next(each for each in survey_round.questions.all() if each.pk == question)
            confirm_unchanged(response, asked, by=by, version=0)
    _answer(response, by, random.Random(2), source="form")  # noqa: S311
    submit_response(response, by=by)
    by = _liaison_of(OULU)
    response = start_response(survey_round, oulu, by=by)
    first, second = survey_round.themes.all()[:2]
    _answer(response, by, random.Random(3), source="form", themes={first.pk, second.pk}, leave=3)  # noqa: S311


def _liaison_of(code):
    return User.objects.filter(
        email={OULU: "liaison.oulu@example.org", HAILUOTO: "liaison.hailuoto@example.org"}.get(code)
    ).first()


def answer_some(response, by, pick, *, source, n=None):
    """Answer the first `n` questions of a response that are asked, or all."""
    if n is None:
        return _answer(response, by, pick, source=source)
    asked = Sheet(response.round, response.municipality, response).counted[:n]
    answers = {question.pk: _reading(question, pick) for question in asked}
    return save_answers(response, answers, by=by, versions={}, source=source)


def _answer(response, by, pick, *, source, themes=None, leave=0):
    """Answer what is asked and still open, theme by theme, so that follow-ups come after what they rest on."""
    for _round in range(4):
        sheet = Sheet(response.round, response.municipality, response)
        open_ones = [
            question
            for question in sheet.counted
            if not sheet.has_answer(question) and (themes is None or question.round_theme_id in themes)
        ]
        answers = {question.pk: _reading(question, pick) for question in open_ones[: len(open_ones) - leave or None]}
        if not answers:
            return
        save_answers(response, answers, by=by, versions={}, source=source)


def _reading(question, pick):
    """Return an invented answer: the better options oftener, now and then a reason for having none."""
    if question.offered_states and not question.is_required and pick.random() < 0.1:
        return Reading(state=pick.choice(question.offered_states))
    value = _value(question, pick)
    return Reading(state="answered", value=value) if value else Reading(state="do_not_know")


def _value(question, pick):
    kind, options = question.kind, [option for option in question.options.all() if not option.is_exclusive]
    if kind in ONE_CHOICE:
        return {"chosen": [min(pick.choices(options, k=2), key=lambda option: option.position).key]}
    if kind in CHOICES:
        chosen = sorted(
            pick.sample(options, min(len(options), question.max_choices or 3)), key=lambda row: row.position
        )
        value = {"chosen": [option.key for option in chosen]}
        whats = {option.key: "esimerkki" for option in chosen if option.asks_what}
        return value | ({"text": whats} if whats else {})
    if kind in NUMBERS:
        number = {Kind.DECIMAL: pick.choice(["2", "3", "4"]), Kind.EURO: str(pick.randrange(5, 300) * 1000)}
        return {"number": number.get(kind, str(pick.randrange(1, 9)))}
    if kind == Kind.TABLE:
        rows = [{"row": row.key, "cells": {"euros": str(pick.randrange(1, 40) * 500)}} for row in question.rows.all()]
        return {"rows": rows[:4]}
    if kind == Kind.DATE:
        return {"date": f"{timezone.localdate().year + 1}-03-31"}
    if kind == Kind.LINK:
        return {"url": "https://example.org/esimerkki"}
    return {"text": WORDS[kind]} if kind in WORDS else None
