"""The demo's interviews: agreed, not answered, interrupted, waiting to be confirmed and confirmed."""

import datetime as dt
import random

from accounts.models import User
from config.demo_answering import answer_open_ones
from surveys.confirming import confirm_answers, digest_of
from surveys.interviewing import begin_interview, finish_interview, keep_note, leave_interview, note_call
from surveys.models import Answer, Response
from surveys.respondents import respondents_of
from surveys.responses import places_of
from surveys.sheet import Sheet

POST = "sivistysjohtaja"
NOTE = "Kertoi, että uusi avustusohje tulee keväällä: kysy siitä ensi vuonna."


def interview(survey_round, municipality, *, by, post="", seed=0, themes=None, is_confirmed=None):
    """Interview a municipality by phone: of some `themes`, or everything, sent in and perhaps confirmed by the link."""
    post = post or POST
    held = begin_interview(survey_round, municipality, source="phone", post=post, by=by)
    response = Response.objects.get(round=survey_round, municipality=municipality)
    pick = random.Random(seed)  # noqa: S311 - a story, not a secret
    answer_open_ones(response, by, pick, source="phone", post=post, themes=themes)
    if is_confirmed is None:
        return held
    finish_interview(held, by=by)
    if is_confirmed:
        digest = digest_of(Sheet(survey_round, municipality, response))
        confirm_answers(response, digest=digest, how=Answer.Means.LINK, post=post)
    return held


def add_interviews(survey_round, today):
    """Let the coordinator be in the middle of the round's interviews on day `today`, one of each kind."""
    by = User.objects.get(email="coordinator@example.org")
    begun = set(survey_round.responses.values_list("municipality", flat=True))
    places = [each for each in places_of(survey_round) if each.pk not in begun]
    # The first one is left for what config/demo_records.py shows.
    asked = [each for each in respondents_of(places, today) if each.person is not None][1:7]
    if len(asked) < 6:
        return
    agreed, unanswered, unwilling, interrupted, waiting, confirmed = (each.municipality for each in asked)
    note_call(survey_round, agreed, "agreed", on=today, at=dt.time(14, 30), words="Aamupäivät ovat täynnä.", by=by)
    note_call(survey_round, unanswered, "no_answer", on=today, by=by)
    note_call(survey_round, unwilling, "not_wanted", words="Vastaa mieluummin lomakkeella.", by=by)
    first = survey_round.themes.first()
    held = interview(survey_round, interrupted, by=by, seed=4, themes={first.pk})
    sheet = Sheet(survey_round, interrupted)
    left_at = next(each for each in sheet.counted if not sheet.has_answer(each))
    keep_note(held, left_at, NOTE, by=by)
    leave_interview(held, question=left_at, on=today, by=by)
    interview(survey_round, waiting, by=by, seed=5, is_confirmed=False)
    interview(survey_round, confirmed, by=by, seed=6, is_confirmed=True)
