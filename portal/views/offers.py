"""What the municipality offers to associations: seen by everybody with a role there, kept right by the officers."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import ChannelForm, GrantPeriodForm, PortalForm, PremisesForm, posted
from registry.access import municipality_gate
from registry.models import Municipality
from registry.offers import check_offer, end_offer, save_offer
from registry.portal_page import offers_of

# By the word of the address: the municipality's rows, the form, the headings.
OFFERS = {
    "avustus": ("grantperiods", GrantPeriodForm, gettext_lazy("A new grant period")),
    "tila": ("premises", PremisesForm, gettext_lazy("A new place")),
    "kanava": ("channels", ChannelForm, gettext_lazy("A new channel")),
}


def _rows(access, what):
    """Return the municipality's rows of one kind, with its form and heading; 404 for another word."""
    if what not in OFFERS:
        raise Http404
    name, form, heading = OFFERS[what]
    return getattr(access.municipality, name), form, heading


@require_safe
@municipality_gate()
def portal_offers(request, access):
    """List what the municipality offers, with the day on which each was checked."""
    today = timezone.localdate()
    offers = offers_of(access.municipality, today)
    context = {
        "access": access,
        "municipality": get_object_or_404(Municipality.objects.with_current_region(today), pk=access.municipality.pk),
        "sections": [
            ("avustus", _("Grants"), _("Tell when associations can apply for grants, and where."), offers["grant"]),
            ("tila", _("Premises"), _("Tell which places associations can use, and how to book."), offers["premises"]),
            ("kanava", _("Channels"), _("Tell where associations' events can be told of."), offers["channel"]),
        ],
        "today": today,
        "button": PortalForm(access=access),
    }
    return render(request, "portal/portal_offers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_offer(request, access, what, pk=None):
    """Add something that the municipality offers, or change it."""
    rows, form_class, heading = _rows(access, what)
    offer = get_object_or_404(rows, pk=pk) if pk else rows.model(municipality=access.municipality)
    name = offer.name
    form = form_class(posted(request), instance=offer, access=access)
    if form.is_valid():
        with transaction.atomic():
            save_offer(form.instance, on=timezone.localdate(), by=request.user)
            form.write_down("portal_offer", by=request.user)
        messages.success(request, _("Saved. The public page shows it at once."))
        return redirect("portal_offers", access.municipality.slug)
    context = {"access": access, "form": form, "heading": name if pk else heading}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)


@require_POST
@municipality_gate()
def portal_offer_checked(request, access, what, pk):
    """Record that something offered holds today."""
    return _press(request, access, what, pk, check_offer, _("Marked as checked today."))


@require_POST
@municipality_gate()
def portal_offer_end(request, access, what, pk):
    """End something offered: the public page shows it no more."""
    return _press(request, access, what, pk, end_offer, _("Ended. The public page shows it no more."))


def _press(request, access, what, pk, step, told):
    rows, _form, _heading = _rows(access, what)
    offer = get_object_or_404(rows, pk=pk)
    form = PortalForm(request.POST, access=access)
    if form.is_valid():
        with transaction.atomic():
            step(offer, on=timezone.localdate(), by=request.user)
            form.write_down("portal_offer", by=request.user)
        messages.success(request, f"{offer.name}: {told}")
    else:
        messages.error(request, form.errors["source"][0])
    return redirect("portal_offers", access.municipality.slug)
