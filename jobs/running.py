"""One run of one job."""

import logging

from django.utils import timezone

from jobs.models import JobRun
from jobs.registry import find_job

State = JobRun.State
logger = logging.getLogger(__name__)


def perform(run_pk):
    """Do the run that the scheduler wrote down; return its state, or None when somebody else has begun it."""
    now = timezone.now()
    if not JobRun.objects.filter(pk=run_pk, state=State.QUEUED).update(state=State.RUNNING, started_at=now):
        return None
    run = JobRun.objects.get(pk=run_pk)
    try:
        done = find_job(run.name).run()
    except Exception as problem:  # a failing job is written down, and must not stop the worker
        # The words of an exception may name people: only its class is kept.
        logger.error("Job %s failed: %s", run.name, type(problem).__name__)
        return _end(run, State.FAILED, n_failed=1, summary=type(problem).__name__)
    return _end(
        run, State.DONE, n_done=done.done, n_skipped=done.skipped, n_failed=done.failed, summary=done.line[:300]
    )


def _end(run, state, **values):
    JobRun.objects.filter(pk=run.pk, state=State.RUNNING).update(state=state, ended_at=timezone.now(), **values)
    return state.value
