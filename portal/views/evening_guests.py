"""Who comes to a municipality's meeting: invited with a preview, seen in one list, written down after a call."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms import BehalfForm, GuestForm, InviteForm
from meetings.guest_list import GuestList, InviteePage
from meetings.inviting import LETTERS, invite, invite_guest, preview_inviting
from meetings.models import Invitation, Reply
from meetings.replying import refuse_unless_open, save_reply, withdraw_invitation
from portal.forms import PortalForm, posted
from portal.views.evenings import own_meeting, seen_by_number
from registry.access import municipality_gate


def _invitee(access, slug, pk, *, also_withdrawn=False):
    """Return (the meeting, the invitation of it with this number that stands), or 404."""
    meeting = own_meeting(access, slug)
    invitation = Invitation.objects.of_number(meeting, pk)
    if invitation is None or (invitation.withdrawn_at and not also_withdrawn):
        raise Http404
    invitation.meeting = meeting
    return meeting, invitation


def _is_open(meeting):
    try:
        refuse_unless_open(meeting)
    except ValidationError:
        return False
    return True


@require_safe
@municipality_gate()
def portal_evening_guests(request, access, slug):
    """Show who comes, who waits, who has not replied; sums of diets and questions in advance."""
    meeting = own_meeting(access, slug)
    context = {
        "access": access, "meeting": meeting, "guests": GuestList(meeting), "is_open": _is_open(meeting),
        "button": PortalForm(access=access),
    }  # fmt: skip
    return render(request, "portal/portal_evening_guests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_invite(request, access, slug):
    """Choose whom to invite; the next page shows who gets the letter, who does not and why; its button sends."""
    meeting = own_meeting(access, slug)
    return choose_and_send(request, access, meeting, send=invite, kinds=LETTERS, is_open=_is_open(meeting))


def choose_and_send(request, access, meeting, *, send, kinds, is_open, asks_day=False):
    """Show the page on which invitees are chosen and seen, and send the letters by `send` when that is confirmed."""
    form = InviteForm(posted(request), initial=InviteForm.initial_of(meeting))
    button = PortalForm(posted(request) if "send" in request.POST else None, access=access)
    inviting = None
    if form.is_valid():
        data = form.cleaned_data
        audiences, fields = data["audiences"], data["fields_of_associations"]
        if "send" in request.POST and button.is_valid():
            try:
                with transaction.atomic():
                    n_letters = send(meeting, audiences, fields=fields, by=request.user)
                    button.write_down("portal_evening_guests", by=request.user)
                words = ngettext("%(n)s letter goes out.", "%(n)s letters go out.", n_letters)
                messages.success(request, words % {"n": n_letters})
                target = "portal_evening_days" if asks_day else "portal_evening_guests"
                return redirect(target, access.municipality.slug, meeting.slug)
            except ValidationError as refused:
                form.add_error(None, refused)
        inviting = preview_inviting(meeting, audiences, fields=fields, kinds=kinds)
    context = {
        "access": access, "meeting": meeting, "form": form, "inviting": inviting, "button": button,
        "is_open": is_open, "asks_day": asks_day,
    }  # fmt: skip
    return render(request, "portal/portal_evening_invite.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_guest(request, access, slug, pk):
    """Write down what an invitee says by telephone; it is marked so, and the invitee is told."""
    meeting, invitation = _invitee(access, slug, pk)
    page = InviteePage(invitation)
    form = BehalfForm(
        posted(request), meeting=meeting, audience=invitation.audience, reply=page.reply, diets=page.diets,
        deputy=page.deputy,
    )  # fmt: skip
    button = PortalForm(posted(request), access=access)
    if request.method == "POST" and form.is_valid() and button.is_valid():
        try:
            with transaction.atomic():
                seen = seen_by_number(request)
                save_reply(invitation, form.wanted, seen=seen, source=Reply.Source.BEHALF, by=request.user)
                button.write_down("portal_evening_guests", by=request.user)
            messages.success(request, _("Saved."))
            return redirect("portal_evening_guests", access.municipality.slug, slug)
        except ValidationError as refused:
            form.refuse(refused)
            page = InviteePage(_invitee(access, slug, pk)[1])
    context = {
        "access": access, "meeting": meeting, "invitation": invitation, "page": page, "form": form, "button": button,
    }  # fmt: skip
    is_refused = form.errors or button.errors
    return render(request, "portal/portal_evening_guest.html", context, status=422 if is_refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_guest_new(request, access, slug):
    """Put somebody on the list who is not in the registry."""
    meeting = own_meeting(access, slug)
    form = GuestForm(posted(request), initial={"language": "fi"})
    button = PortalForm(posted(request), access=access)
    if request.method == "POST" and form.is_valid() and button.is_valid():
        try:
            with transaction.atomic():
                guest = invite_guest(meeting, **form.cleaned_data, municipality=access.municipality, by=request.user)
                button.write_down("portal_evening_guests", by=request.user)
            target = "portal_evening_guests" if guest.email else "portal_evening_guest"
            return redirect(target, access.municipality.slug, slug, *([] if guest.email else [guest.pk]))
        except ValidationError as refused:
            form.add_error(None, refused)
    context = {"access": access, "meeting": meeting, "form": form, "button": button}
    is_refused = form.errors or button.errors
    return render(request, "portal/portal_evening_guest_new.html", context, status=422 if is_refused else 200)


@require_POST
@municipality_gate()
def portal_evening_guest_remove(request, access, slug, pk):
    """Take an invitation back; who was coming is told."""
    # Pressed twice it is harmless.
    _meeting, invitation = _invitee(access, slug, pk, also_withdrawn=True)
    button = PortalForm(request.POST, access=access)
    if button.is_valid():
        with transaction.atomic():
            withdraw_invitation(invitation)
            button.write_down("portal_evening_guests", by=request.user)
        messages.success(request, _("%(name)s is no longer on the list.") % {"name": invitation.invitee})
    else:
        messages.error(request, button.errors["source"][0])
    return redirect("portal_evening_guests", access.municipality.slug, slug)
