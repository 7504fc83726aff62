from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from public.decorators import public_page
from public.forms import RegionListForm
from public.tables import (
    liaison_history,
    municipality_rows,
    published_rows,
    sector_rows,
    situation_counts,
    size_choices,
)
from registry.figures import last_day_of_year, situation_over_time, years_of
from registry.models import Area, Coordinator, Municipality, PublishedFigure, Region


@public_page
def region_detail(request, region_slug):
    """How a region stands: in words, as a table on a chosen day, over the years with sources."""
    region = Region.objects.for_region_page(region_slug)
    if region is None:
        raise Http404
    today = timezone.localdate()
    years = years_of(region, today=today)
    areas = list(Area.objects.for_region_page(region))
    on = RegionListForm.day(request.GET, years, today)
    area = RegionListForm.area(request.GET, areas)
    everyone = municipality_rows(region, Municipality.objects.for_region_page(region, on, area=area))
    form = RegionListForm(request.GET, years=years, areas=areas, sizes=size_choices(everyone))
    is_valid = form.is_valid()
    shown = [row for row in everyone if row.matches(form.cleaned_data)]
    figures = list(PublishedFigure.objects.for_region_page(region))
    *points, point = situation_over_time(region, [*_days_told(region, years, today), on])
    context = {
        "region": region,
        "form": form,
        "on": on,
        "is_now": on == today,
        "is_kept": on >= region.records_from,
        "rows": shown,
        "n_all": len(everyone),
        "is_filtered": len(shown) != len(everyone),
        "point": point,
        "counts": situation_counts(point),
        "sectors": sector_rows(point, unknown=_("sector not known")),
        "history": liaison_history(points, figures),
        "published": published_rows(figures),
        "coordinators": list(Coordinator.objects.for_region_page(region, today)),
    }
    return render(request, "public/region_detail.html", context, status=200 if is_valid else 400)


def _days_told(region, years, today):
    """Return the last day of each year of records, oldest first, and today."""
    return [last_day_of_year(year, today=today) for year in reversed(years) if year >= region.records_from.year]
