"""The region's own meetings as a municipality's people see them, and for which meetings they propose points."""

from django.db.models import Count, Q

from meetings.events import with_changed_at
from meetings.models import KindAudience, Meeting, MeetingKind
from registry.privacy import months_before

_PAIR = (KindAudience.Audience.LIAISONS, KindAudience.Audience.AGENTS)


def region_meetings(municipality, on):
    """Return the published meetings of the municipality's region and areas to which its people are usually invited."""
    invited = KindAudience.objects.filter(audience__in=_PAIR).order_by().values("kind")
    own = Meeting.objects.published().concerning(municipality, on)
    return own.filter(kind__in=invited, kind__host=MeetingKind.Host.REGION)


def coming_region_meetings(municipality, on):
    """Return the region's coming meetings, the nearest first, each with `n_proposed` from here; three queries."""
    rows = region_meetings(municipality, on).standing().coming(on).with_what_is_shown()
    return rows.annotate(n_proposed=Count("proposals", filter=Q(proposals__municipality=municipality)))


def public_meetings_for_clock(municipality, on, first, last):
    """Return the public meetings from day `first` to `last` that the municipality hosts or its people are invited to.

    In their order, with what a calendar says of them, in one query.
    """
    hosted = Meeting.objects.hosted_by(municipality).order_by().values("pk")
    invited = region_meetings(municipality, on).order_by().values("pk")
    rows = with_changed_at(Meeting.objects.public()).filter(Q(pk__in=hosted) | Q(pk__in=invited))
    return rows.between(first, last).select_related("kind", "region", "venue__municipality")


def proposable(municipality, slug, on):
    """Return the meeting at this address for which the municipality's people can propose, or None.

    Its own, drafts too, and the region's; those of the last months stay, so that one sees what became of a proposal.
    """
    recent = Q(ends_at__isnull=True) | Q(ends_at__date__gte=months_before(on, 3))
    here = Q(pk__in=Meeting.objects.hosted_by(municipality).order_by().values("pk"))
    here |= Q(pk__in=region_meetings(municipality, on).order_by().values("pk"))
    return Meeting.objects.filter(here, recent, slug=slug).select_related("kind", "region").first()


def own_proposals(meeting, municipality):
    """Return what the municipality's people have proposed for a meeting, the latest first."""
    return list(meeting.proposals.filter(municipality=municipality).order_by("-proposed_at", "-pk"))
