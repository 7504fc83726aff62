"""What was sent and could not be saved at once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.models.of_round import OfRoundQuerySet


class PendingSaveQuerySet(OfRoundQuerySet):
    """Reads of unsaved forms."""

    def waiting_for(self, response, *, account=None, delegation=None):
        """Return what waits for the choice of exactly this account, or of whoever has this link."""
        return self.filter(
            response=response, account=account, delegation=delegation, settled_at__isnull=True
        ).select_related("round_theme__theme")


class PendingSave(models.Model):
    """The body of a theme's form that could not be saved at once, until its person chooses (rule 12 of docs/rules.md).

    It came after the session had expired (with a signed token that says whose it was) or
    beside somebody else's newer answers. `versions` are those of the answers that the
    person saw.
    """

    class Cause(models.TextChoices):
        EXPIRED = "expired", _("the session had expired")
        CONFLICT = "conflict", _("somebody else had saved meanwhile")

    response = models.ForeignKey(
        "surveys.Response", models.CASCADE, related_name="pending_saves", verbose_name=_("response")
    )
    round_theme = models.ForeignKey("surveys.RoundTheme", models.CASCADE, related_name="+", verbose_name=_("theme"))
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("account")
    )
    delegation = models.ForeignKey(
        "surveys.Delegation", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("by a link")
    )
    cause = models.CharField(_("cause"), max_length=8, choices=Cause)
    body = models.JSONField(_("what was sent"))
    versions = models.JSONField(_("versions seen"), default=dict)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)

    objects = PendingSaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsaved form")
        verbose_name_plural = _("unsaved forms")
        ordering = ["received_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="pending_save_of_somebody",
                condition=Q(account__isnull=False, delegation__isnull=True)
                | Q(account__isnull=True, delegation__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.get_cause_display()}, {timezone.localtime(self.received_at):%d.%m.%Y %H.%M}"
