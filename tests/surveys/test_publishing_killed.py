"""Publishing by processes of their own: how long it takes and holds the lock, and one that is killed in the middle."""

import re
import sqlite3
import subprocess
import sys
import time
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
    before, left = public_rows(file), []
    for n_rows in (0, 1, 21, 30):
        with subprocess.Popen([*PROCESS, "publish"], stdout=subprocess.PIPE, text=True, **run) as process:
            assert process.stdout.readline() == "begins\n"
            while staged_rows(file) < n_rows and process.poll() is None:
                time.sleep(0.002)
            process.kill()
        if public_rows(file) != before:
            break  # it was quicker than this test, and is done
        left.append(staged_rows(file))
    done = subprocess.run([*PROCESS, "publish"], capture_output=True, text=True, **run)

    after = public_rows(file)
    assert done.stdout.endswith("done\n")
    assert any(0 < n < 30 for n in left)  # it died in the middle, too
    assert [number for number, *_rest in after] == list(range(1, len(after) + 1))
    assert {tuple(rest) for _number, *rest in after} == {before[0][1:]}
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
