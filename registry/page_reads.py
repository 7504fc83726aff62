"""What the pages of a region and of a municipality read, as plain rows: one query each, its SQL written once."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import BigIntegerField, Value
from django.db.models.functions import Cast, Coalesce

from common.names import language_suffix, translated
from common.numbers import dialled
from common.partial_dates import PartialDate
from common.prepared import Prepared
from registry.models import (
    Agent,
    Appointment,
    Area,
    GrantPeriod,
    Municipality,
    PublishedFigure,
    Region,
    SizeClass,
)
from registry.models.periods import counts_on


class Named(NamedTuple):
    """Something of which a page tells the name."""

    name: str


class DirectoryLink(NamedTuple):
    """A directory of associations."""

    name: str
    url: str


class RegionFacts(NamedTuple):
    """A region with pages, with the first days and the first year of which something is known."""

    pk: int
    slug: str
    name: str
    coordinator_label: str
    records_from: date
    first_arrival: date | None
    first_departure: date | None
    first_figure_year: int | None
    directory: DirectoryLink | None

    coordinator_word = Region.coordinator_word


def region_at(slug):
    """Return the RegionFacts of the region with pages at this address, or None."""
    for *facts, directory_name, directory_url in _region_at(slug):
        return RegionFacts(*facts, DirectoryLink(directory_name, directory_url) if directory_name else None)
    return None


@Prepared
def _region_at(slug: str):
    regions = Region.objects.for_region_page(slug).rewrite(False)
    return regions.values_list(
        "pk", "slug", translated("name"), translated("coordinator_label"), "records_from", "first_arrival",
        "first_departure", "first_figure_year", "directory__name", "directory__url",
    )  # fmt: skip


class AreaOfRegion(NamedTuple):
    """One of a region's areas, with its grouping."""

    pk: int
    name: str
    code: str
    group_name: str
    group_key: str

    @property
    def address_key(self):
        """How the area stands in an address: grouping and code."""
        return f"{self.group_key}.{self.code}"


class Size(NamedTuple):
    """A size class: from how many residents."""

    lower_bound: int
    key: str
    name: str


def areas_and_sizes_of(region):
    """Return the AreaOfRegions of a region, in order, and all Sizes, the smallest first, with one query."""
    areas, sizes = [], []
    # Ordered here: SQLite orders no part of a union.
    for pk, bound, group_position, position, sort_key, name, code, group, group_key in _areas_and_sizes(region.pk):
        if pk is None:
            sizes.append(Size(bound, code, name))
        else:
            areas.append(
                ((group_position, group_key, position, sort_key), AreaOfRegion(pk, name, code, group, group_key))
            )
    return [area for _order, area in sorted(areas)], sorted(sizes)


@Prepared
def _areas_and_sizes(region: int):
    areas = Area.objects.for_region_page(region).rewrite(False).order_by()
    nothing, no_word = Cast(Value(None), BigIntegerField()), Value("")
    sizes = SizeClass.objects.rewrite(False).order_by()
    return areas.values_list(
        "pk", Cast(Value(0), BigIntegerField()), "group__position", "position", f"sort_key_{language_suffix()}",
        translated("name"), "code", translated("group__name"), "group__key",
    ).union(
        sizes.values_list(
            nothing, "lower_bound", Value(0), Value(0), no_word, translated("name"), "key", no_word, no_word
        ),
        all=True,
    )  # fmt: skip


class Outline(NamedTuple):
    """A municipality's boundary as a map draws it."""

    municipality_id: int
    rings: list
    label_x: int
    label_y: int
    attribution: str


class ListedMunicipality(NamedTuple):
    """One municipality in a region's list."""

    pk: int
    name: str
    slug: str
    population: int | None
    population_year: int | None
    tile: tuple | None
    outline: Outline | None
    is_in_area: bool


