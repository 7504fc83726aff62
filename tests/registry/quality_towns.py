"""A town in which everything is in order, so that a test sees exactly what its own change brings."""

import datetime as dt

from common.partial_dates import PartialDate
from registry import models
from registry.quality import open_findings
from tests import factories

ON = dt.date(2026, 11, 22)
HALF_A_YEAR_AGO = dt.date(2026, 5, 22)
A_YEAR_AGO = dt.date(2025, 11, 22)
TWO_YEARS_AGO = dt.date(2024, 11, 22)
DAY = dt.timedelta(days=1)


def day(date):
    return PartialDate.day(date)


class Town:
    """A municipality with a liaison, an active agent, their pair, a mailbox, an association and offers."""

    def __init__(self, region=None):
        self.region = region or factories.RegionFactory()
        self.municipality = factories.MunicipalityFactory(
            region=self.region, website="https://example.org", website_checked_on=ON
        )
        self.liaison = factories.AppointmentFactory(
            municipality=self.municipality,
            person=self.person(),
            hours_per_week=3,
            job_description_url="https://example.org/toimenkuva",
            associations_told_on=ON,
        )
        self.agent = factories.AgentFactory(
            municipality=self.municipality,
            person=self.person(),
            trained=PartialDate.of(2022),
            active=PartialDate.of(2022),
        )
        self.consent = models.Consent.objects.create(person=self.agent.person, field="name", given_on=ON, means="paper")
        self.pairing = factories.PairingFactory(
            appointment=self.liaison, agent=self.agent, start=day(dt.date(2022, 1, 1))
        )
        self.mailbox = models.SharedMailbox.objects.create(
            municipality=self.municipality, post="Toimisto", email="t@example.org", checked_on=ON
        )
        self.association = factories.AssociationFactory(municipality=self.municipality)
        self.contact = models.AssociationContact.objects.create(
            association=self.association, name="Yhteys", source="puhelu", basis="given", obtained_on=ON
        )
        offers = {"municipality": self.municipality, "checked_on": ON}
        self.grant = models.GrantPeriod.objects.create(name="Avustus", closes_on=dt.date(2027, 3, 31), **offers)
        self.premises = models.Premises.objects.create(name="Talo", **offers)
        self.channel = models.Channel.objects.create(name="Kalenteri", kind="calendar", **offers)

    def person(self, **details):
        """Return a new person of the region whose details have just been checked and are nobody else's."""
        person = factories.PersonFactory(**{"region": self.region, "contact_checked_on": ON} | details)
        if "phone" not in details:
            change(person, phone=f"040 {person.pk:07d}")
        if "given_name" not in details:
            change(person, given_name=f"Etunimi{person.pk}")
        return person

    def found(self, on=ON):
        """Return what is found in the region, as (check, subject) pairs."""
        findings = open_findings([self.region.pk], on)
        pairs = [(finding.check, finding.subject) for finding in findings]
        assert len(set(pairs)) == len(pairs)
        return set(pairs)


def change(row, **values):
    """Set columns of a row as they stand in the database, past every process."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    return row
