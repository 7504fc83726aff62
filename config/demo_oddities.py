"""What looks odd in the demo world, so that the page of data quality has something to show."""

import datetime as dt

from common.partial_dates import PartialDate
from registry.models import Appointment, Association, GrantPeriod, Municipality, Person, Region
from registry.quality import accept_finding, find_check, open_findings, usual_until
from registry.roles import save_role


def leave_oddities(today):
    """Leave some oddities in Pohjois-Pohjanmaa, and one finding that a coordinator has accepted as right."""
    region = Region.objects.get(code="17")
    liaisons = Appointment.objects.current_on(today).liaisons().filter(person__region=region, person__user=None)
    first, second = liaisons.select_related("person", "municipality").order_by("municipality__code")[:2]
    _same_person_again(first.person)
    _same_association_again(first.municipality)
    _fallback_beside_the_liaison(second, today)
    _closed_grants(region, today)
    _most_websites_checked(today)
    _accept_one(region, today)


def _same_person_again(person):
    """Record a person a second time, with another address, as happens when a list is typed in twice."""
    Person.objects.create(
        given_name=person.given_name,
        family_name=person.family_name,
        email="toinen.osoite@example.org",
        phone=person.phone,
        region=person.region,
    )


def _same_association_again(municipality):
    association = Association.objects.filter(municipality=municipality).by_name().first()
    Association.objects.create(name=association.name.replace(" ry", " r.y."), municipality=municipality)


def _fallback_beside_the_liaison(liaison, today):
    fallback = Appointment(
        municipality=liaison.municipality,
        person=liaison.person,
        kind=Appointment.Kind.FALLBACK,
        fallback_post=Appointment.FallbackPost.SECRETARY,
        fallback_reason="Yhdyshenkilöä ei vielä ollut nimetty.",
        source=liaison.source,
    )
    fallback.start = PartialDate.day(today - dt.timedelta(days=200))
    save_role(fallback, by=None)


def _closed_grants(region, today):
    without = Municipality.objects.members_of(region, today).filter(grantperiods=None).by_name().first()
    GrantPeriod.objects.create(
        municipality=without,
        name="Yhdistysten yleisavustus",
        opens_on=dt.date(today.year - 1, 2, 1),
        closes_on=dt.date(today.year - 1, 3, 31),
        checked_on=dt.date(today.year - 1, 1, 15),
    )


def _most_websites_checked(today):
    """Let most web sites have been opened this year; each seventh waits, long since or for the first time."""
    for number, municipality in enumerate(Municipality.objects.for_home(today)):
        if number % 7:
            municipality.website_checked_on = today - dt.timedelta(days=number * 5)
        elif number % 2:
            municipality.website_checked_on = today - dt.timedelta(days=400 + number)
        municipality.save()


def _accept_one(region, today):
    """Accept that an agent is not shown: the agent has been asked, and said no."""
    finding = open_findings([region.pk], today, checks=[find_check("agent_not_shown")])[0]
    accept_finding(
        region,
        finding.check,
        finding.subject,
        until=usual_until(),
        reason="Kysytty: ei halua nimeään julkisuuteen.",
        by=None,
    )
