"""Meetings as iCalendar objects (RFC 5545) that real clients understand (docs/adr/0037).

The bytes follow from the rows alone: downloading again gives the same, so that a
program asks “anything new?” and gets a no.
"""

import datetime as dt
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from common.markup import markdown_to_text
from mailing.frame import sender_address
from meetings.models.meetings import HELSINKI
from meetings.wording import place_in_words, words_of

CONTENT_TYPE = "text/calendar; charset=utf-8"
_HOUR = dt.timedelta(hours=1)
_REFRESHED_EVERY = dt.timedelta(hours=12)


def calendar_object(meeting, *, method="PUBLISH", organizer=None, attendee=None, has_remote_link=False, label=""):
    """Return one meeting as the bytes of an iCalendar object in the active language.

    `method` is PUBLISH, or REQUEST or CANCEL for a letter to one `attendee` in the name of `organizer`, both
    (name, e-mail): no reply is asked by mail, the letter's link is the reply. `has_remote_link` is for those
    who are coming; everyone else gets the link only where it is public. `label` is said in the description.
    The number by which a program tells a newer object from an older one is the meeting's own.
    """
    calendar = _calendar(method)
    event = _event(meeting, has_remote_link=has_remote_link, label=label)
    if method != "PUBLISH":
        # Of two letters under one number, such as one that takes an invitation back, programs believe the later.
        event["DTSTAMP"].dt = timezone.now().astimezone(dt.UTC).replace(microsecond=0)
    if method == "CANCEL":
        # Also somebody who is not coming any more gets one, of a meeting that stands.
        event["STATUS"] = vText("CANCELLED")
    if organizer:
        event.add("organizer", _address(organizer))
    if attendee:
        event.add("attendee", _address(attendee, ROLE="REQ-PARTICIPANT", PARTSTAT="NEEDS-ACTION", RSVP="FALSE"))
    calendar.add_component(event)
    return calendar.to_ical()


class WholeDay(NamedTuple):
    """Something of a day without a time; `key` never changes, `changed_at` is when its row was last saved.

    `note` is what else is said of it.
    """

    key: str
    on: dt.date
    title: str
    address: str
    changed_at: dt.datetime
    note: str = ""


