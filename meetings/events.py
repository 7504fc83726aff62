"""What public pages, calendars and feeds read of meetings: only what anyone may see."""

import datetime as dt

from django.db.models import F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from meetings.models import Meeting, MeetingChange, MeetingHost, MeetingKind
from meetings.models.meetings import HELSINKI, start_of
from registry.models import Municipality, RegionMembership

_IN_CALENDARS = dt.timedelta(days=365)


def events_of(region, *, municipality=None, kind=None):
    """Return a region's public meetings: those hosted by or held in `municipality`, those of `kind`, or all."""
    events = Meeting.objects.public().filter(region=region.pk)
    if kind:
        events = events.filter(kind=kind)
    if municipality:
        hosted = MeetingHost.objects.filter(municipality=municipality).values("meeting")
        events = events.filter(Q(pk__in=hosted) | Q(venue__municipality=municipality))
    return events


def kinds_of_events(region):
    """Return the kinds of which the region has public meetings, in their order, in one query."""
    used = Meeting.objects.public().filter(region=region.pk).order_by().values("kind")
    return list(MeetingKind.objects.filter(pk__in=used))


def municipalities_of_events(region, on):
    """Return the region's municipalities on day `on`, by name, in one query: each may host an event one day."""
    members = RegionMembership.objects.current_on(on).filter(region=region.pk).order_by().values("municipality")
    return list(Municipality.objects.filter(pk__in=members).by_name())


def years_of_events(region):
    """Return the years in which the region's public meetings begin, the latest first, in one query."""
    moments = events_of(region).order_by().datetimes("starts_at", "year", order="DESC", tzinfo=HELSINKI)
    return [moment.year for moment in moments]


def events_in_year(events, year, on):
    """Return those that begin in `year` and ended before day `on`, the latest first."""
    first = start_of(dt.date(year, 1, 1))
    return events.past(on).filter(starts_at__gte=first, starts_at__lt=start_of(dt.date(year + 1, 1, 1)))


def public_event(region_slug, slug):
    """Return a public meeting with all that its page shows, or None; `moves` are its moves, the latest first."""
    moves = MeetingChange.objects.filter(step=MeetingChange.Step.MOVED)
    events = with_changed_at(Meeting.objects.public()).with_what_is_shown()
    found = events.filter(region__slug=region_slug, slug=slug)
    return found.prefetch_related("agenda", "decisions", Prefetch("changes", queryset=moves, to_attr="moves")).first()


def with_changed_at(meetings):
    """Annotate `changed_at`: when the meeting was last saved, as its history knows."""
    saved = Meeting.history.filter(id=OuterRef("pk")).order_by("-history_date").values("history_date")[:1]
    return meetings.annotate(changed_at=Coalesce(Subquery(saved), F("published_at")))


def events_for_calendar(events, on):
    """Return what a calendar that is subscribed to holds on day `on`: the last year's and all that are coming."""
    return with_changed_at(events).filter(ends_at__gte=start_of(on - _IN_CALENDARS)).with_what_is_shown()


def latest_changes(events, *, at_most=40):
    """Return the meetings that were last published, moved, cancelled or closed, with `told_at`, the latest first."""
    told = MeetingChange.objects.filter(meeting=OuterRef("pk")).order_by("-at").values("at")[:1]
    annotated = events.annotate(told_at=Coalesce(Subquery(told), F("published_at")))
    return annotated.order_by("-told_at", "-pk").with_what_is_shown()[:at_most]


def events_for_sitemap():
    """Return (region's slug, meeting's slug) of every public meeting, in one query."""
    return Meeting.objects.public().order_by("region", "pk").values_list("region__slug", "slug")
