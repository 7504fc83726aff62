"""One event's page in words: what happened to it first, then what, when, where, for whom and how to come."""

import datetime as dt
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from common.days import clock_time, short_day
from common.markup import markdown_to_html
from common.names import language_suffix
from meetings.agenda import points_of
from meetings.wording import Words, place_in_words, when_in_words, words_of
from public.event_rows import hosts_in_words

_SCHEMA = "https://schema.org/"


class EventPoint(NamedTuple):
    """A point of the agenda with its time of day."""

    at: str
    title: Words
    speaker: str


class EventDecision(NamedTuple):
    """Something that was agreed, who sees to it and by when, and how it stands; `language` as in Words."""

    text: str
    language: str
    doer: str
    due: str
    standing: str
    note: str


class Registration(NamedTuple):
    """How and until when to register; `url` is empty where it is not done on the web or has ended."""

    words: str
    url: str


class Host(NamedTuple):
    """Who hosts the event, with the page of a municipality or a region."""

    name: str
    url: str


class EventPage(NamedTuple):
    """What an event's page tells."""

    title: Words
    summary: str
    kind: str
    when: str
    place: str
    news: str
    news_state: str
    reason: Words
    is_past: bool
    description: SafeString
    description_language: str
    memo: SafeString
    memo_language: str
    decisions: list
    directions: Words
    accessibility: Words
    languages: str
    registration: Registration | None
    hosts: list
    points: list
    themes: list
    schema: dict
    valid_until: dt.datetime | None


def event_page(meeting, now):
    """Return the EventPage of a meeting read with `public_event`, at the moment `now`."""
    description, memo = words_of(meeting, "description"), words_of(meeting, "memo")
    when = capfirst(when_in_words(meeting.starts_at, meeting.ends_at))
    # A meeting is coming until midnight of its last day (docs/adr/0036).
    is_past = timezone.localdate(meeting.ends_at) < timezone.localdate(now)
    news_state, news = _news(meeting, is_past)
    return EventPage(
        title=words_of(meeting, "title"),
        summary=_summary(meeting, news),
        kind=meeting.kind.name,
        when=when,
        place=capfirst(place_in_words(meeting)),
        news=news,
        news_state=news_state,
        reason=words_of(meeting, "cancelled_because") if meeting.is_cancelled else Words(""),
        is_past=is_past,
        description=markdown_to_html(description.text),
        description_language=description.language,
        memo=markdown_to_html(memo.text),
        memo_language=memo.language,
        decisions=_decisions(meeting),
        directions=_of_venue(meeting, "directions"),
        accessibility=_of_venue(meeting, "accessibility"),
        languages=", ".join(_language_name(each) for each in meeting.languages),
        registration=None if meeting.is_cancelled or is_past else _registration(meeting, now),
        hosts=_hosts(meeting),
        points=_points(meeting),
        themes=list(meeting.themes.all()),
        schema=_schema(meeting),
        valid_until=_until(meeting, now),
    )


def _of_venue(meeting, name):
    return words_of(meeting.venue, name) if meeting.venue else Words("")


def _language_name(code):
    return {"fi": _("in Finnish"), "sv": _("in Swedish"), "en": _("in English")}[code]


def _news(meeting, is_past):
    """Return (key, words) of what a reader has to hear before anything else."""
    if meeting.is_cancelled:
        return "cancelled", _("This event has been cancelled.")
    if is_past:
        return "past", _("This event has been held.")
    return ("moved", _moved(meeting, meeting.moves[0])) if meeting.moves else ("", "")


def _moved(meeting, move):
    """Return from when and where the event was last moved. A remote link of before is never told: it may be secret."""
    changes = []
    if (move.was_from, move.was_until) != (meeting.starts_at, meeting.ends_at):
        before = when_in_words(move.was_from, move.was_until)
        told = _("The time has changed. It was to be on %(when)s; the right time is below.")
        changes.append(told % {"when": before})
    if move.was_at != str(meeting.venue or meeting.remote_url):
        if "://" in move.was_at:
            changes.append(_("The place has changed. The right place is below."))
        else:
            told = _("The place has changed. It was to be in %(place)s; the right place is below.")
            changes.append(told % {"place": move.was_at})
    return " ".join(changes) or _("The remote link has changed.")


