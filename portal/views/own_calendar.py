"""The calendar of one's own meetings: its secret address in the portal, and what the address gives to programs."""

import hashlib

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from meetings.calendar import CONTENT_TYPE, calendar_feed
from meetings.events import events_for_calendar
from meetings.private_calendar import (
    calendar_address,
    calendar_link,
    meetings_of,
    owner_of,
    renew_calendar_link,
    take_calendar_link_away,
)
from registry.models.site import demo_label


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def portal_calendar(request):
    """Show the address of one's own calendar and how it is used; buttons make, renew and take it away."""
    if request.method == "POST":
        if request.POST.get("wish") == "away":
            take_calendar_link_away(request.user)
            messages.success(request, _("Taken away. The old address opens nothing any more."))
        else:
            renew_calendar_link(request.user)
            messages.success(request, _("The address is ready. Copy it into your calendar."))
        return redirect("portal_calendar")
    link = calendar_link(request.user)
    person = getattr(request.user, "person", None)
    context = {
        "link": link,
        "address": link and calendar_address(link),
        "has_role": person is not None and meetings_of(person, timezone.localdate()) is not None,
    }
    return render(request, "portal/portal_calendar.html", context)


@login_not_required
@require_safe
def link_calendar(request, token):
    """Give a person's own calendar to a program that knows its address; 404 for any other, and 429 for many of those.

    Whoever holds a role no more gets 404 as well. Only wrong addresses are counted: a calendar service reads the
    calendars of many people from one network address.
    """
    person = owner_of(token)
    today = timezone.localdate()
    meetings = meetings_of(person, today) if person else None
    if meetings is None:
        refused = ratelimit.consume_or_429(request, action="calendar_guess", limit_get=True)
        return _kept_to_itself(HttpResponse(status=429 if refused else 404, content_type="text/plain"))
    with translation.override(person.language):
        name = _("My meetings, %(site)s") % {"site": settings.SITE_NAME}
        rows = events_for_calendar(meetings, today)
        content = calendar_feed(rows, name=name, has_remote_link=True, label=demo_label())
    etag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    response = HttpResponse(content, content_type=CONTENT_TYPE, headers={"ETag": etag})
    return _kept_to_itself(get_conditional_response(request, etag=etag, response=response))


def _kept_to_itself(response):
    """Let nobody on the way keep or find what is one person's own."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
