"""Where meetings are held."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.names import SortKeyField
from registry.models.scope import ScopedQuerySet


class VenueQuerySet(ScopedQuerySet):
    """Reads of venues."""

    def usable_in(self, region, on):
        """Return the venues in the municipalities of `region` on day `on`."""
        return self.in_regions([region.pk]).filter(is_offered=True).select_related("municipality")


class Venue(models.Model):
    """A place where meetings are held, with how to come and how accessible it is: written once, used again."""

    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="venues", verbose_name=_("municipality")
    )
    name = models.CharField(_("name"), max_length=160, help_text=_("For example: Main library, Pakkala hall."))
    street_address = models.CharField(_("street address"), max_length=200)
    directions = models.TextField(
        _("how to come"), max_length=600, blank=True, help_text=_("Bus lines, parking, which door.")
    )
    accessibility = models.TextField(
        _("accessibility of the place"), max_length=600, blank=True,
        help_text=_("For example: step-free entrance, accessible toilet, induction loop."),
    )  # fmt: skip
    premises = models.ForeignKey(
        "registry.Premises", models.SET_NULL, null=True, blank=True, related_name="venues",
        verbose_name=_("among the premises for associations"),
    )  # fmt: skip
    is_offered = models.BooleanField(_("offered for new meetings"), default=True)
    sort_key = SortKeyField("name")

    objects = VenueQuerySet.as_manager()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["municipality", "sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "name"],
                name="venue_once_in_municipality",
                violation_error_message=_("The municipality already has a venue of this name."),
            )
        ]

    def __str__(self):
        return f"{self.name}, {self.street_address}"
