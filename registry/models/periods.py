"""Rows that hold for a time: partly known periods of roles, and plain dated validity of facts."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.partial_dates import PartialDateAttribute, Precision, partial_date_check, partial_date_columns


def period_covers(on, path=""):
    """Return the condition that the Period at relation `path` (ending in "__", or "") is current on day `on`.

    The rule (common/partial_dates.py): a change counts from its last possible
    day. When a role ended before the last day on which it may have begun, that
    last day of its own is the one day it is known to have been held.
    """
    begun = Q(**{f"{path}start_last__lte": on}) | Q(**{f"{path}end_last": on})
    not_ended = Q(**{f"{path}end_last__isnull": True}) | Q(**{f"{path}end_last__gte": on})
    return begun & not_ended


def counts_on(start_last, end_last, on):
    """Whether a period with these last possible days counts on day `on`: `period_covers` for plain values."""
    return (start_last <= on or end_last == on) and (end_last is None or on <= end_last)


def validity_covers(on, path=""):
    """Return the condition that the Validity at relation `path` (ending in "__", or "") holds on day `on`."""
    return (Q(**{f"{path}valid_from__isnull": True}) | Q(**{f"{path}valid_from__lte": on})) & (
        Q(**{f"{path}valid_to__isnull": True}) | Q(**{f"{path}valid_to__gte": on})
    )


class Period(models.Model):
    """A role or a statement with a start and perhaps an end, each known to a day, month, season or year.

    The end is the last day on which it holds. Abstract.
    """

    start_first, start_last, start_precision = partial_date_columns(required=True)
    end_first, end_last, end_precision = partial_date_columns()
    start = PartialDateAttribute(_("from"), required=True)
    end = PartialDateAttribute(_("until"))

    class Meta:
        abstract = True
        constraints = [
            partial_date_check("%(app_label)s_%(class)s_start", "start", required=True),
            partial_date_check("%(app_label)s_%(class)s_end", "end"),
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_not_ended_before",
                condition=Q(end_last__isnull=True) | Q(end_last__gte=models.F("start_first")),
                violation_error_message=_("The end is before the start."),
                violation_error_code="ends_before_start",
            ),
        ]

    def is_current_on(self, on):
        """Whether the row counts on day `on`; the same rule as `period_covers`."""
        return counts_on(self.start_last, self.end_last, on)

    @property
    def is_current(self):
        """Whether the row counts today."""
        return self.is_current_on(timezone.localdate())

    @property
    def is_end_day_known(self):
        """Whether access can depend on the end: there is none, or it is known to the day."""
        return self.end_last is None or self.end_precision == Precision.DAY


class PeriodQuerySet(models.QuerySet):
    """Reads of rows with a Period."""

    def current_on(self, on):
        """Return the rows that count on day `on`."""
        return self.filter(period_covers(on))

    def current(self):
        """Return the rows that count today in Helsinki."""
        return self.current_on(timezone.localdate())

    def ended_before(self, on):
        """Return the rows whose last day was before `on`."""
        return self.filter(end_last__lt=on)

    def going_on_after(self, on):
        """Return the rows that have no end, or one after `on`."""
        return self.filter(Q(end_last__isnull=True) | Q(end_last__gt=on))

    def open_or_future(self):
        """Return the rows that count today or will count later."""
        return self.filter(Q(end_last__isnull=True) | Q(end_last__gte=timezone.localdate()))

    def overlapping(self, period):
        """Return the other rows that certainly hold on some day on which `period` certainly holds.

        Two roles known to a year, one ended in it and one begun in it, may well be
        consecutive and do not overlap.
        """
        rows = self.exclude(pk=period.pk) if period.pk else self
        if period.end_last is not None and period.end_first < period.start_last:
            return rows.none()
        if period.end_last is not None:
            rows = rows.filter(start_last__lte=period.end_first)
        return rows.filter(
            Q(end_last__isnull=True) | Q(end_first__gte=period.start_last) & Q(end_first__gte=models.F("start_last"))
        )

    def latest_first(self):
        """Return the rows newest first."""
        return self.order_by("-start_last", "-end_last", "-pk")


class Validity(models.Model):
    """A fact that holds between two known days, both included; an empty one means "always". Abstract."""

    valid_from = models.DateField(
        _("valid from"), null=True, blank=True, help_text=_("Empty: for as long as is known.")
    )
    valid_to = models.DateField(_("valid to"), null=True, blank=True, help_text=_("The last day on which it holds."))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(app_label)s_%(class)s_valid_in_order",
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=models.F("valid_from")),
                violation_error_message=_("The end is before the start."),
                violation_error_code="ends_before_start",
            )
        ]

    def is_valid_on(self, on):
        """Whether the fact holds on day `on`."""
        return (self.valid_from or dt.date.min) <= on <= (self.valid_to or dt.date.max)


class ValidityQuerySet(models.QuerySet):
    """Reads of rows with a Validity."""

    def current_on(self, on):
        """Return the rows that hold on day `on`."""
        return self.filter(validity_covers(on))

    def current(self):
        """Return the rows that hold today in Helsinki."""
        return self.current_on(timezone.localdate())

    def overlapping(self, fact):
        """Return the other rows that hold on some day on which `fact` holds."""
        rows = self.exclude(pk=fact.pk) if fact.pk else self
        if fact.valid_to is not None:
            rows = rows.filter(Q(valid_from__isnull=True) | Q(valid_from__lte=fact.valid_to))
        if fact.valid_from is not None:
            rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=fact.valid_from))
        return rows
