"""A month of events, day by day."""

import calendar
import datetime as dt
import re
from typing import NamedTuple

from django.utils.formats import date_format

from common.days import short_day
from public.event_rows import month_in_words

_MONTH = re.compile(r"([12]\d{3})-(0[1-9]|1[0-2])", re.ASCII)


class MonthDay(NamedTuple):
    """A day of a month with its EventRows; `weekday` is 1 on Mondays."""

    number: int
    weekday: int
    words: str
    is_today: bool
    events: list


class Month(NamedTuple):
    """A month with its days, and the months beside it within what the region has; an empty text where there is none."""

    title: str
    weekdays: list
    days: list
    before: str
    after: str

    @property
    def has_events(self):
        """Whether anything stands in it."""
        return any(day.events for day in self.days)


def month_asked(text, years, today):
    """Return the first day of the month that an address asks for as 2026-10, this month without; None if there is none.

    Months are those of the years in which something is or was held, so that nobody wanders into the void.
    """
    if not text:
        return today.replace(day=1)
    found = _MONTH.fullmatch(text)
    if not found:
        return None
    year, month = map(int, found.groups())
    return dt.date(year, month, 1) if _has(year, years, today) else None


def _has(year, years, today):
    return min([*years, today.year]) <= year <= max([*years, today.year])


def last_day_of(first):
    """Return the last day of the month that begins on `first`."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def month_of(first, rows, years, today):
    """Return the Month that begins on `first` with these EventRows; one of several days stands on each of them."""
    last = last_day_of(first)
    days = [first + dt.timedelta(days=number) for number in range(last.day)]
    before, after = first - dt.timedelta(days=1), last + dt.timedelta(days=1)
    # Any Monday: the words are those of the language.
    monday = dt.date(2024, 1, 1)
    return Month(
        month_in_words(first.year, first.month),
        [date_format(monday + dt.timedelta(days=number), "D") for number in range(7)],
        [
            MonthDay(
                day.day,
                day.isoweekday(),
                f"{date_format(day, 'l')} {short_day(day)}",
                day == today,
                [row for row in rows if row.first_day <= day <= row.last_day],
            )
            for day in days
        ],
        f"{before:%Y-%m}" if _has(before.year, years, today) else "",
        f"{after:%Y-%m}" if _has(after.year, years, today) else "",
    )
