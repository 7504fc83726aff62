"""Reads whose SQL is written once: the same rows as the queryset's, in each language, never an old one."""

import datetime as dt

import pytest
from django.utils import translation

from common.names import translated
from common.prepared import Prepared
from registry.models import Municipality, Region, RegionMembership
from tests import factories

TODAY = dt.date(2026, 6, 15)


@Prepared
def members(region: int, on: dt.date):
    return Municipality.objects.members_of(region, on).select_related("directory").order_by("code")


@Prepared
def names(slug: str):
    return Municipality.objects.rewrite(False).filter(slug=slug).values_list(translated("name"), "tile_row")


@pytest.mark.parametrize("on", [dt.date(2015, 12, 31), dt.date(2020, 12, 31), TODAY])
def test_prepared_returns_what_the_queryset_returns_for_the_values_of_each_call(reference, on):
    for region in (reference.pohjois_pohjanmaa, reference.keski_suomi):
        expected = Municipality.objects.members_of(region, on).order_by("code")
        found = members(region.pk, on)
        assert found == list(expected)
        assert [each.__dict__.keys() for each in found] == [
            each.__dict__.keys() for each in expected.select_related("directory")
        ]


def test_prepared_asks_once_and_keeps_no_row(reference, django_assert_num_queries):
    with django_assert_num_queries(2):
        before = names("oulu"), names("hailuoto")
    Municipality.objects.filter(slug="oulu").update(tile_row=99)

    assert [len(rows) for rows in before] == [1, 1]
    assert names("oulu") == [("Oulu", 99)]
    assert names("atlantis") == []


def test_prepared_speaks_the_language_of_the_call(reference):
    told = {}
    for language in ("fi", "sv", "en", "fi"):
        with translation.override(language):
            told[language] = names("oulu")[0][0]

    assert told == {"fi": "Oulu", "sv": "Uleåborg", "en": "Oulu"}


def test_prepared_gives_dates_and_numbers_as_the_queryset_does(reference):
    @Prepared
    def stays(region: int):
        return RegionMembership.objects.filter(region=region).order_by("pk").values_list("pk", "valid_from", "valid_to")

    region = Region.objects.get(slug="pohjois-pohjanmaa")
    factories.MunicipalityFactory(region=region)
    expected = list(
        RegionMembership.objects.filter(region=region).order_by("pk").values_list("pk", "valid_from", "valid_to")
    )

    assert stays(region.pk) == expected
    assert any(isinstance(first, dt.date) for _pk, first, _last in expected)


def test_prepared_takes_exactly_its_values(reference):
    with pytest.raises(ValueError, match="zip"):
        members(1)


def test_prepared_refuses_to_fix_a_day(reference):
    @Prepared
    def members_today(region: int):
        return Municipality.objects.members_of(region, TODAY)

    with pytest.raises(ValueError, match="A day is fixed"):
        members_today(1)
