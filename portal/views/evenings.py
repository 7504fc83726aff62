"""A municipality's own meetings: planned from an earlier one, written, and seen on one page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings.co_hosting import agents_of_hosts, is_co_host
from meetings.decisions import agreed_at, takes_decisions
from meetings.models import Meeting
from meetings.pack import attendance_pdf, poster_pdf
from meetings.planning import copy_meeting, plan_meeting, save_meeting, set_time, write_agenda
from meetings.portal_page import EveningLine, EveningPage, earlier_of, evenings_of, kinds_for, meeting_of, region_of
from meetings.proposing import proposals_for, takes_proposals
from meetings.region_meetings import coming_region_meetings
from portal.evening_forms import EveningBeginForm, EveningForm, PointsFormSet, WhenForm
from portal.forms import PortalForm, posted
from registry.access import AGENT, COORDINATOR, OFFICERS, municipality_gate
from surveys.standing import areas_and_standing_of

# Who may come to a page on which a meeting is written; `meeting_to_write` decides on the one meeting.
WRITERS = OFFICERS | {COORDINATOR, AGENT}
# By the word of the address.
PRINTS = {"juliste": poster_pdf, "osallistujat": attendance_pdf}


def own_meeting(access, slug):
    """Return the municipality's own meeting at this address, or 404."""
    meeting = meeting_of(access.municipality, slug)
    if meeting is None:
        raise Http404
    return meeting


def may_write(access, meeting):
    """Whether somebody writes a meeting: its hosts, and an agent of theirs who helps to make it."""
    if access.may(OFFICERS | {COORDINATOR}):
        return True
    return access.is_agent and is_co_host(meeting, access.person, timezone.localdate())


def meeting_to_write(access, slug):
    """Return the municipality's own meeting at this address; 403 for an agent who does not help to make it."""
    meeting = own_meeting(access, slug)
    if not may_write(access, meeting):
        raise PermissionDenied
    return meeting


def seen_by(request, meeting):
    """Return the version of the meeting on which the reader's form was made."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 9 else meeting.version


def seen_by_number(request):
    """Return the version of a reply that was on the page; what is no number was never on one."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def was_changed(refused):
    """Whether a save was refused because somebody else had saved meanwhile."""
    return getattr(refused, "code", "") == "changed"


@require_safe
@municipality_gate()
def portal_evenings(request, access):
    """List the municipality's meetings: drafts, what comes, what has been."""
    today = timezone.localdate()
    context = {
        "access": access,
        "evenings": evenings_of(access.municipality, today),
        "of_region": [EveningLine(each) for each in coming_region_meetings(access.municipality, today)],
        "may_propose": access.may(WRITERS),
    }
    return render(request, "portal/portal_evenings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(for_writing=True)
def portal_evening_new(request, access):
    """Begin a meeting: from an earlier one or from the beginning, and on which day."""
    region = region_of(access.municipality, timezone.localdate())
    if region is None:
        raise Http404
    earlier = earlier_of(access.municipality)
    initial = {"earlier": str(earlier[0].pk) if earlier else ""}
    form = EveningBeginForm(
        posted(request), access=access, kinds=kinds_for(region), earlier=earlier, initial=initial
    )  # fmt: skip
    if form.is_valid():
        with transaction.atomic():
            meeting = _begun(form.cleaned_data, region, access.municipality, request.user)
            form.write_down("portal_evening", by=request.user)
        messages.success(request, _("A draft was made. Nobody outside sees it before you publish it."))
        return redirect("portal_evening", access.municipality.slug, meeting.slug)
    context = {"access": access, "form": form, "heading": _("Plan a meeting"), "button": _("Make a draft")}
    return render(request, "portal/portal_evening_form.html", context, status=422 if form.errors else 200)


def _begun(data, region, municipality, by):
    if data["copied"]:
        return copy_meeting(data["copied"], starts_at=data["starts_at"], ends_at=data["ends_at"], by=by)
    meeting = Meeting(
        kind=data["kind"], region=region, starts_at=data["starts_at"], ends_at=data["ends_at"],
        is_public=data["kind"].is_public,
    )  # fmt: skip
    return plan_meeting(meeting, hosts=[municipality], by=by)


@require_safe
@municipality_gate()
def portal_evening(request, access, slug):
    """Show one meeting: what is ready, what is missing, and what can be done next."""
    page, today = EveningPage(own_meeting(access, slug)), timezone.localdate()
    _areas, latest = areas_and_standing_of(access.municipality, today)
    context = {
        "access": access, "page": page, "meeting": page.meeting, "latest": latest, "button": PortalForm(access=access),
        "agreed": agreed_at(page.meeting), "takes_decisions": takes_decisions(page.meeting), "today": today,
        "proposals": proposals_for(page.meeting, today),
        "takes_proposals": takes_proposals(page.meeting), "may_propose": access.may(WRITERS),
        "may_edit": may_write(access, page.meeting),
        "helpers": agents_of_hosts(page.meeting, access.municipality, today) if access.may_write else None,
    }  # fmt: skip
    return render(request, "portal/portal_evening.html", context)


@require_safe
@municipality_gate()
def portal_evening_print(request, access, slug, what):
    """Hand over the poster of a published meeting, or the list for those who come."""
    meeting = own_meeting(access, slug)
    if what not in PRINTS or meeting.is_draft or meeting.is_cancelled:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{what}-{meeting.slug}.pdf"'}
    return HttpResponse(PRINTS[what](meeting), content_type="application/pdf", headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=WRITERS, for_writing=True)
def portal_evening_edit(request, access, slug):
    """Write what a meeting is about, where it is held and how one gets in."""
    page = EveningPage(meeting_to_write(access, slug))
    seen, theirs = seen_by(request, page.meeting), None
    form = EveningForm(
        posted(request), instance=page.meeting, access=access, themes=page.themes, venues=page.venues
    )  # fmt: skip
    if form.is_valid():
        try:
            with transaction.atomic():
                _save(form, access, seen, request.user)
            messages.success(request, _("Saved."))
            return redirect("portal_evening", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused)
            theirs = own_meeting(access, slug) if was_changed(refused) else None
    context = {
        "access": access, "form": form, "meeting": page.meeting, "heading": _("What, where and how to come"),
        "seen": theirs.version if theirs else seen, "theirs": theirs,
    }  # fmt: skip
    return render(request, "portal/portal_evening_edit.html", context, status=422 if form.errors else 200)


def _save(form, access, seen, by):
    new_venue = form.new_place(access.municipality)
    save_meeting(form.instance, seen=seen, new_venue=new_venue, themes=form.cleaned_data["themes"], by=by)
    form.write_down("portal_evening", by=by)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=WRITERS, for_writing=True)
