"""Publishing the results of 308 municipalities × 60 questions on SQLite: `python -m bench.publishing`.

It makes a database of its own in a temporary folder, a region from bench/data.py and a closed round
that everybody has answered, publishes it and corrects it, and prints seconds of one process: altogether,
of the longest transaction that held SQLite's one write lock, and of each public file.
"""

import datetime as dt
import time
from contextlib import contextmanager

from bench.scratch import scratch

N_MUNICIPALITIES, N_QUESTIONS = 308, 60
KINDS = ("single", "yes_no", "multiple", "scale", "euro", "long_text")


def questionnaire(year):
    """Return the file of a round of 60 questions: choices with points, and every sixth a sum and a long text."""
    options = [{"key": key, "label": {"fi": key}, "points": points} for key, points in (("a", "2"), ("b", "1"))]
    themes = []
    for number in range(5):
        questions = []
        for place in range(number * 12, number * 12 + 12):
            kind = KINDS[place % len(KINDS)]
            question = {"indicator": {"key": f"q{place}", "name": {"fi": f"Kysymys {place}"}, "theme": f"t{number}"},
                        "kind": kind, "wording": {"fi": f"Kysymys {place}"}, "criterion": "c"}  # fmt: skip
            questions.append(question | ({"options": options} if kind not in {"euro", "long_text"} else {}))
        themes.append({"key": f"t{number}", "name": {"fi": f"Teema {number}"}, "in_round": {}, "questions": questions})
    return {
        "format": "rinnalla-questionnaire-1", "year": year, "title": {"fi": "Kartoitus"}, "languages": ["fi"],
        "opens_on": f"{year}-09-01", "closes_on": f"{year}-10-15", "themes": themes,
        "criteria": [{"key": "c", "name": {"fi": "Kriteeri"}}],
    }  # fmt: skip


def answered_round(region, year):
    """Return a closed round of the region that every municipality has answered."""
    import json

    from django.utils import timezone

    from surveys.models import Answer, Response, Round
    from surveys.questionnaires import import_questionnaire
    from surveys.responses import places_of

    made = import_questionnaire(json.dumps(questionnaire(year)), region, by=None)
    Round.objects.filter(pk=made.pk).update(opened_at=dt.datetime(year, 9, 1, 6, tzinfo=dt.UTC))
    survey_round = Round.objects.get(pk=made.pk)
    responses = Response.objects.bulk_create(
        Response(round=survey_round, municipality=place, started_at=timezone.now(), submitted_at=timezone.now())
        for place in places_of(survey_round)
    )
    values = {"euro": {"number": "12500"}, "long_text": {"text": "Sovitaan hakemuksen perusteella. " * 4}}
    answers = [
        Answer(response=response, question=question, state="do_not_know" if (n + m) % 9 == 0 else "answered",
               value=None if (n + m) % 9 == 0 else values.get(question.kind, {"chosen": ["ab"[(n * m) % 2]]}),
               answerer_post="vapaa-aikasihteeri", source="form", answered_at=timezone.now())
        for n, response in enumerate(responses) for m, question in enumerate(survey_round.questions.in_order())
    ]  # fmt: skip
    Answer.objects.bulk_create(answers, batch_size=1000)
    return survey_round


@contextmanager
def transactions_of(connection):
    """Yield a list that gets the seconds of each transaction of a connection, from its BEGIN until COMMIT is done.

    On SQLite every transaction of ours takes the write lock when it begins.
    """
    seconds, began = [], []
    begin, commit = connection._start_transaction_under_autocommit, connection._commit

    def timed_begin():
        begin()
        began.append(time.monotonic())

    def timed_commit():
        commit()
        if began:
            seconds.append(time.monotonic() - began.pop())

    connection._start_transaction_under_autocommit, connection._commit = timed_begin, timed_commit
    try:
        yield seconds
    finally:
        del connection._start_transaction_under_autocommit, connection._commit


def measure():
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.db import connection
    from django.utils import timezone

    from bench.data import add_region
    from registry.reference import load_reference_data
    from surveys.published import published_edition
    from surveys.publishing import publish_results
    from surveys.result_files import open_file

    load_reference_data()
    today = timezone.localdate()
    region = add_region(N_MUNICIPALITIES, today)
    survey_round = answered_round(region, today.year - 1)
    for name, words in (("publishing", None), ("correcting", {"fi": "Korjattu."})):
        with transactions_of(connection) as seconds:
            began, worked = time.monotonic(), time.process_time()
            publish_results(survey_round, by=None, corrections=words)
            took, worked = time.monotonic() - began, time.process_time() - worked
        print(f"{name}: {took:.2f} s, of the processor {worked:.2f} s, longest transaction {max(seconds):.2f} s")
    for name in ("tulokset.csv", "tulokset.json", "tulokset.xlsx"):
        began = time.process_time()
        file = open_file(published_edition(region.slug, survey_round.year), name)
        print(f"{name}: of the processor {time.process_time() - began:.2f} s, {len(file.content) / 1e6:.1f} MB")


def main():
    with scratch():
        measure()


if __name__ == "__main__":
    main()
