"""Publishing by processes of their own: how long it takes and holds the lock, and one that is killed in the middle."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from django.conf import settings

MOST_SECONDS, LONGEST_TRANSACTION = 30, 2
PROCESS = [sys.executable, "-W", "ignore", "-m", "tests.surveys.publish_process"]


@pytest.mark.slow
def test_308_municipalities_with_60_questions_are_published_in_time():
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.publishing"],
        cwd=settings.BASE_DIR, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip

    lines = re.findall(r"^(?:publishing|correcting): ([\d.]+) s, .*longest transaction ([\d.]+) s$", told, re.M)

    assert len(lines) == 2
    assert all(float(seconds) < MOST_SECONDS for seconds, _longest in lines)
    assert all(0 < float(longest) < LONGEST_TRANSACTION for _seconds, longest in lines)


@pytest.mark.slow
def test_a_process_that_is_killed_leaves_what_was_public(sqlite_environment):
    run = {"cwd": settings.BASE_DIR, "env": sqlite_environment}
    subprocess.run([*PROCESS, "prepare"], check=True, **run)
    file = sqlite_environment["TEST_DATABASE_URL"].removeprefix("sqlite:///")
    before, killed_at, delay = public_rows(file), set(), 0.05
    while True:
        with subprocess.Popen([*PROCESS, "publish"], stdout=subprocess.PIPE, text=True, **run) as process:
            assert process.stdout.readline() == "begins\n"
            try:
                process.wait(delay)
            except subprocess.TimeoutExpired:
                process.kill()
        if public_rows(file) != before:
            break  # done, or killed on its way out
        assert process.returncode == -9
        killed_at.add(staged_rows(file))
        delay += 0.15

    after = public_rows(file)  # whole, whatever came before
    assert len(killed_at) > 2  # it died with some rows written, too
    assert [number for number, *_rest in after] == [1, 2]
    assert after[0] == before[0]
    assert after[1][1:] == before[0][1:]
    assert staged_rows(file) == 0


def public_rows(file):
    """Return (number, municipalities, answers, questions counted) of each published edition."""
    return _rows(file, """
        SELECT number,
            (SELECT count(*) FROM surveys_municipalityresult WHERE edition_id = edition.id),
            (SELECT count(*) FROM surveys_resultanswer JOIN surveys_municipalityresult AS result
                ON result.id = result_id WHERE edition_id = edition.id),
            (SELECT count(*) FROM surveys_questionresult WHERE edition_id = edition.id)
        FROM surveys_resultedition AS edition WHERE published_at IS NOT NULL ORDER BY number
    """)  # fmt: skip


def staged_rows(file):
    """Return how many municipalities stand in editions that are not published."""
    return _rows(file, """
        SELECT count(*) FROM surveys_municipalityresult JOIN surveys_resultedition AS edition
            ON edition.id = edition_id WHERE published_at IS NULL
    """)[0][0]  # fmt: skip


def _rows(file, sql):
    with closing(sqlite3.connect(file, timeout=20)) as database:
        return database.execute(sql).fetchall()
