"""The year of a municipality's cooperation by month, for a page and a calendar.

Meetings, the survey, grants, and the month in which the cooperation document is gone through.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.days import clock_time, short_day
from mailing.rules import is_holiday
from meetings.calendar import WholeDay
from meetings.models.meetings import HELSINKI, start_of
from meetings.region_meetings import public_meetings_for_clock
from meetings.wording import place_in_words, words_of
from public.event_months import last_day_of
from public.event_rows import month_in_words, state_of
from registry.models import GrantPeriod, Region
from surveys.models import Round

MONTHS = 12
_FINNISH = "fi"
_REVIEW = "document-review"


class ClockRow(NamedTuple):
    """One thing of a month: its day, when and what in words, where to read more; `mark` is what one hears first."""

    on: dt.date
    when: str
    what: str
    title: str
    language: str
    url: str
    note: str = ""
    mark: str = ""
    mark_words: str = ""
    is_yearly: bool = False


class ClockMonth(NamedTuple):
    """A month with its rows in order; perhaps none."""

    title: str
    rows: list


@dataclass(frozen=True)
class AnnualClock:
    """The rows of twelve months from the present one on."""

    months: list

    @property
    def is_empty(self):
        """Whether nothing at all is known."""
        return not any(month.rows for month in self.months)

    @property
    def is_bare(self):
        """Whether nothing is known but what comes each year in its month."""
        return all(row.is_yearly for month in self.months for row in month.rows)


def annual_clock_of(region, municipality, today):
    """Return the AnnualClock of a municipality from the month of `today` on, in three queries."""
    firsts = months_from(today.replace(day=1))
    days = _days_of(region, municipality, today, firsts[0], last_day_of(firsts[-1]))
    rows = [*map(_meeting_row, days.meetings), *map(_day_row, days.whole_days)]
    rows.sort(key=lambda row: (row.on.replace(day=1) if row.is_yearly else row.on, row.when, row.title))
    by_month = {first: list(some) for first, some in groupby(rows, key=lambda row: row.on.replace(day=1))}
    return AnnualClock([ClockMonth(month_in_words(f.year, f.month), by_month.get(f, [])) for f in firsts])


def clock_for_calendar(region, municipality, today):
    """Return (meetings, WholeDays) of the twelve months before and after the present one, in four queries."""
    first = today.replace(day=1)
    earliest, latest = first.replace(year=first.year - 1), last_day_of(months_from(first)[-1])
    days = _days_of(region, municipality, today, earliest, latest, reviewed_at=Region.objects.saved_at(region))
    return days.meetings, [each.whole_day for each in days.whole_days]


def months_from(first):
    """Return the first days of twelve months from `first` on."""
    numbers = range(first.month - 1, first.month - 1 + MONTHS)
    return [dt.date(first.year + number // 12, number % 12 + 1, 1) for number in numbers]


class _ClockDay(NamedTuple):
    """A day without a time: what stands in a calendar; what happens, to what, and where to read more."""

    whole_day: WholeDay
    what: str
    name: str
    url: str
    when: str = ""


class _Days(NamedTuple):
    meetings: list
    whole_days: list


def _days_of(region, municipality, today, first, last, *, reviewed_at=None):
    meetings = list(public_meetings_for_clock(municipality, today, first, last))
    days = [*_survey_days(region, first, last), *_grant_days(region, municipality, today, first, last)]
    days += _review_days(region, municipality, first, last, reviewed_at)
    return _Days(meetings, [each for each in days if first <= each.whole_day.on <= last])


def _meeting_row(meeting):
    title, begins = words_of(meeting, "title"), timezone.localtime(meeting.starts_at, HELSINKI)
    mark, mark_words = state_of(is_cancelled=meeting.is_cancelled, is_moved=meeting.sequence > 0)
    return ClockRow(
        on=begins.date(),
        when=_("%(day)s at %(time)s") % {
            "day": short_day(begins.date()), "time": clock_time(begins.hour, begins.minute),
        },
        what=meeting.kind.name,
        title=title.text,
        language=title.language,
        url=reverse("event_detail", args=[meeting.region.slug, meeting.slug]),
        note=capfirst(place_in_words(meeting)),
        mark=mark,
        mark_words=mark_words,
    )  # fmt: skip


def _day_row(day):
    # A grant is called by its municipality in Finnish, whatever the page's language.
    language = _FINNISH if day.whole_day.key.startswith("grant") and get_language() != _FINNISH else ""
    on, is_yearly = day.whole_day.on, day.whole_day.key.startswith(_REVIEW)
    return ClockRow(on, day.when or short_day(on), day.what, day.name, language, day.url, is_yearly=is_yearly)


def _survey_days(region, first, last):
    """Yield the days of the region's rounds whose method anyone may read, and of publications that have been."""
    for each in Round.objects.for_annual_clock(region.pk, first, last):
        url = reverse("survey_method", args=[region.slug, each.year])
        named = {
            "opens": (each.opens_on, _("The survey opens to municipalities")),
            "closes": (each.closed_on, _("The last day to answer the survey")),
        }
        if each.reply_days and not each.is_draft:
            named["comments"] = (each.comments_until, _("The last day for a municipality to comment on its results"))
        if each.published_at:
            published_on = timezone.localdate(each.published_at, HELSINKI)
            named["published"] = (published_on, _("The results of the survey were published"))
        for key, (on, name) in named.items():
            page = reverse("round_results", args=[region.slug, each.year]) if key == "published" else url
            yield _day(f"survey-{each.pk}-{key}", on, name, str(each), page, each.changed_at)


def _grant_days(region, municipality, today, first, last):
    """Yield the days on which the municipality's grants open and close."""
    page = reverse("municipality_detail", args=[region.slug, municipality.slug]) + "#offers"
    for each in GrantPeriod.objects.for_annual_clock(municipality, today, first, last):
        url = each.url or page
        if each.opens_on:
            yield _day(f"grant-{each.pk}-opens", each.opens_on, _("Applications open"), each.name, url, each.changed_at)
        what = _("The last day to apply")
        yield _day(f"grant-{each.pk}-closes", each.closes_on, what, each.name, url, each.changed_at)


def _review_days(region, municipality, first, last, changed_at):
    """Yield the first working day of each month in which the region's municipalities review their documents.

    It is true of a municipality without a document too, for documents are not in the registry.
    """
    if region.document_review_month is None:
        return
    title = _("Review of the cooperation document")
    why = _(
        "The municipality and its associations go through whether the agreed ways of working still hold. Where there "
        "is no document yet, this is a good time to talk about making one."
    )
    url = reverse("municipality_detail", args=[region.slug, municipality.slug])
    for year in range(first.year, last.year + 1):
        on = _first_working_day(dt.date(year, region.document_review_month, 1))
        moment = changed_at or start_of(region.records_from)
        whole_day = WholeDay(f"{_REVIEW}-{municipality.code}-{year}", on, title, settings.SITE_URL + url, moment, why)
        yield _ClockDay(whole_day, why, title, url, _("During the month"))


def _first_working_day(day):
    while day.weekday() > 4 or is_holiday(day):
        day += dt.timedelta(days=1)
    return day


def _day(key, on, what, name, url, changed_at):
    address = url if "://" in url else settings.SITE_URL + url
    return _ClockDay(WholeDay(key, on, f"{what}: {name}", address, changed_at), what, name, url)
