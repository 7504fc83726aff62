"""Many want the last places at the same moment: no more get in than fit, nobody is both in and waiting, or lost."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from tests.databases import on_sqlite_alone
from tests.meetings.seat_race import CAPACITY

SIZES = [40, pytest.param(200, marks=pytest.mark.slow)]


def race(n, n_threads, environment):
    """Run a race of `n`, print how long it took, and check what stands in the list."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.meetings.seat_race", str(n), str(n_threads)],
        cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False, timeout=400,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    slowest = max(seconds for _status, seconds in told["answers"])
    print(f"{n} in {told['seconds']:.1f} s, the slowest request {slowest:.1f} s")  # noqa: T201
    check(n, told["answers"], told["stands"])


def check(n, answers, stands):
    """Each request was answered, each invitee is in, waits or declined, and no more are in than fit."""
    n_changed = sum(job % 6 == 0 for job in range(n))
    assert [status for status, _seconds in answers] == [302] * (n + n_changed)
    assert stands["taken"] <= CAPACITY
    assert CAPACITY - stands["taken"] < stands["least_waiting"], "nobody waits for a place that is free"
    assert stands["answers"] == {"comes": n - n_changed, "no": n_changed}
    assert sum(stands["seats"].values()) == n - n_changed
    assert (stands["twice"], stands["letters"]) == (0, n // 2)


@pytest.mark.parametrize("n", SIZES)
@on_sqlite_alone
def test_no_more_get_in_than_fit_on_sqlite(sqlite_environment, n):
    race(n, n // 4, sqlite_environment)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("sqlite" in settings.DATABASES["default"]["ENGINE"], reason="one connection; see the other test")
def test_no_more_get_in_than_fit_on_postgresql(n):
    database = connection.settings_dict
    user = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    url = f"postgres://{user}@{quote(database['HOST'], safe='')}:{database['PORT']}/{database['NAME']}"
    # The server takes a hundred connections.
    race(n, min(20, n // 4), os.environ | {"TEST_DATABASE_URL": url})
