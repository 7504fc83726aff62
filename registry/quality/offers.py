"""Checks of what the registry tells of a municipality's web site, grants, premises and channels."""

from django.db.models import Max, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import Channel, GrantPeriod, Premises
from registry.privacy import months_before
from registry.quality.checks import Check, Finding
from registry.quality.contacts import is_older
from registry.quality.scope import since_day

# Once in the cycle of a year (docs/domain.md): budgets, prices and grants change at the turn of the year.
WEBSITE_MONTHS = 12
OFFER_MONTHS = 12


def find_unverified_websites(scope):
    """Find municipalities whose web site is not known or has not been opened by anybody for a year."""
    limit = months_before(scope.on, WEBSITE_MONTHS)
    for municipality in scope.municipalities.values():
        checked_on = municipality.website_checked_on
        if municipality.website and not is_older(checked_on, limit):
            continue
        if not municipality.website:
            text, checked_on = _("No web site recorded"), None
        elif checked_on is None:
            text = _("%(what)s: never checked") % {"what": municipality.website}
        else:
            text = municipality.website
        yield Finding(
            check="website_unverified",
            subject=f"municipality-{municipality.pk}",
            text=text,
            url_name="admin:registry_municipality_change",
            url_args=(municipality.pk,),
            since=since_day(checked_on),
            **scope.in_municipality(municipality.pk),
        )


def find_stale_offers(scope):
    """Find grant periods to come, premises and channels that nobody has checked for a year."""
    stale = Q(checked_on__isnull=True) | Q(checked_on__lt=months_before(scope.on, OFFER_MONTHS))
    for table, more in ((GrantPeriod, Q(closes_on__gte=scope.on)), (Premises, Q()), (Channel, Q())):
        rows = table.objects.current_on(scope.on).filter(stale, more, municipality__in=scope.municipality_rows)
        kind = table._meta.model_name
        for offer in rows.order_by("pk"):
            what = _("%(kind)s: %(name)s") % {"kind": capfirst(table._meta.verbose_name), "name": offer.name}
            yield Finding(
                check="offer_stale",
                subject=f"{kind}-{offer.pk}",
                text=what if offer.checked_on else _("%(what)s: never checked") % {"what": what},
                url_name=f"admin:registry_{kind}_change",
                url_args=(offer.pk,),
                since=since_day(offer.checked_on),
                **scope.in_municipality(offer.municipality_id),
            )


def find_closed_grants(scope):
    """Find municipalities all of whose grant periods have closed; one without any is not known to have grants."""
    rows = GrantPeriod.objects.filter(municipality__in=scope.municipality_rows).order_by()
    last = rows.values("municipality").annotate(last=Max("closes_on")).filter(last__lt=scope.on)
    for municipality_id, closed_on in last.values_list("municipality", "last"):
        yield Finding(
            check="grants_closed",
            subject=f"municipality-{municipality_id}",
            text=_("No grant period open or to come"),
            url_name="admin:registry_municipality_change",
            url_args=(municipality_id,),
            since=since_day(closed_on),
            **scope.in_municipality(municipality_id),
        )


CHECKS = (
    Check(
        "website_unverified",
        gettext_lazy("Web sites not checked for a year"),
        gettext_lazy("A link that leads nowhere is worse than none: open it, mend it, and set the day of the check."),
        find_unverified_websites,
    ),
    Check(
        "offer_stale",
        gettext_lazy("Grants, premises and channels not checked for a year"),
        gettext_lazy(
            "Associations plan their year by these: ask the municipality, mend what has changed, and set the day of "
            "the check."
        ),
        find_stale_offers,
    ),
    Check(
        "grants_closed",
        gettext_lazy("All grant periods have closed"),
        gettext_lazy("The page would say nothing of the next one: ask when it opens, and add it."),
        find_closed_grants,
    ),
)
