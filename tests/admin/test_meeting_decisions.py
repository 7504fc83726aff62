"""What was agreed at a meeting, in the administration: of network meetings and others, by the region's coordinators."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from meetings.decisions import add_decision
from meetings.models import Decision, Meeting, MeetingKind
from meetings.planning import copy_meeting
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
POINT = {"text": "Kootaan hyvät käytännöt", "doer": "Järjestöagentti", "due_on": "31.10.2026"}


@pytest.fixture(autouse=True)
def _two_days_later():
    with time_machine.travel(at("2026-09-26 12.00"), tick=False):
        yield


@pytest.fixture
def kaisa(cast):
    return client_of(cast.kaisa.user)


@pytest.fixture
def network(reference):
    """The region's network meeting, held on 24.9.2026."""
    return MeetingFactory(
        kind=MeetingKind.objects.get(key="network-meeting"), region=reference.pohjois_pohjanmaa,
        venue=VenueFactory(municipality=reference.oulu), title_fi="Verkosto",
    )  # fmt: skip


def address_of(meeting, page="decisions"):
    return reverse(f"admin:meetings_meeting_{page}", args=[meeting.pk])


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_coordinator_writes_settles_and_takes_away_and_a_copy_carries(kaisa, cast, network):
    assert "Mitä sovittiin, auki 0" in words_of(kaisa.get(address_of(network, "change")))
    assert "Mitään ei ole vielä kirjattu" in words_of(kaisa.get(address_of(network)))
    for text in ("Kootaan hyvät käytännöt", "Näppäilyvirhe"):
        assert kaisa.post(address_of(network), POINT | {"text": text}).status_code == 302
    kept, mistake = Decision.objects.order_by("position")
    assert (kept.doer, kept.due_on, kept.history.get().history_user) == (
        "Järjestöagentti", dt.date(2026, 10, 31), cast.kaisa.user,
    )  # fmt: skip
    kaisa.post(address_of(network), {"pk": mistake.pk, "wish": "remove"})
    assert "Mitä sovittiin, auki 1" in words_of(kaisa.get(address_of(network, "change")))

    kaisa.post(address_of(network, "copy"), {"confirmed": "yes"})
    copy = Meeting.objects.get(copied_from=network)
    page = words_of(kaisa.get(address_of(copy)))
    assert "Auki viime kerrasta" in page
    assert "Viimeistään 31.10.2026. Sovittu 24.9.2026." in page
    assert "Sovitut asiat kirjataan, kun tapaaminen on alkanut" in page
    assert "Mitä 24.9.2026 sovittiin ja miten se etenee" in words_of(kaisa.get(address_of(copy, "proposals")))
    told = kaisa.post(address_of(copy), {"pk": kept.pk, "wish": "dropped"}, follow=True)
    assert "Kerro lyhyesti, miksi asiasta luovutaan" in words_of(told)
    kaisa.post(address_of(copy), {"pk": kept.pk, "wish": "dropped", "note": "Ei ehditty."})
    assert "Luovuttu 26.9.2026 : Ei ehditty." in words_of(kaisa.get(address_of(network)))
    kaisa.post(address_of(network), {"pk": kept.pk, "wish": "again"})
    assert Decision.objects.get().is_open


def test_mistakes_are_told_and_what_was_typed_is_kept(kaisa, network):
    answer = kaisa.post(address_of(network), POINT | {"due_on": "23.9.2026"})
    assert answer.status_code == 422
    assert "Päivä on ennen tapaamista" in words_of(answer)
    assert answer.context["form"]["text"].value() == POINT["text"]
    for posted in ({}, {"wish": "done"}, {"wish": "done", "pk": "x"}, {"wish": "done", "pk": "9" * 30}):
        assert kaisa.post(address_of(network), posted).status_code in {302, 422}
    assert not Decision.objects.exists()


def test_nothing_is_offered_for_a_meeting_to_come_that_carries_nothing(kaisa, network):
    Meeting.objects.filter(pk=network.pk).update(starts_at=at("2026-10-24 17.30"), ends_at=at("2026-10-24 20.00"))
    assert address_of(network) not in kaisa.get(address_of(network, "change")).content.decode()
    assert kaisa.post(address_of(network), POINT).status_code == 422
    assert not Decision.objects.exists()


def test_it_is_the_regions_coordinators_alone(kaisa, cast, reference, network):
    decision = add_decision(network, text="Kootaan", by=None)
    for person in (cast.outi, cast.leena, cast.ahti):
        client = client_of(person.user)
        for posted in (POINT, {"pk": decision.pk, "wish": "done"}):
            assert client.post(address_of(network), posted).status_code in {302, 404}
        assert "Kootaan" not in client.get(address_of(network)).content.decode()
    elsewhere = MeetingFactory(kind=network.kind, region=reference.keski_suomi, venue=network.venue)
    foreign = add_decision(elsewhere, text="Toisen maakunnan asia", by=None)
    kaisa.post(address_of(network), {"pk": foreign.pk, "wish": "done"})  # through one's own meeting
    assert kaisa.post(address_of(elsewhere), {"pk": foreign.pk, "wish": "done"}).status_code in {302, 404}
    assert [each.outcome for each in Decision.objects.all()] == ["open", "open"]


@pytest.mark.parametrize("n", [1, 3])
def test_the_page_takes_the_same_queries_for_any_number(kaisa, network, n, django_assert_num_queries):
    for number in range(n):
        add_decision(network, text=f"Asia {number}", by=None)
    copy = copy_meeting(network, by=None)
    for meeting in (network, copy):
        kaisa.get(address_of(meeting))
        with django_assert_num_queries(6):
            assert kaisa.get(address_of(meeting)).context["agreed"].n_open == n
