"""Jobs run once at their time, whoever looks and however often; a killed worker's task is set free."""

import datetime as dt
import signal
import subprocess
import sys
import time

import pytest
import time_machine
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jobs import registry
from jobs.care import prune_runs, reap_tasks
from jobs.models import JobRun
from jobs.registry import Done, job
from jobs.running import perform
from jobs.scheduling import claim_due_jobs
from jobs.tasks import TaskFailedError, retried, run_job
from tests.databases import on_sqlite_alone

MOMENT = dt.datetime(2026, 3, 2, 9, 2, 30, tzinfo=dt.UTC)


@pytest.fixture
def jobs(monkeypatch):
    """Two jobs of the tests instead of the real ones; give what they did."""
    monkeypatch.setattr(registry, "_jobs", {})
    done = []

    @job("often", "x", every=dt.timedelta(minutes=5))
    def often():
        done.append("often")
        return Done.of_counts({"sent": 2, "failed": 1}, failed=["failed"])

    @job("daily", "x", daily_at=dt.time(3, 20))
    def daily():
        done.append("daily")
        if done.count("daily") == 1:
            raise RuntimeError("salainen@example.org")
        return Done(done=1, line="well")

    return done


def at(minutes):
    return time_machine.travel(MOMENT + dt.timedelta(minutes=minutes), tick=False)


@pytest.mark.django_db
def test_a_job_runs_once_for_each_moment_of_its_clock(jobs):
    for minutes in (0, 0, 1, 2, 3, 6, 8):
        with at(minutes):
            claim_due_jobs()
    assert jobs.count("often") == 3  # 9.00, 9.05, 9.10
    run = JobRun.objects.filter(name="often").last()
    assert (run.state, run.n_done, run.n_failed, run.summary) == ("done", 2, 1, "sent 2, failed 1")
    assert run.slot == MOMENT.replace(minute=0, second=0)


@pytest.mark.django_db
def test_a_job_that_fails_is_tried_three_times_and_says_no_name(jobs, caplog):
    for minutes in (0, 1, 6, 12, 18):
        with at(minutes):
            claim_due_jobs()
    runs = JobRun.objects.filter(name="daily").order_by("attempt").values_list("attempt", "state", "summary")
    assert list(runs) == [(1, "failed", "RuntimeError"), (2, "done", "well")]
    assert "salainen" not in caplog.text
    assert JobRun.objects.filter(name="daily").first().slot.astimezone(registry.HELSINKI).hour == 3


@pytest.mark.django_db
def test_a_run_goes_on_alone_and_a_lost_one_is_interrupted(jobs):
    with at(0):
        lost = JobRun.objects.create(name="often", slot=MOMENT - dt.timedelta(days=1), state="running")
        claim_due_jobs()
        assert "often" not in jobs
        assert perform(lost.pk) is None
    with at(61):
        claim_due_jobs()
    lost.refresh_from_db()
    assert (lost.state, jobs.count("often")) == ("interrupted", 1)


@pytest.mark.django_db
def test_a_name_is_taken_once_and_has_one_clock(jobs):
    with pytest.raises(ImproperlyConfigured):
        job("often", "x", every=dt.timedelta(minutes=1))(lambda: None)
    with pytest.raises(ImproperlyConfigured):
        job("new", "x")


def test_the_real_jobs():
    from jobs.registry import all_jobs

    assert {each.name for each in all_jobs()} >= {
        "clear_sessions", "enforce_retention", "prune_runs", "read_bounces", "reap_tasks", "send_letters",
        "update_tasks",
    }  # fmt: skip


@pytest.mark.django_db
def test_every_real_job_does_its_work_and_says_a_line():
    from jobs.registry import all_jobs

    for each in all_jobs():
        done = each.run()
        assert done.line, each.name


# --- The worker ------------------------------------------------------------------------------------------------------


@pytest.fixture
def queue(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.mark.django_db
def test_a_killed_workers_task_is_set_free_twice_and_then_given_up(queue):
    run_job.enqueue(1)
    for worker, outcome in [("a", "freed"), ("b", "freed"), ("c", "given up")]:
        task = DBTaskResult.objects.get()
        task.claim(worker)
        assert reap_tasks() == {"freed": 0, "given up": 0}
        assert reap_tasks(timezone.now() + dt.timedelta(minutes=31))[outcome] == 1
    assert DBTaskResult.objects.get().status == "FAILED"


TRIES = []


@retried(times=2)
def shaky(number):
    TRIES.append(number)
    raise ValueError("salainen@example.org")


@pytest.mark.django_db(transaction=True)  # the worker closes connections
def test_a_task_is_tried_again_and_its_words_are_not_stored(queue):
    TRIES.clear()
    shaky.enqueue(7)
    for _round in range(5):
        DBTaskResult.objects.filter(status="READY").update(run_after=timezone.now())
        call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    assert TRIES == [7, 7, 7]
    assert {row.exception_class_path for row in DBTaskResult.objects.all()} == {"jobs.tasks.TaskFailedError"}
    assert "salainen" not in str(list(DBTaskResult.objects.values()))
    assert TaskFailedError.__doc__


@pytest.mark.django_db
def test_old_results_and_runs_go(queue):
    run_job.enqueue(1)
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=timezone.now() - dt.timedelta(days=8))
    JobRun.objects.create(name="x", slot=MOMENT, state="done", ended_at=timezone.now() - dt.timedelta(days=91))
    JobRun.objects.create(name="y", slot=MOMENT, state="done", ended_at=timezone.now())
    assert prune_runs().line == "results 1, runs 1"
    assert [run.name for run in JobRun.objects.all()] == ["y"]


@on_sqlite_alone
def test_scheduler_and_worker_are_processes_that_do_the_work_and_stop(sqlite_environment):
    """Two schedulers look at once, a worker does what is due, everybody stops when told to."""
    environment = sqlite_environment | {"DJANGO_SETTINGS_MODULE": "tests.jobs.queue_settings"}
    where = {"cwd": settings.BASE_DIR, "env": environment}
    manage = [sys.executable, "-W", "ignore", "manage.py"]
    schedulers = [
        subprocess.Popen([*manage, "run_jobs"], stdout=subprocess.PIPE, text=True, **where) for _n in range(2)
    ]
    due = [scheduler.communicate(timeout=60)[0] for scheduler in schedulers]
    assert sorted("enforce_retention" in told for told in due) == [False, True]
    worker = subprocess.Popen([*manage, "db_worker", "--interval", "0.1"], stderr=subprocess.DEVNULL, **where)
    count = "from jobs.models import JobRun; print(JobRun.objects.filter(state='done').count())"
    ends, n_done = time.monotonic() + 60, 0
    while n_done < 7 and time.monotonic() < ends:
        n_done = int(
            subprocess.run(
                [*manage, "shell", "--no-imports", "-c", count], capture_output=True, text=True, check=True, **where
            ).stdout
        )
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    assert n_done >= 7
