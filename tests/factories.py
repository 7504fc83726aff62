"""Rows for tests, without surprises: what a test relies on it names itself."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from accounts.models import User
from common.partial_dates import PartialDate
from registry import models

LONG_AGO = PartialDate.day(dt.date(2021, 1, 1))


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"account{n}@example.org")


class RegionFactory(DjangoModelFactory):
    class Meta:
        model = models.Region

    code = factory.Sequence(lambda n: f"{50 + n}")
    name_fi = factory.Sequence(lambda n: f"Maakunta {n}")
    slug = factory.Sequence(lambda n: f"maakunta-{n}")
    records_from = dt.date(2021, 1, 1)


class MunicipalityFactory(DjangoModelFactory):
    """A municipality; `region` makes it a member from the beginning."""

    class Meta:
        model = models.Municipality
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"{1000 + n}")
    name_fi = factory.Sequence(lambda n: f"Kunta {n}")
    slug = factory.Sequence(lambda n: f"kunta-{n}")

    @factory.post_generation
    def region(self, create, region, **kwargs):
        if region is not None:
            models.RegionMembership.objects.create(municipality=self, region=region)


class MunicipalityBoundaryFactory(DjangoModelFactory):
    """A square of 10 kilometres."""

    class Meta:
        model = models.MunicipalityBoundary

    municipality = factory.SubFactory(MunicipalityFactory)
    rings = [[[40_000, 100_000], [41_000, 100_000], [41_000, 101_000], [40_000, 101_000]]]
    label_x = 40_500
    label_y = 100_500
    attribution = "Testi"
    imported_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = models.Person

    given_name = "Etunimi"
    family_name = factory.Sequence(lambda n: f"Sukunimi{n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")
    phone = "050 000 0001"
    region = factory.SubFactory(RegionFactory)


class RoleFactory(DjangoModelFactory):
    """A row with a Period; `start` and `end` are PartialDates."""

    class Meta:
        abstract = True

    start = LONG_AGO


class AppointmentFactory(RoleFactory):
    class Meta:
        model = models.Appointment

    municipality = factory.SubFactory(MunicipalityFactory)
    person = factory.SubFactory(PersonFactory)
    source = "test"


class SituationStatementFactory(RoleFactory):
    class Meta:
        model = models.SituationStatement

    municipality = factory.SubFactory(MunicipalityFactory)
    kind = models.SituationStatement.Kind.NONE
    source = "test"


class AgentFactory(RoleFactory):
    class Meta:
        model = models.Agent

    municipality = factory.SubFactory(MunicipalityFactory)
    person = factory.SubFactory(PersonFactory)


class PairingFactory(RoleFactory):
    class Meta:
        model = models.Pairing


class CoordinatorFactory(RoleFactory):
    class Meta:
        model = models.Coordinator

    region = factory.SubFactory(RegionFactory)
    person = factory.SubFactory(PersonFactory)


class AssociationFactory(DjangoModelFactory):
    class Meta:
        model = models.Association

    name = factory.Sequence(lambda n: f"Yhdistys {n} ry")
    municipality = factory.SubFactory(MunicipalityFactory)
