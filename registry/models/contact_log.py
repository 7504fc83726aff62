"""Who was called, written to or met, and what was agreed to do next."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.history import PersonalHistory
from registry.models.scope import RegionRowQuerySet


class ContactEntryQuerySet(RegionRowQuerySet):
    """Reads of the contact log."""

    def latest_first(self):
        """Return the entries newest first."""
        return self.order_by("-happened_on", "-pk")

    def with_open_step(self, region, on, *, area=None):
        """Return a region's (or an area's) entries whose next step waits, the most urgent first, in one query."""
        rows = self.filter(region=region, task__done_at__isnull=True, next_step_on__isnull=False)
        rows = rows.in_area(area, on) if area else rows
        return rows.select_related("municipality", "person").order_by("next_step_on", "pk")

    def latest_of_places(self, region):
        """Return the latest entry about each municipality of a region's log, in one query."""
        of_place = self.filter(region=region, municipality=models.OuterRef("municipality")).latest_first()
        rows = self.filter(region=region, municipality__isnull=False)
        return rows.filter(pk=models.Subquery(of_place.values("pk")[:1]))

    def last_of_region(self, region, *, since, until):
        """Return {municipality's id: its last entry between two days} of a region's log, in one query."""
        rows = self.filter(region=region, municipality__isnull=False, happened_on__range=(since, until))
        rows = rows.defer("about", "next_step").order_by("happened_on", "pk")
        return {entry.municipality_id: entry for entry in rows}

    def for_board(self, region):
        """Return (municipality, last day somebody was reached or None, last day it was tried) of a region's log."""
        of_place = self.filter(region=region, municipality__isnull=False).order_by().values("municipality")
        reached = Max("happened_on", filter=Q(is_reached=True))
        return of_place.annotate(reached=reached, tried=Max("happened_on")).values_list(
            "municipality", "reached", "tried"
        )


class ContactEntry(models.Model):
    """One contact with a municipality or a person: when, how, about what, and what comes next.

    A next step with a date is also a task, the row's own (`task`).
    """

    class Means(models.TextChoices):
        PHONE = "phone", _("phone call")
        EMAIL = "email", pgettext_lazy("means of contact", "e-mail")
        MEETING = "meeting", _("met")
        OTHER = "other", _("other")

    region = models.ForeignKey(
        "registry.Region", models.PROTECT, related_name="contact_entries", verbose_name=_("region")
    )
    municipality = models.ForeignKey(
        "registry.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_entries",
        verbose_name=_("municipality"),
    )
    person = models.ForeignKey(
        "registry.Person",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="contact_entries",
        verbose_name=_("person"),
    )
    means = models.CharField(_("how"), max_length=10, choices=Means, default=Means.PHONE)
    happened_on = models.DateField(_("when"), default=timezone.localdate)
    is_reached = models.BooleanField(_("reached"), default=True)
    about = models.TextField(_("about what"), max_length=2000)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_step_on = models.DateField(_("next step by"), null=True, blank=True)
    task = models.OneToOneField(
        "registry.Task",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="contact_entry",
        verbose_name=_("task"),
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("recorded by"),
    )
    recorded_at = models.DateTimeField(_("recorded at"), default=timezone.now, editable=False)

    history = PersonalHistory(personal=["about", "next_step"])
    objects = ContactEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact log entry")
        verbose_name_plural = _("contact log")
        ordering = ["-happened_on", "-pk"]
        indexes = [models.Index(fields=["municipality", "happened_on"], name="contact_entry_latest")]
        constraints = [
            models.CheckConstraint(
                name="contact_entry_with_somebody",
                condition=Q(municipality__isnull=False) | Q(person__isnull=False),
                violation_error_message=_("Choose a municipality or a person."),
            ),
            models.CheckConstraint(
                name="contact_entry_next_step_named",
                condition=Q(next_step_on__isnull=True) | ~Q(next_step=""),
                violation_error_message=_("Write what the next step is."),
            ),
        ]

    @property
    def moment(self):
        """When it happened, as near as is known: when it was recorded on the same day, else noon of its day."""
        if timezone.localdate(self.recorded_at) == self.happened_on:
            return self.recorded_at
        return timezone.make_aware(dt.datetime.combine(self.happened_on, dt.time(12)))

    def __str__(self):
        return f"{self.get_means_display()}, {date_format(self.happened_on, 'SHORT_DATE_FORMAT')}"
