from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.calendar import CONTENT_TYPE, calendar_feed
from public.annual_clock import annual_clock_of, clock_for_calendar
from public.decorators import public_page
from registry.models.site import demo_label
from registry.places import find_place


@public_page
def annual_clock(request, region_slug, municipality_slug):
    """A municipality's year of cooperation by month: evenings, network meetings, the survey, grants."""
    today = timezone.localdate()
    place = _present(region_slug, municipality_slug, today)
    if place.is_old:
        return _moved("annual_clock", place)
    context = {
        "region": place.region,
        "municipality": place.municipality,
        "clock": annual_clock_of(place.region, place.municipality, today),
    }
    return render(request, "public/annual_clock.html", context)


@public_page
def annual_clock_calendar(request, region_slug, municipality_slug):
    """The same as a calendar to subscribe to."""
    today = timezone.localdate()
    place = _present(region_slug, municipality_slug, today)
    if place.is_old:
        return _moved("annual_clock_calendar", place)
    meetings, days = clock_for_calendar(place.region, place.municipality, today)
    name = _("Annual clock, %(municipality)s") % {"municipality": place.municipality.name}
    content = calendar_feed(meetings, days=days, name=name, label=demo_label(request.site_state))
    return HttpResponse(content, content_type=CONTENT_TYPE)


def _present(region_slug, municipality_slug, today):
    """Return the Place at this address that is in a region with pages, or answer 404."""
    place = find_place(region_slug, municipality_slug, today)
    if place is None or place.region is None:
        raise Http404
    return place


def _moved(name, place):
    return HttpResponsePermanentRedirect(reverse(name, args=[place.region.slug, place.municipality.slug]))
