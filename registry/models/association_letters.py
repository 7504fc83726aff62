"""Letters that a municipality's liaison writes to its associations."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from registry.models.scope import ScopedQuerySet


class AssociationLetterQuerySet(ScopedQuerySet):
    """Reads of letters to associations."""

    def of_municipality(self, municipality):
        """Return a municipality's letters, drafts and the latest first, with their fields."""
        rows = self.filter(municipality=municipality).prefetch_related("fields")
        return rows.order_by(models.F("sent_at").desc(nulls_first=True), "-pk")

    def drafts_of(self, municipality):
        """Return the letters of a municipality that have not been sent."""
        return self.filter(municipality=municipality, sent_at=None)


class AssociationLetter(models.Model):
    """One letter to a municipality's associations: a draft until an officer sends it, once."""

    municipality = models.ForeignKey(
        "registry.Municipality", models.PROTECT, related_name="association_letters", verbose_name=_("municipality")
    )
    subject = models.CharField(_("subject"), max_length=120)
    text = models.TextField(_("text"), max_length=8000)
    fields = models.ManyToManyField(
        "registry.AssociationField", blank=True, related_name="+", verbose_name=_("fields of associations")
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    written_at = models.DateTimeField(_("written at"), default=timezone.now, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)
    n_going = models.PositiveIntegerField(_("recipients"), default=0, editable=False)
    n_left_out = models.PositiveIntegerField(_("left out"), default=0, editable=False)

    history = HistoricalRecords()
    objects = AssociationLetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter to associations")
        verbose_name_plural = _("letters to associations")
        ordering = ["-written_at", "-pk"]

    def __str__(self):
        return self.subject
