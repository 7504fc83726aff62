"""The contact log: what was said and agreed is recorded, and the next step becomes a task."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.contacts import confirm_contact_details
from registry.models import ContactEntry, Municipality, Person, Region, Task

# What makes two entries of the same day by the same account one and the same.
_SAME = ("municipality", "person", "means", "happened_on", "is_reached", "about", "next_step", "next_step_on")


def prefill_entry(*, municipality=None, person=None):
    """Return (municipality, person), completed where today leaves one choice: the one liaison, the one place."""
    if person is None and municipality is not None:
        liaisons = Person.objects.liaisons_of(municipality)[:2]
        person = liaisons[0] if len(liaisons) == 1 else None
    elif municipality is None and person is not None:
        places = Municipality.objects.of_roles(person=person)[:2]
        municipality = places[0] if len(places) == 1 else None
    return municipality, person


def _region_of(entry):
    """Return the region that keeps the entry: the municipality's of today, or else the person's."""
    region = None
    if entry.municipality is not None:
        region = Region.objects.home_of(entry.municipality)
    if region is None and entry.person is not None:
        region = entry.person.region
    if region is None:
        raise ValidationError(_("The municipality belongs to no region today."), code="no_region")
    return region


@transaction.atomic
def record_contact(entry, *, by, details_checked=False):
    """Save a new `entry` recorded by the account `by`, with the task of its next step; return it.

    The same entry by the same account on the same day is one: sent twice, the first
    is returned. An entry about a person with roles in one municipality belongs to it
    too. With `details_checked` the person's contact details are recorded as checked
    on the day of the contact. Raises ValidationError: "no_region", "future", or the
    codes of fields and constraints; nothing is saved then.
    """
    if entry.municipality is None:
        entry.municipality, _person = prefill_entry(person=entry.person)
    _check(entry)
    if earlier := _recorded_already(entry, by):
        return earlier
    entry.recorded_by = by
    entry._history_user = by
    entry.task = _task_for(entry, by)
    entry.save()
    _point_back(entry)
    if details_checked and entry.person is not None:
        confirm_contact_details(entry.person, on=entry.happened_on, by=by)
    return entry


def _check(entry):
    """Complete the region and check the entry; hold its place, so that two alike come one after the other."""
    if entry.municipality is not None:
        Municipality.objects.select_for_update().get(pk=entry.municipality_id)
    elif entry.person is not None:
        Person.objects.select_for_update().get(pk=entry.person_id)
    if entry.municipality is not None or entry.person is not None:
        entry.region = _region_of(entry)
    entry.full_clean(exclude=["region"])
    if entry.happened_on > timezone.localdate():
        raise ValidationError({"happened_on": ValidationError(_("This day has not come yet."), code="future")})


def _recorded_already(entry, by):
    since = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    alike = {name: getattr(entry, name) for name in _SAME if getattr(entry, name) is not None}
    missing = {f"{name}__isnull": True for name in _SAME if getattr(entry, name) is None}
    return ContactEntry.objects.filter(recorded_by=by, recorded_at__gte=since, **alike, **missing).first()


def _task_for(entry, by):
    """Return the new task of the entry's next step, or None without a day for it."""
    if entry.next_step_on is None:
        return None
    task = Task(
        kind=Task.Kind.NEXT_STEP,
        url_name="admin:registry_contactentry_change",
        assigned_to=getattr(by, "person", None),
        created_by=by,
    )
    return _follow(task, entry)


def _follow(task, entry):
    """Write into the task what the entry says."""
    task.title, task.due_on = entry.next_step, entry.next_step_on
    task.region, task.municipality = entry.region, entry.municipality
    task.save()
    return task


def _point_back(entry):
    if entry.task is not None and entry.task.url_args != [entry.pk]:
        entry.task.url_args = [entry.pk]
        entry.task.save(update_fields=["url_args"])


@transaction.atomic
def correct_contact(entry, *, by):
    """Save a changed `entry` and keep the task of its next step in step; return it.

    An open task takes the new wording and day, and goes when the day is taken away.
    A task that is done stays as it was; a next step that was changed after that is a
    new task. Raises ValidationError as `record_contact` does.
    """
    _check(entry)
    before = ContactEntry.objects.get(pk=entry.pk)
    has_changed = (before.next_step, before.next_step_on) != (entry.next_step, entry.next_step_on)
    superseded = None
    if entry.task is not None and entry.task.done_at is None:
        if entry.next_step_on is None:
            superseded, entry.task = entry.task, None
        else:
            _follow(entry.task, entry)
    elif entry.next_step_on is not None and has_changed:
        entry.task = _task_for(entry, by)
    entry._history_user = by
    entry.save()
    _point_back(entry)
    if superseded is not None:
        superseded.delete()
    return entry
