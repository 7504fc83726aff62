"""Places at a meeting: who is in, who waits, and the waiting list that moves by itself.

Everything here runs with the meeting's row held (`hold_meeting`): however many reply at once, the places that
are taken or offered never become more than fit in.
"""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from meetings.models import Invitation, Meeting, Reply
from meetings.telling import tell_offer

Seat = Reply.Seat
# Whoever waits has this long to take a place that comes free, but not longer than until so long before the beginning.
TO_TAKE, BEFORE_BEGINNING = dt.timedelta(days=2), dt.timedelta(hours=2)
# With less time than this nobody is offered a place by letter; the hosts can ring.
SHORTEST_OFFER = dt.timedelta(hours=1)


def hold_meeting(meeting):
    """Return the meeting as it stands now, held until the transaction ends."""
    return (
        Meeting.objects.select_for_update(of=("self",), no_key=True).select_related("venue", "kind").get(pk=meeting.pk)
    )


def free_seats(meeting):
    """Return how many places are free, or None when any number fits in; 0 also when more are in than fit."""
    if meeting.capacity is None:
        return None
    return max(0, meeting.capacity - Reply.objects.n_seats_taken(meeting))


def seat_for(meeting, n_people, *, kept=0):
    """Return the seat of a party of `n_people` that has `kept` places already: in, or on the waiting list."""
    free = free_seats(meeting)
    return Seat.IN if free is None or n_people <= free + kept else Seat.WAITING


def offered_until(meeting, now):
    """Return until when a place that comes free `now` can be taken, or None when it is too late to offer it."""
    until = min(now + TO_TAKE, meeting.starts_at - BEFORE_BEGINNING)
    return until if until - now >= SHORTEST_OFFER else None


def advance_queue(meeting, now=None):
    """Offer free places to those who wait, in their order: the first whose party fits in. Return how many offers.

    The caller holds the meeting. A party that is too large is passed over until enough places are free. Each
    gets a letter with the deadline.
    """
    now = now or timezone.now()
    until = offered_until(meeting, now) if meeting.starts_at else None
    if until is None or meeting.is_cancelled:
        return 0
    free, n_offers = free_seats(meeting), 0
    for invitation in Invitation.objects.filter(meeting=meeting).waiting().select_related("reply"):
        reply = invitation.reply
        if free is not None and reply.n_people > free:
            continue
        reply.seat, reply.offered_until = Seat.OFFERED, until
        reply.version += 1
        reply.save(update_fields=["seat", "offered_until", "version"])
        tell_offer(meeting, invitation)
        free = None if free is None else free - reply.n_people
        n_offers += 1
    return n_offers


def lapse_offers(meeting, now=None):
    """Let the offers of a meeting whose time is over lapse and offer the places on. Return how many lapsed.

    The caller holds the meeting.
    """
    now = now or timezone.now()
    lapsed = Reply.objects.of_meeting(meeting).lapsing(now)
    n_lapsed = lapsed.update(seat=Seat.LAPSED, offered_until=None)
    if n_lapsed:
        advance_queue(meeting, now)
    return n_lapsed


def move_queues():
    """Let every offer whose time is over lapse, each meeting in a transaction of its own. Return {what: how many}."""
    overdue = Reply.objects.lapsing(timezone.now()).order_by()
    n_lapsed = 0
    for pk in overdue.values_list("invitation__meeting", flat=True).distinct():
        with transaction.atomic():
            n_lapsed += lapse_offers(hold_meeting(Meeting(pk=pk)))
    return {"offers lapsed": n_lapsed}
