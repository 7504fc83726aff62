"""Registering for a meeting on its public page, where the meeting takes registrations."""

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meetings.events import public_event
from meetings.forms import RegistrationForm
from meetings.replying import register, why_no_registration
from meetings.seats import free_seats
from meetings.wording import place_in_words, when_in_words, words_of


def _event(region_slug, slug):
    """Return the public meeting at this address where registrations are taken here, or 404."""
    meeting = public_event(region_slug, slug)
    if meeting is None or not meeting.takes_registrations:
        raise Http404
    return meeting


def _context(meeting):
    return {
        "region": meeting.region,
        "meeting": meeting,
        "title": words_of(meeting, "title").text,
        "when": capfirst(when_in_words(meeting.starts_at, meeting.ends_at)),
        "where": capfirst(place_in_words(meeting)),
    }


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def event_register(request, region_slug, slug):
    """Register; the letter that follows says how it stands, so that the page tells a stranger nothing of others."""
    meeting = _event(region_slug, slug)
    form = RegistrationForm(request.POST if request.method == "POST" else None, meeting=meeting)
    why_not = why_no_registration(meeting)
    if request.method == "POST" and not ratelimit.consume(request, action="meeting_registration"):
        return render(request, "429.html", status=429)
    if form.is_valid():
        try:
            register(meeting, form.wanted, **form.person, language=get_language())
            return redirect("event_registered", region_slug, slug)
        except ValidationError as refused:
            form.refuse(refused)
    context = _context(meeting) | {"form": form, "why_not": why_not, "is_full": free_seats(meeting) == 0}
    status = 422 if form.errors else 410 if why_not else 200
    return render(request, "public/event_register.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def event_registered(request, region_slug, slug):
    """Say that a letter is on its way, and what stands in it."""
    return render(request, "public/event_registered.html", _context(_event(region_slug, slug)))
