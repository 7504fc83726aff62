"""Events in words, for lists, months and what is next."""

import datetime as dt
from itertools import groupby
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.numbers import share_in_words
from meetings.wording import place_in_words, when_in_words, words_of
from registry.figures import Share


class EventRow(NamedTuple):
    """One event of a list; `language` is empty where its title is in the page's own."""

    title: str
    language: str
    url: str
    kind: str
    when: str
    place: str
    hosts: str
    state: str
    state_words: str
    first_day: dt.date
    last_day: dt.date
    begins: str


def event_rows(meetings):
    """Return an EventRow for each meeting, read with `with_what_is_shown`."""
    return [_event_row(each) for each in meetings]


def _event_row(meeting):
    title = words_of(meeting, "title")
    state, state_words = state_of(is_cancelled=meeting.is_cancelled, is_moved=meeting.sequence > 0)
    begins, ends = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    return EventRow(
        title=title.text,
        language=title.language,
        url=reverse("event_detail", args=[meeting.region.slug, meeting.slug]),
        kind=meeting.kind.name,
        when=capfirst(when_in_words(meeting.starts_at, meeting.ends_at)),
        place=capfirst(place_in_words(meeting)),
        hosts=hosts_in_words(meeting),
        state=state,
        state_words=state_words,
        first_day=begins.date(),
        last_day=ends.date(),
        begins=date_format(begins, "TIME_FORMAT"),
    )


def state_of(*, is_cancelled, is_moved):
    """Return (key, words) of what a reader has to hear first about an event; empty when all is as it was told."""
    if is_cancelled:
        return "cancelled", _("Cancelled")
    return ("moved", _("Moved")) if is_moved else ("", "")


def hosts_in_words(meeting):
    """Return who hosts a meeting: municipalities by name, else its area or region."""
    hosts = [each.municipality.name for each in meeting.hosts.all()]
    return ", ".join(hosts) or (meeting.area or meeting.region).name


class EventGroup(NamedTuple):
    """The events of a month with its name."""

    title: str
    rows: list


def by_month(rows):
    """Return EventRows as EventGroups by the month in which they begin, in the order of the rows."""
    return [
        EventGroup(month_in_words(*month), list(group))
        for month, group in groupby(rows, key=lambda row: (row.first_day.year, row.first_day.month))
    ]


def month_in_words(year, month):
    """Return a month as a heading: Lokakuu 2026."""
    return capfirst(date_format(dt.date(year, month, 1), "F Y"))


class NextEvent(NamedTuple):
    """A coming event among what is next."""

    title: str
    language: str
    url: str
    words: str
    state: str


def next_events(meetings, *, at_most=5):
    """Return a NextEvent for each of the nearest NextMeetings."""
    return [_next_event(each) for each in meetings[:at_most]]


def _next_event(each):
    state = state_of(is_cancelled=each.is_cancelled, is_moved=each.is_moved)[1]
    place = f"{each.venue}, {each.place}" if each.venue else _("remotely")
    return NextEvent(
        title=each.title,
        language=each.title_language,
        url=reverse("event_detail", args=[each.region_slug, each.slug]),
        words=f"{capfirst(when_in_words(each.starts_at, each.ends_at))}, {place}",
        state=state,
    )


class HeldRow(NamedTuple):
    """A kind of meetings, with how many were held in the last 12 months against the expected."""

    name: str
    words: str
    basis: str
    is_enough: bool


def held_in_region(kinds, municipalities):
    """Return the HeldRows of a region's KindStandings; `municipalities` are the ids of its members."""
    return [_of_members(kind, municipalities) if kind.is_of_municipalities else _of_region(kind) for kind in kinds]


def held_in_municipality(kinds, municipality):
    """Return the HeldRows of what a municipality hosts, and of its region's meetings."""
    rows = []
    for kind in kinds:
        n_own = kind.n_by_municipality[municipality.pk]
        rows.append(_held(kind, n_own) if kind.is_of_municipalities else _attended(kind, n_own))
    return rows


def _attended(kind, n_attended):
    """Return the HeldRow of what the region hosts; that the municipality took part is told where it is known."""
    row = _held(kind, kind.n_held)
    if not n_attended:
        return row
    words = ngettext("took part in %(n)s", "took part in %(n)s", n_attended) % {"n": n_attended}
    return row._replace(words=f"{row.words}, {words}")


def _of_region(kind):
    return _held(kind, kind.n_held)


def _held(kind, n_held):
    words = ngettext("%(n)s held", "%(n)s held", n_held) % {"n": n_held}
    expected = ngettext("%(n)s a year is expected", "%(n)s a year are expected", kind.n_expected)
    return HeldRow(kind.name, words, expected % {"n": kind.n_expected}, n_held >= kind.n_expected)


def _of_members(kind, municipalities):
    n_enough, n_all = kind.n_standing(municipalities), len(municipalities)
    share = share_in_words(Share(n_enough, n_all))
    words = _("%(share)s municipalities have held what is expected") % {"share": share}
    expected = ngettext("%(n)s a year is expected of each", "%(n)s a year are expected of each", kind.n_expected)
    return HeldRow(kind.name, words, expected % {"n": kind.n_expected}, bool(n_all) and n_enough == n_all)
