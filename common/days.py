"""Days as people write them."""

import datetime as dt
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language

from common.kept import kept_in_each_language


def short_day(day):
    """Return a day in figures, as it is written in the active language: 24.9.2020."""
    return _short_day(day, get_language())


@lru_cache(maxsize=4096)
def _short_day(day, _language):
    # A page tells the same few days again and again, and so does the next page.
    return date_format(day, "SHORT_DATE_FORMAT")


@kept_in_each_language(4096)
def plain_day(day):
    """Return a date as 24.9.2020 in every language."""
    return date_format(day, "j.n.Y")


@kept_in_each_language(1440)
def clock_time(hour, minute):
    """Return a time of the day as it is written in the active language: 14.30."""
    return date_format(dt.time(hour, minute), "TIME_FORMAT")
