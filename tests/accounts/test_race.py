"""A link works once, also when its button is pressed in four browsers at the same moment."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.accounts import link_race

ONCE = [[302, True], [410, False], [410, False], [410, False]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection; see the other test")
def test_a_link_pressed_at_once_signs_in_once_on_postgresql():
    assert link_race.rounds(5) == [ONCE] * 5


def test_a_link_pressed_at_once_signs_in_once_on_sqlite(tmp_path):
    race = subprocess.run(
        [sys.executable, "-m", "tests.accounts.link_race", "5"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"TEST_DATABASE_URL": f"sqlite:///{tmp_path / 'race.sqlite3'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert race.returncode == 0, race.stderr
    assert json.loads(race.stdout) == [ONCE] * 5
