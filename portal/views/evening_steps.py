"""What is done with a municipality's meeting: published, moved, cancelled, closed, deleted as a draft."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from meetings.planning import cancel_meeting, close_meeting, delete_draft, move_meeting, publish_meeting, save_meeting
from meetings.portal_page import EveningPage
from portal.evening_forms import EveningCancelForm, EveningMoveForm, MemoForm
from portal.forms import PortalForm, posted
from portal.views.evenings import own_meeting, seen_by
from registry.access import municipality_gate


@require_POST
@municipality_gate()
def portal_evening_publish(request, access, slug):
    """Publish a draft: its page, calendars and lists show it at once."""
    return _press(request, access, slug, publish_meeting, _("Published. Its page and the calendars show it at once."))


@require_POST
@municipality_gate()
def portal_evening_close(request, access, slug):
    """Close a meeting that has been held."""
    return _press(request, access, slug, close_meeting, _("Closed."))


def _press(request, access, slug, step, told):
    meeting = own_meeting(access, slug)
    form = PortalForm(request.POST, access=access)
    if not form.is_valid():
        messages.error(request, form.errors["source"][0])
        return redirect("portal_evening", access.municipality.slug, slug)
    try:
        with transaction.atomic():
            step(meeting, by=request.user)
            form.write_down("portal_evening", by=request.user)
        messages.success(request, told)
    except ValidationError as refused:
        for each in refused.messages:
            messages.error(request, each)
    return redirect("portal_evening", access.municipality.slug, slug)


@require_POST
@municipality_gate()
def portal_evening_delete(request, access, slug):
    """Delete a draft that nobody else has seen."""
    meeting = own_meeting(access, slug)
    form = PortalForm(request.POST, access=access)
    problems = form.errors["source"] if not form.is_valid() else []
    if not problems:
        try:
            with transaction.atomic():
                delete_draft(meeting)
                form.write_down("portal_evening", by=request.user)
            messages.success(request, _("The draft was deleted."))
            return redirect("portal_evenings", access.municipality.slug)
        except ValidationError as refused:
            problems = refused.messages
    for each in problems:
        messages.error(request, each)
    return redirect("portal_evening", access.municipality.slug, slug)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_move(request, access, slug):
    """Move a published meeting to another time or place."""
    page = EveningPage(own_meeting(access, slug))
    now = {"venue": page.meeting.venue, "remote_url": page.meeting.remote_url}
    form = EveningMoveForm(
        posted(request), access=access, venues=page.venues,
        initial=EveningMoveForm.initial_of(page.meeting) | now,
    )  # fmt: skip
    if form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "venue", "remote_url")}
        try:
            with transaction.atomic():
                move_meeting(page.meeting, **values, by=request.user)
                form.write_down("portal_evening", by=request.user)
            messages.success(request, _("Moved. The page and the calendars show the new time and place."))
            return redirect("portal_evening", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    context = {"access": access, "form": form, "heading": _("Move the meeting"), "button": _("Move")}
    return render(request, "portal/portal_evening_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_memo(request, access, slug):
    """Write the memo and link the materials of a published meeting, before it or afterwards."""
    meeting = own_meeting(access, slug)
    if meeting.is_draft:
        raise Http404
    seen = seen_by(request, meeting)
    form = MemoForm(posted(request), access=access, meeting=meeting)
    if form.is_valid():
        for name, text in form.memo.items():
            setattr(meeting, name, text)
        try:
            with transaction.atomic():
                save_meeting(meeting, seen=seen, by=request.user)
                form.write_down("portal_evening", by=request.user)
            messages.success(request, _("Saved."))
            return redirect("portal_evening", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
            seen = own_meeting(access, slug).version
    context = {
        "access": access, "form": form, "heading": _("Memo and materials"), "button": _("Save"), "seen": seen,
    }  # fmt: skip
    return render(request, "portal/portal_evening_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_cancel(request, access, slug):
    """Cancel a published meeting; its page stays and says so."""
    meeting = own_meeting(access, slug)
    form = EveningCancelForm(posted(request), access=access, languages=meeting.languages)
    if form.is_valid():
        try:
            with transaction.atomic():
                cancel_meeting(meeting, because=form.because, by=request.user)
                form.write_down("portal_evening", by=request.user)
            messages.success(request, _("Cancelled. The page and the calendars say so."))
            return redirect("portal_evening", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    context = {"access": access, "form": form, "heading": _("Cancel the meeting"), "button": _("Cancel the meeting")}
    return render(request, "portal/portal_evening_form.html", context, status=422 if form.errors else 200)
