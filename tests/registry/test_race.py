"""The same person is not appointed twice, nor the same pair merged twice, when two people press the button at once."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.databases import on_sqlite_alone
from tests.registry import merge_race
from tests.registry.race import rounds

# An open end is also watched by a unique constraint; one with a day only by the check under lock.
ENDS = [None, "31.12.2030", "31.12.2030", None, "31.12.2030"]
EXACTLY_ONE = [["overlap", "overlap", "overlap", "saved"], 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection; see the other test")
def test_appointing_at_once_succeeds_once_on_postgresql():
    assert connection.vendor == "postgresql"

    assert rounds(ENDS) == [EXACTLY_ONE] * len(ENDS)


@on_sqlite_alone
def test_appointing_at_once_succeeds_once_on_sqlite(sqlite_environment):
    race = subprocess.run(
        [sys.executable, "-m", "tests.registry.race", json.dumps(ENDS)],
        cwd=settings.BASE_DIR,
        env=sqlite_environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert race.returncode == 0, race.stderr
    assert json.loads(race.stdout) == [EXACTLY_ONE] * len(ENDS)


MERGED_ONCE = [["merged", "missing", "missing", "missing"], 1, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection; see the other test")
def test_merging_at_once_succeeds_once_on_postgresql():
    assert merge_race.rounds(3) == [MERGED_ONCE] * 3


@on_sqlite_alone
def test_merging_at_once_succeeds_once_on_sqlite(sqlite_environment):
    race = subprocess.run(
        [sys.executable, "-m", "tests.registry.merge_race", "3"],
        cwd=settings.BASE_DIR,
        env=sqlite_environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert race.returncode == 0, race.stderr
    assert json.loads(race.stdout) == [MERGED_ONCE] * 3
