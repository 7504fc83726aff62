"""Ten rounds of forty questions in a generated region, and people who answer the latest; prints them as JSON.

The questions are of the four kinds of the comparators' form. Every municipality has
answered the nine earlier rounds; each of the people is liaison in a municipality of their own.
"""

import datetime as dt
import json

from django.utils import timezone

from accounts.models import User
from bench.board import sign_in
from common.partial_dates import PartialDate
from registry.models import Appointment, Municipality, Person, Region
from surveys.authoring import copy_round
from surveys.models import Answer, Indicator, Option, Question, Response, Round, RoundTheme, Theme

N_QUESTIONS, N_ROUNDS = 40, 10
KINDS = ("single", "integer", "date", "long_text")
VALUES = ({"chosen": ["y"]}, {"number": "3"}, {"date": "2026-05-01"}, {"text": "Keksitty vastaus."})


def main(arguments):
    """Fill the region of the size that `arguments` name first, for as many people as they name second."""
    size, n_people = map(int, arguments)
    today = timezone.localdate()
    region = Region.objects.get(slug=f"maakunta-{size}")
    municipalities = list(Municipality.objects.members_of(region, today).order_by("code"))
    survey_round = _first_round(region, today.year - N_ROUNDS + 1)
    for year in range(survey_round.year, today.year):
        _open(survey_round)
        _answer(survey_round, municipalities)
        is_last = year + 1 == today.year
        opens_on = today - dt.timedelta(days=3) if is_last else dt.date(year + 1, 9, 1)
        closes_on = today + dt.timedelta(days=30) if is_last else dt.date(year + 1, 10, 15)
        survey_round = copy_round(survey_round, year + 1, opens_on=opens_on, closes_on=closes_on, by=None)
    _open(survey_round)
    keys = list(survey_round.questions.in_order().values_list("indicator__key", flat=True))
    people = [_person(region, place, number) for number, place in enumerate(municipalities[:n_people])]
    print(json.dumps({"year": survey_round.year, "theme": "mittaus", "keys": keys, "people": people}))


def _first_round(region, year):
    survey_round = Round.objects.create(
        region=region, year=year, title_fi="Mittaus", opens_on=dt.date(year, 9, 1), closes_on=dt.date(year, 10, 15)
    )
    theme = Theme.objects.create(key="mittaus", name_fi="Mittaus", position=900)
    round_theme = RoundTheme.objects.create(round=survey_round, theme=theme, position=1)
    for number in range(N_QUESTIONS):
        indicator = Indicator.objects.create(key=f"mittaus-{number}", name_fi=f"Mittari {number}", theme=theme)
        question = Question.objects.create(
            round=survey_round, round_theme=round_theme, indicator=indicator, position=number,
            kind=KINDS[number % 4], wording_fi=f"Kysymys {number}?",
        )  # fmt: skip
        if number % 4 == 0:
            for position, key in enumerate("ynp", start=1):
                Option.objects.create(question=question, key=key, label_fi=key.upper(), position=position)
    return survey_round


def _open(survey_round):
    Round.objects.filter(pk=survey_round.pk).update(opened_at=timezone.now())
    survey_round.refresh_from_db()


def _answer(survey_round, municipalities):
    moment = timezone.make_aware(dt.datetime(survey_round.year, 9, 20, 12))
    responses = Response.objects.bulk_create(
        Response(round=survey_round, municipality=place, started_at=moment, submitted_at=moment, submitted_post="x")
        for place in municipalities
    )
    questions = list(survey_round.questions.in_order())
    Answer.objects.bulk_create(
        (
            Answer(
                response=response, question=question, state="answered", value=VALUES[number % 4],
                answered_at=moment, answerer_post="kulttuurisihteeri", version=1,
            )
            for response in responses
            for number, question in enumerate(questions)
        ),
        batch_size=500,
    )  # fmt: skip


def _person(region, place, number):
    user = User.objects.create_user(f"vastaaja{number}@example.org")
    person = Person.objects.create(given_name="Kielo", family_name=f"Vastaaja {number}", region=region, user=user)
    start = PartialDate.day(region.records_from)
    Appointment.objects.create(person=person, municipality=place, kind="liaison", start=start, source="x")
    return {"slug": place.slug, "session": sign_in(user)}
