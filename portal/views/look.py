"""A coordinator looks at the portal in somebody's place: marked, and logged."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from registry.access import COORDINATOR, LOOKING_AT, roles_in_municipality
from registry.acting import look_at_portal
from registry.models import Municipality


@require_http_methods(["GET", "HEAD", "POST"])
def portal_look(request, municipality_slug):
    """Ask a coordinator to begin looking at a municipality's pages; the button begins and is logged."""
    municipality = get_object_or_404(Municipality, slug=municipality_slug)
    if COORDINATOR not in roles_in_municipality(request.user, municipality):
        raise Http404
    if request.method == "POST":
        look_at_portal(municipality, by=request.user)
        request.session[LOOKING_AT] = municipality.pk
        return redirect("portal_overview", municipality.slug)
    return render(request, "portal/portal_look.html", {"municipality": municipality})
