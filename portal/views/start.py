"""The portal's front page, and a municipality at a glance."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from registry.access import municipality_gate
from registry.models import Municipality


@require_safe
def portal_start(request):
    """Lead to the one municipality of the account, or let choose first."""
    municipalities = list(Municipality.objects.with_role_of(request.user).by_name())
    if len(municipalities) == 1:
        return redirect("portal_overview", municipalities[0].slug)
    return render(request, "portal/portal_start.html", {"municipalities": municipalities})


@require_safe
@municipality_gate()
def portal_overview(request, access):
    """Show what is asked now, and the municipality at a glance."""
    return render(request, "portal/portal_overview.html", {"access": access})
