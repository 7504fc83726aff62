"""What a coordinator has chosen to see of data quality; every choice is in the address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from registry.models import Area, Region, WorkArea
from registry.quality import Check, declared_checks, find_check

AREA, CHECK, SHOW, PAGE = "alue", "tarkistus", "nayta", "sivu"
ACCEPTED = "hyvaksytyt"


@dataclass(frozen=True)
class Choices:
    """The regions and areas that the user may choose from, and what the address says."""

    regions: tuple[Region, ...]
    areas: tuple[Area, ...]
    place: str
    check: Check | None
    shows_accepted: bool

    @classmethod
    def of(cls, request):
        """Return the Choices of a request; raise Http404 for an area or a check that the user does not have.

        Without an area in the address the one in which the user works is taken; an empty
        one means all.
        """
        regions = tuple(Region.objects.editable_by(request.user).with_pages().by_name())
        areas = tuple(
            Area.objects.in_regions([each.pk for each in regions])
            .select_related("group__region")
            .order_by("group__region__code", "group__position", "group__key", "position", "sort_key_fi")
        )
        place = request.GET.get(AREA)
        if place is None:
            work_areas = set(WorkArea.objects.filter(user=request.user).values_list("area", flat=True))
            place = next((each.address_key for each in areas if each.pk in work_areas), "")
        known = {"", *(each.slug for each in regions), *(each.address_key for each in areas)}
        check = find_check(request.GET[CHECK]) if request.GET.get(CHECK) else None
        if place not in known or (request.GET.get(CHECK) and check is None):
            raise Http404
        return cls(regions, areas, place, check, request.GET.get(SHOW) == ACCEPTED)

    @property
    def region_ids(self):
        """The ids of the regions to look at."""
        if self.area:
            return [self.area.group.region_id]
        return [each.pk for each in self.regions if self.place in {"", each.slug}]

    @property
    def area(self):
        """The area to look at, or None."""
        return next((each for each in self.areas if each.address_key == self.place), None)

    @property
    def place_options(self):
        """The regions, when there are several, and the areas by their grouping: (heading, [(value, name)])."""
        has_many = len(self.regions) > 1
        groups = {_("Regions"): [(each.slug, each.name) for each in self.regions]} if has_many else {}
        for area in self.areas:
            group = area.group
            heading = f"{group.region}: {group}" if has_many else str(group)
            groups.setdefault(heading, []).append((area.address_key, area.name))
        return list(groups.items())

    @property
    def check_options(self):
        """The checks: (key, title)."""
        return [(check.key, check.title) for check in declared_checks()]

    @property
    def checks(self):
        """The checks to run, or None for all."""
        return None if self.check is None else (self.check,)

    def query(self, **changes):
        """Return the choices as the query of an address, with some changed; what is "" is left out but the area."""
        chosen = {
            AREA: self.place,
            CHECK: self.check.key if self.check else "",
            SHOW: ACCEPTED if self.shows_accepted else "",
        } | changes
        return urlencode({key: value for key, value in chosen.items() if value or key == AREA})

    def url(self, **changes):
        """Return the address of the page with these choices, some changed."""
        return f"{reverse('quality')}?{self.query(**changes)}"
