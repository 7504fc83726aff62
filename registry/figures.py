"""Figures over time, computed from dated roles, and published ones beside them."""

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Count, DateField, Exists, OuterRef, Value
from django.utils import timezone

from common.names import translated
from registry.models import Appointment, Municipality, RegionMembership, Situation


@dataclass(frozen=True)
class Share:
    """A count and what it is out of; the percentage is never shown without them (rule 2 of docs/rules.md)."""

    count: int
    out_of: int | None

    @property
    def percent(self):
        """The share as a whole percentage, or None when n is unknown or zero."""
        return round(100 * self.count / self.out_of) if self.out_of else None


@dataclass(frozen=True)
class SituationPoint:
    """How a region stood on a day, in municipalities and in persons."""

    on: dt.date
    counts: dict = field(default_factory=dict)
    n_persons: int = 0
    persons_by_sector: dict = field(default_factory=dict)
    sector_names: dict = field(default_factory=dict, compare=False)

    @property
    def n_municipalities(self):
        """How many municipalities belonged to the region."""
        return sum(self.counts.values())

    @property
    def named(self):
        """Municipalities with a named liaison, of all."""
        return Share(self.counts.get(Situation.NAMED, 0), self.n_municipalities)


def situation_over_time(region, days):
    """Return a SituationPoint of `region` for each of `days`, in their order, with two queries.

    A person with several posts counts once; a holder who is not known counts as
    one person for each appointment. `persons_by_sector` is keyed by the sector's
    id, None for a sector that is not known.
    """
    asked, days = list(days), list(dict.fromkeys(days))
    if not days:
        return []
    situations = [
        Municipality.objects.members_of(region, day)
        .with_situation(day)
        .order_by()
        .values("situation")
        .annotate(n=Count("pk"), day=Value(day, DateField()))
        .values_list("day", "situation", "n")
        for day in days
    ]
    counts = {day: {} for day in days}
    for day, situation, n in situations[0].union(*situations[1:], all=True):
        counts[_as_day(day)][situation] = n

    holders = [
        Appointment.objects.liaisons()
        .current_on(day)
        .filter(_counted_on(region, day))
        .order_by()
        .annotate(day=Value(day, DateField()), sector_name=translated("sector__name"))
        .values_list("day", "sector", "sector_name", "person", "pk")
        for day in days
        if region.records_from and day >= region.records_from
    ]
    persons, sector_names = {day: {} for day in days}, {}
    for day, sector, name, person, pk in holders[0].union(*holders[1:], all=True) if holders else []:
        persons[_as_day(day)].setdefault(sector, set()).add(person or f"unknown {pk}")
        sector_names[sector] = name
    points = {
        day: SituationPoint(
            on=day,
            counts=counts[day],
            n_persons=len(set().union(*persons[day].values())),
            persons_by_sector={sector: len(people) for sector, people in persons[day].items()},
            sector_names=sector_names,
        )
        for day in days
    }
    return [points[day] for day in asked]


def _counted_on(region, day):
    """Return the condition that the appointment's municipality belonged to `region` on `day`."""
    return Exists(RegionMembership.objects.current_on(day).filter(region=region, municipality=OuterRef("municipality")))


def _as_day(value):
    """Return a day; in a union SQLite hands a constant back as text."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


def last_day_of_year(year, *, today=None):
    """Return the day by which a year is told: its 31 December, or today in the current year."""
    today = today or timezone.localdate()
    return min(dt.date(year, 12, 31), today)


def years_of(region, *, today=None):
    """Return the years for which the region's page can tell something, newest first.

    From the earliest of: the start of records, the oldest published figure, the year
    before the first municipality came, and the year in which the first one left.
    `region` comes from `Region.objects.for_region_page`.
    """
    today = today or timezone.localdate()
    known = [
        today.year,
        region.records_from.year,
        region.first_figure_year,
        region.first_arrival and region.first_arrival.year - 1,
        region.first_departure and region.first_departure.year,
    ]
    return list(range(today.year, min(year for year in known if year) - 1, -1))
