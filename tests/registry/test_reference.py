"""The reference data that ships with the registry: the real regions, their municipalities, and loading it twice."""

import datetime as dt

import pytest
from django.core.management import call_command

from meetings import models as meetings
from registry import models
from registry.models import Municipality, PageText, Population, PublishedFigure, Region, RegionMembership, SizeClass
from registry.reference import load_reference_data
from tests.factories import MunicipalityFactory

pytestmark = pytest.mark.django_db
FILLED = (
    models.AgentTask, models.Area, models.AreaGroup, models.AreaMembership, models.AssociationField, models.Directory,
    models.FigureSeries, Municipality, PageText, Population, PublishedFigure, Region, RegionMembership, models.Sector,
    SizeClass, meetings.AgendaTemplateItem, meetings.KindAudience, meetings.MeetingKind, meetings.MeetingTheme,
)  # fmt: skip


def everything():
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in FILLED}
    return rows | {"named": list(PublishedFigure.named_municipalities.through.objects.order_by("pk").values())}


def test_loading_fills_every_table_and_loading_again_changes_nothing(reference):
    before = everything()
    assert all(before.values())

    assert load_reference_data() == 0

    assert everything() == before


def test_the_number_of_added_rows_is_told(without_reference):
    assert load_reference_data() == sum(model.objects.count() for model in FILLED)


def test_what_somebody_has_changed_stays(reference):
    Municipality.objects.filter(code="564").update(website="https://uusi.example.org", name_sv="Uleåborgs stad")
    Population.objects.filter(municipality=reference.oulu, year=2020).update(residents=1)
    PageText.objects.filter(key="tietoa").update(body_fi="# Oma teksti")
    reference.vaala.memberships.filter(valid_from=None).delete()
    before = everything()

    assert load_reference_data() == 0

    assert everything() == before


def test_what_is_missing_is_added_again(reference):
    Population.objects.filter(municipality=reference.oulu).delete()
    RegionMembership.objects.filter(municipality=reference.vaala).delete()

    call_command("load_reference_data")

    assert Population.objects.filter(municipality=reference.oulu).count() == 3
    assert reference.vaala.memberships.count() == 2


def test_thirty_and_twenty_two_municipalities_and_kuhmoinen_until_2020(reference):
    def members(on):
        return {region.slug: Municipality.objects.members_of(region, on).count() for region in Region.objects.all()}

    assert Municipality.objects.count() == 53
    assert members(dt.date(2026, 1, 1)) == {"pohjois-pohjanmaa": 30, "keski-suomi": 22, "pirkanmaa": 1, "kainuu": 0}
    assert members(dt.date(2020, 6, 1)) == {"pohjois-pohjanmaa": 30, "keski-suomi": 23, "pirkanmaa": 0, "kainuu": 0}


def test_a_municipality_belongs_somewhere_on_every_day_and_never_to_two_regions(reference):
    for on in (dt.date(2010, 1, 1), dt.date(2015, 12, 31), dt.date(2016, 1, 1), dt.date(2021, 1, 1)):
        homes = list(RegionMembership.objects.current_on(on).values_list("municipality", flat=True))
        assert (len(homes), len(set(homes))) == (53, 53), on


def test_codes_are_text_and_keep_their_zeros(reference):
    codes = dict(Municipality.objects.values_list("name_fi", "code"))

    assert (codes["Alavieska"], codes["Hailuoto"], codes["Oulu"]) == ("009", "072", "564")
    assert {len(code) for code in codes.values()} == {3}
    assert set(Region.objects.values_list("code", flat=True)) == {"06", "13", "17", "18"}


def test_addresses_are_ascii_and_shaped_as_they_are_printed(reference):
    for row in [*Municipality.objects.all(), *Region.objects.all()]:
        row.clean_fields()
    slugs = dict(Municipality.objects.values_list("name_fi", "slug"))
    assert (slugs["Äänekoski"], slugs["Ii"], slugs["Pyhäjärvi"]) == ("aanekoski", "ii", "pyhajarvi")


def test_every_municipality_of_the_two_regions_is_in_a_sub_region(reference):
    on = dt.date(2026, 1, 1)
    for region in (reference.pohjois_pohjanmaa, reference.keski_suomi):
        group = region.area_groups.get(key=f"seutukunnat-{region.code}")
        placed = set(models.AreaMembership.objects.filter(area__group=group).values_list("municipality", flat=True))
        assert placed >= set(Municipality.objects.members_of(region, on).values_list("pk", flat=True))


def test_names_and_texts_are_there_in_three_languages(reference):
    for model, column in [(Region, "name"), (models.Sector, "name"), (SizeClass, "name"), (PageText, "body")]:
        for row in model.objects.all():
            assert all(getattr(row, f"{column}_{language}") for language in ("fi", "sv", "en")), row
    assert set(PageText.objects.values_list("key", flat=True)) == set(PageText.Key.values)


@pytest.mark.parametrize(
    ("residents", "key"),
    [
        (None, None), (0, "under_5000"), (4999, "under_5000"), (5000, "from_5000"), (9999, "from_5000"),
        (10000, "from_10000"), (49999, "from_10000"), (50000, "from_50000"), (220000, "from_50000"),
    ],
)  # fmt: skip
def test_size_classes_begin_at_their_lower_bound(reference, residents, key):
    municipality = MunicipalityFactory()
    if residents is not None:
        Population.objects.create(municipality=municipality, year=2025, residents=residents, source="test")

    row = Municipality.objects.with_population(dt.date(2026, 6, 15)).get(pk=municipality.pk)

    assert (row.population, row.size_class_key) == (residents, key)


def test_population_is_the_newest_of_no_later_than_the_day(reference):
    def told(year):
        row = Municipality.objects.with_population(dt.date(year, 6, 1)).get(code="072")
        return row.population_year, row.population

    assert [told(year) for year in (2016, 2017, 2019, 2021, 2026)] == [
        (None, None), (2017, 967), (2017, 967), (2020, 949), (2022, 960),
    ]  # fmt: skip
