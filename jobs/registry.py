"""Which jobs there are: applications register theirs from `ready`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured

HELSINKI = ZoneInfo("Europe/Helsinki")
EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
LOOKS_BACK = 400


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
    """A job by the clock: `run()` every so often or daily at a time of Helsinki; safe to run twice; returns a Done.

    `on_days(day)` says on which days a daily job is due. When nothing ran on such a
    day, the job is due until the next one, so that a week or a month is not skipped.
    """

    name: str
    description: str
    run: Callable[[], Done]
    every: dt.timedelta | None = None
    daily_at: dt.time | None = None
    on_days: Callable[[dt.date], bool] | None = None

    def slot(self, now):
        """Return the latest moment, not after `now`, at which the job was due; None when there was none in a year."""
        if self.every:
            return EPOCH + (now - EPOCH) // self.every * self.every
        return next((due for due in self._days(now, -1) if due <= now), None)

    def next_slot(self, now):
        """Return the next moment, after `now`, at which the job is due; None when there is none within a year."""
        if self.every:
            return self.slot(now) + self.every
        return next((due for due in self._days(now, 1) if due > now), None)

    def _days(self, now, step):
        """Yield the moments of the days on which the job is due, from today on, back or ahead by `step`."""
        today = now.astimezone(HELSINKI).date()
        for number in range(LOOKS_BACK):
            day = today + dt.timedelta(days=step * number)
            if self.on_days is None or self.on_days(day):
                yield dt.datetime.combine(day, self.daily_at, HELSINKI).astimezone(dt.UTC)


_jobs = {}


def job(name, description, *, every=None, daily_at=None, on_days=None):
    """Register the decorated function as the job `name`, run `every` timedelta or `daily_at` a time of Helsinki.

    With `on_days` a daily job is due on the days for which it is true, and until the
    next one when nothing ran on that day. The function takes nothing, returns a Done and
    is safe to run twice, also at once. Raises ImproperlyConfigured for a name that another
    function has, and without exactly one of the clocks.
    """
    if (every is None) == (daily_at is None):
        raise ImproperlyConfigured(f"Job {name} needs either every= or daily_at=.")

    def register(run):
        if name in _jobs and _jobs[name].run is not run:
            raise ImproperlyConfigured(f"There is a job {name} already.")
        _jobs[name] = Job(name, description, run, every=every, daily_at=daily_at, on_days=on_days)
        return run

    return register


def all_jobs():
    """Return every job by its name."""
    return sorted(_jobs.values(), key=lambda each: each.name)


def find_job(name):
    """Return the Job `name`. Raises KeyError."""
    return _jobs[name]
