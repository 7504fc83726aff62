"""What a calendar program keeps of the letters' objects: a store by the rules of RFC 5546, read by two parsers.

One event for each UID; an object under a smaller number, or under the same one with an older stamp, changes nothing
(2.1.5); a REQUEST writes the event, a CANCEL marks it as cancelled (3.2.2, 3.2.5).
"""

from dataclasses import dataclass
from email import policy
from email.parser import BytesParser
from functools import cache

import icalendar
import vobject


@dataclass(frozen=True)
class Kept:
    """What the store knows of an event."""

    method: str
    uid: str
    number: int
    stamp: object
    begins: object
    ends: object
    status: str


@cache
def by_icalendar(content):
    """Return what icalendar reads of an object."""
    calendar = icalendar.Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    return Kept(
        str(calendar["method"]), str(event["uid"]), int(event["sequence"]), event.decoded("dtstamp"),
        event.decoded("dtstart"), event.decoded("dtend"), str(event["status"]),
    )  # fmt: skip


@cache
def by_vobject(content):
    """Return what vobject reads of an object."""
    calendar = vobject.readOne(content.decode())
    (event,) = calendar.vevent_list
    return Kept(
        calendar.method.value, event.uid.value, int(event.sequence.value), event.dtstamp.value,
        event.dtstart.value, event.dtend.value, event.status.value,
    )  # fmt: skip


class Store:
    """The events of one reader's calendar."""

    def __init__(self, read):
        self.read, self.events = read, {}

    def take(self, content):
        """Import an object."""
        new = self.read(content)
        old = self.events.get(new.uid)
        if old is not None and (new.number, new.stamp) < (old.number, old.stamp):
            return
        self.events[new.uid] = new

    @property
    def event(self):
        """The one event."""
        (event,) = self.events.values()
        return event


def object_of(mail):
    """Return the bytes of the calendar's object that a sent letter carries."""
    parsed = BytesParser(policy=policy.default).parsebytes(mail.message().as_bytes())
    (part,) = [part for part in parsed.walk() if part.get_content_type() == "text/calendar"]
    return part.get_payload(decode=True)
