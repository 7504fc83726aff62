"""How a municipality stands by theme, and its areas: read together because its public page shows them together."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import BigIntegerField, CharField, F, Value
from django.db.models.functions import Cast

from common.names import translated
from common.prepared import Prepared
from registry.figures import Share
from registry.models import AreaMembership
from registry.page_reads import AreaOfMunicipality
from surveys.models import MunicipalityResult
from surveys.results import Printed


class ThemeStanding(NamedTuple):
    """A theme with the score as it was printed."""

    name: str
    printed: Printed


class LatestStanding(NamedTuple):
    """What the latest published round tells of a municipality; no themes where it did not answer."""

    region_slug: str
    year: int
    state: str
    themes: list

    @property
    def state_words(self):
        """What it did, in words."""
        return str(MunicipalityResult.State(self.state).label)


def areas_and_standing_of(municipality, on):
    """Return (AreaOfMunicipalities on day `on`, LatestStanding or None) of a municipality, in one query."""
    areas, themes, latest = [], [], None
    for key, position, name, group, year, tenths, n_known, n_applying, state in _areas_and_scores(municipality.pk, on):
        if not state:
            areas.append(((position, group), AreaOfMunicipality(key, name, group)))
            continue
        latest = LatestStanding(group, year, state, [])
        if n_applying is not None:
            value = None if tenths is None else Decimal(tenths).scaleb(-1)
            themes.append(((position, key), ThemeStanding(name, Printed(value, Share(n_known, n_applying)))))
    if latest:
        latest.themes.extend(each for _place, each in sorted(themes, key=lambda pair: pair[0]))
    return [area for _place, area in sorted(areas, key=lambda pair: pair[0])], latest


@Prepared
def _areas_and_scores(municipality: int, on: date):
    areas = AreaMembership.objects.for_municipality_page(municipality, on).order_by()
    results = MunicipalityResult.objects.latest_scores(municipality)
    nothing = Cast(Value(None), BigIntegerField())
    return areas.values_list(
        "area", "area__group__position", translated("area__name"), translated("area__group__name"), Value(0),
        nothing, nothing, nothing, Value("", output_field=CharField()),
    ).union(
        results.values_list(
            "scores__round_theme", "scores__round_theme__position", translated("scores__round_theme__theme__name"),
            "edition__round__region__slug", "edition__round__year",
            Cast(F("scores__value") * 10, BigIntegerField()), "scores__n_known", "scores__n_applying", "state",
        ),
        all=True,
    )  # fmt: skip
