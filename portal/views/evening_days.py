"""Which day suits: a municipality proposes days for a meeting without one, asks its invitees, and chooses."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms import DaysForm
from meetings.models import DateOption
from meetings.polls import POLL, POLL_OF_ASSOCIATION, ask_days, choose_day, propose_days, rows_of_poll
from portal.forms import PortalForm, posted
from portal.views.evening_guests import choose_and_send
from portal.views.evenings import own_meeting
from registry.access import municipality_gate


def _without_day(access, slug):
    """Return the municipality's own draft whose day is open, or 404."""
    meeting = own_meeting(access, slug)
    if not meeting.is_draft or meeting.starts_at is not None:
        raise Http404
    return meeting


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_days(request, access, slug):
    """Propose days, and show what has been said of them."""
    meeting = _without_day(access, slug)
    form = DaysForm(posted(request), initial=DaysForm.initial_of(meeting))
    button = PortalForm(posted(request), access=access)
    if request.method == "POST" and form.is_valid() and button.is_valid():
        try:
            with transaction.atomic():
                propose_days(meeting, form.cleaned_data["days"])
                button.write_down("portal_evening", by=request.user)
            messages.success(request, _("Saved. Ask now which day suits."))
            return redirect("portal_evening_days", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error("days", refused.messages)
    context = {"access": access, "meeting": meeting, "form": form, "button": button, "rows": rows_of_poll(meeting)}
    status = 422 if form.errors or button.errors else 200
    return render(request, "portal/portal_evening_days.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_ask(request, access, slug):
    """Choose who is asked, see who gets the letter, and send it."""
    meeting = _without_day(access, slug)
    is_open = meeting.date_options.exists()
    kinds = (POLL, POLL_OF_ASSOCIATION)
    return choose_and_send(request, access, meeting, send=ask_days, kinds=kinds, is_open=is_open, asks_day=True)


@require_POST
@municipality_gate()
def portal_evening_choose(request, access, slug, pk):
    """Give the meeting one of the proposed days."""
    meeting = own_meeting(access, slug)
    option = DateOption.objects.of_number(meeting, pk)
    button = PortalForm(request.POST, access=access)
    if not button.is_valid():
        messages.error(request, button.errors["source"][0])
    elif option is None:
        messages.error(request, _("This day is no longer proposed."))
    else:
        with transaction.atomic():
            choose_day(meeting, option, by=request.user)
            button.write_down("portal_evening", by=request.user)
        messages.success(request, _("The day has been chosen. Publish the meeting, and invite."))
    return redirect("portal_evening", access.municipality.slug, slug)
