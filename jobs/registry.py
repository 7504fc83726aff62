"""Which jobs there are: applications register theirs from `ready`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

HELSINKI = ZoneInfo("Europe/Helsinki")
EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Done:
    """What a job did: how many rows it took care of, passed over, failed at; `line` says it without naming people."""

    done: int = 0
    skipped: int = 0
    failed: int = 0
    line: str = ""

    @classmethod
    def of_counts(cls, counts, *, skipped=(), failed=()):
        """Return the Done of {word: how many}, of which some words mean skipped or failed."""
        by_word = {str(word): n for word, n in counts.items()}
        return cls(
            done=sum(n for word, n in by_word.items() if word not in {*skipped, *failed}),
            skipped=sum(by_word.get(word, 0) for word in skipped),
            failed=sum(by_word.get(word, 0) for word in failed),
            line=", ".join(f"{word} {n}" for word, n in by_word.items() if n) or "nothing to do",
        )


@dataclass(frozen=True)
class Job:
    """A job by the clock: `run()` every so often or daily at a time of Helsinki; safe to run twice; returns a Done."""

    name: str
    description: str
    run: Callable[[], Done]
    every: dt.timedelta | None = None
    daily_at: dt.time | None = None

    def slot(self, now):
        """Return the latest moment, not after `now`, at which the job was due."""
        if self.every:
            return EPOCH + (now - EPOCH) // self.every * self.every
        local = now.astimezone(HELSINKI)
        due = dt.datetime.combine(local.date(), self.daily_at, HELSINKI)
        if due > now:
            due = dt.datetime.combine(local.date() - dt.timedelta(days=1), self.daily_at, HELSINKI)
        return due.astimezone(dt.UTC)


_jobs = {}


def job(name, description, *, every=None, daily_at=None):
    """Register the decorated function as the job `name`, run `every` timedelta or `daily_at` a time of Helsinki.

    The function takes nothing, returns a Done and is safe to run twice, also at once.
    Raises ImproperlyConfigured for a name that another function has, and without
    exactly one of the clocks.
    """
    if (every is None) == (daily_at is None):
        raise ImproperlyConfigured(f"Job {name} needs either every= or daily_at=.")

    def register(run):
        if name in _jobs and _jobs[name].run is not run:
            raise ImproperlyConfigured(f"There is a job {name} already.")
        _jobs[name] = Job(name, description, run, every=every, daily_at=daily_at)
        return run

    return register


def all_jobs():
    """Return every job by its name."""
    return sorted(_jobs.values(), key=lambda each: each.name)


def find_job(name):
    """Return the Job `name`. Raises KeyError."""
    return _jobs[name]
