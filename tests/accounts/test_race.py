"""A link works once, also when its button is pressed in four browsers at the same moment."""

import json
import subprocess
import sys

import pytest
from django.conf import settings

from tests.accounts import link_race
from tests.databases import on_sqlite_alone

ONCE = [[302, True], [410, False], [410, False], [410, False]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection; see the other test")
def test_a_link_pressed_at_once_signs_in_once_on_postgresql():
    assert link_race.rounds(5) == [ONCE] * 5


@on_sqlite_alone
def test_a_link_pressed_at_once_signs_in_once_on_sqlite(sqlite_environment):
    race = subprocess.run(
        [sys.executable, "-m", "tests.accounts.link_race", "5"],
        cwd=settings.BASE_DIR,
        env=sqlite_environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert race.returncode == 0, race.stderr
    assert json.loads(race.stdout) == [ONCE] * 5
