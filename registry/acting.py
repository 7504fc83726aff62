"""What a coordinator does in the portal in somebody else's place is written down."""

from django.db import transaction
from django.utils import timezone

from registry.models import ActingEntry, Region
from registry.models.periods import validity_covers


def _region_of(municipality):
    """Return the region of which the municipality is a member today."""
    today = validity_covers(timezone.localdate(), "memberships__")
    return Region.objects.filter(today, memberships__municipality=municipality).get()


def look_at_portal(municipality, *, by):
    """Write down that the account `by` looks at the pages of `municipality`; return the entry."""
    return ActingEntry.objects.create(
        region=_region_of(municipality), municipality=municipality, kind=ActingEntry.Kind.LOOKED, by=by
    )


@transaction.atomic
def act_for(municipality, *, step, source, by, person=None):
    """Write down that `by` did `step` (a page's name) in place of `person`; return the entry.

    `source` (ActingEntry.Source) says how it was asked for. Called in the transaction
    of what was done.
    """
    return ActingEntry.objects.create(
        region=_region_of(municipality),
        municipality=municipality,
        person=person,
        kind=ActingEntry.Kind.ACTED,
        step=step,
        source=source,
        by=by,
    )
