"""Figures over time, computed from dated roles, and published ones beside them."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import BigIntegerField, Value
from django.db.models.functions import Cast
from django.utils import timezone

from common.names import translated
from common.prepared import Prepared
from registry.models import Appointment, RegionMembership, Situation, SituationStatement
from registry.models.periods import counted_days


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
    """How a region stood on a day, in municipalities and in persons; `situations` by the municipality's id."""

    on: dt.date
    counts: dict = field(default_factory=dict)
    n_persons: int = 0
    persons_by_sector: dict = field(default_factory=dict)
    sector_names: dict = field(default_factory=dict, compare=False)
    situations: dict = field(default_factory=dict, compare=False)

    @property
    def n_municipalities(self):
        """How many municipalities belonged to the region."""
        return sum(self.counts.values())

    @property
    def named(self):
        """Municipalities with a named liaison, of all."""
        return Share(self.counts.get(Situation.NAMED, 0), self.n_municipalities)


def situation_over_time(region, days):
    """Return a SituationPoint of `region` for each of `days`, in their order, with one query.

    A person with several posts counts once; a holder who is not known counts as
    one person for each appointment. `persons_by_sector` is keyed by the sector's
    id, None for a sector that is not known.
    """
    asked, days = list(days), list(dict.fromkeys(days))
    facts, stays = _facts_and_stays(region)
    points = {day: _point(region, day, stays, facts) for day in days}
    return [points[day] for day in asked]


class _Fact(NamedTuple):
    """One dated role or statement that a situation rests on, as plain values: 308 municipalities over ten years."""

    municipality: int
    situation: str
    sector: int | None
    sector_name: str
    holder: object
    first: dt.date
    last: dt.date


_SITUATION_OF = {
    Appointment.Kind.LIAISON: Situation.NAMED,
    Appointment.Kind.DUTIES: Situation.DUTIES,
    SituationStatement.Kind.BEING_NAMED: Situation.BEING_NAMED,
    SituationStatement.Kind.NONE: Situation.NONE,
}
_RANK = {situation: rank for rank, situation in enumerate(Situation)}


_MEMBER = "member"


@Prepared
def _dated_rows(region: int):
    """Return (municipality, kind, …) of the memberships in `region`, and of its members' roles and statements."""
    members = RegionMembership.objects.filter(region=region).order_by().values("municipality")
    nobody = Cast(Value(None), BigIntegerField())
    roles = Appointment.objects.filter(
        municipality__in=members, kind__in=[Appointment.Kind.LIAISON, Appointment.Kind.DUTIES]
    ).order_by()
    statements = SituationStatement.objects.filter(municipality__in=members).order_by()
    stays = RegionMembership.objects.filter(region=region).order_by()
    return roles.values_list(
        "municipality", "kind", "sector", translated("sector__name"), "person", "pk", "start_last", "end_last"
    ).union(
        statements.values_list("municipality", "kind", nobody, Value(""), nobody, "pk", "start_last", "end_last"),
        stays.values_list("municipality", Value(_MEMBER), nobody, Value(""), nobody, "pk", "valid_from", "valid_to"),
        all=True,
    )


def _facts_and_stays(region):
    """Return the _Facts of all who ever belonged to `region`, and (municipality, first day, last day) of each stay."""
    facts, stays = [], []
    for municipality, kind, sector, name, person, pk, start, end in _dated_rows(region.pk):
        if kind == _MEMBER:
            stays.append((municipality, start or dt.date.min, end or dt.date.max))
        else:
            days = counted_days(start, end)
            facts.append(_Fact(municipality, _SITUATION_OF[kind], sector, name, person or f"unknown {pk}", *days))
    return facts, stays


def _point(region, day, stays, facts):
    """Return the SituationPoint of `day`; the same rules as `with_situation`, compared by a property-based test."""
    members = {municipality for municipality, first, last in stays if first <= day <= last}
    is_kept = region.records_from is not None and region.records_from <= day
    current = [
        fact for fact in (facts if is_kept else []) if fact.first <= day <= fact.last and fact.municipality in members
    ]
    best = dict.fromkeys(members, Situation.NO_INFORMATION)
    persons, sector_names = {}, {}
    for fact in current:
        if _RANK[fact.situation] < _RANK[best[fact.municipality]]:
            best[fact.municipality] = fact.situation
        if fact.situation == Situation.NAMED:
            persons.setdefault(fact.sector, set()).add(fact.holder)
            sector_names[fact.sector] = fact.sector_name
    return SituationPoint(
        on=day,
        counts={str(situation): n for situation, n in Counter(best.values()).items()},
        n_persons=len(set().union(*persons.values())),
        persons_by_sector={sector: len(people) for sector, people in persons.items()},
        sector_names=sector_names,
        situations=best,
    )


def last_day_of_year(year, *, today=None):
    """Return the day by which a year is told: its 31 December, or today in the current year."""
    today = today or timezone.localdate()
    return min(dt.date(year, 12, 31), today)


def years_of(region, *, today=None):
    """Return the years for which the region's page can tell something, newest first.

    From the earliest of: the start of records, the oldest published figure, the year
    before the first municipality came, and the year in which the first one left.
    `region` comes from `region_at` (registry/page_reads.py).
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
