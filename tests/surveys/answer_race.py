"""Several processes answer the same theme at the same moment, each as somebody who looks, types and saves.

`python -m tests.surveys.answer_race make` makes a file database (named in
TEST_DATABASE_URL) with a begun response and prints its number;
`… answer RESPONSE SEED` is one of the processes and prints what it was told, as JSON.
"""

import datetime as dt
import json
import os
import random
import subprocess
import sys

import django

STEPS = 40
PROCESSES = 4


def begun_response():
    """Make a round with three texts, open today, and return Oulu's response to it, begun."""
    from django.utils import timezone

    from registry.models import Municipality, Region
    from registry.reference import load_reference_data
    from surveys.answering import start_response
    from surveys.models import Round
    from tests.surveys import factories

    if not Region.objects.exists():
        load_reference_data()
    today = timezone.localdate()
    survey_round = factories.RoundFactory(
        region=Region.objects.get(code="17"), year=today.year, opens_on=today, closes_on=today + dt.timedelta(days=1)
    )
    theme = factories.RoundThemeFactory(round=survey_round)
    for _number in range(3):
        factories.question(theme, "short_text")
    Round.objects.filter(pk=survey_round.pk).update(opened_at=timezone.now())
    return start_response(survey_round, Municipality.objects.get(code="564"), by=None)


def answer_at_random(response_id, seed):
    """Look and save at random; return [question, version seen, version made, text] of each acknowledged save."""
    from django.http import QueryDict

    from surveys.answering import save_typed, seen_mark
    from surveys.models import Answer, Response

    pick, told = random.Random(seed), []
    response = Response.objects.get(pk=response_id)
    (theme,) = response.round.themes.all()
    questions = list(response.round.questions.select_related("indicator"))
    seen = {}
    for step in range(STEPS):
        if pick.random() < 0.5:
            seen = {answer.question_id: answer for answer in Answer.objects.filter(response=response)}
            continue
        data = QueryDict(mutable=True)
        for question in pick.sample(questions, pick.randrange(1, 3)):
            known = seen.get(question.pk)
            data[question.key] = f"{seed}.{step}"
            data[f"{question.key}--seen"] = seen_mark(known, known.version if known else 0)
        outcome = save_typed(response, theme, data, by=None)
        for answer in outcome.saved:
            known = seen.get(answer.question_id)
            told.append([answer.question_id, known.version if known else 0, answer.version, answer.value["text"]])
            seen[answer.question_id] = answer
    return told


def run_processes(response_id, environment):
    """Let the processes answer at once; return everything that they were told, and what each printed to stderr."""
    command = [sys.executable, "-m", "tests.surveys.answer_race", "answer", str(response_id)]
    running = [
        subprocess.Popen(
            [*command, str(seed)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for seed in range(PROCESSES)
    ]
    told, problems = [], []
    for each in running:
        out, problem = each.communicate(timeout=300)
        problems.append(problem if each.returncode else "")
        told += json.loads(out) if not each.returncode else []
    return told, problems


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command

    if sys.argv[1] == "make":
        call_command("migrate", verbosity=0)
        sys.stdout.write(str(begun_response().pk))
    elif sys.argv[1] == "answers":
        from surveys.models import Answer

        rows = Answer.objects.filter(response=int(sys.argv[2])).values_list("question", "version", "value")
        sys.stdout.write(json.dumps([list(row) for row in rows]))
    else:
        sys.stdout.write(json.dumps(answer_at_random(int(sys.argv[2]), int(sys.argv[3]))))


if __name__ == "__main__":
    main()
