"""The history of a municipality for its own people: who changed what and when, never what a detail was or became."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django.apps import apps
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import SignInEvent
from common.partial_dates import PartialDateAttribute
from registry import models
from registry.models import ActingEntry

# Which rows belong to a municipality, and by what name each is told.
_TABLES = {
    models.Appointment: ("municipality", "kind"),
    models.SituationStatement: ("municipality", "kind"),
    models.Agent: ("municipality", None),
    models.Pairing: ("appointment__municipality", None),
    models.SharedMailbox: ("municipality", "post"),
    models.GrantPeriod: ("municipality", "name"),
    models.Premises: ("municipality", "name"),
    models.Channel: ("municipality", "name"),
}
_LATEST = 300  # versions that are read; each is compared with the one before
_ACTS, _REASON = "acts", "history_change_reason"
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

    Includes what coordinators did in somebody's place. One query: every table's versions
    as rows of the same shape, what they hold as JSON.
    """
    names = {person.pk: person.name for person in people}
    versions = [_versions_of(model, Q(**{path: municipality})) for model, (path, _label) in _TABLES.items()]
    versions += [_versions_of(models.Person, Q(id__in=names)), _acts_in(municipality)]
    rows = versions[0].union(*versions[1:], all=True).order_by("-at", "-version")[:_LATEST]
    changes, rows = [], [Version(*row) for row in rows]
    for place, version in enumerate(rows):
        if since is None or version.at >= since:
            before = next((row for row in rows[place + 1 :] if row[:2] == version[:2]), None)
            changes.append(_act(version) if version.table == _ACTS else _change(version, before, names))
    return [change for change in changes if change is not None][:at_most]


class Version(NamedTuple):
    """A version of a row of any table: which, when, what kind of change, by whom, and what the row held then."""

    table: str
    row: int
    version: int
    at: dt.datetime
    step: str
    given_name: str | None
    family_name: str | None
    values: dict


def _versions_of(model, condition):
    """Return the versions of a table's rows as values of a Version."""
    told = {column.attname: F(column.attname) for column in model.history.model.tracked_fields}
    rows = model.history.filter(condition).order_by()
    return _as_versions(
        rows,
        model._meta.label_lower,
        F("id"),
        F("history_id"),
        F("history_date"),
        F("history_type"),
        "history_user__person",
        told | {_REASON: F("history_change_reason")},
    )


def _acts_in(municipality):
    """Return what coordinators did in the portal in somebody's place, and that they looked, as values of a Version."""
    told = {name: F(name) for name in ("source", "person__given_name", "person__family_name")}
    rows = ActingEntry.objects.filter(municipality=municipality).order_by()
    return _as_versions(rows, _ACTS, F("pk"), F("pk"), F("happened_at"), F("kind"), "by__person", told)


def _as_versions(rows, table, row, version, at, step, person, told):
    return rows.annotate(
        table_name=Value(table),
        row_number=row,
        version=version,
        at=at,
        step_word=Cast(step, CharField()),
        by_given_name=F(f"{person}__given_name"),
        by_family_name=F(f"{person}__family_name"),
        told=JSONObject(**told),
    ).values_list(
        "table_name", "row_number", "version", "at", "step_word", "by_given_name", "by_family_name", "told"
    )  # fmt: skip


def _change(version, before, names):
    """Return the Change from one version to the next, or None when nothing that is told differs."""
    model, details = apps.get_model(version.table), ()
    if version.step == "~" and before is not None:
        details = _touched(model, version.values, before.values)
        if not details:
            return None
    subject = names.get(version.row if model is models.Person else version.values.get("person_id"), "")
    if not subject and model in _TABLES:
        subject = _called(model, _TABLES[model][1], version.values)
    return Change(
        happened_at=version.at,
        by=_name_of(version),
        what=str(model._meta.verbose_name),
        subject=subject,
        step={"+": _("added"), "~": _("changed"), "-": _("removed")}[version.step],
        details=details,
    )


def _called(model, label, values):
    """Return by what a row is told: one of its columns, a choice in words."""
    if not label:
        return ""
    choices = dict(model._meta.get_field(label).flatchoices)
    return str(choices.get(values[label], values[label]))


def _touched(model, after, before):
    """Return the names of the details that differ between two versions; a partly known date is one detail."""
    dates = {
        column: str(attribute.label)
        for parent in model.__mro__
        for attribute in vars(parent).values()
        if isinstance(attribute, PartialDateAttribute)
        for column in attribute.columns
    }
    touched = {}
    for field in model.history.model.tracked_fields:
        if field.name not in _UNTOLD and after[field.attname] != before[field.attname]:
            touched[dates.get(field.name, str(field.verbose_name))] = None
    # Rows beside the row, such as topics: the version's reason names them (registry/contacts.py).
    beside = {field.name: str(field.verbose_name) for field in model._meta.many_to_many}
    if after[_REASON] in beside:
        touched[beside[after[_REASON]]] = None
    return tuple(touched)


def _act(version):
    """Return what a coordinator did in somebody's place, or that they looked, as a Change."""
    values = version.values
    names = (values["person__given_name"], values["person__family_name"])
    return Change(
        happened_at=version.at,
        by=_name_of(version),
        what=str(ActingEntry.Kind(version.step).label),
        subject=" ".join(filter(None, names)),
        step=str(ActingEntry.Source(values["source"]).label) if values["source"] else "",
    )


def _name_of(version):
    """Return who did it as the municipality's people are told: a name, or that the registry's keeper did."""
    return " ".join(filter(None, (version.given_name, version.family_name))) or _("the keeper of the registry")


def a_month_ago():
    """Return the moment from which changes are told to somebody who signs in for the first time."""
    return timezone.now() - dt.timedelta(days=30)
