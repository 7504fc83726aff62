"""Roles begin, change and end: the one way in which dated roles and statements are written."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.partial_dates import PartialDate
from registry.invitations import invite_newcomer
from registry.models import Agent, Appointment, Coordinator, Municipality, Pairing, Region, SituationStatement
from registry.tasks import follow_role


def _lock_place(role):
    """Hold the role's municipality or region until the transaction ends, so that checks stand; return it."""
    if isinstance(role, Coordinator):
        return Region.objects.select_for_update().get(pk=role.region_id)
    municipality_id = role.agent.municipality_id if isinstance(role, Pairing) else role.municipality_id
    return Municipality.objects.select_for_update().get(pk=municipality_id)


def _same_post(role):
    """Return the rows that may not hold at the same time as `role`, or None when any number may."""
    match role:
        case Appointment(person_id=None) | Agent(person_id=None) | Coordinator(person_id=None):
            return None
        case Appointment():
            return Appointment.objects.filter(municipality=role.municipality_id, person=role.person_id, kind=role.kind)
        case SituationStatement():
            return SituationStatement.objects.filter(municipality=role.municipality_id, kind=role.kind)
        case Agent():
            return Agent.objects.filter(municipality=role.municipality_id, person=role.person_id)
        case Pairing():
            return Pairing.objects.filter(appointment=role.appointment_id, agent=role.agent_id)
        case Coordinator():
            return Coordinator.objects.filter(person=role.person_id, region=role.region_id, area=role.area_id)


def check_role(role):
    """Check `role` against the other rows, inside a transaction that will save it.

    Raises ValidationError with code "end_needs_day" (an end today or later must be
    known to the day, because access depends on it), "overlap" (the same person in
    the same post, or the same statement, at the same time), "merged" (the
    municipality had become part of another by then), "other_municipality" (a pair
    across municipalities) or "other_region" (an area of another region).
    """
    place = _lock_place(role)
    if role.end_last is not None and role.end_last >= timezone.localdate() and not role.is_end_day_known:
        raise ValidationError(
            _("Give the exact day of the end, because rights end on it. A month or a year will do for what is past."),
            code="end_needs_day",
        )
    rivals = _same_post(role)
    if rivals is not None and rivals.overlapping(role).exists():
        raise ValidationError(
            _("The same is already recorded for this time. End the earlier one first, or change it."), code="overlap"
        )
    merged_on = None if isinstance(role, Coordinator) else place.merged_on
    if merged_on and (role.end_last is None or role.end_last >= merged_on):
        raise ValidationError(
            _("%(municipality)s became part of %(successor)s on %(day)s. End the role before that day."),
            code="merged",
            params={
                "municipality": place,
                "successor": place.successor,
                "day": PartialDate.day(merged_on),
            },
        )
    if isinstance(role, Pairing) and role.appointment.municipality_id != role.agent.municipality_id:
        raise ValidationError(_("A pair works in one municipality."), code="other_municipality")
    if isinstance(role, Coordinator) and role.area_id and role.area.group.region_id != role.region_id:
        raise ValidationError(_("The area belongs to another region."), code="other_region")


@transaction.atomic
def save_role(role, *, by, invites=True):
    """Check and save a new or changed role, statement or pair; return it.

    `by` is the account that does it (None for commands). Naming a liaison ends the
    statements in force that somebody is being named or that there is nobody, on the
    day before. An end given to an appointment or an agent ends their pairs, and a
    liaison's deputies, on the same day at the latest. The tasks of somebody who has
    left are passed on, and a task asks for a new liaison (registry/tasks.py). The
    holder of a new role who has an address and no account is invited, unless a command
    does it or `invites` is off: a file of thirty liaisons must not send thirty letters
    that nobody has looked at. Raises ValidationError, with the codes of `check_role` besides those of the
    fields and constraints; nothing is saved then.
    """
    is_new = role.pk is None
    _write_role(role, by)
    follow_role(role)
    if is_new and invites and by is not None:
        invite_newcomer(role, by=by)
    return role


def _write_role(role, by):
    role._history_user = by
    role.full_clean()
    check_role(role)
    role.save()
    if isinstance(role, Appointment) and role.kind == Appointment.Kind.LIAISON:
        _end_statements_before(role, by)
    if role.end_last is not None:
        _end_dependents(role, by)


def _end_statements_before(appointment, by):
    """End the statements in force that the appointment makes untrue, those with a later end included."""
    in_force = Q(end_last__isnull=True) | Q(end_first__gte=appointment.start_last)
    for statement in appointment.municipality.statements.filter(in_force, start_last__lt=appointment.start_last):
        _shorten(statement, PartialDate.day(appointment.start_last - dt.timedelta(days=1)), by)


def _end_dependents(role, by):
    """End the pairs of an ended role, and the deputies of an ended liaison."""
    dependents = []
    if isinstance(role, Appointment | Agent):
        dependents += role.pairings.all()
    if isinstance(role, Appointment):
        dependents += role.deputies.all()
    for dependent in dependents:
        if (dependent.end_last is None or dependent.end_last > role.end_last) and (
            dependent.start_first <= role.end_last
        ):
            _shorten(dependent, role.end, by)


def _shorten(row, end, by):
    row.end = end
    row._history_user = by
    row.save()


@transaction.atomic
def end_role(role, *, on, by, then=None, source=""):
    """End `role` on the PartialDate `on` (its last day) and return it.

    For a liaison, `then` may say how the municipality stands from the next day:
    a kind of SituationStatement, with `source`. Without it, and with nobody else
    named, the situation becomes "no information": that there is nobody is never
    concluded, somebody says it. Raises ValidationError as `save_role` does.
    """
    role.end = on
    _write_role(role, by)
    if then:
        statement = SituationStatement(municipality=role.municipality, kind=then, source=source or role.source)
        statement.start = PartialDate.day(on.last + dt.timedelta(days=1))
        _write_role(statement, by)
    # Last, so that a statement on what follows leaves no vacancy.
    follow_role(role)
    return role
