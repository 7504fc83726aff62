"""Figures over the years: computed ones with their n, published ones beside them with source and corrections."""

import datetime as dt

import pytest

from registry.figures import Share, SituationPoint, last_day_of_year, situation_over_time, years_of
from registry.models import PublishedFigure, Region, Sector
from registry.page_reads import region_at
from tests import factories
from tests.registry.helpers import date, day

pytestmark = pytest.mark.django_db
END_OF_2025 = dt.date(2025, 12, 31)


@pytest.mark.parametrize(
    ("count", "out_of", "percent"),
    [(19, 30, 63), (7, 30, 23), (27, 30, 90), (0, 30, 0), (19, None, None), (0, 0, None)],
)
def test_a_share_has_a_percentage_only_with_its_n(count, out_of, percent):
    assert Share(count, out_of).percent == percent


def test_situation_over_time_counts_municipalities_and_persons_apart(cast, reference):
    leisure, culture = Sector.objects.get(key="leisure"), Sector.objects.get(key="education_culture")
    oulu, hailuoto, vaala = reference.oulu, reference.hailuoto, reference.vaala
    factories.AppointmentFactory(person=cast.leena, municipality=hailuoto, sector=leisure, start=day("2023-01-01"))
    factories.AppointmentFactory(person=cast.ahti, municipality=oulu, sector=leisure, start=day("2023-01-01"))
    factories.AppointmentFactory(person=None, municipality=hailuoto, sector=culture, start=day("2023-01-01"))
    factories.AppointmentFactory(person=None, municipality=vaala, start=date("2023"))
    factories.AppointmentFactory(municipality=vaala, kind="duties", start=day("2022-06-01"), end=day("2023-12-30"))
    factories.AppointmentFactory(municipality=reference.jyvaskyla, start=day("2022-01-01"))
    asked = [dt.date(2020, 12, 31), dt.date(2022, 12, 31), dt.date(2023, 12, 30), dt.date(2023, 12, 31)]

    points = situation_over_time(reference.pohjois_pohjanmaa, asked)

    assert points == [
        SituationPoint(asked[0], {"no_information": 30}, 0, {}),
        SituationPoint(asked[1], {"named": 1, "duties": 1, "no_information": 28}, 1, {None: 1}),
        SituationPoint(
            asked[2], {"named": 2, "duties": 1, "no_information": 27}, 3, {None: 1, leisure.pk: 2, culture.pk: 1}
        ),
        SituationPoint(asked[3], {"named": 3, "no_information": 27}, 4, {None: 2, leisure.pk: 2, culture.pk: 1}),
    ]
    assert [(point.named.count, point.named.out_of, point.named.percent) for point in points] == [
        (0, 30, 0), (1, 30, 3), (2, 30, 7), (3, 30, 10),
    ]  # fmt: skip


def test_situation_over_time_takes_one_query_however_many_days(cast, reference, django_assert_num_queries):
    for years in (range(2025, 2026), range(2016, 2026)):
        days = [dt.date(year, 12, 31) for year in years]
        with django_assert_num_queries(1):
            points = situation_over_time(reference.pohjois_pohjanmaa, days)
        assert [point.on for point in points] == days
        assert points[-1].named == Share(1, 30)


def test_situation_over_time_tells_every_day_that_was_asked_in_that_order(reference):
    later = dt.date(2026, 6, 15)
    points = situation_over_time(reference.pohjois_pohjanmaa, [later, END_OF_2025, later])

    assert points == [SituationPoint(on, {"no_information": 30}, 0, {}) for on in (later, END_OF_2025, later)]


def years_told(slug):
    return years_of(region_at(slug), today=dt.date(2026, 6, 15))


def test_years_reach_back_to_the_year_before_the_first_move_or_the_oldest_figure(reference, django_assert_num_queries):
    with django_assert_num_queries(1):
        north = years_told("pohjois-pohjanmaa")

    assert north == list(range(2026, 2014, -1))  # Vaala came on 1.1.2016
    assert years_told("keski-suomi") == list(range(2026, 2016, -1))  # figures of 2017


