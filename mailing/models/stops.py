"""When and to whom letters do not go: periods in which a region's municipalities rest, and who asked for no more."""

import hashlib

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def address_hash(address):
    """Return the hash by which an unsubscribed address is known again; letter case does not matter.

    Without a key: an objection must outlive a change of SECRET_KEY (docs/adr/0016).
    """
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


class QuietPeriodQuerySet(models.QuerySet):
    """Reads of quiet periods."""

    def for_scope(self, scope):
        """Return the periods that hold for letters of `scope`: its own, and those of everybody."""
        return self.filter(scope__in={"", scope})

    def not_over(self, today):
        """Return the periods that go on or lie ahead."""
        return self.filter(last_day__gte=today)


class QuietPeriod(models.Model):
    """Days on which no letter but those of duty goes out, such as a region's winter-holiday week."""

    scope = models.CharField(_("whose"), max_length=60, blank=True)
    name = models.CharField(_("name"), max_length=80)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))

    objects = QuietPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("period without letters")
        verbose_name_plural = _("periods without letters")
        ordering = ["first_day", "scope"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="quiet_period_ends_after_it_begins",
                violation_error_message=_("The last day is before the first one."),
            )
        ]

    def __str__(self):
        return f"{self.name}, {self.first_day:%d.%m.%Y}–{self.last_day:%d.%m.%Y}"


class UnsubscriptionQuerySet(models.QuerySet):
    """Reads of who asked for no more letters."""

    def covers(self, address, group):
        """Whether `address` has asked for no more letters of `group`."""
        return self.filter(address_hash=address_hash(address), group=group).exists()

    def among(self, addresses, group):
        """Return those of `addresses` that have asked for no more letters of `group`, in one query for each 500."""
        by_hash = {address_hash(address): address for address in addresses}
        hashes, found = list(by_hash), set()
        for start in range(0, len(hashes), 500):
            rows = self.filter(group=group, address_hash__in=hashes[start : start + 500])
            found |= {by_hash[each] for each in rows.values_list("address_hash", flat=True)}
        return found


class Unsubscription(models.Model):
    """An address, known by its hash alone, that wants no letters of a group; letters of duty go all the same."""

    address_hash = models.CharField(max_length=64, editable=False)
    group = models.CharField(_("letters"), max_length=40)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    objects = UnsubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("unsubscription")
        verbose_name_plural = _("unsubscriptions")
        ordering = ["-since"]
        constraints = [models.UniqueConstraint(fields=["address_hash", "group"], name="unsubscription_once")]

    def __str__(self):
        return f"{self.group}, {timezone.localtime(self.since):%d.%m.%Y}"