def portal_evening_time(request, access, slug):
    """Choose the day of a draft; what has been published is moved instead."""
    meeting = meeting_to_write(access, slug)
    if not meeting.is_draft:
        return redirect("portal_evening_move", access.municipality.slug, slug)
    seen = seen_by(request, meeting)
    form = WhenForm(posted(request), access=access, initial=WhenForm.initial_of(meeting))
    if form.is_valid():
        times = {name: form.cleaned_data[name] for name in ("starts_at", "ends_at")}
        try:
            with transaction.atomic():
                set_time(meeting, **times, seen=seen, by=request.user)
                form.write_down("portal_evening", by=request.user)
            return redirect("portal_evening", access.municipality.slug, slug)
        except ValidationError as refused:
            form.add_error(None, refused.messages)
    context = {"access": access, "form": form, "heading": _("Day and time"), "button": _("Save"), "seen": seen}
    return render(request, "portal/portal_evening_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@municipality_gate(writers=WRITERS, for_writing=True)
def portal_evening_agenda(request, access, slug):
    """Write the agenda: a row for each point, empty ones are left out."""
    page = EveningPage(meeting_to_write(access, slug))
    seen = seen_by(request, page.meeting)
    button = PortalForm(posted(request), access=access)
    languages = page.meeting.languages
    names = [*(f"title_{language}" for language in languages), "minutes", "speaker"]
    points = PointsFormSet(
        posted(request), form_kwargs={"languages": languages},
        initial=[{name: getattr(item, name) for name in names} for item in page.items],
    )  # fmt: skip
    if request.method == "POST" and points.is_valid() and button.is_valid():
        try:
            with transaction.atomic():
                rows = [form.values for form in points if form.values]
                write_agenda(page.meeting, rows, seen=seen, by=request.user)
                button.write_down("portal_evening", by=request.user)
            messages.success(request, _("The agenda was saved."))
            return redirect("portal_evening", access.municipality.slug, slug)
        except ValidationError as refused:
            button.add_error(None, refused.messages)
            page, seen = EveningPage(own_meeting(access, slug)), own_meeting(access, slug).version
    is_refused = button.errors or points.total_error_count()
    context = {"access": access, "page": page, "points": points, "button": button, "seen": seen}
    return render(request, "portal/portal_evening_agenda.html", context, status=422 if is_refused else 200)
