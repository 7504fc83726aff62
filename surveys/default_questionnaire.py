"""The default questionnaire that ships with the registry: four themes, the whole, seven criteria, in three languages.

Its file is a questionnaire like any other (surveys/questionnaires.py); which indicators
real surveys have asked is told in docs/surveys.md.
"""

import datetime as dt
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from surveys.models import Indicator, Round
from surveys.questionnaires import add_reference_data, import_questionnaire

FILE = Path(__file__).parent / "data" / "questionnaire.json"


@transaction.atomic
def load_questionnaire(region=None, *, year=None, by=None):
    """Add what is missing of the default questionnaire; return (the region's new draft or None, indicators added).

    With `region`, a draft of `year` (this year) is made unless the region has a round
    of that year. Safe to run twice.
    """
    text = FILE.read_text(encoding="utf-8")
    before = Indicator.objects.count()
    add_reference_data(text)
    year = year or timezone.localdate().year
    survey_round = None
    if region is not None and not Round.objects.filter(region=region, year=year).exists():
        survey_round = import_questionnaire(
            text, region, by=by, year=year, opens_on=dt.date(year, 9, 1), closes_on=dt.date(year, 10, 15)
        )
    return survey_round, Indicator.objects.count() - before
