"""The portal's front page, a municipality at a glance, and its history."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from registry.access import municipality_gate
from registry.handover import packs_for
from registry.models import Municipality
from registry.municipality_history import a_month_ago, changes_in, previous_sign_in
from registry.portal_page import MunicipalityPage, people_in
from surveys.call_list import call_lists


@require_safe
def portal_start(request):
    """Lead to the one municipality of the account, or let choose first; tell a coordinator of today's calls."""
    municipalities = list(Municipality.objects.of_roles(person__user=request.user).by_name())
    lists = call_lists(request.user, timezone.localdate())
    if len(municipalities) == 1 and not lists:
        return redirect("portal_overview", municipalities[0].slug)
    return render(request, "portal/portal_start.html", {"municipalities": municipalities, "lists": lists})


@require_safe
@municipality_gate()
def portal_overview(request, access):
    """Show what is asked now, the municipality at a glance, what has happened and what comes."""
    page = MunicipalityPage(access, timezone.localdate())
    last_time = previous_sign_in(request.user)
    context = {
        "access": access,
        "page": page,
        "asks": page.asks(),
        "coming": page.coming(),
        "packs": packs_for(access.municipality, page.on) if access.is_officer or access.is_looking else [],
        "last_time": last_time,
        "changes": changes_in(access.municipality, page.people, since=last_time or a_month_ago(), at_most=5),
    }
    return render(request, "portal/portal_overview.html", context)


@require_safe
@municipality_gate()
def portal_history(request, access):
    """Show who changed what of the municipality, and when."""
    people = people_in(access.municipality, timezone.localdate())
    changes = changes_in(access.municipality, people, at_most=100)
    return render(request, "portal/portal_history.html", {"access": access, "changes": changes})
