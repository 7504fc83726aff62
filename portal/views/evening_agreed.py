"""What was agreed at a municipality's meeting: written down once it has begun, settled then and at the next one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.decisions import add_decision, agreed_at, decide_on_agreed, takes_decisions
from meetings.portal_page import when_of
from portal.evening_forms import EveningAgreedForm
from portal.forms import PortalForm, posted
from portal.views.evenings import own_meeting
from registry.access import municipality_gate


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_agreed(request, access, slug):
    """Write down one thing after another that was agreed; above it stand those that have been, and the earlier ones."""
    meeting = own_meeting(access, slug)
    form = EveningAgreedForm(posted(request), access=access)
    if form.is_valid():
        try:
            with transaction.atomic():
                add_decision(meeting, **form.decision, by=request.user)
                form.write_down("portal_evening_agreed", by=request.user)
            messages.success(request, _("Written down. Write the next one, or go back to the meeting."))
            return redirect("portal_evening_agreed", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused)
    context = {
        "access": access, "form": form, "meeting": meeting, "when": when_of(meeting), "agreed": agreed_at(meeting),
        "takes_decisions": takes_decisions(meeting), "today": timezone.localdate(), "button": PortalForm(access=access),
    }  # fmt: skip
    return render(request, "portal/portal_evening_agreed.html", context, status=422 if form.errors else 200)


@require_POST
@municipality_gate()
def portal_evening_decision(request, access, slug, pk):
    """Say that something agreed was done, let it go with a word, open it again, or take away a mistake."""
    meeting, form = own_meeting(access, slug), PortalForm(request.POST, access=access)
    try:
        if not form.is_valid():
            raise ValidationError(form.errors["source"][0])
        with transaction.atomic():
            decide_on_agreed(meeting, pk, request.POST, by=request.user)
            form.write_down("portal_evening_decision", by=request.user)
    except ValidationError as refused:
        for each in refused.messages:
            messages.error(request, each)
        if note := request.POST.get("note", "").strip():
            messages.error(request, f"{_('What you wrote and could not be saved')}: {note}")
    name = "portal_evening_agreed" if request.POST.get("from") == "list" else "portal_evening"
    return redirect(reverse(name, args=[access.municipality.slug, slug]) + "#agreed")