def calendar_feed(meetings, *, name, days=(), has_remote_link=False, label=""):
    """Return meetings as the bytes of a calendar called `name` to subscribe to; `label` stands in all descriptions.

    `days` are WholeDays beside them. `has_remote_link` is for a calendar that is one person's own.
    """
    calendar = _calendar("PUBLISH")
    called = vText(f"{name} ({label})" if label else name)
    calendar.add("name", called)
    calendar.add("x-wr-calname", called)
    calendar.add("x-wr-timezone", vText(HELSINKI.key))
    calendar.add("refresh-interval", _REFRESHED_EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", _REFRESHED_EVERY)
    for meeting in meetings:
        calendar.add_component(_event(meeting, has_remote_link=has_remote_link, label=label))
    for day in days:
        calendar.add_component(_whole_day(day, label))
    return calendar.to_ical()


def organizer_of(invitation):
    """Return (name, e-mail) of the organiser in the calendar of one invitee.

    The address is the letters' own mailbox with the invitation's number, which nobody else knows: what a calendar
    program replies all the same comes from the invitee (meetings/calendar_replies.py). Without such a mailbox it is
    the address that letters come from.
    """
    meeting = invitation.meeting
    hosts = [each.municipality.name for each in meeting.hosts.all()] or [(meeting.area or meeting.region).name]
    name, at, domain = settings.MAIL_BOUNCES_TO.partition("@")
    email = f"{name}+{invitation.uid.hex}@{domain}" if at else sender_address()
    return ", ".join(hosts), email


def event_address(meeting):
    """Return the whole address of a meeting's public page in the active language."""
    return settings.SITE_URL + reverse("event_detail", args=[meeting.region.slug, meeting.slug])


def uid_of(meeting):
    """Return by what name calendars know a meeting, whatever happens to it."""
    return _at_this_site(meeting.uid)


def _at_this_site(key):
    return f"{key}@{urlsplit(settings.SITE_URL).hostname}"


def _calendar(method):
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Rinnalla//Meetings//FI")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_helsinki())
    return calendar


def _helsinki():
    """Return the rules of Helsinki's clock: some programs know no zone by its name."""
    zone = Timezone()
    zone.add("tzid", HELSINKI.key)
    for part, name, month, hour, offset_from, offset_to in (
        (TimezoneDaylight(), "EEST", 3, 3, 2 * _HOUR, 3 * _HOUR),
        (TimezoneStandard(), "EET", 10, 4, 3 * _HOUR, 2 * _HOUR),
    ):
        # The last Sunday of the month; since 1996 in the whole Union.
        part.add("dtstart", dt.datetime(1996, month, 31 if month == 3 else 27, hour))
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1SU"})
        part.add("tzoffsetfrom", offset_from)
        part.add("tzoffsetto", offset_to)
        part.add("tzname", name)
        zone.add_component(part)
    return zone


def _event(meeting, *, has_remote_link, label):
    """Return a meeting as a VEVENT; without an annotated `changed_at` its history is asked."""
    changed_at = getattr(meeting, "changed_at", None) or meeting.history.latest().history_date
    title = words_of(meeting, "title").text
    event = Event()
    event.add("uid", uid_of(meeting))
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", changed_at.astimezone(dt.UTC))
    event.add("last-modified", changed_at.astimezone(dt.UTC))
    event.add("created", meeting.published_at.astimezone(dt.UTC))
    event.add("dtstart", timezone.localtime(meeting.starts_at, HELSINKI))
    event.add("dtend", timezone.localtime(meeting.ends_at, HELSINKI))
    # Several programs show no STATUS: it stands in the title as well.
    event.add("summary", _("CANCELLED: %(title)s") % {"title": title} if meeting.is_cancelled else title)
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if meeting.is_cancelled else "OPAQUE")
    event.add("class", "PUBLIC" if meeting.is_public else "PRIVATE")
    event.add("categories", [meeting.kind.name])
    event.add("location", _location(meeting))
    event.add("description", _description(meeting, has_remote_link=has_remote_link, label=label))
    if meeting.is_public:
        event.add("url", event_address(meeting))
    return event


def _whole_day(day, label):
    event = Event()
    event.add("uid", _at_this_site(day.key))
    event.add("dtstamp", day.changed_at.astimezone(dt.UTC))
    event.add("last-modified", day.changed_at.astimezone(dt.UTC))
    event.add("dtstart", day.on)
    event.add("dtend", day.on + dt.timedelta(days=1))
    event.add("summary", day.title)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC")
    parts = [label, day.note, _("Read more: %(address)s") % {"address": day.address}]
    event.add("description", "\n\n".join(filter(None, parts)))
    event.add("url", day.address)
    return event


def _location(meeting):
    venue = meeting.venue
    if not venue:
        return capfirst(place_in_words(meeting))
    return f"{venue.name}, {venue.street_address}, {venue.municipality.name}"


def _description(meeting, *, has_remote_link, label):
    """Return the text of an event: its label, what happened, what it is about, how to come, where to read more."""
    parts = [label]
    if meeting.is_cancelled:
        parts.append(words_of(meeting, "cancelled_because").text or _("It has been cancelled."))
    parts.append(markdown_to_text(words_of(meeting, "description").text))
    if meeting.venue:
        parts += [words_of(meeting.venue, name).text for name in ("directions", "accessibility")]
    if meeting.remote_url and (has_remote_link or meeting.is_remote_public):
        parts.append(_("Remotely: %(address)s") % {"address": meeting.remote_url})
    if meeting.is_public:
        parts.append(_("Read more: %(address)s") % {"address": event_address(meeting)})
    return "\n\n".join(part.replace("\r\n", "\n").strip() for part in parts if part)


def _address(person, **params):
    name, email = person
    address = vCalAddress(f"mailto:{email}")
    # Programs drop a line with a control character in it, and with it who organises or is invited.
    printable = "".join(letter if letter.isprintable() else " " for letter in name)
    address.params.update({"CN": vText(" ".join(printable.split())), **params})
    return address
