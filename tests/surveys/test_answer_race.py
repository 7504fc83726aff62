"""Processes answer one theme at once: nobody overwrites what another was told as saved without having seen it."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from surveys.models import Answer
from tests.surveys.answer_race import begun_response, run_processes

pytestmark = pytest.mark.slow


def check(told, answers):
    """Each version of an answer was told to one process alone, who had seen the version before; the last one stands."""
    assert len(told) > 20
    for question, version, value in answers:
        chain = sorted(row[1:] for row in told if row[0] == question)
        assert [row[:2] for row in chain] == [[number, number + 1] for number in range(version)]
        assert chain[-1][2] == value["text"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection; see the other test")
def test_no_acknowledged_answer_is_overwritten_unseen_on_postgresql():
    response = begun_response()
    database = connection.settings_dict
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    url = f"postgres://{user}@{quote(database['HOST'], safe='')}:{database['PORT']}/{database['NAME']}"

    told, problems = run_processes(response.pk, os.environ | {"TEST_DATABASE_URL": url})

    assert set(problems) == {""}
    check(told, [list(row) for row in Answer.objects.values_list("question", "version", "value")])


def test_no_acknowledged_answer_is_overwritten_unseen_on_sqlite(tmp_path):
    environment = os.environ | {"TEST_DATABASE_URL": f"sqlite:///{tmp_path / 'race.sqlite3'}"}

    def run(*words):
        command = [sys.executable, "-m", "tests.surveys.answer_race", *words]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    response = run("make")
    told, problems = run_processes(response, environment)

    assert set(problems) == {""}
    check(told, json.loads(run("answers", response)))
