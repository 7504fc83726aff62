"""A closed round of the default questionnaire, answered at random by some municipalities, to be published."""

import random

from django.utils import timezone

from surveys.models import Response, Round
from tests.surveys.default_round import default_round
from tests.surveys.test_scores import answer_at_random

OPENED = "2025-09-01T06:00Z"


def closed_round(region, places, *, year=2025, seed=1, unknown=0.25):
    """Return the closed round of `year` in which `places` have sent in answers chosen by `seed`."""
    survey_round = default_round(region, year)
    Round.objects.filter(pk=survey_round.pk).update(
        opens_on=f"{year}-09-01", closes_on=f"{year}-10-15", opened_at=OPENED
    )
    survey_round = Round.objects.get(pk=survey_round.pk)
    responses = Response.objects.bulk_create(
        Response(
            round=survey_round, municipality=place, started_at=OPENED, submitted_at=timezone.now(),
            submitted_post="järjestöyhdyshenkilö",
        )
        for place in places
    )  # fmt: skip
    answer_at_random(survey_round, responses, random.Random(seed), unknown=unknown)
    return survey_round
