"""The demo's round as the coordinator follows it: interviewed, declined, called in vain, reminded, half-way."""

import datetime as dt
import random

from django.utils import timezone

from accounts.models import User
from config.demo_answers import answer_some, on_day
from registry.contact_log import record_contact
from registry.models import ContactEntry, Municipality
from surveys.answering import start_response, submit_response
from surveys.declining import decline_response
from surveys.letters.reminders import REMINDERS
from surveys.letters.to_municipalities import send_round_letter
from surveys.models import Answer, Round

INTERVIEWED, CONFIRMED, BEGUN, DECLINED, CALLED = ("069", "615"), "305", ("139", "244", "494"), "630", ("483", "746")


def follow_round():
    """Let a round of Pohjois-Pohjanmaa that takes answers today be on its way; else nothing."""
    by = User.objects.get(email="coordinator@example.org")
    survey_round = next((each for each in Round.objects.filter(region__code="17") if each.is_open), None)
    if survey_round is None:
        return
    today = timezone.localdate()
    for number, code in enumerate((*INTERVIEWED, CONFIRMED)):
        day = min(survey_round.opens_on + dt.timedelta(days=3 + 3 * number), today)
        with on_day(day):
            _interview(survey_round, code, by, is_confirmed=code == CONFIRMED)
    for number, code in enumerate(BEGUN):
        response = start_response(survey_round, _place(code), by=by)
        answer_some(response, by, random.Random(number), source="phone", n=5 + 7 * number)  # noqa: S311
    decline_response(survey_round, _place(DECLINED), reason="Henkilöstö vaihtuu: vastataan ensi vuonna.", by=by)
    for number, code in enumerate(CALLED):
        entry = ContactEntry(municipality=_place(code), about="Kartoitukseen vastaaminen", is_reached=bool(number))
        record_contact(entry, by=by)
    send_round_letter(REMINDERS, survey_round, by=by)


def _interview(survey_round, code, by, *, is_confirmed):
    place = _place(code)
    response = start_response(survey_round, place, by=by)
    answer_some(response, by, random.Random(code), source="phone")  # noqa: S311 - a story, not a secret
    submit_response(response, by=by)
    if is_confirmed:
        Answer.objects.filter(response=response).update(confirmed_at=timezone.now(), confirmed_by=by)


def _place(code):
    return Municipality.objects.get(code=code)
