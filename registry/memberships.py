"""Municipalities move between regions and merge; what was, stays."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from common.partial_dates import PartialDate
from registry.models import AreaMembership, Municipality, RegionMembership, Task


def check_membership(membership):
    """Check a membership in a region or an area against the others, inside a transaction that will save it.

    Raises ValidationError (code "overlap") when the municipality would belong to
    two regions, or to two areas of one grouping, on the same day.
    """
    Municipality.objects.select_for_update().get(pk=membership.municipality_id)
    others = type(membership).objects.filter(municipality=membership.municipality_id)
    if isinstance(membership, AreaMembership):
        others = others.filter(area__group=membership.area.group_id)
    if others.overlapping(membership).exists():
        raise ValidationError(
            _("The municipality already belongs elsewhere at that time. End that membership first."), code="overlap"
        )


@transaction.atomic
def save_membership(membership, *, by):
    """Check and save a new or changed membership in a region or an area; return it.

    Raises ValidationError as `check_membership` does; nothing is saved then.
    """
    membership._history_user = by
    membership.full_clean()
    check_membership(membership)
    membership.save()
    return membership


@transaction.atomic
def move_municipality(municipality, region, *, on, by, note=""):
    """Move `municipality` to `region` from the day `on`; return the new membership.

    The present membership and the places in the former region's areas end on the
    day before. Roles stay with the municipality. Raises ValidationError (code
    "overlap") when memberships after that day already exist.
    """
    _end_memberships(municipality, on, by)
    membership = RegionMembership(municipality=municipality, region=region, valid_from=on, note=note)
    return save_membership(membership, by=by)


def _end_memberships(municipality, on, by):
    """End everything that the municipality belongs to on the day before `on`."""
    last_day = on - dt.timedelta(days=1)
    memberships = [
        *RegionMembership.objects.filter(municipality=municipality).current_on(last_day),
        *AreaMembership.objects.filter(municipality=municipality).current_on(last_day),
    ]
    for membership in memberships:
        membership.valid_to = last_day
        membership._history_user = by
        membership.save()


@transaction.atomic
def merge_municipality(municipality, successor, *, on, by):
    """Record that `municipality` becomes part of `successor` on the day `on`.

    Memberships and roles end on the day before, and for each liaison and agent of
    that day a task asks the region's coordinators to appoint anew. Nothing moves:
    the past stays under the old name and code, and the old address leads to the
    successor. Raises ValidationError with code "own_successor", "merged" (one of
    the two has already ended), "no_membership" (the successor belongs to no region
    that day) or "role_after" (a role would begin after the merger).
    """
    locked = Municipality.objects.select_for_update().filter(pk__in=[municipality.pk, successor.pk]).order_by("pk")
    has_ended = any(row.successor_id for row in locked)
    if municipality.pk == successor.pk:
        raise ValidationError(_("A municipality cannot merge into itself."), code="own_successor")
    if has_ended:
        raise ValidationError(_("One of the two has already become part of another municipality."), code="merged")
    home = RegionMembership.objects.filter(municipality=successor).current_on(on).select_related("region").first()
    if home is None:
        raise ValidationError(_("The successor belongs to no region on that day."), code="no_membership")

    if any(role.start_first >= on for role in _roles_of(municipality)):
        raise ValidationError(
            _("A role in %(municipality)s would begin after the merger. Move it to the successor first."),
            code="role_after",
            params={"municipality": municipality},
        )
    last_day = PartialDate.day(on - dt.timedelta(days=1))
    _end_memberships(municipality, on, by)
    for role in [*municipality.appointments.current_on(on), *municipality.agents.current_on(on)]:
        Task.objects.create(
            kind=Task.Kind.ROLE_OF_MERGED,
            title=f"{municipality} → {successor}",
            region=home.region,
            municipality=successor,
            due_on=on,
            url_name=f"admin:registry_{role._meta.model_name}_change",
            url_args=[role.pk],
            created_by=by,
        )
    for role in _roles_of(municipality):
        if role.end_last is None or role.end_last >= on:
            role.end = last_day
            role._history_user = by
            role.save()
    municipality.successor = successor
    municipality.merged_on = on
    municipality._history_user = by
    municipality.save()
    return municipality


def _roles_of(municipality):
    """Return every dated role, statement and pair of `municipality`, the pairs first."""
    agents = list(municipality.agents.prefetch_related("pairings"))
    pairings = [pairing for agent in agents for pairing in agent.pairings.all()]
    return [*pairings, *agents, *municipality.appointments.all(), *municipality.statements.all()]
