"""Tasks are opened by the system, passed on when somebody leaves, and done."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from registry.models import Appointment, AreaMembership, Coordinator, Handover, Municipality, SituationStatement, Task

VACANCY_WITHIN = dt.timedelta(days=30)


def complete_task(task, *, by):
    """Mark `task` done by the account `by` (None: by the system), once; return it."""
    if task.done_at is None:
        task.done_at = timezone.now()
        task.done_by = by
        task.save(update_fields=["done_at", "done_by"])
    return task


def responsible_coordinator(region, municipality=None):
    """Return the one person who looks after `municipality` in `region` today, or None when it is not exactly one.

    Those of the municipality's areas come before those of the whole region. A role
    on its last day no longer takes on work.
    """
    today = timezone.localdate()
    areas = AreaMembership.objects.current_on(today).filter(municipality=municipality)
    coordinators = (
        Coordinator.objects.current_on(today).going_on_after(today).filter(region=region, person__isnull=False)
    )
    responsible = Coordinator.responsible_for(
        set(areas.values_list("area", flat=True)), coordinators.select_related("person")
    )
    people = {role.person for role in responsible}
    return people.pop() if len(people) == 1 else None


@transaction.atomic
def reassign_tasks(*, person=None):
    """Pass on the open tasks of those whose last role in the task's region has ended; return how many.

    Of `person` alone, or of everybody. A task goes to the successor whom a handover names
    and who has a post there, or else to the coordinator responsible for its municipality's
    area when that is exactly one person, otherwise to nobody: any coordinator of the
    region. Harmless when repeated.
    """
    tasks = Task.objects.left_behind(timezone.localdate())
    if person is not None:
        tasks = tasks.filter(assigned_to=person)
    return _pass_on(tasks)


@transaction.atomic
def hand_over_tasks(person):
    """Pass on all open tasks of somebody who is about to be erased, as `reassign_tasks` does; return how many."""
    return _pass_on(Task.objects.open().filter(assigned_to=person))


def _pass_on(tasks):
    rows = list(tasks.select_related("region", "municipality", "assigned_to"))
    for task in rows:
        heir = _successor(task) or (responsible_coordinator(task.region, task.municipality) if task.region else None)
        task.assigned_to = None if heir is None or heir.pk == task.assigned_to_id else heir
        task.save(update_fields=["assigned_to"])
    return len(rows)


def _successor(task):
    """Return who follows the task's holder in its place by a handover and has a post there, or None."""
    today = timezone.localdate()
    rows = Handover.objects.from_person_in(task.assigned_to, municipality=task.municipality, region=task.region)
    for handover in rows:
        posts = (
            Appointment.objects.filter(municipality=task.municipality)
            if handover.appointment_id
            else Coordinator.objects.filter(region=task.region)
        )
        if posts.going_on_after(today).filter(person=handover.successor).exists():
            return handover.successor
    return None


_passings = []


def register_passing(pass_on):
    """Let an application on a higher floor pass on what somebody who has left held there; from its AppConfig.ready.

    `pass_on(person=None)` does so for one person or for all whose roles have ended, returns
    how many rows, and is harmless when repeated.
    """
    if pass_on not in _passings:
        _passings.append(pass_on)


def _pass_on_elsewhere(person=None):
    return sum(pass_on(person=person) for pass_on in _passings)


def successor_in(municipality, leaver):
    """Return who follows `leaver` in `municipality` by a handover and has a post there today, or None."""
    today = timezone.localdate()
    for handover in Handover.objects.from_person_in(leaver, municipality=municipality):
        posts = Appointment.objects.current_on(today).filter(municipality=municipality, person=handover.successor)
        if posts.exists():
            return handover.successor
    return None


@transaction.atomic
def update_vacancy_tasks(*, municipality=None):
    """Open a task where a liaison has left and nothing is known of what follows, and close it when something is.

    For one municipality or for all; returns (opened, closed). What follows is
    another liaison, an officer with the duties or a statement, today or later. A
    task that somebody has marked done is not opened again for the same vacancy.
    Harmless when repeated.
    """
    today = timezone.localdate()
    places, tasks = Municipality.objects.vacant_on(today), Task.objects.open().filter(kind=Task.Kind.VACANCY)
    if municipality is not None:
        places, tasks = places.filter(pk=municipality.pk), tasks.filter(municipality=municipality)
    done = list(tasks.exclude(municipality__in=places.values("pk")))
    for task in done:
        complete_task(task, by=None)
    opened = [_vacancy_task(place, today) for place in places.without_vacancy_task()]
    # Two at the same time open one: the table allows no second.
    Task.objects.bulk_create(opened, ignore_conflicts=True)
    return len(opened), len(done)


def _vacancy_task(municipality, today):
    region = municipality.memberships.current_on(today).select_related("region").get().region
    return Task(
        kind=Task.Kind.VACANCY,
        title=municipality.name_fi,
        region=region,
        municipality=municipality,
        assigned_to=responsible_coordinator(region, municipality),
        due_on=today + VACANCY_WITHIN,
        url_name="admin:registry_municipality_change",
        url_args=[municipality.pk],
    )


def follow_role(role):
    """Put tasks in step with a role or statement that has been written: vacancies, and the work of who has left."""
    if isinstance(role, Appointment | SituationStatement):
        update_vacancy_tasks(municipality=role.municipality)
    person = getattr(role, "person", None)
    if person is not None and role.end_last is not None and role.end_last <= timezone.localdate():
        reassign_tasks(person=person)
        _pass_on_elsewhere(person=person)


def update_tasks():
    """Do what ends by the clock ask for; return {what: how many}. Safe to run twice."""
    opened, closed = update_vacancy_tasks()
    passed_on = reassign_tasks() + _pass_on_elsewhere()
    return {"passed on": passed_on, "vacancies opened": opened, "vacancies closed": closed}
