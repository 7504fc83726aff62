"""Which page an address means: now, after a move and after a merger."""

from dataclasses import dataclass
from datetime import date

from common.partial_dates import PartialDate
from common.prepared import Prepared
from registry.models import Municipality, Region, RegionMembership, Situation, SituationStatement


@dataclass(frozen=True)
class Place:
    """A municipality found by its address.

    `region` is the region with pages it belongs to, or None. `is_old` says that the
    address was right once: the page has moved to `municipality` (after a merger the
    successor) in `region`, or, when that is None, only the past of `last_region`
    up to `last_year` tells of it.
    """

    municipality: Municipality
    region: Region | None
    is_old: bool
    last_region: Region | None = None
    last_year: int | None = None


def find_place(region_slug, municipality_slug, on):
    """Return the Place that `/region_slug/municipality_slug/` means on day `on`, or None for an address that never was.

    Takes one query, and two more for each merger on the way.
    """
    memberships = _stays_with_facts(on, slug=municipality_slug)
    if not memberships:
        return None
    municipality = memberships[0].municipality
    if region_slug not in {membership.region.slug for membership in memberships}:
        return None
    trail = [(municipality, memberships)]
    while municipality.is_merged_on(on):
        municipality = municipality.successor
        memberships = _stays_with_facts(on, municipality=municipality)
        trail.append((municipality, memberships))
    home = next((m.region for m in memberships if m.is_valid_on(on) and m.region.has_pages), None)
    if home is not None:
        return Place(municipality, home, is_old=len(trail) > 1 or home.slug != region_slug)
    for former, rows in reversed(trail):
        past = next((m for m in rows if m.region.has_pages and m.valid_to is not None and m.valid_to < on), None)
        if past is not None:
            return Place(former, None, is_old=True, last_region=past.region, last_year=past.valid_to.year)
    return None


@Prepared
def _stays_at_address(slug: str, on: date, year: int):
    return RegionMembership.objects.filter(municipality__slug=slug).of_place(on, year)


@Prepared
def _stays_of(municipality: int, on: date, year: int):
    return RegionMembership.objects.filter(municipality=municipality).of_place(on, year)


def _stays_with_facts(on, *, slug=None, municipality=None):
    """Return a municipality's memberships with their regions, newest first, in one query.

    The municipality is named by its address or is known. Each row's municipality has
    what `with_situation` and `with_population` annotate, and `situation_since`: the
    PartialDate from which a statement explains the situation, or None.
    """
    rows = _stays_of(municipality.pk, on, on.year) if municipality else _stays_at_address(slug, on, on.year)
    is_kept = any(row.is_valid_on(on) and row.region.has_pages and row.region.records_from <= on for row in rows)
    for row in rows:
        for name in ("population", "population_year", "size_class_key", "size_class_name"):
            setattr(row.municipality, name, getattr(row, name))
        said = {kind: _said(row, kind) for kind in SituationStatement.Kind.values}
        holding = {Situation(kind) for kind, since in said.items() if since}
        holding |= {Situation.NAMED} if row.has_liaison else set()
        holding |= {Situation.DUTIES} if row.has_duties else set()
        row.municipality.situation = Situation.first_of(holding if is_kept else ())
        row.municipality.situation_since = said.get(row.municipality.situation)
    return rows


def _said(row, kind):
    """Return the PartialDate from which the latest statement of `kind` tells, or None."""
    first, last, precision = (getattr(row, f"{kind}_{part}") for part in ("first", "last", "precision"))
    return PartialDate(first, last, precision) if first else None
