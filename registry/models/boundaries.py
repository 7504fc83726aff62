"""Where municipalities lie: their boundaries as a map draws them."""

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from registry.models.geography import Municipality, RegionMembership


class MunicipalityBoundaryQuerySet(models.QuerySet):
    """Reads of boundaries."""

    def for_region_page(self, region, on):
        """Return the boundaries of the municipalities that belong to `region` on day `on`, in one query."""
        members = RegionMembership.objects.current_on(on).filter(region=region, municipality=OuterRef("municipality"))
        return self.filter(Exists(members)).order_by("municipality__code")


class MunicipalityBoundary(models.Model):
    """A municipality's boundary, simplified for a map; written by registry/boundary_files.py alone.

    `rings` are lists of [x, y] integers on one grid for the whole country (10 metres
    of ETRS-TM35FIN, x to the east, y to the south as a screen's), the largest first,
    without the first point repeated at the end. Two neighbours have the same points
    along their border. A ring inside another is a hole: the rings are filled by the
    even-odd rule. The label's point is inside, as far from the border as it gets.
    """

    municipality = models.OneToOneField(
        Municipality, models.CASCADE, related_name="boundary", verbose_name=_("municipality")
    )
    rings = models.JSONField(_("outline"))
    label_x = models.PositiveIntegerField(_("place of the name to the east"))
    label_y = models.PositiveIntegerField(_("place of the name to the south"))
    attribution = models.CharField(_("attribution"), max_length=300)
    imported_at = models.DateTimeField(_("imported at"))

    objects = MunicipalityBoundaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("boundary of a municipality")
        verbose_name_plural = _("boundaries of municipalities")
        ordering = ["municipality"]

    def __str__(self):
        return str(self.municipality)
