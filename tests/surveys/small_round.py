"""A closed round of a few questions that some municipalities have answered: cheap to make."""

import datetime as dt

from django.utils import timezone

from surveys.models import Answer, Comparability, Response, Round
from tests.surveys import factories


def small_round(region, places, *, year=2025, like=None, chosen="yes", number="1000", verdict="same", least=1):
    """Return the closed round of `year`: a choice with points, a number, a private text; `places` have sent it in.

    With `like`, the round of an earlier year, its questions compare with those by `verdict`. `chosen` and `number` are
    what everybody answered, `least` the points of “no”.
    """
    survey_round = factories.RoundFactory(
        region=region, year=year, title_fi="Kartoitus", opens_on=dt.date(year, 9, 1), closes_on=dt.date(year, 10, 15)
    )
    before = {each.indicator.key: each for each in like.questions.select_related("indicator")} if like else {}
    theme = before["maksuttomuus"].round_theme.theme if like else factories.ThemeFactory(key="tilat", name_fi="Tilat")
    round_theme = factories.RoundThemeFactory(round=survey_round, theme=theme)

    def ask(kind, key, options=(), **fields):
        indicator = before[key].indicator if like else factories.IndicatorFactory(key=key, theme=theme)
        made = factories.question(round_theme, kind, options, indicator=indicator, wording_fi=f"Mikä {key}?", **fields)
        if like:
            Comparability.objects.create(
                round=survey_round, from_question=before[key], to_question=made, verdict=verdict
            )  # fmt: skip
        return made

    choice = ask("yes_no", "maksuttomuus", ["yes", "no"])
    for option in choice.options.all():
        option.points = {"yes": 4, "no": least}[option.key]
        option.save()
    values = {choice: {"chosen": [chosen]}, ask("euro", "avustukset"): {"number": number}}
    values[ask("short_text", "huomio", publicity="private")] = {"text": "Vain koordinaattorille."}
    Round.objects.filter(pk=survey_round.pk).update(opened_at=f"{year}-09-01T06:00Z")
    responses = Response.objects.bulk_create(
        Response(
            round=survey_round, municipality=place, started_at=f"{year}-09-01T06:00Z", submitted_post="sihteeri",
            submitted_at=timezone.now(),
        )
        for place in places
    )  # fmt: skip
    Answer.objects.bulk_create(
        Answer(response=response, question=question, state="answered", value=value)
        for response in responses
        for question, value in values.items()
    )
    return Round.objects.get(pk=survey_round.pk)
