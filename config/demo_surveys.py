"""The demo's surveys: last year's round, closed, and this year's made from it, by the functions the site uses."""

import datetime as dt

from accounts.models import User
from config.demo_answers import answer_last_year, answer_this_year, on_day
from config.demo_associations import associations_answer_this_year, associations_answered_last_year
from registry.models import Region
from surveys.announcing import announce_method
from surveys.authoring import copy_round, decide_comparability, open_round
from surveys.default_questionnaire import load_questionnaire
from surveys.editions import put_together

A_WEEK = dt.timedelta(days=7)
BEST = {
    "fi": "Mitä hyvää yhteistyössä syntyi tänä vuonna?",
    "sv": "Vad gott kom det ut av samarbetet i år?",
    "en": "What good came of the cooperation this year?",
}
WHY = {
    "fi": "Teemakysymys vaihtuu vuosittain.",
    "sv": "Temafrågan byts ut varje år.",
    "en": "The theme question changes every year.",
}


def add_rounds(today):
    """Ask the default questionnaire last year and, otherwise themed, this year; Keski-Suomi writes in public."""
    north, central = Region.objects.get(code="17"), Region.objects.get(code="13")
    by = User.objects.get(email="coordinator@example.org")
    first, _n_indicators = load_questionnaire(north, year=today.year - 1, by=by)
    with on_day(first.opens_on - A_WEEK):
        last_year = open_round(first, by=by)
    with on_day(first.opens_on + dt.timedelta(days=20)):
        answer_last_year(last_year)
        associations_answered_last_year(last_year)
    with on_day(first.closes_on + dt.timedelta(days=10)):
        put_together(last_year, by=by)
    opens_on, closes_on = _days_around(today)
    this_year = copy_round(last_year, today.year, opens_on=opens_on, closes_on=closes_on, by=by)
    question = this_year.questions.for_municipalities().get(indicator__key="theme_question")
    for language, wording in BEST.items():
        setattr(question, f"wording_{language}", wording)
    question.save()
    decide_comparability(this_year, "theme_question", "municipality", "changed", reason=WHY, by=by)
    with on_day(min(today, opens_on - A_WEEK)):
        this_year = open_round(this_year, by=by)
    # Yesterday, so that nothing is said to be of later today; in and near July the demo's survey waits for the autumn.
    with on_day(min(max(today - dt.timedelta(days=1), opens_on), closes_on)):
        answer_this_year(this_year)
        associations_answer_this_year(this_year)
    writer = User.objects.get(email="coordinator.keski-suomi@example.org")
    draft, _n_indicators = load_questionnaire(central, year=today.year, by=writer)
    announce_method(draft, by=writer)


def _days_around(today):
    """Return days on which a survey may be asked, around `today` unless that is in or near July."""
    opens_on, closes_on = today - dt.timedelta(days=14), today + dt.timedelta(days=21)
    is_summer = opens_on.month in {5, 6, 7} or closes_on.month in {7, 8}
    return (dt.date(today.year, 9, 1), dt.date(today.year, 10, 15)) if is_summer else (opens_on, closes_on)
