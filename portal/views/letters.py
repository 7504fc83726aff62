"""The municipality's letters to its associations: drafted by the pair, looked through, sent by an officer."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.forms import AssociationLetterForm, PortalForm, posted
from registry.access import AGENT, COORDINATOR, OFFICERS, municipality_gate
from registry.association_letters import preview_letter, reply_address, save_draft, send_letter
from registry.models import AssociationLetter

PAIR = OFFICERS | {AGENT, COORDINATOR}


@require_safe
@municipality_gate(writers=PAIR)
def portal_letters(request, access):
    """List the letters to associations, drafts first."""
    letters = AssociationLetter.objects.of_municipality(access.municipality)
    return render(request, "portal/portal_letters.html", {"access": access, "letters": letters})


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=PAIR, for_writing=True)
def portal_letter_edit(request, access, pk=None):
    """Write a draft, or change it; the next page shows who gets it."""
    drafts = AssociationLetter.objects.drafts_of(access.municipality)
    draft = get_object_or_404(drafts, pk=pk) if pk else AssociationLetter(municipality=access.municipality)
    form = AssociationLetterForm(posted(request), instance=draft, access=access)
    if form.is_valid():
        try:
            with transaction.atomic():
                save_draft(form.instance, form.cleaned_data["fields"], by=request.user)
                form.write_down("portal_letter", by=request.user)
            return redirect("portal_letter", access.municipality.slug, form.instance.pk)
        except ValidationError as refused:  # somebody has sent it in the same moment
            form.add_error(None, refused.messages)
    context = {"access": access, "form": form, "heading": _("A letter to associations")}
    return render(request, "portal/portal_form.html", context, status=422 if form.errors else 200)


@require_safe
@municipality_gate(writers=PAIR)
def portal_letter(request, access, pk):
    """Show a letter; a draft with who gets it, who does not and why."""
    letter = get_object_or_404(AssociationLetter.objects.of_municipality(access.municipality), pk=pk)
    context = {
        "access": access,
        "letter": letter,
        "preview": None if letter.sent_at else preview_letter(letter),
        "may_send": access.may(OFFICERS | {COORDINATOR}),
        "reply_to": reply_address(access.municipality, request.user),
        "button": PortalForm(access=access),
    }
    return render(request, "portal/portal_letter.html", context)


@require_POST
@municipality_gate()
def portal_letter_send(request, access, pk):
    """Send a draft, once."""
    letter = get_object_or_404(AssociationLetter.objects.of_municipality(access.municipality), pk=pk)
    form = PortalForm(request.POST, access=access)
    try:
        if form.is_valid():
            with transaction.atomic():
                send_letter(letter, by=request.user)
                form.write_down("portal_letter", by=request.user)
            messages.success(request, _("The letter is on its way."))
        else:
            messages.error(request, form.errors["source"][0])
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect("portal_letter", access.municipality.slug, pk)
