"""Board, recipients and response rate agree with a plain recount at every point of a round of 308 municipalities."""

import datetime as dt

import pytest
import time_machine
from django.http import QueryDict

from mailing.models import Letter
from surveys.letters.reminders import REMINDERS
from surveys.letters.thanks import THANKS
from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
from surveys.models import Round
from surveys.round_board import RoundBoard
from tests.surveys.simulated_round import FIRST, LAST, SimulatedRound

pytestmark = pytest.mark.django_db


def check(played, today):
    """Compare what the site tells today with the ledger."""
    survey_round = Round.objects.get(pk=played.round.pk)
    board = RoundBoard(survey_round, QueryDict(), today)
    told = {
        row.place.name_fi: (
            row.line.state, row.line.n_answered, row.line.n_asked,
            row.respondent.person.email if row.respondent.person else None,
        )
        for row in board.rows
    }  # fmt: skip
    assert told == played.board()
    assert {state: n for state, _words, _shape, n, _url in board.states} == {
        state: sum(each[0] == state for each in played.board().values()) for state, *_rest in board.states
    }
    days = [FIRST + dt.timedelta(days=number) for number in range((today - FIRST).days + 1)]
    assert [(day.on, day.now.count, day.now.out_of) for day in board.rate.days if day.now] == [
        (day, played.n_by(day), len(played.towns)) for day in days
    ]
    n_in = sum(town.state == "submitted" for town in played.towns)
    assert (board.rate.now.count, n_in) == (n_in, played.n_by(today))
    if survey_round.is_open:
        preview = preview_round_letter(REMINDERS, survey_round)
        assert {each.address for each in preview.going} == played.reminded()
        assert len(preview.going) + len(preview.left_out) == len(played.towns)


def play(n, seed, *, days, n_steps):
    with time_machine.travel(dt.datetime(2026, 8, 25, 9, tzinfo=dt.UTC), tick=False) as clock:
        played = SimulatedRound(n, seed)
        for number in days:
            now = dt.datetime.combine(FIRST + dt.timedelta(days=number), dt.time(9), dt.UTC)
            clock.move_to(now)
            played.play(now, n_steps)
            check(played, now.date())
        clock.move_to(dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time(9), dt.UTC))
        preview = preview_round_letter(THANKS, Round.objects.get(pk=played.round.pk))
        assert {each.address for each in preview.going} == {
            town.address for town in played.towns if town.state == "submitted" and town.address
        }
        return played


def test_board_recipients_and_rate_agree_with_a_recount(db):
    play(308, 1, days=[1, 16, 40], n_steps=60)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_board_recipients_and_rate_agree_with_a_recount_day_by_day(db, seed):
    play(308, 100 + seed, days=range(0, 45, 2), n_steps=60)


def test_a_reminder_reaches_exactly_those_of_the_recount_once(db):
    """Sent on two days, with answers in between: nobody who has sent in, and nobody twice within the spacing."""
    with time_machine.travel(dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC), tick=False) as clock:
        played = SimulatedRound(40, 7)
        played.play(dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC), 60)
        expected = played.reminded()
        survey_round = Round.objects.get(pk=played.round.pk)
        assert send_round_letter(REMINDERS, survey_round, by=None) == len(expected)
        letters = Letter.objects.filter(kind="survey_reminder")
        assert set(letters.values_list("address", flat=True)) == expected
        clock.shift(dt.timedelta(days=1))
        assert not preview_round_letter(REMINDERS, survey_round).going
        assert letters.count() == len(expected)
