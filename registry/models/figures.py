"""Figures published before the registry; shown with their source beside computed ones, never summed with them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from registry.models.scope import RegionRowQuerySet


class FigureSeries(models.Model):
    """What a published figure counts; figures of one series can stand in one row over the years."""

    key = models.SlugField(_("key"), unique=True, max_length=60)
    name = models.CharField(_("name"), max_length=160)
    explanation = models.CharField(_("what was counted"), max_length=400, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("published series")
        verbose_name_plural = _("series of published figures")
        ordering = ["position", "key"]

    def __str__(self):
        return self.name


class PublishedFigureQuerySet(RegionRowQuerySet):
    """Reads of published figures."""

    def latest_editions(self):
        """Return the figures that no later publication has corrected."""
        return self.filter(corrections__isnull=True)

    def for_region_page(self, region):
        """Return all editions of a region's own figures, in the order of series, year and publication."""
        return (
            self.filter(region=region, municipality__isnull=True)
            .select_related("series")
            .order_by("series__position", "reference_year", "published_on", "key")
        )

    def of_indicator(self, region, key):
        """Return the figures of a region and of its municipalities on an indicator of the survey, the oldest first."""
        rows = self.latest_editions().filter(region=region, indicator_key=key).select_related("series", "municipality")
        return rows.order_by("reference_year", "published_on", "series__position", "key")

    def for_municipality_page(self, municipality):
        """Return the figures that are about a municipality or name it, newest first."""
        named = PublishedFigure.named_municipalities.through.objects.filter(municipality=municipality)
        return (
            self.latest_editions()
            .filter(Q(municipality=municipality) | Q(pk__in=named.values("publishedfigure")))
            .select_related("series")
            .order_by("-published_on", "series__position", "pk")
        )


class PublishedFigure(models.Model):
    """One figure as it was published on a day; a correction is a row of its own that supersedes the first.

    A share is shown only for a count whose `out_of` was published: where n is
    unknown there is no share (rule 2 of docs/rules.md).
    """

    class Statistic(models.TextChoices):
        COUNT = "count", _("count")
        MEAN = "mean", _("mean")
        SUM = "sum", _("sum")
        PER_RESIDENT = "per_resident", _("per resident")
        PERCENT = "percent", _("per cent, number of answers not published")

    key = models.SlugField(_("key"), unique=True)
    series = models.ForeignKey(FigureSeries, models.PROTECT, related_name="figures", verbose_name=_("series"))
    region = models.ForeignKey(
        "registry.Region", models.PROTECT, related_name="published_figures", verbose_name=_("region")
    )
    municipality = models.ForeignKey(
        "registry.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="published_figures",
        verbose_name=_("municipality"),
        help_text=_("Only when the figure is about one municipality."),
    )
    named_municipalities = models.ManyToManyField(
        "registry.Municipality",
        blank=True,
        related_name="named_in_figures",
        verbose_name=_("municipalities named"),
        help_text=_("Those that the publication counted by name."),
    )
    published_on = models.DateField(_("published on"))
    reference_year = models.PositiveSmallIntegerField(_("year it tells of"))
    statistic = models.CharField(_("statistic"), max_length=12, choices=Statistic)
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=2)
    out_of = models.PositiveIntegerField(_("out of"), null=True, blank=True, help_text=_("Empty: never published."))
    base = models.CharField(_("what it is a share of"), max_length=160, blank=True)
    unit = models.CharField(_("unit"), max_length=120)
    indicator_key = models.CharField(_("indicator of the survey"), max_length=60, blank=True)
    options = models.CharField(_("answers counted"), max_length=300, blank=True)
    is_derived = models.BooleanField(
        _("computed by us from what was published"), default=False, help_text=_("Say how in the note.")
    )
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("source, link"), blank=True)
    note = models.CharField(_("note"), max_length=400, blank=True)

    objects = PublishedFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        ordering = ["series", "reference_year", "published_on", "key"]
        constraints = [
            models.CheckConstraint(
                name="published_count_within_n",
                condition=~Q(statistic="count") | Q(out_of__isnull=True) | Q(value__lte=models.F("out_of")),
                violation_error_message=_("The count is greater than the number it is out of."),
            ),
            models.CheckConstraint(
                name="published_figure_not_own_correction",
                condition=Q(supersedes__isnull=True) | ~Q(supersedes=models.F("pk")),
                violation_error_message=_("A figure cannot correct itself."),
            ),
        ]

    def __str__(self):
        return f"{self.key}: {self.series}, {self.reference_year}"

    @property
    def has_share(self):
        """Whether a percentage may be shown: only of a count whose n was published."""
        return self.statistic == self.Statistic.COUNT and bool(self.out_of)
