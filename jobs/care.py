"""What the task library lacks: tasks of a killed worker are set free, old results and old runs go."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from jobs.models import JobRun
from jobs.registry import Done, job

LONGEST_TASK = dt.timedelta(minutes=30)
STARTS = 3
RESULTS_KEPT = dt.timedelta(days=7)
RUNS_KEPT = dt.timedelta(days=90)


def reap_tasks(now=None):
    """Set free the tasks of workers that died; one that was begun three times has failed.

    Return {what: how many}. All our tasks are safe to run twice.
    """
    now = now or timezone.now()
    counts = {"freed": 0, "given up": 0}
    for task in DBTaskResult.objects.running().filter(started_at__lt=now - LONGEST_TASK):
        is_last = len(task.worker_ids) >= STARTS
        values = {"status": TaskResultStatus.FAILED if is_last else TaskResultStatus.READY}
        if is_last:
            values |= {"finished_at": now, "exception_class_path": "jobs.care.WorkerDied"}
        # Only if it is still the start that was looked at.
        same = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
        counts["given up" if is_last else "freed"] += same.update(**values)
    return counts


@job("reap_tasks", _("Sets tasks of stopped workers free"), every=dt.timedelta(minutes=5))
def _reap_tasks():
    return Done.of_counts(reap_tasks(), failed=["given up"])


@job(
    "prune_runs",
    _("Removes results of tasks after a week and runs of jobs after three months"),
    daily_at=dt.time(2, 40),
)
def prune_runs(now=None):
    """Remove old results of tasks and old runs of jobs; return a Done."""
    now = now or timezone.now()
    results, _rows = DBTaskResult.objects.finished().filter(finished_at__lt=now - RESULTS_KEPT).delete()
    runs, _rows = JobRun.objects.filter(ended_at__lt=now - RUNS_KEPT).delete()
    return Done.of_counts({"results": results, "runs": runs})
