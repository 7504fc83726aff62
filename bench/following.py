"""A round of 308 municipalities half-way: its board, and a reminder previewed and queued: `python -m bench.following`.

It makes a database of its own in a temporary folder, a region from bench/data.py and the default
questionnaire, in which two thirds have answered something, and prints seconds of one process.
"""

import time

from bench.scratch import scratch

N = 308


def measure():
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from django.http import QueryDict
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from bench.data import add_region
    from registry.reference import load_reference_data
    from surveys.letters.reminders import REMINDERS
    from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
    from surveys.round_board import RoundBoard

    load_reference_data()
    today = timezone.localdate()
    region = add_region(N, today)
    survey_round = half_way(region, today)

    def board():
        made = RoundBoard(survey_round, QueryDict(), today)
        return len(made.rows), made.rate.chart, made.states

    for name, run in (
        ("board", board),
        ("preview", lambda: preview_round_letter(REMINDERS, survey_round)),
        ("queue", lambda: send_round_letter(REMINDERS, survey_round, by=None)),
    ):
        with CaptureQueriesContext(connection) as caught:
            began, worked = time.monotonic(), time.process_time()
            run()
            took, worked = time.monotonic() - began, time.process_time() - worked
            print(f"{name}: {took:.2f} s, of the processor {worked:.2f} s, {len(caught)} queries")


def half_way(region, today):
    """Return an open round of the default questionnaire, two thirds of it begun and half of these sent in."""
    import datetime as dt

    from surveys.default_questionnaire import load_questionnaire
    from surveys.models import Answer, Response, Round
    from surveys.responses import places_of

    made, _n = load_questionnaire(region, year=today.year)
    opens_on, closes_on = today - dt.timedelta(days=20), today + dt.timedelta(days=20)
    opened_at = dt.datetime.combine(opens_on, dt.time(6), dt.UTC)
    Round.objects.filter(pk=made.pk).update(opens_on=opens_on, closes_on=closes_on)
    Round.objects.filter(pk=made.pk).update(opened_at=opened_at)
    survey_round = Round.objects.get(pk=made.pk)
    questions = [question for question in survey_round.questions.for_municipalities() if question.is_asked]
    responses = Response.objects.bulk_create(
        Response(
            round=survey_round,
            municipality=place,
            started_at=opened_at,
            submitted_at=opened_at + dt.timedelta(days=number % 20) if number % 3 == 0 else None,
        )
        for number, place in enumerate(places_of(survey_round))
        if number % 3 < 2
    )
    Answer.objects.bulk_create(
        [
            Answer(response=response, question=question, state="do_not_know", answered_at=opened_at)
            for response in responses
            for question in questions
        ],
        batch_size=1000,
    )
    return survey_round


def main():
    with scratch():
        measure()


if __name__ == "__main__":
    main()
