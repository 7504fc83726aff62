"""A coordinator leaves a role for a region or an area."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import HandoverForm, posted
from portal.views.handover import initial_of, leave_by, told
from registry.access import MunicipalityAccess
from registry.handover import confirm_successor, is_confirmed, may_appoint
from registry.handover_pack import pack_of, post_of
from registry.models import Coordinator, Handover

# A coordinator's own role: nobody's place is taken, so no source is asked for.
OWN = MunicipalityAccess(None, None, frozenset({"own"}))


@require_safe
def portal_posts(request):
    """Show a coordinator's own roles and the packs of those who have left; 404 to everybody else."""
    roles = Coordinator.objects.own_of(request.user)
    packs = Handover.objects.of_coordinators_seen_by(request.user)
    if not roles and not packs:
        raise Http404
    return render(request, "portal/portal_posts.html", {"roles": roles, "packs": packs})


@require_http_methods(["GET", "HEAD", "POST"])
def portal_post(request, pk):
    """Leave one's own role as a coordinator."""
    role = next((each for each in Coordinator.objects.own_of(request.user) if each.pk == pk), None)
    if role is None:
        raise Http404
    people = [each for each in Coordinator.objects.people_in(role.region) if each != role.person]
    form = HandoverForm(posted(request), access=OWN, people=people, is_liaison=False, initial=initial_of(role))
    if form.is_valid() and (handover := leave_by(form, role, by=request.user)):
        messages.success(request, told(handover))
        return redirect("portal_post_pack", handover.pk)
    context = {"form": form, "role": role, "may_appoint": may_appoint(role, by=request.user)}
    return render(request, "portal/portal_handover.html", context, status=422 if form.errors else 200)


def _pack(request, pk):
    handover = next((each for each in Handover.objects.of_coordinators_seen_by(request.user) if each.pk == pk), None)
    if handover is None:
        raise Http404
    return handover


@require_safe
def portal_post_pack(request, pk):
    """Show the next coordinator everything that is open in the region or the area."""
    handover = _pack(request, pk)
    confirmed = is_confirmed(handover)
    context = {
        "handover": handover,
        "sections": pack_of(post_of(handover, timezone.localdate())),
        "is_confirmed": confirmed,
        "may_confirm": handover.successor and not confirmed and may_appoint(handover.role, by=request.user),
        "confirm_name": "portal_post_confirm",
    }
    return render(request, "portal/portal_pack.html", context)


@require_POST
def portal_post_confirm(request, pk):
    """Give the role to the one whom the leaver has proposed; administrators decide."""
    handover = _pack(request, pk)
    try:
        confirm_successor(handover, by=request.user)
        messages.success(request, _("%(name)s follows.") % {"name": handover.successor.name})
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    return redirect("portal_post_pack", pk)
