"""What the portal shows of a municipality's meetings."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from common.markup import markdown_to_html
from meetings.agenda import minutes_over, points_of
from meetings.clashes import clashes_of
from meetings.models import Meeting, MeetingKind, MeetingTheme, Venue
from meetings.pack import invitation_text
from meetings.planning import missing_for_publishing
from meetings.wording import place_in_words, when_in_words, words_of
from registry.models import Region
from registry.models.periods import validity_covers

COPIED_FROM = 5


@dataclass(frozen=True)
class EveningLine:
    """A meeting of a list, with when and where it is held in words."""

    meeting: Meeting

    @property
    def when(self):
        """When it is held; that the day is open."""
        return when_of(self.meeting)

    @property
    def where(self):
        """Where it is held; empty while it is not decided."""
        is_decided = self.meeting.venue_id or self.meeting.remote_url
        return place_in_words(self.meeting) if is_decided else ""


def when_of(meeting):
    """Return when a meeting is held, in words, or that its day is open."""
    if meeting.starts_at is None:
        return _("the day is open")
    return when_in_words(meeting.starts_at, meeting.ends_at)


@dataclass(frozen=True)
class EveningList:
    """A municipality's own meetings: drafts, what comes, what has been."""

    drafts: tuple
    coming: tuple
    past: tuple


def evenings_of(municipality, on):
    """Return the EveningList of a municipality on day `on`, in a fixed number of queries."""
    rows = list(Meeting.objects.hosted_by(municipality).with_what_is_shown())
    published = [each for each in rows if not each.is_draft]
    coming = [each for each in published if timezone.localdate(each.ends_at) >= on]
    past = [each for each in published if timezone.localdate(each.ends_at) < on]
    parts = (
        [each for each in rows if each.is_draft],
        sorted(coming, key=lambda each: each.starts_at),
        sorted(past, key=lambda each: each.starts_at, reverse=True),
    )
    return EveningList(*(tuple(map(EveningLine, part)) for part in parts))


def earlier_of(municipality):
    """Return the latest meetings of the municipality from which a new one can be made, those held first."""
    told = Meeting.objects.hosted_by(municipality).published().filter(kind__is_offered=True).select_related("kind")
    found = list(told.order_by("-starts_at", "-pk")[:COPIED_FROM])
    return sorted(found, key=lambda each: not each.is_over)


def kinds_for(region):
    """Return the kinds of meetings that municipalities of `region` host."""
    return MeetingKind.objects.usable_in(region).filter(host=MeetingKind.Host.MUNICIPALITY)


class EveningPage:
    """One meeting as its hosts see it; each table is read once, when it is first asked for."""

    def __init__(self, meeting):
        self.meeting = meeting

    @property
    def when(self):
        """When it is held, in words."""
        return when_of(self.meeting)

    @property
    def description(self):
        """What it is about, as safe HTML."""
        return markdown_to_html(str(words_of(self.meeting, "description")))

    @property
    def invitation(self):
        """The text to paste into the municipality's own channels, while the meeting is coming; else empty."""
        meeting = self.meeting
        is_coming = not (meeting.is_draft or meeting.is_cancelled or meeting.is_over)
        return invitation_text(meeting) if is_coming and meeting.is_public else ""

    @cached_property
    def items(self):
        """The rows of the agenda."""
        return list(self.meeting.agenda.all())

    @property
    def points(self):
        """The agenda with its times."""
        return points_of(self.meeting.starts_at, self.items)

    @property
    def minutes_over(self):
        """By how many minutes the agenda is longer than the meeting."""
        return minutes_over(self.meeting, self.items)

    @cached_property
    def missing(self):
        """What it still needs before it is published, as sentences."""
        return missing_for_publishing(self.meeting) if self.meeting.is_draft else []

    @cached_property
    def clashes(self):
        """What speaks against the day, while it can still be changed."""
        return [] if self.meeting.is_over or self.meeting.is_cancelled else clashes_of(self.meeting)

    @property
    def themes(self):
        """The themes that can be chosen."""
        return MeetingTheme.objects.usable_in(self.meeting.region)

    @property
    def venues(self):
        """The places that can be chosen: those of the hosts."""
        hosts = [each.municipality_id for each in self.meeting.hosts.all()]
        return Venue.objects.filter(municipality__in=hosts, is_offered=True)


def meeting_of(municipality, slug):
    """Return the municipality's own meeting at this address with what is shown of it, or None."""
    return Meeting.objects.hosted_by(municipality).filter(slug=slug).with_what_is_shown().first()


def region_of(municipality, on):
    """Return the region to which the municipality belongs on day `on` and whose cooperation is kept here, or None."""
    member = validity_covers(on, "memberships__") & Q(memberships__municipality=municipality)
    return Region.objects.with_pages().filter(member).first()
