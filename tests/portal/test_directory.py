"""The directory of the region's liaisons: whom it shows, what of them, and the topics that each chooses."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.partial_dates import PartialDate
from registry.models import Appointment, Sector, Topic
from tests import factories
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
PAGE = "/oma/oulu/verkosto/"


@pytest.fixture
def topics():
    """Two topics."""
    names = {"grants-test": "Avustusasiat", "rooms-test": "Tila-asiat"}
    return [Topic.objects.create(key=key, name_fi=name) for key, name in names.items()]


def colleague(reference, name, topics=(), **role):
    person = factories.PersonFactory(
        given_name="Kollega", family_name=name, email=f"{name.lower()}@example.org", phone="050 000 0077",
        region=reference.pohjois_pohjanmaa,
    )  # fmt: skip
    row = factories.AppointmentFactory(**{"municipality": reference.hailuoto, "person": person} | role)
    row.topics.set(topics)
    return row


def listed(client, query=""):
    """Return the page's list."""
    return client.get(PAGE + query).content.decode().split("<main")[1]


def test_it_shows_current_officers_of_the_region_without_addresses(cast, reference, topics):
    yesterday = PartialDate.day(dt.date.today() - dt.timedelta(days=1))
    elsewhere = factories.MunicipalityFactory(region=factories.RegionFactory())
    colleague(reference, "Nykyinen", topics[:1])
    colleague(reference, "Rajattu", is_name_public=False)
    colleague(reference, "Entinen", end=yesterday)
    colleague(reference, "Muualla", municipality=elsewhere)
    colleague(reference, "Vara", kind=Appointment.Kind.FALLBACK, fallback_reason="syy")

    page = listed(client_of(cast.leena.user))

    assert "Kollega Nykyinen" in page
    assert page.count("Avustusasiat") == 2  # the choice and the colleague
    assert [name for name in ("Rajattu", "Entinen", "Muualla", "Vara") if name in page] == []
    assert [word for word in ("@example.org", "050 000 0077") if word in page] == []


def test_topic_sector_and_area_limit_it_and_a_wrong_word_limits_nothing(cast, reference, topics):
    sector = Sector.objects.create(key="test-sector", name_fi="Testiala")
    colleague(reference, "Avustaja", topics[:1])
    colleague(reference, "Tilaaja", topics[1:], sector=sector)
    client = client_of(cast.leena.user)

    def names(query):
        page = listed(client, query)
        return [name for name in ("Avustaja", "Tilaaja") if name in page]

    assert names("") == ["Avustaja", "Tilaaja"]
    assert names("?topic=grants-test") == ["Avustaja"]
    assert names("?sector=test-sector") == ["Tilaaja"]
    assert names("?topic=grants-test&sector=test-sector") == []
    assert names("?topic=nonsense&area=x") == ["Avustaja", "Tilaaja"]


def test_it_takes_as_many_queries_with_three_colleagues_as_with_one(cast, reference, topics):
    client = client_of(cast.leena.user)
    counts = []
    for names in (["Eka"], ["Toka", "Kolmas"]):
        for name in names:
            colleague(reference, name, topics)
        client.get(PAGE)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert "Eka" in listed(client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_liaison_chooses_own_topics_and_clears_them(cast, topics):
    client = client_of(cast.leena.user)
    address = f"/oma/oulu/yhteystiedot/aiheet/{cast.leena_in_oulu.pk}/"

    client.post(address, {"topics": [topics[1].pk]})
    assert list(cast.leena_in_oulu.topics.all()) == [topics[1]]
    assert listed(client, "?topic=rooms-test").count(cast.leena.name) == 1

    client.post(address, {})
    assert list(cast.leena_in_oulu.topics.all()) == []


def test_nobody_chooses_for_another(cast, reference, topics):
    other = colleague(reference, "Toinen", topics[:1], municipality=reference.oulu)

    answer = client_of(cast.leena.user).post(f"/oma/oulu/yhteystiedot/aiheet/{other.pk}/", {"topics": [topics[1].pk]})

    assert answer.status_code == 404
    assert list(other.topics.all()) == topics[:1]
