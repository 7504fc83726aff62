"""A meeting with places, people to invite, and what the outbox says of them."""

import datetime as dt

from django.utils import timezone

from mailing.models import Letter
from meetings.models import Invitation
from meetings.models.meetings import HELSINKI
from tests.factories import MunicipalityFactory, RegionFactory
from tests.meetings.factories import KindFactory, MeetingFactory, VenueFactory


def in_days(days, hour=17, minute=30):
    """Return the moment at that time of day in so many days, in Helsinki."""
    day = timezone.localdate() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), HELSINKI)


def evening(*, days=20, hosts=None, **columns):
    """Return a published evening of a municipality (or of `hosts`) in so many days, of three hours."""
    hosts = hosts or [MunicipalityFactory(region=RegionFactory())]
    region = hosts[0].memberships.get().region
    begins = in_days(days)
    defaults = {
        "kind": KindFactory(municipal=True), "region": region, "hosts": hosts,
        "venue": VenueFactory(municipality=hosts[0]),
        "starts_at": begins, "ends_at": begins + dt.timedelta(hours=3), "published_at": timezone.now(),
    }  # fmt: skip
    return MeetingFactory(**(defaults | columns))


def guest(meeting, name="Veera Vieras", **columns):
    """Return an invitation of somebody who is not in the registry, with an address of their own."""
    number = Invitation.objects.count()
    defaults = {"audience": Invitation.Audience.GUEST, "name": name, "email": f"vieras{number}@example.org"}
    return Invitation.objects.create(meeting=meeting, **(defaults | columns))


def letters(*kinds):
    """Return the queued letters of these kinds, or all, the oldest first."""
    rows = Letter.objects.order_by("pk")
    return list(rows.filter(kind__in=kinds) if kinds else rows)
