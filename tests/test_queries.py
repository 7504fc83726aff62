"""A page has a fixed small number of queries, whatever the number of rows."""

import datetime as dt

import pytest
from django.utils import timezone

from common.partial_dates import PartialDate
from meetings.models import AgendaItem, Decision, Meeting, MeetingHost
from public.caching import pages
from registry.consents import give_consent
from registry.models import (
    Appointment,
    Channel,
    GrantPeriod,
    Municipality,
    Population,
    Premises,
    PublishedFigure,
    RegionMembership,
)
from registry.publicity import touch
from surveys.models import ConditionTerm, Criterion, QuestionRow
from tests import factories
from tests.meetings.factories import KindFactory, MeetingFactory, VenueFactory
from tests.surveys import factories as survey_factories

MOST = 8
MOST_OF_SURVEYS = 12
FAR = dt.date(2026, 12, 31)


def fill(region, n):
    """Give `region` n municipalities, each with n of everything that its page shows."""
    for number in range(n):
        municipality = factories.MunicipalityFactory(region=region, slug=f"{region.slug}-kunta-{number}")
        Population.objects.create(municipality=municipality, year=2022, residents=1000 * (number + 1), source="test")
        for _ in range(n):
            person = factories.PersonFactory(region=region)
            factories.AppointmentFactory(municipality=municipality, person=person)
            factories.AppointmentFactory(
                municipality=municipality, start=PartialDate.of(2018), end=PartialDate.of(2019)
            )
            factories.AppointmentFactory(
                municipality=municipality, kind=Appointment.Kind.FALLBACK, fallback_reason="syy"
            )
            agent = factories.AgentFactory(municipality=municipality)
            give_consent(agent.person, "name", means="paper", given_on=dt.date(2026, 1, 1), by=None)
            Premises.objects.create(municipality=municipality, name="x")
            Channel.objects.create(municipality=municipality, name="x", kind=Channel.Kind.CALENDAR)
            GrantPeriod.objects.create(municipality=municipality, name="x", closes_on=dt.date(2100, 1, 1))
        factories.CoordinatorFactory(region=region)
        meet(region, municipality, number)
    ask(region, n)


def ask(region, n):
    """Let `region` ask n themes of n questions, each with n of everything, in a survey whose method is public."""
    survey_round = survey_factories.RoundFactory(region=region, announced_on=dt.date(2026, 8, 1), closes_on=FAR)
    for _theme in range(n):
        theme, before = survey_factories.RoundThemeFactory(round=survey_round), None
        for _number in range(n):
            keys = [f"k{number}" for number in range(n)]
            made = survey_factories.question(theme, "matrix_single", keys, criterion=criterion())
            made.options.update(points=1)
            QuestionRow.objects.create(question=made, key="r", label_fi="Rivi")
            if before:
                ConditionTerm.objects.create(question=made, earlier=before, option=before.options.first())
            before = made


def meet(region, municipality, number):
    """Let the municipality hold an evening of three points, tomorrow and a month ago, when something was agreed."""
    venue = VenueFactory(municipality=municipality)
    for slug, days in ((f"ilta-{number}", 1), (f"mennyt-{number}", -30)):
        begins = timezone.now() + dt.timedelta(days=days)
        times = {"starts_at": begins, "ends_at": begins + dt.timedelta(hours=2)}
        meeting = MeetingFactory(region=region, hosts=[municipality], venue=venue, slug=slug, **times)
        AgendaItem.objects.bulk_create(AgendaItem(meeting=meeting, title_fi="x") for _ in range(3))
    Decision.objects.bulk_create(Decision(meeting=meeting, text="x") for _ in range(number + 1))


def criterion():
    return Criterion.objects.get_or_create(key="c", name_fi="Kriteeri")[0]


@pytest.fixture
def one_and_three(reference):
    """Two regions, one with one of everything and one with three."""
    one, three = (factories.RegionFactory(slug=slug) for slug in ("yksi", "kolme"))
    fill(one, 1)
    fill(three, 3)
    figure = PublishedFigure.objects.get(key="f02")
    for number, region in enumerate([one, three, three, three]):
        figure.pk, figure.key, figure.region = None, f"copy-{number}", region
        figure.save()


