"""What calendar programs reply by mail although no reply is asked for: read from the letters' mailbox, and counted."""

import re
import uuid

from django.core.exceptions import ValidationError
from icalendar import Calendar

from meetings.calendar import uid_of
from meetings.models import Invitation, Reply
from meetings.replying import Wanted, save_reply

_NUMBER = re.compile(r"\+([0-9a-f]{32})@")


def take_calendar_reply(message):
    """Save what a calendar's REPLY says, as the invitee's reply; return whether it was taken.

    The invitee is known by the organiser's address, which stands in that invitee's calendar alone: the public UID of an
    event proves nothing. A colleague to whom the invitation was forwarded replies as another attendee, which is not
    taken; nor are a reply to an older version, "perhaps", and what is refused today.
    """
    invitation, reply = _invitation_of(message), _reply_of(message)
    if invitation is None or reply is None or not _is_about(invitation, reply):
        return False
    wanted = _wanted(invitation, str(reply["attendee"].params.get("PARTSTAT", "")).upper())
    if wanted is None:
        return False
    try:
        save_reply(invitation, wanted, source=Reply.Source.CALENDAR)
    except ValidationError:
        return False
    return True


def _invitation_of(message):
    headers = "\n".join(str(message.get(name, "")) for name in ("To", "Delivered-To", "X-Original-To"))
    numbers = [uuid.UUID(number) for number in _NUMBER.findall(headers.lower())]
    rows = Invitation.objects.standing().filter(uid__in=numbers).with_invitee().select_related("meeting")
    return rows.first() if numbers else None


def _reply_of(message):
    """Return the one event of a calendar of method REPLY with one attendee, or None."""
    for part in message.walk():
        if part.get_content_type() == "text/calendar":
            try:
                calendar = Calendar.from_ical(part.get_payload(decode=True))
                events = calendar.walk("VEVENT")
            except Exception:  # what strangers send may break a parser anywhere; the mailbox is read on
                return None
            if str(calendar.get("method", "")).upper() != "REPLY" or len(events) != 1:
                return None
            attendee = events[0].get("attendee")
            return events[0] if attendee is not None and not isinstance(attendee, list) else None
    return None


def _is_about(invitation, event):
    meeting, attendee = invitation.meeting, str(event["attendee"]).lower().removeprefix("mailto:")
    # Without the column it is the first version; one that is no number is none at all.
    sequence = event.get("sequence", 0)
    return (
        str(event.get("uid", "")) == uid_of(meeting)
        and isinstance(sequence, int)
        and sequence >= meeting.sequence
        and attendee.strip() == invitation.address.strip().lower()
    )


def _wanted(invitation, partstat):
    reply = invitation.the_reply
    if partstat == "DECLINED":
        return None if reply and reply.answer in {Reply.Answer.NO, Reply.Answer.DEPUTY} else Wanted(Reply.Answer.NO)
    if partstat != "ACCEPTED" or (reply and reply.answer in {Reply.Answer.COMES, Reply.Answer.REMOTE}):
        return None
    return Wanted(Reply.Answer.COMES if invitation.meeting.venue_id else Reply.Answer.REMOTE)
