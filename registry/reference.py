"""Reference data that ships with the registry: real regions, municipalities, groupings, populations, published figures.

Sources are named in docs/open-data.md and beside each figure. Loading adds what is
missing and never overwrites what somebody has changed.
"""

import csv
import datetime as dt
from decimal import Decimal
from pathlib import Path

from django.db import transaction

from common.names import fold
from registry.models import (
    AgentTask,
    Area,
    AreaGroup,
    AreaMembership,
    AssociationField,
    Directory,
    FigureSeries,
    Municipality,
    PageText,
    Population,
    PublishedFigure,
    Region,
    RegionMembership,
    Sector,
    SizeClass,
    Topic,
)

DATA = Path(__file__).parent / "data"
LANGUAGES = ("fi", "sv", "en")
POPULATION_SOURCE = "Sotkanet, 127 (THL)"


def _rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _translated(row, *names):
    return {f"{name}_{language}": row[f"{name}_{language}"] for name in names for language in LANGUAGES}


def _day(text):
    return dt.date.fromisoformat(text) if text else None


_steps_above = []


def register_step(step):
    """Load with the rest what an application above ships; `step` returns how many rows it added. From its `ready`."""
    if step not in _steps_above:
        _steps_above.append(step)


@transaction.atomic
def load_reference_data():
    """Add the reference data that is not in the database yet; return how many rows were added. Safe to run twice."""
    steps = (_word_lists, _regions, _municipalities, _areas, _published_figures, _page_texts, *_steps_above)
    return sum(step() for step in steps)


def _add(model, key, known_as, /, **fields):
    """Add a row unless one with this key exists; return it and whether it was added."""
    return model.objects.get_or_create(**{key: known_as}, defaults=fields)


def _word_lists():
    added = 0
    lists = (
        (Sector, "sectors"),
        (AssociationField, "association_fields"),
        (AgentTask, "agent_tasks"),
        (Topic, "topics"),
    )
    for model, name in lists:
        for position, row in enumerate(_rows(f"{name}.csv"), start=1):
            added += _add(model, "key", row["key"], position=position, **_translated(row, "name"))[1]
    for row in _rows("size_classes.csv"):
        added += _add(SizeClass, "key", row["key"], lower_bound=int(row["lower_bound"]), **_translated(row, "name"))[1]
    for position, row in enumerate(_rows("figure_series.csv"), start=1):
        fields = _translated(row, "name", "explanation")
        added += _add(FigureSeries, "key", row["key"], position=position, **fields)[1]
    return added


def _regions():
    added = 0
    directories = {row["region_code"]: row for row in _rows("directories.csv")}
    for row in _rows("regions.csv"):
        directory = None
        if known := directories.get(row["code"]):
            directory, is_new = _add(Directory, "name", known["name"], url=known["url"])
            added += is_new
        added += _add(Region, "code", row["code"], slug=row["slug"], directory=directory, **_translated(row, "name"))[1]
    return added


def _municipalities():
    added = 0
    regions = {region.code: region for region in Region.objects.all()}
    for row in _rows("municipalities.csv"):
        municipality, is_new = _add(
            Municipality,
            "code",
            row["code"],
            name_fi=row["name_fi"],
            name_sv=row["name_sv"],
            name_en=row["name_fi"],
            slug=fold(row["name_fi"]).replace(" ", "-"),
            municipality_type=row["municipality_type_fi"],
            website=row["website"],
            latitude=Decimal(row["lat"]),
            longitude=Decimal(row["lon"]),
            tile_row=int(row["tile_row"]),
            tile_col=int(row["tile_col"]),
        )
        added += is_new
        for column, residents in row.items():
            if column.startswith("population_") and residents:
                added += Population.objects.get_or_create(
                    municipality=municipality,
                    year=int(column.removeprefix("population_")),
                    defaults={"residents": int(residents), "source": POPULATION_SOURCE},
                )[1]
    municipalities = {municipality.code: municipality for municipality in Municipality.objects.all()}
    placed = set(RegionMembership.objects.values_list("municipality__code", flat=True))
    for row in _rows("region_memberships.csv"):
        if row["municipality_code"] not in placed:
            RegionMembership.objects.create(
                municipality=municipalities[row["municipality_code"]],
                region=regions[row["region_code"]],
                valid_from=_day(row["valid_from"]),
                valid_to=_day(row["valid_to"]),
                note=row["note"],
            )
            added += 1
    return added


def _areas():
    added = 0
    regions = {region.code: region for region in Region.objects.all()}
    for position, row in enumerate(_rows("area_groups.csv"), start=1):
        region = regions[row["region_code"]]
        added += _add(AreaGroup, "key", row["key"], region=region, position=position, **_translated(row, "name"))[1]
    groups = {group.key: group for group in AreaGroup.objects.all()}
    for position, row in enumerate(_rows("areas.csv"), start=1):
        added += Area.objects.get_or_create(
            group=groups[row["group_key"]],
            code=row["code"],
            defaults={"position": position, **_translated(row, "name")},
        )[1]
    areas = {(area.group.key, area.code): area for area in Area.objects.select_related("group")}
    municipalities = {municipality.code: municipality for municipality in Municipality.objects.all()}
    placed = set(AreaMembership.objects.values_list("municipality__code", "area__group__key"))
    for row in _rows("area_memberships.csv"):
        if (row["municipality_code"], row["group_key"]) not in placed:
            AreaMembership.objects.create(
                municipality=municipalities[row["municipality_code"]],
                area=areas[row["group_key"], row["area_code"]],
            )
            added += 1
    return added


def _published_figures():
    added = 0
    regions = {region.code: region for region in Region.objects.all()}
    series = {row.key: row for row in FigureSeries.objects.all()}
    by_code = {municipality.code: municipality for municipality in Municipality.objects.all()}
    by_name = {municipality.name_fi: municipality for municipality in by_code.values()}
    notes = {row["id"]: row for row in _rows("published_notes.csv")}
    for row in _rows("published_figures.csv"):
        figure, is_new = _add(
            PublishedFigure,
            "key",
            row["id"],
            region=regions[row["region_code"]],
            series=series[row["figure"]],
            municipality=by_code.get(row["municipality_code"]),
            published_on=_day(row["published_on"]),
            reference_year=int(row["reference_year"]),
            statistic=row["statistic"].replace(" ", "_"),
            value=Decimal(row["value"]),
            out_of=int(row["out_of"]) if row["out_of"] else None,
            indicator_key=row["indicator"],
            options=row["options_fi"],
            is_derived=bool(row["derived"]),
            source=row["source"],
            source_url=notes[row["id"]]["source_url"],
            **_translated(notes[row["id"]], "base", "unit", "note"),
        )
        if is_new:
            added += 1
            named = [name.strip() for name in row["municipalities"].split(";") if name.strip()]
            figure.named_municipalities.set([by_name[name] for name in named])
    for row in _rows("published_figures.csv"):
        if row["supersedes"]:
            first = PublishedFigure.objects.get(key=row["supersedes"])
            PublishedFigure.objects.filter(key=row["id"], supersedes=None).update(supersedes=first)
    return added


def _page_texts():
    added = 0
    for key in PageText.Key.values:
        bodies = {
            f"body_{language}": (DATA / "pages" / f"{key}.{language}.md").read_text(encoding="utf-8")
            for language in LANGUAGES
        }
        added += _add(PageText, "key", key, **bodies)[1]
    return added
