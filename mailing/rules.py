"""When letters that are not of duty may go (rule 15 of docs/rules.md): hours, holidays, July, spacing, a cap.

Everything here computes from what it is given; the database is read by `next_moment_for`.
"""

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.conf import settings
from django.utils import timezone

from mailing.kinds import kinds_not_of_duty
from mailing.models import Letter, QuietPeriod

HELSINKI = ZoneInfo("Europe/Helsinki")
OPENS, CLOSES = dt.time(8), dt.time(20)
JULY = 7
# Not public holidays by law, but nobody is at work: the eves of May Day and New Year. (Month, day.)
EVES = {(4, 30), (12, 31)}
MONTH = dt.timedelta(days=30)
LOOKS_AHEAD = 400


@dataclass(frozen=True)
class Verdict:
    """When a letter may go, and, when that is later than now, which rule holds it back (a code of mailing.reasons)."""

    moment: dt.datetime
    reason: str = ""


@lru_cache(maxsize=16)
def _holidays_of(year):
    return frozenset(holidays.Finland(years=year))


def is_holiday(day):
    """Whether `day` is a Finnish public holiday or an eve on which nobody is at work."""
    # The library has the eves of Midsummer and Christmas; Easter Saturday stands between two holidays.
    return day in _holidays_of(day.year) or (day.month, day.day) in EVES or _is_easter_saturday(day)


def _is_easter_saturday(day):
    yesterday, tomorrow = day - dt.timedelta(days=1), day + dt.timedelta(days=1)
    return day.weekday() == 5 and yesterday in _holidays_of(day.year) and tomorrow in _holidays_of(day.year)


def is_open_day(day, *, is_reminder, quiet_days=()):
    """Whether letters go on `day`; `quiet_days` are (first, last) days of quiet periods."""
    if day.month == JULY or is_holiday(day) or (is_reminder and day.weekday() >= 5):
        return False
    return not any(first <= day <= last for first, last in quiet_days)


def next_open_moment(moment, *, is_reminder, quiet_days=()):
    """Return the first moment from `moment` on that lies in the open hours of an open day, in Helsinki's time.

    Raises ValueError when the quiet periods leave none within a year.
    """
    local = moment.astimezone(HELSINKI)
    for n in range(LOOKS_AHEAD):
        day = local.date() + dt.timedelta(days=n)
        if not is_open_day(day, is_reminder=is_reminder, quiet_days=quiet_days):
            continue
        opens = dt.datetime.combine(day, OPENS, HELSINKI)
        closes = dt.datetime.combine(day, CLOSES, HELSINKI)
        if moment < closes:
            return max(moment, opens)
    raise ValueError("No open day within a year: look at the periods without letters.")


def earliest_by_history(sent_at, *, spacing, cap):
    """Return (moment, reason) before which nothing more may go, after letters sent at `sent_at`; (None, "") if none.

    `spacing` is the shortest time between two letters, `cap` how many at most within
    thirty days; a cap of 0 means none.
    """
    latest_first = sorted(sent_at, reverse=True)
    if not latest_first:
        return None, ""
    moment, reason = latest_first[0] + spacing, "spacing"
    if cap and len(latest_first) >= cap and latest_first[cap - 1] + MONTH > moment:
        moment, reason = latest_first[cap - 1] + MONTH, "full_month"
    return moment, reason


def next_moment(moment, *, kind, quiet_days=(), sent_at=()):
    """Return the Verdict on a letter of `kind` that would go at `moment` to somebody written to at `sent_at`."""
    if kind.is_duty:
        return Verdict(moment)
    spacing = dt.timedelta(days=settings.MAIL_SPACING_DAYS)
    held_until, reason = earliest_by_history(sent_at, spacing=spacing, cap=settings.MAIL_CAP_A_MONTH)
    earliest = max(moment, held_until) if held_until else moment
    opens = next_open_moment(earliest, is_reminder=kind.is_reminder, quiet_days=quiet_days)
    if opens == moment:
        return Verdict(moment)
    return Verdict(opens, reason if earliest > moment else "quiet")


def quiet_days_of(scope):
    """Return the (first, last) days of the quiet periods that hold for letters of `scope` and are not over."""
    periods = QuietPeriod.objects.for_scope(scope).not_over(timezone.localdate())
    return [(period.first_day, period.last_day) for period in periods]


def next_moment_for(kind, *, address, scope, moment=None):
    """Return the Verdict on a letter of `kind` to `address` now (or at `moment`), by what has been sent to it."""
    moment = moment or timezone.now()
    if kind.is_duty:
        return Verdict(moment)
    since = moment - max(MONTH, dt.timedelta(days=settings.MAIL_SPACING_DAYS))
    sent_at = Letter.objects.sent_unasked_to(address, kinds=kinds_not_of_duty(), since=since)
    return next_moment(moment, kind=kind, quiet_days=quiet_days_of(scope), sent_at=sent_at)
