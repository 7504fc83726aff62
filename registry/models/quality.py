"""What a coordinator has said is right though a check of data quality finds it odd."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models.scope import RegionRowQuerySet


class QualityExceptionQuerySet(RegionRowQuerySet):
    """Reads of accepted findings."""

    def in_force_on(self, on):
        """Return the exceptions that still hold on day `on`."""
        return self.filter(until__gte=on)


class QualityException(models.Model):
    """ "It is right so, until": one finding of one check that is not shown before its day has passed.

    `check_key` names the check of registry/quality.py, `subject` the finding in it (ids
    only, no names).
    """

    region = models.ForeignKey(
        "registry.Region", models.CASCADE, related_name="quality_exceptions", verbose_name=_("region")
    )
    check_key = models.CharField(_("check"), max_length=40)
    subject = models.CharField(_("finding"), max_length=80)
    until = models.DateField(_("right so until"))
    reason = models.CharField(_("reason"), max_length=200)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=_("accepted by"),
    )
    accepted_at = models.DateTimeField(_("accepted at"), default=timezone.now, editable=False)

    objects = QualityExceptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding accepted as right")
        verbose_name_plural = _("findings accepted as right")
        ordering = ["until", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["region", "check_key", "subject"], name="quality_exception_once")
        ]

    def __str__(self):
        return f"{self.check_key}: {self.subject}"
