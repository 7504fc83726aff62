"""Whose rows are whose: every table of a region knows the way to that region."""

import datetime as dt

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.prepared import Prepared
from registry.models.periods import validity_covers


def coordinated_region_ids(user):
    """Return the ids of the regions whose coordinator `user` is today, as a set.

    Asked from the database once for each user object, which lives for one request.
    """
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    if not hasattr(user, "_coordinated_region_ids"):
        user._coordinated_region_ids = frozenset(_coordinated(user.pk, timezone.localdate()))
    return user._coordinated_region_ids


@Prepared
def _coordinated(user: int, on: dt.date):
    roles = apps.get_model("registry", "Coordinator").objects.current_on(on).filter(person__user=user)
    return roles.order_by().values_list("region_id", flat=True)


def belongs_to_municipality_of(region_ids, path="municipality"):
    """Return the condition that the municipality at `path` is a member of one of the regions today."""
    prefix = f"{path}__memberships__" if path else "memberships__"
    return Q(**{f"{prefix}region__in": region_ids}) & validity_covers(timezone.localdate(), prefix)


class ScopedQuerySet(models.QuerySet):
    """Rows that coordinators see and edit by their region."""

    def in_regions(self, region_ids):
        """Return the rows of these regions; each table says how it belongs to one."""
        return self.filter(belongs_to_municipality_of(region_ids))

    def in_area(self, area, on, path="municipality"):
        """Return the rows whose municipality, at `path` ("" for its own table), is in `area` on day `on`."""
        members = apps.get_model("registry", "AreaMembership").objects.current_on(on).filter(area=area)
        return self.filter(**{f"{path or 'pk'}__in": members.order_by().values("municipality")})

    def editable_by(self, user):
        """Return the rows that `user` may see and edit in the administration.

        Administrators get all, a coordinator those of the regions coordinated
        today, everybody else none. A municipality belongs to the region of which
        it is a member today.
        """
        if user.is_active and user.is_superuser:
            return self.all()
        return self.in_regions(coordinated_region_ids(user))


class RegionRowQuerySet(ScopedQuerySet):
    """Rows with a `region` of their own."""

    def in_regions(self, region_ids):
        """Return the rows of these regions."""
        return self.filter(region__in=region_ids)
