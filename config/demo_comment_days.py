"""The demo's round in its days for comments: closed a week ago in Keski-Suomi, looked at, agreed with, commented on."""

import datetime as dt

from accounts.models import User
from config.demo_answers import on_day
from config.demo_results import answer_by_form, comment
from surveys.authoring import open_round
from surveys.default_questionnaire import load_questionnaire
from surveys.replying import agree_with_results

# Who answered, by how many tries for a good answer: Jyväskylä, whose liaison signs in, and five others.
TRIES = {"179": 3, "992": 2, "410": 2, "729": 1, "931": 2, "500": 1}
JYVASKYLA, AGREES, COMMENTS = "179", "992", "410"
WAITS = "Esimerkkikommentti: sääntö on hyväksytty syyskuussa, mutta se ei ole vielä verkkosivuilla."
SEEN = "Esimerkkikommentti: avustukset myönnetään jatkossa kahdesti vuodessa."
REASON = "Vastaus kuvaa tätä vuotta: muutos näkyy ensi vuoden kartoituksessa."
A_WEEK = dt.timedelta(days=7)


def add_round_in_comment_days(region, today, *, by):
    """Ask the default questionnaire so that it has just closed; soon after July its days for comments are over."""
    opens_on, closes_on = _days_just_over(today)
    draft, _n_indicators = load_questionnaire(region, year=closes_on.year, by=by)
    draft.opens_on, draft.closes_on = opens_on, closes_on
    draft.save()
    with on_day(opens_on - A_WEEK):
        survey_round = open_round(draft, by=by)
    answer_by_form(survey_round, TRIES, by)
    with on_day(min(today, closes_on + dt.timedelta(days=2))):
        _reply(survey_round, by)


def _reply(survey_round, by):
    """Let one municipality agree, one wait for the decision on its comment, and one have got it."""
    agree_with_results(survey_round.responses.get(municipality__code=AGREES), by=by)
    comment(survey_round, COMMENTS, "premises_rules", WAITS, by, is_public=True)
    liaison = User.objects.get(email="liaison.jyvaskyla@example.org")
    comment(survey_round, JYVASKYLA, "grants_total_eur", SEEN, liaison, decided=("kept", REASON), decided_by=by)


def _days_just_over(today):
    """Return the days of a survey that closed six days ago, or before July if that would be in it."""
    closes_on = today - dt.timedelta(days=6)
    opens_on = closes_on - dt.timedelta(days=21)
    if opens_on.month <= 7 <= closes_on.month:
        return dt.date(today.year, 6, 1), dt.date(today.year, 6, 30)
    return opens_on, closes_on
