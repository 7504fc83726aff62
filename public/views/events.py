from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.calendar import CONTENT_TYPE, calendar_feed, calendar_object
from meetings.events import events_for_calendar, latest_changes, public_event
from public.caching import next_midnight
from public.decorators import public_page
from public.event_choices import EventChoices
from public.event_page import event_page
from public.feeds import atom_of


@public_page
def region_events(request, region_slug):
    """Coming and past events of a region and its municipalities, as a list or by month, as the address says."""
    asked = EventChoices.of(region_slug, request.GET, timezone.localdate())
    if asked is None:
        raise Http404
    shown = asked.month if asked.is_month else asked.listed
    if shown is None:
        raise Http404
    context = {
        "region": asked.region,
        "form": asked.form,
        "asked": asked,
        "chosen": asked.form.in_words(),
        "month": shown if asked.is_month else None,
        "page": None if asked.is_month else shown,
    }
    return render(request, "public/region_events.html", context, status=200 if asked.form.is_valid() else 400)


@public_page
def event_detail(request, region_slug, slug):
    """One event: what happened to it, what, when, where, for whom and how to come."""
    meeting = public_event(region_slug, slug)
    if meeting is None:
        raise Http404
    page = event_page(meeting, timezone.now())
    response = render(request, "public/event_detail.html", {"region": meeting.region, "meeting": meeting, "page": page})
    response.valid_until = min(page.valid_until or next_midnight(), next_midnight())
    return response


@public_page
def region_calendar(request, region_slug):
    """The region's events as a calendar to subscribe to; `?kunta=` and `?laji=` as on the page."""
    today = timezone.localdate()
    asked = _valid(EventChoices.of(region_slug, request.GET, today))
    meetings = events_for_calendar(asked.events, today)
    content = calendar_feed(meetings, name=asked.title, label=_label(request))
    return HttpResponse(content, content_type=CONTENT_TYPE)


@public_page
def event_calendar(request, region_slug, slug):
    """One event for a calendar."""
    meeting = public_event(region_slug, slug)
    if meeting is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{meeting.slug}.ics"'}
    return HttpResponse(calendar_object(meeting, label=_label(request)), content_type=CONTENT_TYPE, headers=headers)


@public_page
def region_feed(request, region_slug):
    """What was last published, moved or cancelled of the region's events, as an Atom feed."""
    asked = _valid(EventChoices.of(region_slug, request.GET, timezone.localdate()))
    content = atom_of(asked, latest_changes(asked.events), label=_label(request))
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


def _valid(asked):
    """Return what is asked, or answer 404: a program that subscribes has nobody to read an error."""
    if asked is None or not asked.form.is_valid():
        raise Http404
    return asked


def _label(request):
    return _("Demo data, answers invented") if request.site_state.has_demo_data else ""
