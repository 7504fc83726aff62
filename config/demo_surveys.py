"""The demo's surveys: three published rounds, this year's made from them, one in its days for comments, and a draft."""

import datetime as dt

from accounts.models import User
from config.demo_answers import answer_last_year, answer_this_year, on_day
from config.demo_associations import associations_answer_this_year, associations_answered_last_year
from config.demo_comment_days import add_round_in_comment_days
from config.demo_results import (
    EARLIEST_YEAR,
    FIRST_YEAR,
    LAST_YEAR,
    answer_by_form,
    comment_on,
    correct_last_year,
    decline_last_year,
    named_after,
    publish,
)
from registry.models import Region
from surveys.announcing import announce_method
from surveys.authoring import copy_round, decide_comparability, open_round
from surveys.default_questionnaire import load_questionnaire
from surveys.editions import put_together

A_WEEK = dt.timedelta(days=7)
CHANGING = {
    "fi": "Mikä yhteistyössä muuttui tänä vuonna?",
    "sv": "Vad förändrades i samarbetet i år?",
    "en": "What changed in the cooperation this year?",
}
BEGINNING = {
    "fi": "Mikä yhteistyössä on alkamassa ensi vuonna?",
    "sv": "Vad i samarbetet börjar nästa år?",
    "en": "What of the cooperation begins next year?",
}
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
    """Ask the default questionnaire four years in a row, each year otherwise themed; Keski-Suomi waits for replies."""
    north, central = Region.objects.get(code="17"), Region.objects.get(code="13")
    by = User.objects.get(email="coordinator@example.org")
    earliest = _first_round(north, today.year - 3, by)
    second = _themed_copy(earliest, today.year - 2, *_days_like(earliest, today.year - 2), CHANGING, by)
    answer_by_form(second, FIRST_YEAR, by)
    publish(second, by)
    last_year = _themed_copy(second, today.year - 1, *_days_like(earliest, today.year - 1), BEGINNING, by)
    _ask_last_year(last_year, by)
    this_year = _themed_copy(last_year, today.year, *_days_around(today), BEST, by, on=today)
    # Yesterday, so that nothing is said to be of later today; in and near July the demo's survey waits for the autumn.
    with on_day(min(max(today - dt.timedelta(days=1), this_year.opens_on), this_year.closes_on)):
        answer_this_year(this_year)
        associations_answer_this_year(this_year)
    writer = User.objects.get(email="coordinator.keski-suomi@example.org")
    add_round_in_comment_days(central, today, by=writer)
    draft, _n_indicators = load_questionnaire(central, year=today.year + 1, by=writer)
    announce_method(draft, by=writer)


def _first_round(region, year, by):
    """Ask the questionnaire for the first time and publish what came of it; return the Round."""
    draft, _n_indicators = load_questionnaire(region, year=year, by=by)
    with on_day(draft.opens_on - A_WEEK):
        first = open_round(draft, by=by)
    answer_by_form(first, named_after(first) | EARLIEST_YEAR, by)
    publish(first, by)
    return first


def _days_like(survey_round, year):
    """Return the same first and last day in another year."""
    return survey_round.opens_on.replace(year=year), survey_round.closes_on.replace(year=year)


def _ask_last_year(last_year, by):
    """Let last year's round be answered by most, declined by one, commented on, published and corrected."""
    with on_day(last_year.opens_on + dt.timedelta(days=20)):
        answer_last_year(last_year)
        associations_answered_last_year(last_year)
    answer_by_form(last_year, LAST_YEAR, by)
    decline_last_year(last_year, by)
    with on_day(last_year.closes_on + dt.timedelta(days=10)):
        put_together(last_year, by=by)
    comment_on(last_year, by)
    correct_last_year(last_year, publish(last_year, by), by)


def _themed_copy(earlier, year, opens_on, closes_on, wording, by, *, on=None):
    """Copy an earlier round with another theme question, decide that it does not compare, and open it by day `on`."""
    draft = copy_round(earlier, year, opens_on=opens_on, closes_on=closes_on, by=by)
    question = draft.questions.for_municipalities().get(indicator__key="theme_question")
    for language, words in wording.items():
        setattr(question, f"wording_{language}", words)
    question.save()
    decide_comparability(draft, "theme_question", "municipality", "changed", reason=WHY, by=by)
    with on_day(min(on or opens_on, opens_on - A_WEEK)):
        return open_round(draft, by=by)


def _days_around(today):
    """Return days on which a survey may be asked, around `today` unless that is in or near July."""
    opens_on, closes_on = today - dt.timedelta(days=14), today + dt.timedelta(days=21)
    is_summer = opens_on.month in {5, 6, 7} or closes_on.month in {7, 8}
    return (dt.date(today.year, 9, 1), dt.date(today.year, 10, 15)) if is_summer else (opens_on, closes_on)