def municipalities_of(region, on, *, area=None):
    """Return the ListedMunicipalities that belong to `region` on day `on`, in order; without `area` all are in it."""
    rows = _municipalities(region.pk, on, on.year, area.pk if area else 0)
    return [
        ListedMunicipality(
            pk, name, slug, population, year,
            tile=None if tile_row is None else (tile_row, tile_col),
            outline=None if rings is None else Outline(pk, rings, label_x, label_y, attribution),
            is_in_area=area is None or is_in_area,
        )
        for (
            pk, name, slug, population, year, tile_row, tile_col, rings, label_x, label_y, attribution, is_in_area,
        ) in rows
    ]  # fmt: skip


@Prepared
def _municipalities(region: int, on: date, year: int, area: int):
    return (
        Municipality.objects.rewrite(False)
        .members_of(region, on)
        .with_residents_by(year)
        .with_membership_in(area, on)
        .by_name()
        .values_list(
            "pk", translated("name"), "slug", "population", "population_year", "tile_row", "tile_col",
            "boundary__rings", "boundary__label_x", "boundary__label_y", "boundary__attribution",
            "is_in_area",
        )
    )  # fmt: skip


class HomeMunicipality(NamedTuple):
    """One municipality on the front page: `search` is what finds it, `region_slug` the region it belongs to."""

    pk: int
    name: str
    search: str
    slug: str
    region_slug: str
    situation: str


def municipalities_of_home(on):
    """Return the HomeMunicipalities of all regions with pages on day `on`, in order."""
    return [HomeMunicipality(*row) for row in _municipalities_of_home(on)]


@Prepared
def _municipalities_of_home(on: date):
    rows = Municipality.objects.rewrite(False).for_home(on)
    return rows.values_list("pk", translated("name"), "search", "slug", "region_slug_now", "situation")


class Figure(NamedTuple):
    """A published figure with its series."""

    pk: int
    series_key: str
    series_name: str
    explanation: str
    published_on: date
    reference_year: int
    statistic: str
    value: Decimal
    out_of: int | None
    base: str
    unit: str
    is_derived: bool
    supersedes_id: int | None
    source: str
    source_url: str
    note: str

    @property
    def has_share(self):
        """Whether a percentage may be shown: only of a count whose n was published."""
        return self.statistic == PublishedFigure.Statistic.COUNT and bool(self.out_of)


def figures_of_region(region):
    """Return all editions of a region's own Figures, in the order of series, year and publication."""
    return [Figure(*row) for row in _figures_of_region(region.pk)]


def figures_of_municipality(municipality):
    """Return the Figures that are about a municipality or name it, newest first."""
    return [Figure(*row) for row in _figures_of_municipality(municipality.pk)]


@Prepared
def _figures_of_region(region: int):
    return _figures(PublishedFigure.objects.for_region_page(region))


@Prepared
def _figures_of_municipality(municipality: int):
    return _figures(PublishedFigure.objects.for_municipality_page(municipality))


def _figures(figures):
    explanation, base, unit, note = (
        Coalesce(translated(path), Value("")) for path in ("series__explanation", "base", "unit", "note")
    )
    return figures.rewrite(False).values_list(
        "pk", "series__key", translated("series__name"), explanation, "published_on", "reference_year", "statistic",
        "value", "out_of", base, unit, "is_derived", "supersedes", "source", "source_url", note,
    )  # fmt: skip


class GrantDays(NamedTuple):
    """When one of a municipality's grants can be applied for."""

    municipality_id: int
    opens_on: date | None
    closes_on: date


def grant_days_of_home(on):
    """Return the GrantDays of all periods that hold on day `on` and have not closed."""
    return [GrantDays(*row) for row in _grant_days_of_home(on)]


@Prepared
def _grant_days_of_home(on: date):
    return GrantPeriod.objects.for_home(on).values_list("municipality", "opens_on", "closes_on")


class Contact(NamedTuple):
    """How to reach somebody."""

    name: str
    email: str
    phone: str

    @property
    def phone_link(self):
        """The phone number as a link dials it."""
        return dialled(self.phone)


