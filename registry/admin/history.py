"""The history of a row in plain words."""

from django.conf import settings
from django.contrib.admin.utils import display_for_field
from django.core.exceptions import ObjectDoesNotExist
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from common.partial_dates import PartialDateAttribute
from registry.history import FingerprintField

NOTHING = "–"
LONGEST_VALUE = 200


def changes_between(newer, older, model, *, leave_out=()):
    """Return what changed from one version of a row to the next: dictionaries with field, old and new.

    Compares every column that history keeps, also those that no form edits as such
    (the library's own comparison leaves them out). A personal detail has changed,
    and neither its values nor their fingerprints are told: `is_personal` stands in
    their place. The three columns of a partial date are one date. `leave_out` names
    columns that repeat others.
    """
    dates = _date_of_column(model)
    rows = {}
    for field in newer.tracked_fields:
        if field.name in leave_out or getattr(newer, field.attname) == getattr(older, field.attname):
            continue
        attribute = dates.get(field.name)
        if attribute:
            old, new = (attribute.__get__(record, type(record)) or NOTHING for record in (older, newer))
            rows[attribute.name] = {"field": capfirst(attribute.label), "old": old, "new": new}
        elif _is_personal(newer._meta.get_field(field.name)):
            rows[field.name] = {"field": capfirst(field.verbose_name), "is_personal": True}
        else:
            old, new = (_shown(record, field) for record in (older, newer))
            rows[field.name] = {"field": capfirst(field.verbose_name), "old": old, "new": new}
    return list(rows.values())


def _is_personal(field):
    """Whether a field tells of a person: a fingerprint, or the sign-in address of an account."""
    is_account = field.is_relation and field.related_model._meta.label == settings.AUTH_USER_MODEL
    return isinstance(field, FingerprintField) or is_account


def _shown(record, field):
    """Return a value as lists show it."""
    if field.is_relation:
        try:
            return getattr(record, field.name) or NOTHING
        except ObjectDoesNotExist:
            return _("a row that is no longer kept")
    if field.get_internal_type() == "BooleanField":
        return _("yes") if getattr(record, field.name) else _("no")
    return Truncator(display_for_field(getattr(record, field.name), field, NOTHING) or NOTHING).chars(LONGEST_VALUE)


def _date_of_column(model):
    """Return the PartialDateAttribute of each column that belongs to one."""
    return {
        column: attribute
        for parent in model.__mro__
        for attribute in vars(parent).values()
        if isinstance(attribute, PartialDateAttribute)
        for column in attribute.columns
    }
