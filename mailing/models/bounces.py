"""Letters that came back."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

HELD_FOR = dt.timedelta(days=180)
# So many letters in so long that were "not delivered for now" mean that the address does not work.
SOFT_AT_MOST, SOFT_WITHIN = 2, dt.timedelta(days=30)


class BounceQuerySet(models.QuerySet):
    """Reads of bounces."""

    def unpulled(self):
        """Return what the registry has not yet taken note of, the oldest first."""
        return self.filter(pulled_at__isnull=True).select_related("letter").order_by("at", "pk")

    def in_scopes(self, scopes):
        """Return the bounces of letters of these scopes, such as {"region:17"}."""
        return self.filter(letter__scope__in=scopes)

    def holding(self):
        """Return the bounces that stop letters: hard, repeated and complaints of the last half year, not forgiven."""
        return self.filter(
            kind__in=Bounce.HOLDING,
            at__gte=timezone.now() - HELD_FOR,
            forgiven_at__isnull=True,
        )

    def among(self, addresses):
        """Return those of `addresses` (lower case) that letters came back from, in one query for each 500."""
        wanted, found = list(addresses), set()
        for start in range(0, len(wanted), 500):
            rows = self.holding().filter(address__in=wanted[start : start + 500])
            found |= set(rows.values_list("address", flat=True))
        return found

    def first_holding(self, addresses=None):
        """Return {address: the first bounce that stops letters to it} of these addresses, or of all, in one query."""
        rows = self.holding().order_by("-at", "-pk")
        if addresses is not None:
            rows = rows.filter(address__in={each.strip().lower() for each in addresses if each})
        return {bounce.address: bounce for bounce in rows}

    def soft_lately(self, address):
        """Return the soft bounces of `address` within the past month that have not been forgiven."""
        since = timezone.now() - SOFT_WITHIN
        return self.filter(address=address, kind=Bounce.Kind.SOFT, at__gte=since, forgiven_at__isnull=True)


class Bounce(models.Model):
    """One letter that could not be delivered, or that its reader complained about.

    Mailing only writes it down. A job of the registry pulls it, marks the contact and
    makes a task (`pulled_at`); a corrected or confirmed address is forgiven (`forgiven_at`).
    """

    class Kind(models.TextChoices):
        HARD = "hard", _("no such address")
        SOFT = "soft", _("not delivered for now")
        REPEATED = "repeated", _("not delivered several times")
        COMPLAINT = "complaint", _("complaint")

    class Source(models.TextChoices):
        SERVER = "server", _("refused by the mail server")
        MAILBOX = "mailbox", _("came back by mail")
        PROVIDER = "provider", _("told by the mail provider")

    HOLDING = (Kind.HARD, Kind.REPEATED, Kind.COMPLAINT)

    address = models.EmailField(_("address"))
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    source = models.CharField(_("told by"), max_length=10, choices=Source)
    code = models.CharField(_("code"), max_length=20, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)
    letter = models.ForeignKey(
        "mailing.Letter", models.SET_NULL, null=True, blank=True, related_name="bounces", verbose_name=_("letter")
    )
    event_id = models.CharField(max_length=200, unique=True, editable=False)
    pulled_at = models.DateTimeField(_("taken note of"), null=True, blank=True, editable=False)
    forgiven_at = models.DateTimeField(_("forgiven"), null=True, blank=True, editable=False)

    objects = BounceQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter that came back")
        verbose_name_plural = _("letters that came back")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["address", "-at"], name="bounce_of_address"),
            models.Index(fields=["at"], condition=Q(pulled_at__isnull=True), name="bounce_unpulled"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {timezone.localtime(self.at):%d.%m.%Y}"
