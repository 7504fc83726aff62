"""Days as people write them."""

from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language


def short_day(day):
    """Return a day in figures, as it is written in the active language: 24.9.2020."""
    return _short_day(day, get_language())


@lru_cache(maxsize=4096)
def _short_day(day, _language):
    # A page tells the same few days again and again, and so does the next page.
    return date_format(day, "SHORT_DATE_FORMAT")
