"""A mail server that refuses, hangs and drops; workers that are killed: each letter arrives once or is doubtful."""

import json
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from tests.databases import on_sqlite_alone
from tests.mail_server import MailServer
from tests.mailing.fire import fight, outcome, prepare

ON_SQLITE = "sqlite" in settings.DATABASES["default"]["ENGINE"]


def _is_right(result, n):
    states = result["states"]
    assert result["wrong"] == []
    assert sum(states.values()) == n
    assert set(states) <= {"sent", "failed", "doubtful"}
    assert states["failed"] == 3  # the addresses that do not exist
    assert states["sent"] > n * 0.6


def _test_database_url():
    """The database of this test run, for processes of its own."""
    values = connection.settings_dict
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


def _under_fire_on_postgresql(n, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", _test_database_url())
    for name in ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_TIMEOUT", "MAIL_SENDING_SECONDS"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    monkeypatch.setattr(settings, "MAIL_REACHES_EVERYBODY", False)
    with MailServer(tmp_path, seed=3) as server:
        prepare(server.port)
        killed = fight(n, server.port, n_workers=10, n_killed=2, seconds=900)
        result = outcome(server.accepted())
    assert killed == 2
    _is_right(result, n)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(ON_SQLITE, reason="one connection; see the test with a file")
def test_ten_workers_two_of_them_killed_on_postgresql(tmp_path, monkeypatch):
    _under_fire_on_postgresql(60, tmp_path, monkeypatch)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(ON_SQLITE, reason="one connection; see the test with a file")
def test_a_thousand_letters_and_ten_workers_on_postgresql(tmp_path, monkeypatch):
    _under_fire_on_postgresql(1000, tmp_path, monkeypatch)


def _under_fire_on_sqlite(n, tmp_path, environment):
    done = subprocess.run(
        [sys.executable, "-m", "tests.mailing.fire", "sqlite", str(n), str(tmp_path)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["killed"] == 1
    _is_right(result, n)


@pytest.mark.slow
@on_sqlite_alone
def test_one_worker_that_is_killed_and_replaced_on_sqlite(tmp_path, sqlite_environment):
    _under_fire_on_sqlite(60, tmp_path, sqlite_environment)


@pytest.mark.slow
@on_sqlite_alone
def test_a_thousand_letters_on_sqlite(tmp_path, sqlite_environment):
    _under_fire_on_sqlite(1000, tmp_path, sqlite_environment)