def test_years_of_a_region_without_a_past_are_from_the_start_of_its_records(db):
    factories.RegionFactory(slug="uusi", records_from=dt.date(2024, 3, 1))
    factories.RegionFactory(slug="tuleva", records_from=dt.date(2027, 1, 1))

    assert years_told("uusi") == [2026, 2025, 2024]
    assert years_told("tuleva") == [2026]


def test_a_year_is_told_by_its_last_day_and_the_present_one_by_today():
    today = dt.date(2026, 6, 15)

    assert [last_day_of_year(year, today=today) for year in (2025, 2026, 2027)] == [END_OF_2025, today, today]


# --- Published figures -----------------------------------------------------------------------------------------------


def test_the_region_went_from_seven_to_twenty_seven_of_thirty(reference):
    rows = PublishedFigure.objects.for_region_page(reference.pohjois_pohjanmaa).filter(series__key="liaison_named")

    assert [(row.reference_year, row.value, row.out_of, row.has_share, row.source) for row in rows] == [
        (2017, 7, 30, True, "ihimiset.fi 11.10.2017"),
        (2018, 19, 30, True, "ihimiset.fi 25.9.2018"),
        (2020, 27, 30, True, "ihimiset.fi 11.9.2020"),
    ]


def test_published_municipalities_are_kept_by_name(reference):
    figure = PublishedFigure.objects.get(key="f01")

    assert [row.name_fi for row in figure.named_municipalities.by_name()] == [
        "Nivala", "Oulu", "Pyhäjärvi", "Pyhäntä", "Siikajoki", "Utajärvi", "Vaala",
    ]  # fmt: skip
    assert figure in PublishedFigure.objects.for_municipality_page(reference.oulu)
    assert figure not in PublishedFigure.objects.for_municipality_page(reference.hailuoto)


def test_a_correction_is_a_dated_row_and_the_first_edition_stays_reachable(reference):
    first, corrected = PublishedFigure.objects.get(key="f15"), PublishedFigure.objects.get(key="f16")

    assert (corrected.supersedes, corrected.reference_year, corrected.published_on) == (
        first,
        2017,
        dt.date(2018, 9, 25),
    )
    assert (first.value, corrected.value) == (6, 5)
    page = PublishedFigure.objects.for_region_page(reference.pohjois_pohjanmaa).filter(series=first.series)
    assert [row.key for row in page] == ["f15", "f16", "f17"]
    assert [row.key for row in page.latest_editions()] == ["f16", "f17"]
    superseded = PublishedFigure.objects.exclude(pk__in=PublishedFigure.objects.latest_editions())
    assert set(superseded.values_list("key", flat=True)) == {"f15", "f19"}


def test_no_share_is_shown_where_n_was_never_published(reference):
    figures = {figure.key: figure for figure in PublishedFigure.objects.all()}

    without_n = {key for key, figure in figures.items() if figure.statistic == "count" and figure.out_of is None}
    assert without_n == {"f27", "f28", "f29", "f30"}
    assert not any(figures[key].has_share for key in without_n)
    assert not any(figure.has_share for figure in figures.values() if figure.statistic != "count")
    assert (figures["f22"].out_of, figures["f22"].has_share) == (29, False)  # a mean over 29 is not a share of 29


def test_not_obtained_is_not_no(reference):
    grants = PublishedFigure.objects.get(key="f20")

    assert (grants.value, grants.out_of) == (29, 29)


def test_a_region_page_has_its_own_figures_and_a_municipality_page_its_own(reference):
    central = PublishedFigure.objects.for_region_page(reference.keski_suomi)
    utajarvi = PublishedFigure.objects.get(key="f25").municipality or factories.MunicipalityFactory()

    assert [row.key for row in central] == ["f33", "f34"]
    assert not PublishedFigure.objects.for_region_page(reference.pohjois_pohjanmaa).filter(municipality__isnull=False)
    assert "f25" in {row.key for row in PublishedFigure.objects.for_municipality_page(utajarvi)}
    assert list(PublishedFigure.objects.for_region_page(Region.objects.get(slug="kainuu"))) == []
