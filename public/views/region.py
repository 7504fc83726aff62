from django.http import Http404
from django.shortcuts import render
from django.utils import timezone

from public.decorators import public_page
from public.forms import RegionListForm
from public.tables import liaison_history, municipality_rows, published_rows
from registry.figures import last_day_of_year, situation_over_time, years_of
from registry.models import Area, Coordinator, Municipality, PublishedFigure, Region, Situation, SizeClass


@public_page
def region_detail(request, region_slug):
    """How a region stands: in words, as a table on a chosen day, over the years with sources."""
    region = Region.objects.with_pages().select_related("directory").filter(slug=region_slug).first()
    if region is None:
        raise Http404
    today = timezone.localdate()
    years = years_of(region, today=today)
    areas = list(Area.objects.for_region_page(region))
    size_classes = list(SizeClass.objects.all())
    form = RegionListForm(request.GET, years=years, areas=areas, size_classes=size_classes)
    is_valid = form.is_valid()
    year = form.cleaned_data.get("vuosi")
    on = last_day_of_year(year, today=today) if year else today

    members = Municipality.objects.members_of(region, on).with_situation(on).with_population(on).by_name()
    area = next((area for area in areas if area.address_key == form.cleaned_data.get("alue")), None)
    if area:
        members = members.with_membership_in(area, on)
    everyone = municipality_rows(members, size_classes)
    shown = [row for row in everyone if row.matches(form.cleaned_data)]
    figures = list(PublishedFigure.objects.for_region_page(region))
    days = [last_day_of_year(past, today=today) for past in reversed(years) if past >= region.records_from.year]
    points = situation_over_time(region, [*days, on])
    context = {
        "region": region,
        "form": form,
        "on": on,
        "is_now": on == today,
        "rows": shown,
        "n_all": len(everyone),
        "is_filtered": len(shown) != len(everyone),
        "point": points[-1] if on not in days else points[days.index(on)],
        "situations": Situation,
        "history": liaison_history(points[: len(days)], figures),
        "published": published_rows(figures),
        "coordinators": list(Coordinator.objects.for_region_page(region, today)),
    }
    return render(request, "public/region_detail.html", context, status=200 if is_valid else 400)
