"""A region's list of municipalities as plain values: chosen, sorted and counted."""

from collections import Counter
from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.numbers import whole_number
from registry.figures import Share
from registry.models import Situation
from registry.page_reads import Outline


class MunicipalityRow(NamedTuple):
    """One municipality in a region's list."""

    pk: int
    name: str
    slug: str
    url: str
    situation: Situation
    situation_words: str
    population: int | None
    residents: str
    population_year: int | str
    size_key: str | None
    size_name: str | None
    tile: tuple[int, int] | None
    boundary: Outline | None
    is_in_area: bool
    is_shown: bool = True

    def matches(self, choices):
        """Whether the row is within the reader's choices of area, size class and situation."""
        return (
            self.is_in_area
            and (not choices.get("koko") or self.size_key == choices["koko"])
            and (not choices.get("tilanne") or self.situation == choices["tilanne"])
        )


def municipality_rows(region, municipalities, situations, sizes):
    """Return a MunicipalityRow for each ListedMunicipality, with its situation by the municipality's id.

    `sizes` are the Sizes of all municipalities, the smallest first.
    """
    pages = reverse("region_detail", args=[region.slug])  # a municipality's page is below it: docs/rules.md
    words = {situation: str(situation.label) for situation in Situation}
    return [
        MunicipalityRow(
            pk=each.pk,
            name=each.name,
            slug=each.slug,
            url=f"{pages}{each.slug}/",
            # One who joined between two queries has none yet.
            situation=(situation := situations.get(each.pk, Situation.NO_INFORMATION)),
            situation_words=words[situation],
            population=each.population,
            residents=whole_number(each.population),
            population_year=each.population_year or "",
            size_key=size.key if (size := _size_of(each.population, sizes)) else None,
            size_name=size and size.name,
            tile=each.tile,
            boundary=each.outline,
            is_in_area=each.is_in_area,
        )
        for each in municipalities
    ]


def chosen_rows(rows, choices):
    """Return the rows with `is_shown` by the reader's choices."""
    return [row if row.matches(choices) else row._replace(is_shown=False) for row in rows]


def sorted_rows(rows, order):
    """Return the rows in the reader's order; a number that is not known stands last in both directions."""
    column, is_descending = order.removeprefix("-"), order.startswith("-")
    if column == "asukkaat":
        known = sorted((row for row in rows if row.population is not None), key=lambda row: row.population)
        unknown = [row for row in rows if row.population is None]
        return [*(reversed(known) if is_descending else known), *unknown]
    if column == "tilanne":
        rank = {situation: index for index, situation in enumerate(Situation)}
        return sorted(rows, key=lambda row: rank[row.situation], reverse=is_descending)
    return list(reversed(rows)) if is_descending else rows


class SortHead(NamedTuple):
    """A column's heading that sorts the table by a link."""

    label: str
    url: str
    aria_sort: str
    is_number: bool = False


def sort_heads(query, order):
    """Return the headings of a region's table; a link turns the order of the column it already has."""
    labels = {"nimi": _("Municipality"), "tilanne": _("Situation"), "asukkaat": _("Residents")}
    heads = []
    for column, label in labels.items():
        is_own = order.removeprefix("-") == column
        params = {**dict(query.lists()), "jarjestys": f"-{column}" if order == column else column}
        direction = "descending" if order.startswith("-") else "ascending"
        heads.append(
            SortHead(
                label,
                f"?{urlencode(params, doseq=True)}#municipalities",
                direction if is_own else "",
                column == "asukkaat",
            )
        )
    return heads


def _size_of(population, sizes):
    """Return the Size of so many residents, or None where neither is known."""
    return next((size for size in reversed(sizes) if population is not None and size.lower_bound <= population), None)


def size_choices(rows):
    """Return (key, name) of the size classes that occur among MunicipalityRows, the smallest first."""
    by_size = sorted((row for row in rows if row.size_key), key=lambda row: row.population)
    return list(dict.fromkeys((row.size_key, row.size_name) for row in by_size))


def situation_counts(point):
    """Return (situation, number of municipalities) for those that occur, best known first."""
    return [(situation, point.counts[situation]) for situation in Situation if point.counts.get(situation)]


class CountRow(NamedTuple):
    """How many municipalities have a situation, in words, and the choices that show them."""

    situation: Situation
    words: str
    n: int
    query: str


def count_rows(counts, on, *, is_now):
    """Return a CountRow for each of the `situation_counts` on day `on`."""
    year = "" if is_now else f"&vuosi={on.year}"
    return [CountRow(situation, situation.label, n, f"?tilanne={situation}{year}") for situation, n in counts]


class SectorRow(NamedTuple):
    """In how many persons' work a sector stands, in words."""

    name: str
    n: int
    words: str


def sector_rows(point):
    """Return the SectorRows of those in which liaisons work, the largest first."""
    rows = [_sector_row(point.sector_names[sector], n) for sector, n in point.persons_by_sector.items()]
    return sorted(rows, key=lambda row: (-row.n, row.name))


def _sector_row(name, n):
    name = name or _("sector not known")
    words = ngettext("%(sector)s: %(n)s person", "%(sector)s: %(n)s persons", n) % {"sector": name, "n": n}
    return SectorRow(name, n, words)


class HomeRow(NamedTuple):
    """One municipality on the front page: `search` is what finds it."""

    pk: int
    name: str
    search: str
    url: str


class RegionRow(NamedTuple):
    """One region on the front page: how many of its municipalities have a named liaison, and all of them by name."""

    name: str
    url: str
    named: Share
    municipalities: list


def region_rows(regions, municipalities):
    """Return (RegionRows of the regions, HomeRows of all their municipalities), each by name."""
    pages = {region.slug: region.get_absolute_url() for region in regions}  # a municipality's page is below it
    members, places = {slug: [] for slug in pages}, []
    n_named = Counter(each.region_slug for each in municipalities if each.situation == Situation.NAMED)
    for pk, name, search, slug, region_slug, _situation in municipalities:
        if region_slug in pages:  # one may have got its pages between two queries
            place = HomeRow(pk, name, search, f"{pages[region_slug]}{slug}/")
            members[region_slug].append(place)
            places.append(place)
    rows = []
    for region in regions:
        own = members[region.slug]
        rows.append(RegionRow(region.name, pages[region.slug], Share(n_named[region.slug], len(own)), own))
    return rows, places