class CoordinatorRole(NamedTuple):
    """A coordinator's role in a region: `area` is None for the whole region, `person` for somebody erased."""

    title: str
    area_id: int | None
    area: Named | None
    person: Contact | None


def coordinator_roles(rows):
    """Return the CoordinatorRoles of rows of `COORDINATOR_COLUMNS`, those of the whole region first, then by area."""
    return [
        CoordinatorRole(
            title,
            area_id,
            area=Named(area) if area_id else None,
            person=Contact(f"{given_name} {family_name}", email, phone) if person_id else None,
        )
        for _position, _key, _pk, title, area_id, area, person_id, given_name, family_name, email, phone in sorted(
            rows, key=lambda row: (row[0] is not None, row[0] or 0, row[1] or "", row[2])
        )
    ]


# What a page that reads coordinators together with something else takes of each (meetings/standing.py).
COORDINATOR_COLUMNS = (
    "area__position", "person__sort_key", "pk", "title", "area", "area__name",
    "person", "person__given_name", "person__family_name", "person__email", "person__phone",
)  # fmt: skip


class Holder(NamedTuple):
    """Who has a duty."""

    name: str
    email: str
    phone: str
    contact_checked_on: date | None


class Mailbox(NamedTuple):
    """A shared mailbox."""

    email: str
    post: str


class Duty(NamedTuple):
    """What a municipality's page needs of an appointment; which of the holder's details are public stands beside."""

    kind: str
    start: PartialDate
    end: PartialDate | None
    title: str
    hours_per_week: Decimal | None
    percent: Decimal | None
    job_description_url: str
    associations_told_on: date | None
    fallback_post: str
    fallback_reason: str
    is_name_public: bool
    is_email_public: bool
    is_phone_public: bool
    sector: Named | None
    person: Holder | None
    mailbox: Mailbox | None

    @property
    def end_last(self):
        """The last day on which the duty may have ended, or None."""
        return self.end and self.end.last

    def is_current_on(self, on):
        """Whether the duty counts on day `on`."""
        return counts_on(self.start.last, self.end_last, on)


def appointments_of(municipality):
    """Return the Duties of a municipality, newest first."""
    return [_duty(*row) for row in _appointments(municipality.pk)]


def _duty(
    kind, start_first, start_last, start_precision, end_first, end_last, end_precision,
    sector, given_name, family_name, email, phone, checked_on, mailbox, post, *details,
):  # fmt: skip
    return Duty(
        kind,
        PartialDate(start_first, start_last, start_precision),
        PartialDate(end_first, end_last, end_precision) if end_first else None,
        *details,
        sector=None if sector is None else Named(sector),
        person=None if given_name is None else Holder(f"{given_name} {family_name}", email, phone, checked_on),
        mailbox=None if mailbox is None else Mailbox(mailbox, post),
    )


@Prepared
def _appointments(municipality: int):
    return Appointment.objects.for_municipality_page(municipality).values_list(
        "kind", "start_first", "start_last", "start_precision", "end_first", "end_last", "end_precision",
        translated("sector__name"),
        "person__given_name", "person__family_name", "person__email", "person__phone", "person__contact_checked_on",
        "mailbox__email", "mailbox__post",
        "title", "hours_per_week", "percent", "job_description_url", "associations_told_on",
        "fallback_post", "fallback_reason", "is_name_public", "is_email_public", "is_phone_public",
    )  # fmt: skip


class AreaOfMunicipality(NamedTuple):
    """An area that a municipality is in, with its grouping."""

    area_id: int
    name: str
    group_name: str


def agents_of(municipality, on):
    """Return the agents who act in a municipality on day `on`, with public fields only."""
    return _agents(municipality.pk, on)


@Prepared
def _agents(municipality: int, on: date):
    return Agent.objects.for_municipality_page(municipality, on)
