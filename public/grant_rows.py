"""When grants can be applied for, in plain words with the dates."""

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


@dataclass(frozen=True)
class GrantRow:
    """A grant period as a page tells of it."""

    name: str
    kind: str
    words: str
    url: str
    checked_words: str
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
            checked_words=period.checked_words,
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


@dataclass(frozen=True)
class NextDay:
    """A day on which applications open or close, and in which municipalities, by name."""

    day: date
    words: str
    municipalities: list


def next_days(periods, municipalities, today, *, at_most=4):
    """Return the nearest days on which `periods` (GrantDays) open or close in `municipalities`, as NextDays.

    `municipalities` are rows by name, each with its id, name and address. A period that opens later is told
    by its opening, one that is open or whose opening is not known by its closing.
    """
    places = {}
    for period in periods:
        opens_later = period.opens_on is not None and period.opens_on > today
        day = period.opens_on if opens_later else period.closes_on
        places.setdefault((day, not opens_later), set()).add(period.municipality_id)
    days = []
    for day, is_closing in sorted(places):
        there = [each for each in municipalities if each.pk in places[day, is_closing]]
        if there:
            days.append(NextDay(day, _next_words(is_closing, len(there)), there))
        if len(days) == at_most:
            break
    return days


def _next_words(is_closing, n):
    if is_closing:
        return ngettext(
            "applications for grants close in %(n)s municipality",
            "applications for grants close in %(n)s municipalities",
            n,
        ) % {"n": n}
    return ngettext(
        "applications for grants open in %(n)s municipality", "applications for grants open in %(n)s municipalities", n
    ) % {"n": n}
