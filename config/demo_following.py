"""The demo's round as the coordinator follows it: interviewed, declined, called in vain, reminded, half-way."""

import datetime as dt

from django.utils import timezone

from accounts.models import User
from config.demo_answers import on_day
from config.demo_interviews import add_interviews, interview
from registry.contact_log import record_contact
from registry.models import ContactEntry, Municipality
from surveys.declining import decline_response
from surveys.letters.reminders import REMINDERS
from surveys.letters.to_municipalities import send_round_letter
from surveys.models import Round

INTERVIEWED, CONFIRMED, BEGUN, DECLINED, CALLED = ("069", "615"), "305", ("139", "244", "494"), "630", ("483", "746")


def follow_round():
    """Let a round of Pohjois-Pohjanmaa that takes answers today be on its way; else nothing."""
    by = User.objects.get(email="coordinator@example.org")
    survey_round = next((each for each in Round.objects.filter(region__code="17") if each.is_open), None)
    if survey_round is None:
        return
    today = timezone.localdate()
    yesterday = max(today - dt.timedelta(days=1), survey_round.opens_on)
    for number, code in enumerate((*INTERVIEWED, CONFIRMED)):
        day = min(survey_round.opens_on + dt.timedelta(days=3 + 3 * number), yesterday)
        with on_day(day):
            interview(survey_round, _place(code), by=by, seed=code, is_confirmed=code == CONFIRMED)
    themes = [theme.pk for theme in survey_round.themes.all()]
    with on_day(yesterday):
        for number, code in enumerate(BEGUN):
            interview(survey_round, _place(code), by=by, seed=number, themes=set(themes[: number + 1]))
        decline_response(survey_round, _place(DECLINED), reason="Henkilöstö vaihtuu: vastataan ensi vuonna.", by=by)
        add_interviews(survey_round, today)
    for number, code in enumerate(CALLED):
        entry = ContactEntry(municipality=_place(code), about="Kartoitukseen vastaaminen", is_reached=bool(number))
        record_contact(entry, by=by)
    send_round_letter(REMINDERS, survey_round, by=by)


def _place(code):
    return Municipality.objects.get(code=code)
