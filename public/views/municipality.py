from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from common.numbers import whole_number
from meetings.standing import coordinators_and_standing_of_municipality
from public.contact_cards import agent_cards, contact_cards, coordinator_cards, liaison_past, standing_rows
from public.decorators import public_page
from public.event_rows import held_in_municipality, next_events
from public.figure_rows import published_rows
from public.grant_rows import grant_rows
from registry.models import Appointment, Coordinator, Situation
from registry.models.offers import offers_on
from registry.page_reads import (
    agents_of,
    appointments_of,
    figures_of_municipality,
)
from registry.places import find_place
from registry.public_details import duties_shown
from surveys.standing import areas_and_standing_of


@public_page
def municipality_detail(request, region_slug, municipality_slug):
    """Whom to contact in a municipality, how it stands, and what it offers to associations."""
    today = timezone.localdate()
    place = find_place(region_slug, municipality_slug, today)
    if place is None:
        raise Http404
    if place.is_old:
        return HttpResponsePermanentRedirect(_present_address(place))
    municipality = place.municipality
    appointments = appointments_of(municipality)
    areas, latest = areas_and_standing_of(municipality, today)
    offers = offers_on(municipality, today)
    area_ids = [each.area_id for each in areas]
    coordinators, meetings = coordinators_and_standing_of_municipality(place.region, municipality, area_ids, today)
    people = _people_in_duty(appointments, today)
    agents = agent_cards(agents_of(municipality, today), today)
    context = {
        "region": place.region,
        "municipality": municipality,
        "situation": Situation(municipality.situation),
        "residents": whole_number(municipality.population),
        "directory": municipality.directory or place.region.directory,
        "areas": areas,
        "latest": latest,
        **_meetings(meetings, municipality),
        **people,
        "agents": agents,
        "standing": standing_rows(people["liaisons"], agents),
        "past": liaison_past(appointments, today),
        "offers": offers,
        "grants": (grants := grant_rows(offers["grant"], today)),
        "next_grant": next((grant for grant in grants if not grant.is_closed), None),
        "published": published_rows(figures_of_municipality(municipality)),
        "coordinators": coordinator_cards(Coordinator.responsible_for(area_ids, coordinators)),
    }
    return render(request, "public/municipality_detail.html", context)


def _meetings(standing, municipality):
    """Return the coming events that the municipality hosts, and how many were held in the last 12 months."""
    events = next_events(standing.coming, at_most=3)
    return {
        "next_events": events,
        "next_event": next(
            (event for event, meeting in zip(events, standing.coming, strict=False) if not meeting.is_cancelled), None
        ),
        "held": held_in_municipality(standing.kinds, municipality),
    }


def _people_in_duty(appointments, today):
    """Return the cards of those in duty today whom the page shows, by duty; fallbacks in the order of asking."""
    current = [appointment for appointment in appointments if appointment.is_current_on(today)]
    shown = duties_shown({row.kind for row in current})
    by_kind = {kind: [row for row in current if row.kind == kind and kind in shown] for kind in Appointment.Kind}
    return {
        "liaisons": contact_cards(by_kind[Appointment.Kind.LIAISON]),
        "deputies": contact_cards(by_kind[Appointment.Kind.DEPUTY]),
        "duties": contact_cards(by_kind[Appointment.Kind.DUTIES]),
        "fallbacks": contact_cards(sorted(by_kind[Appointment.Kind.FALLBACK], key=lambda row: row.fallback_post)),
    }


def _present_address(place):
    """Return where an old address leads: the page of today, or the past of the region that had it."""
    if place.region:
        return reverse("municipality_detail", args=[place.region.slug, place.municipality.slug])
    year_page = reverse("region_detail", args=[place.last_region.slug])
    return f"{year_page}?vuosi={place.last_year}#{place.municipality.slug}"
