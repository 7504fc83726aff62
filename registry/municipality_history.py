"""The history of a municipality for its own people: who changed what and when, never what a detail was or became."""

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SignInEvent
from common.partial_dates import PartialDateAttribute
from registry import models
from registry.models import ActingEntry

# Which rows belong to a municipality, and by what name each is told.
_TABLES = {
    models.Appointment: ("municipality", "get_kind_display"),
    models.SituationStatement: ("municipality", "get_kind_display"),
    models.Agent: ("municipality", None),
    models.Pairing: ("appointment__municipality", None),
    models.SharedMailbox: ("municipality", "post"),
    models.GrantPeriod: ("municipality", "name"),
    models.Premises: ("municipality", "name"),
    models.Channel: ("municipality", "name"),
}
_LATEST = 100
_UNTOLD = {"id", "search", "sort_key"}


@dataclass(frozen=True)
class Change:
    """One change: when, by whom, what happened to what, and which details it touched (their names alone)."""

    happened_at: dt.datetime
    by: str
    what: str
    subject: str
    step: str
    details: tuple[str, ...] = ()


def previous_sign_in(user):
    """Return when `user` signed in the time before this one, or None."""
    events = SignInEvent.objects.filter(account=user, kind=SignInEvent.Kind.SIGNED_IN)
    return events.values_list("happened_at", flat=True)[1:2].first() if user.pk else None


def changes_in(municipality, people, *, since=None, at_most=50):
    """Return the latest Changes of what belongs to `municipality` and of the contact details of `people`, newest first.

    Includes what coordinators did in somebody's place. A fixed number of queries.
    """
    names = {person.pk: person.name for person in people}
    changes = []
    for model, (path, label) in _TABLES.items():
        changes += _changes_of(model, model.history.filter(**{path: municipality}), names, label, since)
    of_people = models.Person.history.filter(id__in=names)
    changes += _changes_of(models.Person, of_people, names, None, since)
    changes += _acts_in(municipality, since)
    return sorted(changes, key=lambda change: change.happened_at, reverse=True)[:at_most]


def _changes_of(model, records, names, label, since):
    """Return the Changes of one table, one query; the version before each is compared with it."""
    records = records.select_related("history_user__person").order_by("-history_date", "-history_id")[:_LATEST]
    by_row = {}
    for record in records:
        by_row.setdefault(record.id, []).append(record)
    changes = []
    for versions in by_row.values():
        for record, before in pairwise([*versions, None]):
            if since is None or record.history_date >= since:
                change = _change(model, record, before, names, label)
                if change is not None:
                    changes.append(change)
    return changes


def _change(model, record, before, names, label):
    """Return the Change from one version to the next, or None when nothing that is told differs."""
    details = ()
    if record.history_type == "~" and before is not None:
        details = _touched(model, record, before)
        if not details:
            return None
    subject = names.get(record.id if model is models.Person else getattr(record, "person_id", None), "")
    if label and not subject:
        named = getattr(record, label)
        subject = str(named() if callable(named) else named)
    return Change(
        happened_at=record.history_date,
        by=_name_of(record.history_user),
        what=str(model._meta.verbose_name),
        subject=subject,
        step={"+": _("added"), "~": _("changed"), "-": _("removed")}[record.history_type],
        details=details,
    )


def _touched(model, record, before):
    """Return the names of the details that differ between two versions; a partly known date is one detail."""
    dates = {
        column: str(attribute.label)
        for parent in model.__mro__
        for attribute in vars(parent).values()
        if isinstance(attribute, PartialDateAttribute)
        for column in attribute.columns
    }
    touched = {}
    for field in type(record).tracked_fields:
        if field.name not in _UNTOLD and getattr(record, field.attname) != getattr(before, field.attname):
            touched[dates.get(field.name, str(field.verbose_name))] = None
    return tuple(touched)


def _acts_in(municipality, since):
    """Return what coordinators did in the portal in somebody's place, and that they looked, as Changes; one query."""
    entries = ActingEntry.objects.for_municipality(municipality)
    if since is not None:
        entries = entries.filter(happened_at__gte=since)
    return [
        Change(
            happened_at=entry.happened_at,
            by=_name_of(entry.by),
            what=str(entry.get_kind_display()),
            subject=entry.person.name if entry.person else "",
            step=str(entry.get_source_display()),
        )
        for entry in entries[:_LATEST]
    ]


def _name_of(account):
    """Return who did it as the municipality's people are told: a name, or that the registry's keeper did."""
    person = getattr(account, "person", None) if account else None
    return person.name if person else _("the keeper of the registry")


def a_month_ago():
    """Return the moment from which changes are told to somebody who signs in for the first time."""
    return timezone.now() - dt.timedelta(days=30)
