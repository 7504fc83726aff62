"""The year of a municipality's cooperation by month: meetings, the survey and grants, for a page and a calendar."""

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
from meetings.calendar import WholeDay
from meetings.models.meetings import HELSINKI
from meetings.region_meetings import public_meetings_for_clock
from meetings.wording import place_in_words, words_of
from public.event_months import last_day_of
from public.event_rows import month_in_words, state_of
from registry.models import GrantPeriod
from surveys.models import Round

MONTHS = 12
_FINNISH = "fi"


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


def annual_clock_of(region, municipality, today):
    """Return the AnnualClock of a municipality from the month of `today` on, in three queries."""
    firsts = months_from(today.replace(day=1))
    days = _days_of(region, municipality, today, firsts[0], last_day_of(firsts[-1]))
    rows = [*map(_meeting_row, days.meetings), *map(_day_row, days.whole_days)]
    rows.sort(key=lambda row: (row.on, row.when, row.title))
    by_month = {first: list(some) for first, some in groupby(rows, key=lambda row: row.on.replace(day=1))}
    return AnnualClock([ClockMonth(month_in_words(f.year, f.month), by_month.get(f, [])) for f in firsts])


def clock_for_calendar(region, municipality, today):
    """Return (meetings, WholeDays) of the twelve months before and after the present one, in three queries."""
    first = today.replace(day=1)
    earliest, latest = first.replace(year=first.year - 1), last_day_of(months_from(first)[-1])
    days = _days_of(region, municipality, today, earliest, latest)
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


class _Days(NamedTuple):
    meetings: list
    whole_days: list


def _days_of(region, municipality, today, first, last):
    meetings = list(public_meetings_for_clock(municipality, today, first, last))
    days = [*_survey_days(region, first, last), *_grant_days(region, municipality, today, first, last)]
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
    on = day.whole_day.on
    return ClockRow(on, short_day(on), day.what, day.name, language, day.url)


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


def _day(key, on, what, name, url, changed_at):
    address = url if "://" in url else settings.SITE_URL + url
    return _ClockDay(WholeDay(key, on, f"{what}: {name}", address, changed_at), what, name, url)
