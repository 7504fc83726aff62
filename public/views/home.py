from django.shortcuts import render
from django.utils import timezone

from common.names import fold
from meetings.standing import coming_meetings
from public.decorators import public_page
from public.event_rows import next_events
from public.forms import SearchForm
from public.grant_rows import next_days
from public.near_names import near_names
from public.region_list import region_rows
from registry.models import Municipality, Region
from registry.page_reads import grant_days_of_home, municipalities_of_home


@public_page
def home(request):
    """Find your municipality; the regions side by side."""
    today = timezone.localdate()
    form = SearchForm(request.GET)
    text = form.cleaned_data["haku"] if form.is_valid() else ""
    found = []
    if text:
        beginning = fold(text)
        found = list(Municipality.objects.for_search(text, today))
        found.sort(key=lambda municipality: not municipality.search.startswith(beginning))
    regions, places = region_rows(Region.objects.for_home(today), municipalities_of_home(today))
    context = {
        "form": form,
        "text": text,
        "found": found,
        "near": near_names(text) if text and not found else [],
        "regions": regions,
        "next_events": next_events(coming_meetings(today)),
        "next_days": next_days(grant_days_of_home(today), places, today),
    }
    return render(request, "public/home.html", context, status=200 if form.is_valid() else 400)
