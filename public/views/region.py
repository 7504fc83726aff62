from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from common.numbers import share_in_words
from meetings.standing import coordinators_and_standing_of_region
from public.contact_cards import coordinator_cards
from public.decorators import public_page
from public.event_rows import held_in_region, next_events
from public.figure_rows import liaison_chart, liaison_history, published_rows
from public.forms import RegionListForm
from public.grant_rows import next_days
from public.maps import shape_map, tile_map
from public.region_list import (
    chosen_rows,
    count_rows,
    municipality_rows,
    sector_rows,
    situation_counts,
    size_choices,
    sort_heads,
    sorted_rows,
)
from public.survey_rows import coming_surveys
from registry.figures import last_day_of_year, situation_over_time, years_of
from registry.page_reads import (
    areas_and_sizes_of,
    figures_of_region,
    municipalities_of,
    region_at,
)
from surveys.coming import coming_in


@public_page
def region_detail(request, region_slug):
    """How a region stands: in words, as a table on a chosen day, over the years with sources."""
    region = region_at(region_slug)
    if region is None:
        raise Http404
    today = timezone.localdate()
    years = years_of(region, today=today)
    areas, sizes = areas_and_sizes_of(region)
    on = RegionListForm.day(request.GET, years, today)
    area = RegionListForm.area(request.GET, areas)
    over_time = _over_time(region, years, on, today)
    municipalities = municipalities_of(region, on, area=area)
    rows = municipality_rows(region, municipalities, over_time["point"].situations, sizes)
    form = RegionListForm.asked(request.GET, years=years, areas=areas, sizes=size_choices(rows))
    status = 200 if form.is_valid() else 400
    coordinators, meetings = coordinators_and_standing_of_region(region, today)
    context = {
        "region": region,
        "form": form,
        "on": on,
        "is_now": on == today,
        "count_rows": count_rows(over_time["counts"], on, is_now=on == today),
        "is_kept": on >= region.records_from,
        **_list(rows, form, request.GET),
        **over_time,
        "coordinators": coordinator_cards(coordinators),
        **_next(region, rows, meetings, today, is_now=on == today),
    }
    return render(request, "public/region_detail.html", context, status=status)


def _next(region, rows, meetings, today, *, is_now):
    """Return what is next: events, surveys that are or will be asked, and days of grants; nothing on a past day."""
    if not is_now:
        return {"surveys": [], "next_days": [], "latest": None}
    rounds, days, latest = coming_in(region, today)
    return {
        "next_events": next_events(meetings.coming),
        "held": held_in_region(meetings.kinds, [row.pk for row in rows]),
        "latest": latest and {"year": latest.year, "words": share_in_words(latest.taking_part)},
        "surveys": coming_surveys(region.slug, rounds),
        "next_days": next_days(days, rows, today),
    }


def _list(rows, form, query):
    """Return the municipalities that the reader has chosen, in their order, and the map of all."""
    rows = chosen_rows(rows, form.cleaned_data)
    order = form.cleaned_data.get("jarjestys") or "nimi"
    shown = sorted_rows([row for row in rows if row.is_shown], order)
    return {
        "rows": shown,
        "chosen": form.in_words(),
        "n_all": len(rows),
        "is_filtered": len(shown) != len(rows),
        "heads": sort_heads(query, order),
        "shapes": (shapes := shape_map(rows)),
        "map": None if shapes else tile_map(rows),
    }


def _over_time(region, years, on, today):
    """Return how the region stands on the chosen day and stood over the years, with two queries."""
    days = [last_day_of_year(year, today=today) for year in reversed(years) if year >= region.records_from.year]
    *points, point = situation_over_time(region, [*days, on])
    figures = figures_of_region(region)
    history = liaison_history(points, figures)
    return {
        "point": point,
        "named_words": share_in_words(point.named),
        "counts": situation_counts(point),
        "sectors": sector_rows(point),
        "history": history,
        "published_that_year": [row for row in history if row.is_published and row.when.year == on.year],
        "chart": liaison_chart(history, region.records_from),
        "published": published_rows(figures),
    }
