"""What stays over the years: themes, criteria, and the indicators by which questions are known."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.scope import RegionRowQuerySet

# What else stands below a round's address in the portal.
PAGES_BESIDE_THEMES = frozenset({"aloita", "tarkista", "laheta", "kuitti", "pyynto", "tulokset"})


class Theme(models.Model):
    """A theme of the survey: the four of the recommendation, and the cooperation as a whole."""

    key = models.SlugField(
        _("key"), unique=True, max_length=40, help_text=_("Stands in addresses, so do not change it.")
    )
    name = models.CharField(_("name"), max_length=160)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    is_scored = models.BooleanField(
        _("has a score"), default=True, help_text=_("Whether a new round gives points for the theme's questions.")
    )

    class Meta:
        verbose_name = _("theme of the survey")
        verbose_name_plural = _("themes of the survey")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse a key that is a page of its own beside the themes' pages."""
        super().clean()
        if self.key in PAGES_BESIDE_THEMES:
            raise ValidationError(
                {"key": _("“%(key)s” is a page of the survey itself. Choose another.") % {"key": self.key}}
            )


class Criterion(models.Model):
    """One of the associations' own criteria of an association-friendly municipality."""

    key = models.SlugField(_("key"), unique=True, max_length=40, help_text=_("Stays the same when the name changes."))
    name = models.CharField(_("name"), max_length=160)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("criterion of an association-friendly municipality")
        verbose_name_plural = _("criteria of an association-friendly municipality")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name


class IndicatorQuerySet(RegionRowQuerySet):
    """Reads of indicators."""

    def in_regions(self, region_ids):
        """Return everybody's indicators and those of these regions' own."""
        return self.filter(Q(region__isnull=True) | Q(region__in=region_ids))


class Indicator(models.Model):
    """What is followed from year to year; a question in a round is one year's way of asking it.

    The key is the identity (rule 3 of docs/rules.md): it never changes and is never used for
    something else.
    """

    key = models.SlugField(
        _("key"),
        unique=True,
        max_length=60,
        help_text=_("By this the answers of different years are known to be about the same. It never changes."),
    )
    name = models.CharField(_("short name"), max_length=160, help_text=_("As it stands in tables and charts."))
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="indicators", verbose_name=_("usual theme"))
    criterion = models.ForeignKey(
        Criterion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("usual criterion"),
    )
    region = models.ForeignKey(
        "registry.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
        verbose_name=_("region"),
        help_text=_("Empty: every region may ask it."),
    )

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["theme__position", "key"]

    def __str__(self):
        return self.name
