"""Meetings for tests."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from meetings import models
from meetings.models.meetings import HELSINKI
from tests.factories import MunicipalityFactory, RegionFactory


def at(text):
    """Return the moment of "2026-09-24 17.30" in Helsinki."""
    return dt.datetime.strptime(text, "%Y-%m-%d %H.%M").replace(tzinfo=HELSINKI)


class KindFactory(DjangoModelFactory):
    """A network meeting of the region; `municipal` makes it an evening that municipalities host."""

    class Meta:
        model = models.MeetingKind

    class Params:
        municipal = factory.Trait(host="municipality", name_fi="Yhdistysilta", name_sv="Föreningskväll")

    key = factory.Sequence(lambda n: f"kind-{n}")
    position = factory.Sequence(lambda n: n + 1)
    name_fi = "Verkostotapaaminen"
    name_sv = "Nätverksträff"
    name_en = factory.LazyAttribute(lambda kind: "Association evening" if kind.host == "municipality" else "Meeting")
    n_expected = 2


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = models.Venue

    municipality = factory.SubFactory(MunicipalityFactory)
    name = factory.Sequence(lambda n: f"Sali {n}")
    street_address = "Kirjastokuja 1"


class MeetingFactory(DjangoModelFactory):
    """A published meeting of a region in a venue, 24.9.2026 from 17.30 to 20.00; `hosts` are municipalities."""

    class Meta:
        model = models.Meeting
        skip_postgeneration_save = True

    kind = factory.SubFactory(KindFactory)
    region = factory.SubFactory(RegionFactory)
    slug = factory.Sequence(lambda n: f"tapaaminen-{n}")
    title_fi = factory.Sequence(lambda n: f"Tapaaminen {n}")
    starts_at = at("2026-09-24 17.30")
    ends_at = at("2026-09-24 20.00")
    venue = factory.SubFactory(VenueFactory)
    published_at = at("2026-08-20 9.00")

    @factory.post_generation
    def hosts(self, create, hosts, **kwargs):
        for position, municipality in enumerate(hosts or (), start=1):
            models.MeetingHost.objects.create(meeting=self, municipality=municipality, position=position)


def rows_of_tables(region, municipality):
    """Return one row of each table that the administration shows, all of `region`: {table's name: row}."""
    kind = KindFactory(region=region)
    venue = VenueFactory(municipality=municipality)
    return {
        "meetingkind": kind,
        "meetingtheme": models.MeetingTheme.objects.create(region=region, key="oma", name_fi="Oma teema"),
        "venue": venue,
        "meeting": MeetingFactory(
            kind=kind, region=region, venue=venue, hosts=[municipality], published_at=None,
            starts_at=at("2126-09-24 17.30"), ends_at=at("2126-09-24 20.00"),
        ),
    }  # fmt: skip
