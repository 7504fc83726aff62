"""Which jobs are due. Any number of schedulers may look at once."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from jobs.models import JobRun
from jobs.registry import all_jobs
from jobs.tasks import run_job

ATTEMPTS = 3
PAUSE, A_DAY = dt.timedelta(minutes=5), dt.timedelta(days=1)
LONGEST_RUN = dt.timedelta(hours=1)
State = JobRun.State


def claim_due_jobs(now=None):
    """Write down a run for every job that is due and not taken yet, and give it to the worker; return the runs.

    A job that was missed, because nothing ran at its time or on its day of the week or
    month, is due at the next look. One that failed or was interrupted is tried three times, and again on the next day.
    """
    now = now or timezone.now()
    interrupt_lost_runs(now)
    runs = []
    for job in all_jobs():
        if run := _claim(job, now):
            runs.append(run)
            run_job.enqueue(run.pk)
    return runs


def _claim(job, now):
    """Return a new run of the job's present slot, or None when it is taken, or an earlier run goes on."""
    slot = job.slot(now)
    if slot is None:
        return None
    latest = JobRun.objects.filter(name=job.name, slot=slot).order_by("-attempt").first()
    attempt = 1
    if latest is not None:
        has_failed = latest.state in {State.FAILED, State.INTERRUPTED}
        # A week's or a month's job that failed three times gets three more tries on the next day.
        pause = PAUSE if latest.attempt % ATTEMPTS else A_DAY
        if not has_failed or latest.claimed_at > now - pause:
            return None
        attempt = latest.attempt + 1
    try:
        with transaction.atomic():
            return JobRun.objects.create(name=job.name, slot=slot, attempt=attempt, claimed_at=now)
    except IntegrityError:
        return None  # another scheduler was faster, or the run before goes on


def interrupt_lost_runs(now=None):
    """Mark the runs whose worker must have died, or that no worker took within an hour; return how many."""
    lost = JobRun.objects.unended().filter(claimed_at__lt=(now or timezone.now()) - LONGEST_RUN)
    return lost.update(state=State.INTERRUPTED, ended_at=timezone.now())
