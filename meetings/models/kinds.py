"""What kinds of meetings there are, and what they are about: rows, not subclasses."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from registry.models.scope import ScopedQuerySet


class OwnOrEverybodysQuerySet(ScopedQuerySet):
    """Rows that are everybody's when they name no region."""

    def in_regions(self, region_ids):
        """Return the rows of these regions, and everybody's."""
        return self.filter(Q(region__isnull=True) | Q(region__in=region_ids))

    def usable_in(self, region):
        """Return the rows that a meeting of `region` can use, in their order."""
        return self.in_regions([region.pk]).filter(is_offered=True)


class MeetingKind(models.Model):
    """A kind of meeting: who hosts it, how many are expected in a year, who is usually invited, whether it is public.

    Without a region it is everybody's.
    """

    class Host(models.TextChoices):
        REGION = "region", _("the region, or one of its areas")
        MUNICIPALITY = "municipality", _("one or several municipalities")

    region = models.ForeignKey(
        "registry.Region", models.PROTECT, null=True, blank=True, related_name="meeting_kinds",
        verbose_name=_("region"), help_text=_("Empty: every region uses it."),
    )  # fmt: skip
    key = models.SlugField(_("key"), unique=True, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("what it is"), max_length=300, blank=True)
    host = models.CharField(_("hosted by"), max_length=12, choices=Host, default=Host.REGION)
    n_expected = models.PositiveSmallIntegerField(
        _("expected in a year"), default=0, validators=[MaxValueValidator(52)],
        help_text=_("How many of a region, or of each municipality that hosts. 0: none in particular."),
    )  # fmt: skip
    usual_minutes = models.PositiveSmallIntegerField(
        _("usual length, minutes"), default=120, validators=[MaxValueValidator(60 * 24)]
    )
    is_public = models.BooleanField(
        _("public"), default=True, help_text=_("Meetings of this kind stand on the public pages and in the calendars.")
    )
    is_offered = models.BooleanField(
        _("offered for new meetings"), default=True, help_text=_("Earlier meetings keep their kind.")
    )
    days_to_remind_of_reply = models.PositiveSmallIntegerField(
        _("reminder to those who have not replied, days before"), default=10, validators=[MaxValueValidator(60)],
        help_text=_("Days before registration ends, or the meeting begins. 0: no reminder."),
    )  # fmt: skip
    days_to_remind_of_day = models.PositiveSmallIntegerField(
        _("reminder to those who come, days before"), default=2, validators=[MaxValueValidator(30)],
        help_text=_("0: no reminder."),
    )  # fmt: skip
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OwnOrEverybodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("kind of meeting")
        verbose_name_plural = _("kinds of meetings")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name

    @property
    def is_of_municipalities(self):
        """Whether municipalities host it."""
        return self.host == self.Host.MUNICIPALITY


class KindAudience(models.Model):
    """Who is usually invited to a kind of meeting, by the roles that are current when the letters are made."""

    class Audience(models.TextChoices):
        LIAISONS = "liaisons", _("liaisons")
        AGENTS = "agents", _("association agents")
        COORDINATORS = "coordinators", _("coordinators")
        ASSOCIATIONS = "associations", _("associations of the municipality")

    kind = models.ForeignKey(MeetingKind, models.CASCADE, related_name="audiences", verbose_name=_("kind of meeting"))
    audience = models.CharField(_("invited"), max_length=12, choices=Audience)

    class Meta:
        verbose_name = _("usual invitees")
        verbose_name_plural = _("usual invitees")
        ordering = ["kind", "audience"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "audience"],
                name="audience_once_in_kind",
                violation_error_message=_("They are already among those invited."),
            )
        ]

    def __str__(self):
        return self.get_audience_display()


class AgendaTemplateItem(models.Model):
    """A point with which the agenda of a kind of meeting begins."""

    kind = models.ForeignKey(
        MeetingKind, models.CASCADE, related_name="agenda_template", verbose_name=_("kind of meeting")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(pgettext_lazy("of a meeting", "title"), max_length=160)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=15, validators=[MaxValueValidator(60 * 12)], help_text=_("0: without a time of its own.")
    )

    class Meta:
        verbose_name = _("point of an agenda template")
        verbose_name_plural = _("agenda template")
        ordering = ["kind", "position", "pk"]

    def __str__(self):
        return self.title


class MeetingTheme(models.Model):
    """A theme from the bank: grants and their criteria, premises, communication and so on."""

    region = models.ForeignKey(
        "registry.Region", models.PROTECT, null=True, blank=True, related_name="meeting_themes",
        verbose_name=_("region"), help_text=_("Empty: every region uses it."),
    )  # fmt: skip
    key = models.SlugField(_("key"), unique=True, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("what it is about"), max_length=300, blank=True)
    is_offered = models.BooleanField(
        _("offered for new meetings"), default=True, help_text=_("Earlier meetings keep their themes.")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = OwnOrEverybodysQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme of meetings")
        verbose_name_plural = _("themes of meetings")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name
