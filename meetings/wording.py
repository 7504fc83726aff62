"""What a meeting says of itself in the language of the page, or in another one where it has none, and which that is."""

from typing import NamedTuple

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.days import clock_time, short_day
from common.names import language_suffix
from meetings.models.meetings import HELSINKI, LANGUAGES


class Words(NamedTuple):
    """A text; `language` is empty where it is the page's own, and else says in which it stands."""

    text: str
    language: str = ""

    def __str__(self):
        return self.text


def order_of_languages():
    """Return the languages in the order in which they stand in for each other, the active one first."""
    own = language_suffix()
    return [own, *(each for each in LANGUAGES if each != own)]


def words_of(row, name):
    """Return the Words of a translated column of a row; empty when no language has any."""
    for place, language in enumerate(order_of_languages()):
        if text := getattr(row, f"{name}_{language}"):
            return Words(text, language if place else "")
    return Words("")


def first_words(path):
    """Return the expression for the translated column at `path` in the first language that has something."""
    columns = [NullIf(F(f"{path}_{language}"), Value("")) for language in order_of_languages()]
    return Coalesce(*columns, Value(""), output_field=CharField())


def first_language(path):
    """Return the expression for the language of `first_words(path)`; empty for the active one."""
    cases = [
        When(Q(**{f"{path}_{language}__gt": ""}), then=Value(language if place else ""))
        for place, language in enumerate(order_of_languages())
    ]
    return Case(*cases, default=Value(""), output_field=CharField())


def when_in_words(starts_at, ends_at):
    """Return when a meeting is held, by the clock in Helsinki: torstai 24.9.2026 klo 17.30–20.00."""
    begins, ends = (timezone.localtime(each, HELSINKI) for each in (starts_at, ends_at))
    first, until = _moment(begins), clock_time(ends.hour, ends.minute)
    if begins.date() == ends.date():
        return f"{first}–{until}"
    return f"{first} – {_moment(ends)}"


def _moment(moment):
    return _("%(weekday)s %(day)s at %(time)s") % {
        "weekday": date_format(moment, "l"),
        "day": short_day(moment.date()),
        "time": clock_time(moment.hour, moment.minute),
    }


def place_in_words(meeting):
    """Return where a meeting is held, shortly: the venue and its municipality, remotely, or both."""
    venue = meeting.venue and f"{meeting.venue.name}, {meeting.venue.municipality.name}"
    if not venue:
        return _("remotely")
    return _("%(venue)s, and remotely") % {"venue": venue} if meeting.remote_url else venue
