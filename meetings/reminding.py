"""Reminders of meetings: to who has not replied, once; and to who comes, some days before."""

import datetime as dt
from collections import Counter

from django.utils import timezone

from mailing.mass import queue_mailing
from mailing.rules import HELSINKI, OPENS
from meetings.models import Invitation, Meeting
from meetings.telling import recipient_of
from registry.letters.recipients import preview_letters

REMINDER, REMINDER_OF_ASSOCIATION, COMING = "meeting_reminder", "association_reminder", "meeting_coming"
# Nobody is reminded of what came the other day.
NOT_SOONER_THAN = dt.timedelta(days=3)


def queue_reply_reminders(now=None):
    """Queue a reminder to who has not replied to meetings whose days for it have come. Return {what: how many}.

    Each invitee is reminded once of a meeting, however often this runs.
    """
    now = now or timezone.now()
    counts = Counter(queued=0)
    for meeting in _coming(now).filter(kind__days_to_remind_of_reply__gt=0):
        deadline = meeting.registration_until or meeting.starts_at
        if not deadline - dt.timedelta(days=meeting.kind.days_to_remind_of_reply) <= now < deadline:
            continue
        rows = Invitation.objects.filter(meeting=meeting, invited_at__lte=now - NOT_SOONER_THAN).unanswered()
        rows = list(rows.with_invitee().order_by("pk"))
        for kind, group in (
            (REMINDER, [each for each in rows if not each.contact_id]),
            (REMINDER_OF_ASSOCIATION, [each for each in rows if each.contact_id]),
        ):
            counts.update(_queue(kind, meeting, group, key_prefix=f"{kind}:{meeting.pk}"))
    return dict(counts)


def queue_coming_reminders(now=None):
    """Queue a reminder to who comes to meetings that are held in some days. Return {what: how many}.

    Once for each day on which the meeting is to be held: after a move it goes again.
    """
    now = now or timezone.now()
    counts = Counter(queued=0)
    for meeting in _coming(now).filter(kind__days_to_remind_of_day__gt=0):
        day = timezone.localdate(meeting.starts_at, HELSINKI)
        if day - dt.timedelta(days=meeting.kind.days_to_remind_of_day) > timezone.localdate(now, HELSINKI):
            continue
        rows = list(Invitation.objects.filter(meeting=meeting).coming().with_invitee().order_by("pk"))
        morning = dt.datetime.combine(timezone.localdate(now, HELSINKI), OPENS, HELSINKI)
        prefix = f"{COMING}:{meeting.pk}:{day}"
        counts.update(_queue(COMING, meeting, rows, key_prefix=prefix, not_before=max(now, morning)))
    return dict(counts)


def _coming(now):
    return Meeting.objects.published().standing().filter(starts_at__gt=now).select_related("kind").order_by("pk")


def _queue(kind, meeting, invitations, *, key_prefix, not_before=None):
    recipients = [recipient_of(each, meeting) for each in invitations]
    counts = Counter()
    for preview in preview_letters(kind, recipients, key_prefix=key_prefix, waits=True, not_before=not_before):
        counts["queued"] += queue_mailing(preview, key_prefix=key_prefix, by=None)
        counts.update(each.reason for each in preview.left_out)
    return counts