@pytest.mark.parametrize(
    ("of_one", "of_three", "queries"),
    [
        ("/yksi/", "/kolme/", 8),
        ("/yksi/kysely/2026/menetelma/", "/kolme/kysely/2026/menetelma/", 9),
        ("/yksi/tapahtumat/", "/kolme/tapahtumat/", 8),
        ("/yksi/tapahtumat/ilta-0/", "/kolme/tapahtumat/ilta-0/", 7),
        ("/yksi/tapahtumat/mennyt-0/", "/kolme/tapahtumat/mennyt-2/", 7),
        ("/yksi/yksi-kunta-0/vuosikello/", "/kolme/kolme-kunta-0/vuosikello/", 5),
        ("/yksi/yksi-kunta-0/vuosikello.ics", "/kolme/kolme-kunta-0/vuosikello.ics", 6),
        ("/yksi/?vuosi=2021", "/kolme/?vuosi=2021", 7),
        ("/yksi/yksi-kunta-0/", "/kolme/kolme-kunta-0/", 8),
        ("/?haku=kunta", "/?haku=kunta", 6),
        ("/", "/", 5),
        ("/tietoa/", "/tietoa/", 2),
        ("/saavutettavuus/", "/saavutettavuus/", 2),
        ("/palaute/kiitos/", "/palaute/kiitos/", 1),
        ("/yksi/kuva.png", "/kolme/kuva.png", 3),
        ("/yksi/yksi-kunta-0/kuva.png", "/kolme/kolme-kunta-0/kuva.png", 2),
        ("/sitemap.xml", "/sitemap.xml", 6),
        ("/tietosuoja/", "/tietosuoja/", 2),
        ("/palaute/", "/palaute/", 2),
        ("/yksi/ei-ole/", "/kolme/ei-ole/", 3),
    ],
)
def test_page_makes_the_same_few_queries_for_one_and_three(
    client, one_and_three, django_assert_num_queries, of_one, of_three, queries
):
    assert queries <= (MOST_OF_SURVEYS if "/kysely/" in of_one else MOST)
    with django_assert_num_queries(queries):
        client.get(of_one)
    pages.clear()
    with django_assert_num_queries(queries):
        client.get(of_three)


@pytest.mark.parametrize(
    "address", ["/", "/suomi/", "/suomi/?jarjestys=-asukkaat", "/suomi/kunta-7/", "/suomi/tapahtumat/",
               "/suomi/tapahtumat/?nakyma=kuukausi&kunta=kunta-7", "/sitemap.xml"],
)  # fmt: skip
def test_page_makes_no_more_queries_for_308_municipalities_than_for_30(
    client, reference, django_assert_max_num_queries, address
):
    country = factories.RegionFactory(slug="suomi")
    municipalities = Municipality.objects.bulk_create(
        Municipality(code=f"{5000 + n}", name=f"Kunta {n}", name_fi=f"Kunta {n}", slug=f"kunta-{n}") for n in range(308)
    )
    RegionMembership.objects.bulk_create(
        RegionMembership(municipality=municipality, region=country) for municipality in municipalities
    )
    begins, kind = timezone.now() + dt.timedelta(days=3), KindFactory(municipal=True)
    meetings = Meeting.objects.bulk_create(
        Meeting(kind=kind, region=country, slug=f"kunta-{n}", title_fi=f"Ilta {n}", starts_at=begins,
                ends_at=begins + dt.timedelta(hours=2), published_at=begins, venue=venue)
        for n, venue in enumerate(VenueFactory.create_batch(1, municipality=municipalities[7]) * 308)
    )  # fmt: skip
    MeetingHost.objects.bulk_create(
        MeetingHost(meeting=meeting, municipality=municipality)
        for meeting, municipality in zip(meetings, municipalities, strict=True)
    )
    touch()
    with django_assert_max_num_queries(MOST):
        response = client.get(address)
    assert response.status_code == 200
    assert len(response.content) < 80_000 or address in {"/", "/suomi/", "/sitemap.xml"} or "jarjestys" in address
    assert "kunta-7" in response.content.decode()
