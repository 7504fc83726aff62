"""The agenda with its times of day."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone


@dataclass(frozen=True)
class Point:
    """One point as it is shown; `at` is empty for one without a time, or while the date is open."""

    at: dt.datetime | None
    title: str
    speaker: str
    minutes: int


def points_of(starts_at, items):
    """Return a Point for each of `items` in order: each begins when those before it have taken their minutes."""
    points, at = [], timezone.localtime(starts_at) if starts_at else None
    for item in items:
        points.append(Point(at if item.minutes else None, item.title, item.speaker, item.minutes))
        # Counted in UTC: an evening may go over the change of the clock.
        at = at and timezone.localtime(at.astimezone(dt.UTC) + dt.timedelta(minutes=item.minutes))
    return points


def minutes_over(meeting, items):
    """Return by how many minutes the agenda is longer than the meeting; 0 when it fits or the date is open."""
    return max(0, sum(item.minutes for item in items) - meeting.minutes) if meeting.minutes else 0
