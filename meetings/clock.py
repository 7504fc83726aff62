"""What meetings do by the clock: reminders, the waiting lists, invitations of roles that ended."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from jobs.registry import Done, job
from jobs.words import add_words
from meetings.inviting import drop_ended_roles
from meetings.reminding import queue_coming_reminders, queue_reply_reminders
from meetings.seats import move_queues
from meetings.telling import tell_new_addresses

add_words(
    {
        "offers lapsed": _("offers of a place that lapsed"),
        "letters to new addresses": _("letters to addresses that changed meanwhile"),
        "invitations dropped": _("invitations of ended roles taken back"),
    }
)


def _told(counts):
    return Done.of_counts(counts, skipped=[reason for reason in counts if reason != "queued"])


@job("meeting_queues", _("Offers places on where nobody took them in time"), every=dt.timedelta(minutes=10))
def run_meeting_queues():
    """Let offers lapse whose time is over, and write again to who has another address by now; return a Done."""
    return Done.of_counts(move_queues() | tell_new_addresses())


@job("meeting_ended_roles", _("Takes back invitations of people whose role has ended"), daily_at=dt.time(0, 40))
def run_meeting_ended_roles():
    """Take back invitations of ended roles; return a Done."""
    return Done.of_counts(drop_ended_roles())


@job("remind_of_reply", _("Reminds those who have not replied to an invitation"), daily_at=dt.time(7, 10))
def run_reply_reminders():
    """Queue the reminders of the day; return a Done."""
    return _told(queue_reply_reminders())


@job("remind_of_meeting", _("Reminds those who come to a meeting"), daily_at=dt.time(7, 20))
def run_coming_reminders():
    """Queue the reminders of the day; return a Done."""
    return _told(queue_coming_reminders())
