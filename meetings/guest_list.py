"""Who comes to a meeting: the list and the sums that its hosts see, and the page that an invitee sees."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst

from meetings.letters.changes import state_in_words
from meetings.models import DietCount, Invitation, Reply
from meetings.pack import place_lines
from meetings.replying import diets_of
from meetings.seats import free_seats
from meetings.wording import when_in_words, words_of

_Answer, _Seat = Reply.Answer, Reply.Seat
# How the list is grouped: who needs something of the hosts first.
GROUPS = ("comes", "remote", "waits", "unanswered", "no")


def group_of(invitation):
    """Return in which of GROUPS an invitation stands."""
    reply = invitation.the_reply
    if reply is None:
        return "unanswered"
    if reply.answer == _Answer.REMOTE:
        return "remote"
    if reply.seat == _Seat.IN:
        return "comes"
    return "waits" if reply.seat in {_Seat.WAITING, _Seat.OFFERED} else "no"


@dataclass(frozen=True)
class GuestLine:
    """An invitation of the list."""

    invitation: Invitation

    @property
    def state(self):
        """How it stands, in a word or two; empty without a reply."""
        reply = self.invitation.the_reply
        if reply is None:
            return ""
        is_plain = reply.answer != _Answer.COMES or reply.seat == _Seat.IN
        return capfirst(reply.get_answer_display() if is_plain else reply.get_seat_display())

    @property
    def how(self):
        """Whether it was written down for them, or came by a calendar program; empty for a reply of their own."""
        reply = self.invitation.the_reply
        return reply.get_source_display() if reply and reply.source != Reply.Source.LINK else ""


class GuestList:
    """The invitations of a meeting; four queries, however many there are."""

    def __init__(self, meeting):
        self.meeting = meeting

    @cached_property
    def invitations(self):
        """The standing invitations; who was only asked for a day stands here once invited, or after a reply."""
        rows = Invitation.objects.filter(meeting=self.meeting).on_list().with_invitee()
        return sorted(rows, key=lambda each: (each.invitee.casefold(), each.pk))

    @cached_property
    def groups(self):
        """{one of GROUPS: its GuestLines}; who waits in the order of the queue."""
        found = {name: [] for name in GROUPS}
        for each in self.invitations:
            found[group_of(each)].append(GuestLine(each))
        found["waits"].sort(key=lambda line: line.invitation.reply.queued_at)
        return found

    @cached_property
    def n_people(self):
        """{one of GROUPS: how many people}; an unanswered invitation and a no count as one each."""
        return {
            name: sum(line.invitation.the_reply.n_people if line.invitation.the_reply else 1 for line in lines)
            for name, lines in self.groups.items()
        }

    @cached_property
    def n_free(self):
        """How many places are free, or None where any number fits in."""
        return free_seats(self.meeting)

    @cached_property
    def diets(self):
        """[(diet in words, how many)] of those who come."""
        rows = DietCount.objects.filter(meeting=self.meeting).order_by().values_list("diet").annotate(n=Sum("n"))
        sums = dict(rows)
        return [(words, sums[code]) for code, words in DietCount.Diet.choices if code in sums]

    @property
    def questions(self):
        """[(question, who asks)] in advance."""
        lines = [*self.groups["comes"], *self.groups["remote"]]
        asked = [(line.invitation.reply.question, line.invitation.invitee) for line in lines]
        return [each for each in asked if each[0]]

    @cached_property
    def municipalities(self):
        """[(municipality, how many come, whether somebody has not replied)], where nobody comes first."""
        coming, silent, places = Counter(), set(), {}
        for name, lines in self.groups.items():
            for line in lines:
                place = line.invitation.municipality
                if place is None:
                    continue
                places[place.pk] = place
                if name in {"comes", "remote"}:
                    coming[place.pk] += line.invitation.reply.n_people
                elif name == "unanswered":
                    silent.add(place.pk)
        rows = [(place, coming[pk], pk in silent) for pk, place in places.items()]
        return sorted(rows, key=lambda row: (row[1] > 0, row[0].name))

    @property
    def n_municipalities_coming(self):
        """From how many municipalities somebody comes."""
        return sum(n > 0 for _place, n, _silent in self.municipalities)


class InviteePage:
    """What an invitee sees behind the link of a letter."""

    def __init__(self, invitation):
        self.invitation, self.meeting, self.reply = invitation, invitation.meeting, invitation.the_reply

    @property
    def title(self):
        """The meeting's title, as Words."""
        return words_of(self.meeting, "title")

    @property
    def when(self):
        """When it is held."""
        return capfirst(when_in_words(self.meeting.starts_at, self.meeting.ends_at))

    @property
    def where(self):
        """Where it is held, in lines."""
        return place_lines(self.meeting)

    @property
    def directions(self):
        """How to come, and how accessible the place is."""
        venue = self.meeting.venue
        return [str(words_of(venue, name)) for name in ("directions", "accessibility")] if venue else []

    @property
    def remote_url(self):
        """The remote link, for who comes and has a standing invitation."""
        comes = self.reply is not None and self.reply.comes_along and not self.invitation.withdrawn_at
        return self.meeting.remote_url if comes and not self.meeting.is_cancelled else ""

    @property
    def state(self):
        """How the reply stands, as a sentence; empty without one."""
        return state_in_words(self.reply) if self.reply else ""

    @property
    def saved_at(self):
        """When the reply was saved, in words."""
        return date_format(timezone.localtime(self.reply.replied_at), "SHORT_DATETIME_FORMAT") if self.reply else ""

    @property
    def is_offered(self):
        """Whether a place waits to be taken."""
        return self.reply is not None and self.reply.seat == _Seat.OFFERED

    @property
    def is_open(self):
        """Whether a reply can be given now."""
        meeting = self.meeting
        return not (self.invitation.withdrawn_at or meeting.is_draft or meeting.is_cancelled or meeting.has_begun)

    @property
    def is_full(self):
        """Whether who comes now gets on the waiting list."""
        return free_seats(self.meeting) == 0

    @property
    def diets(self):
        """What the party said of diets."""
        return diets_of(self.invitation)

    @property
    def deputy(self):
        """The deputy who is sent, or None."""
        return Invitation.objects.filter(deputy_for=self.invitation).standing().first()

    @property
    def version(self):
        """The version of the reply on the page; 0 without one."""
        return self.reply.version if self.reply else 0
