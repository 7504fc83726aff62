"""Points proposed for an agenda from a municipality, what hosts do with them, and agents who help to make it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.co_hosting import end_co_hosting, name_co_host
from meetings.portal_page import when_of
from meetings.proposing import decide_from_page, propose_point, takes_proposals
from meetings.region_meetings import own_proposals, proposable
from portal.evening_forms import PointProposalForm
from portal.forms import PortalForm, posted
from portal.views.evenings import own_meeting
from registry.access import AGENT, COORDINATOR, OFFICERS, municipality_gate


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=OFFICERS | {AGENT, COORDINATOR}, for_writing=True)
def portal_evening_propose(request, access, slug):
    """Propose a point for a meeting of the municipality or of the region, and see what became of earlier ones."""
    meeting = proposable(access.municipality, slug, timezone.localdate())
    if meeting is None:
        raise Http404
    form = PointProposalForm(posted(request), access=access)
    if form.is_valid():
        try:
            with transaction.atomic():
                propose_point(meeting, access.municipality, **form.point, by=request.user)
                form.write_down("portal_evening_propose", by=request.user)
            messages.success(request, _("Proposed. What becomes of it stands here."))
            return redirect("portal_evening_propose", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    context = {
        "access": access, "form": form, "meeting": meeting, "when": when_of(meeting),
        "proposals": own_proposals(meeting, access.municipality), "takes_proposals": takes_proposals(meeting),
    }  # fmt: skip
    return render(request, "portal/portal_evening_propose.html", context, status=422 if form.errors else 200)


@require_POST
@municipality_gate()
def portal_evening_proposal(request, access, slug):
    """Take a proposal into the agenda of the municipality's own meeting, leave it out with a word, or bring it back."""

    def decide(meeting):
        decide_from_page(meeting, request.POST, on=timezone.localdate(), by=request.user)

    return _press(request, access, slug, decide)


@require_POST
@municipality_gate()
def portal_evening_helper(request, access, slug):
    """Let an agent of the municipality help to make one evening, or no more."""
    agent = request.POST.get("agent", "")

    def decide(meeting):
        if request.POST.get("wish") == "end":
            end_co_hosting(meeting, access.municipality, agent)
        else:
            name_co_host(meeting, access.municipality, agent, by=request.user)

    return _press(request, access, slug, decide)


def _press(request, access, slug, step):
    """Take a step with the municipality's own meeting and go back to its page, which says what was refused."""
    meeting, form = own_meeting(access, slug), PortalForm(request.POST, access=access)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["source"][0])
        with transaction.atomic():
            step(meeting)
            form.write_down("portal_evening", by=request.user)
    except ValidationError as refused:
        for each in refused.messages:
            messages.error(request, each)
    return redirect("portal_evening", access.municipality.slug, slug)
