"""When grants can be applied for, in plain words with the dates."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class GrantRow:
    """A grant period as a page tells of it."""

    name: str
    kind: str
    words: str
    url: str
    checked_on: date | None
    is_closed: bool


def grant_rows(periods, today):
    """Return a GrantRow for each of a municipality's grant periods that has not closed, the nearest deadline first.

    When none is left, those closed lately stand instead, the latest first: they tell
    when grants are usually applied for.
    """
    left = [period for period in periods if period.closes_on >= today]
    shown = left or sorted(periods, key=lambda period: period.closes_on, reverse=True)
    return [
        GrantRow(
            name=period.name,
            kind=period.kind_label,
            words=period_in_words(period, today),
            url=period.url,
            checked_on=period.checked_on,
            is_closed=period.closes_on < today,
        )
        for period in shown
    ]


def period_in_words(period, today):
    """Return whether applications are open on day `today`, and until or from when; an unknown day is not guessed."""
    days = {
        "opens": date_format(period.opens_on, "SHORT_DATE_FORMAT") if period.opens_on else "",
        "closes": date_format(period.closes_on, "SHORT_DATE_FORMAT"),
    }
    if period.closes_on < today:
        return _("applications closed on %(closes)s") % days
    if period.opens_on is None:
        return _("apply by %(closes)s at the latest") % days
    if period.opens_on > today:
        return _("applications open on %(opens)s and close on %(closes)s") % days
    return _("open for applications until %(closes)s") % days