def _summary(meeting, news):
    """Return the event in a sentence or two, for search engines and shared links."""
    facts = {
        "kind": meeting.kind.name,
        "when": when_in_words(meeting.starts_at, meeting.ends_at),
        "place": place_in_words(meeting),
        "hosts": hosts_in_words(meeting),
    }
    sentence = _("%(kind)s: %(when)s, %(place)s. Hosted by: %(hosts)s.") % facts
    return f"{news} {sentence}" if meeting.is_cancelled else sentence


def _registration(meeting, now):
    until, url = meeting.registration_until, meeting.registration_url
    if meeting.takes_registrations and meeting.starts_at > now:
        url = reverse("event_register", args=[meeting.region.slug, meeting.slug])
    if not (until or url):
        return None
    if until is None:
        return Registration("", url)
    moment = timezone.localtime(until)
    told = {"day": short_day(moment.date()), "time": clock_time(moment.hour, moment.minute)}
    if until <= now:
        return Registration(_("Registration ended on %(day)s at %(time)s.") % told, "")
    return Registration(_("Register by %(day)s at %(time)s at the latest.") % told, url)


def _until(meeting, now):
    """Return the moment before midnight at which the page changes by the clock, or None."""
    ends = [meeting.registration_until, meeting.starts_at if meeting.takes_registrations else None]
    return min((moment for moment in ends if moment and now < moment), default=None)


def _hosts(meeting):
    region = meeting.region
    hosts = [
        Host(each.municipality.name, reverse("municipality_detail", args=[region.slug, each.municipality.slug]))
        for each in meeting.hosts.all()
    ]
    return hosts or [Host((meeting.area or region).name, reverse("region_detail", args=[region.slug]))]


def _points(meeting):
    items = list(meeting.agenda.all())
    return [
        EventPoint(
            clock_time(point.at.hour, point.at.minute) if point.at else "", words_of(item, "title"), point.speaker
        )
        for point, item in zip(points_of(meeting.starts_at, items), items, strict=True)
    ]


def _decisions(meeting):
    """Return what was agreed, in the meeting's own language."""
    language = "" if language_suffix() in meeting.languages else meeting.languages[0]
    return [
        EventDecision(
            each.text, language, each.doer, short_day(each.due_on) if each.due_on else "", each.standing, each.note
        )
        for each in meeting.decisions.all()
    ]


def _schema(meeting):
    """Return what search engines read beside the words: addresses of schema.org, and moments."""
    status = "EventScheduled"
    if meeting.is_cancelled:
        status = "EventCancelled"
    elif any(move.was_from != meeting.starts_at for move in meeting.moves):
        status = "EventRescheduled"
    venue, remote = bool(meeting.venue), bool(meeting.remote_url)
    mode = "Mixed" if venue and remote else "Offline" if venue else "Online"
    before = [move.was_from for move in meeting.moves if move.was_from != meeting.starts_at]
    return {
        "status": f"{_SCHEMA}{status}",
        "mode": f"{_SCHEMA}{mode}EventAttendanceMode",
        "starts": timezone.localtime(meeting.starts_at).isoformat(),
        "ends": timezone.localtime(meeting.ends_at).isoformat(),
        "before": timezone.localtime(before[0]).isoformat() if before else "",
        "languages": meeting.languages,
        "remote": _remote(meeting),
    }


def _remote(meeting):
    """Return the address of a remote event's place: its link where that is public, else the page itself."""
    if not meeting.remote_url:
        return ""
    if meeting.is_remote_public:
        return meeting.remote_url
    return settings.SITE_URL + reverse("event_detail", args=[meeting.region.slug, meeting.slug])
