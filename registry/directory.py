"""The directory of a region's liaisons, in which colleagues find whom to ask."""

from dataclasses import dataclass

from registry.models import Appointment, Area, Region, Sector, Topic
from registry.public_details import officer_details


@dataclass(frozen=True)
class Colleague:
    """One officer as colleagues see them: no address, and the name only when it is not limited."""

    name: str
    municipality: str
    duty: str
    sector: str
    topics: list


def region_of(municipality, on):
    """Return the region to which `municipality` belongs on day `on`, or None."""
    return Region.objects.of_municipality(municipality, on).first()


def choices_of(region):
    """Return what a directory of `region` can be limited by, as querysets: topic, sector and area."""
    return {"topic": Topic.objects.all(), "sector": Sector.objects.all(), "area": Area.objects.in_regions([region.pk])}


def colleagues_of(region, on, **limits):
    """Return the Colleagues of `region` on day `on`, in two queries; `limits` as in `for_directory`."""
    return [_colleague(role) for role in Appointment.objects.for_directory(region, on, **limits)]


def _colleague(role):
    return Colleague(
        name=officer_details(role).name,
        municipality=role.municipality.name,
        duty=role.get_kind_display(),
        sector=role.sector.name if role.sector else "",
        topics=[topic.name for topic in role.topics.all()],
    )
