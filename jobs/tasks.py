"""Tasks of the worker: running a job, and trying a task again, which the library does not do by itself."""

import datetime as dt
from functools import wraps

from django.utils import timezone
from django_tasks import task, task_backends

from jobs.running import perform

RETRIES = 3


class TaskFailedError(Exception):
    """A task failed; names the class of the problem alone, because tasks' tracebacks are stored."""


@task()
def run_job(run_pk):
    """Do one run of a job; return its state."""
    return perform(run_pk)


def retried(function=None, *, times=RETRIES, first_pause=dt.timedelta(minutes=1)):
    """Make a task of `function`, which is tried again up to `times`, after 1, 2, 4 … minutes, when it raises.

    The function gets ids alone, is safe to run twice, and takes no keyword `attempt`:
    that one is the helper's own.
    """

    def make(function):
        @wraps(function)
        def run(*args, attempt=1, **kwargs):
            try:
                return function(*args, **kwargs)
            except Exception as problem:
                if attempt <= times and task_backends[made.backend].supports_defer:
                    later = timezone.now() + first_pause * 2 ** (attempt - 1)
                    made.using(run_after=later).enqueue(*args, attempt=attempt + 1, **kwargs)
                raise TaskFailedError(type(problem).__name__) from None

        made = task()(run)
        return made

    return make(function) if function else make
