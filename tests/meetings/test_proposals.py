"""What the data propose for a network meeting, and how coordinators take it in, drop it and bring it back."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from common.partial_dates import PartialDate
from cooperation.proposals import proposed_for
from meetings.models import AgendaProposal, MeetingKind
from meetings.proposing import propose_point
from registry.models import Area, AreaGroup, AreaMembership, Municipality, Task
from registry.pair_tasks import add_pair_task
from surveys.publishing import publish_results
from tests import factories
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of
from tests.surveys.small_round import small_round

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 1)


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


def network(reference, day="2026-09-24", **values):
    """Return a network meeting of the region without an agenda."""
    times = {"starts_at": at(f"{day} 9.00"), "ends_at": at(f"{day} 12.00")}
    values = {"region": reference.pohjois_pohjanmaa, "venue": VenueFactory(municipality=reference.oulu)} | values
    return MeetingFactory(kind=MeetingKind.objects.get(key="network-meeting"), **times, **values)


def day(*given):
    return PartialDate.day(dt.date(*given))


def proposed(meeting):
    return {each.key: each for each in proposed_for(meeting, TODAY)}


def test_newcomers_are_those_whose_role_began_since_the_last_such_meeting_by_role_not_by_name(cast, reference):
    network(reference, "2026-04-15")
    network(reference, "2026-08-20", cancelled_at=at("2026-08-01 12.00"))  # was not held
    meeting = network(reference)
    assert "newcomers" not in proposed(meeting)  # Leena and Ahti have been there since 2022
    new, early, later = (factories.PersonFactory(family_name=name) for name in ("Uusi", "Aiempi", "Tuleva"))
    factories.AppointmentFactory(person=new, municipality=reference.hailuoto, start=day(2026, 5, 1))
    factories.AgentFactory(person=new, municipality=reference.oulu, start=day(2026, 6, 1))
    factories.AgentFactory(person=early, municipality=reference.oulu, start=day(2026, 4, 1))
    factories.AgentFactory(person=later, municipality=reference.oulu, start=day(2026, 10, 1))
    factories.AppointmentFactory(person=new, municipality=reference.jyvaskyla, start=day(2026, 5, 1))

    newcomers = proposed(meeting)["newcomers"]

    assert newcomers.why == (
        "2 on aloittanut 15.4.2026 jälkeen: Hailuoto (järjestöyhdyshenkilö), Oulu (yhdistysagentti)."
    )
    assert newcomers.titles == {
        "fi": "Uudet esittäytyvät", "sv": "De nya presenterar sig", "en": "Newcomers introduce themselves",
    }  # fmt: skip


def test_the_question_in_which_the_most_are_stuck_comes_from_the_latest_published_round_with_its_n(reference):
    meeting = network(reference)
    places = list(Municipality.objects.filter(code__in=["009", "072", "139", "564"]))
    survey_round = small_round(reference.pohjois_pohjanmaa, places, chosen="no", least=0)
    assert "stuck:2025:maksuttomuus" not in proposed(meeting)  # nothing is told of what is not published
    publish_results(survey_round, by=None)

    stuck = proposed(meeting)["stuck:2025:maksuttomuus"]

    assert stuck.titles["fi"] == "Missä moni on jumissa: Mikä maksuttomuus?"
    assert (
        stuck.why.replace("\xa0", " ")
        == "Kysely 2025: 4/4 (100 %) vastauksista tähän kysymykseen ei tuo vielä pisteitä."
    )
    elsewhere = network(reference, region=reference.keski_suomi)
    assert proposed(elsewhere) == {}


def test_follow_ups_are_what_was_agreed_and_is_open(reference):
    meeting = network(reference)
    add_pair_task(reference.oulu, title="Soita", due_on=dt.date(2026, 8, 1), is_proposal=False, by=None)
    add_pair_task(reference.hailuoto, title="Kysy", is_proposal=False, by=None)
    add_pair_task(reference.oulu, title="Vasta ehdotus", is_proposal=True, by=None)
    add_pair_task(reference.jyvaskyla, title="Muualla", is_proposal=False, by=None)
    Task.objects.create(kind="next_step", title="Käy", region=meeting.region, municipality=reference.oulu)
    Task.objects.create(title="Koordinaattorin oma", region=meeting.region, municipality=reference.oulu)
    Task.objects.create(
        audience="pair",
        municipality=reference.oulu,
        region=meeting.region,
        title="Tehty",
        done_at=at("2026-08-01 9.00"),
    )
    assert proposed(meeting)["follow_ups"].why == (
        "3 sovittua asiaa on avoinna, niistä myöhässä 1: Hailuoto 1, Oulu 2."
    )  # fmt: skip


def test_an_areas_meeting_speaks_of_its_own_municipalities_and_an_evening_of_nothing(reference):
    group = AreaGroup.objects.create(region=reference.pohjois_pohjanmaa, key="oma", name_fi="Alueet")
    area = Area.objects.create(group=group, code="tama", name_fi="Tämä")
    AreaMembership.objects.create(area=area, municipality=reference.hailuoto)
    for place in (reference.oulu, reference.hailuoto):
        add_pair_task(place, title="Soita", is_proposal=False, by=None)
    assert "Oulu" not in proposed(network(reference, area=area))["follow_ups"].why
    evening = MeetingFactory(
        kind=MeetingKind.objects.get(key="association-evening"), region=reference.pohjois_pohjanmaa,
        hosts=[reference.oulu],
    )  # fmt: skip
    assert proposed(evening) == {}


@pytest.mark.parametrize("n", [1, 3])
def test_computing_takes_the_same_queries_for_any_number(reference, n, django_assert_num_queries):
    meeting = network(reference)
    for number in range(n):
        add_pair_task(reference.oulu, title=f"Soita {number}", is_proposal=False, by=None)
        factories.AgentFactory(person=factories.PersonFactory(), municipality=reference.oulu, start=day(2026, 8, 1))
    with django_assert_num_queries(6):
        assert set(proposed(meeting)) == {"newcomers", "follow_ups"}


# --- In the administration -------------------------------------------------------------------------------------------


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_coordinator_takes_one_in_drops_another_and_brings_it_back(cast, reference):
    meeting = network(reference)
    add_pair_task(reference.oulu, title="Soita", is_proposal=False, by=None)
    factories.AgentFactory(person=factories.PersonFactory(), municipality=reference.oulu, start=day(2026, 8, 1))
    kaisa = client_of(cast.kaisa.user)
    address = reverse("admin:meetings_meeting_proposals", args=[meeting.pk])
    form = kaisa.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).content.decode()
    for name in ("proposals", "move", "cancel", "copy"):
        assert reverse(f"admin:meetings_meeting_{name}", args=[meeting.pk]) in form
    page = kaisa.get(address)
    assert {each.key for each in page.context["proposals"].computed} == {"newcomers", "follow_ups"}
    assert "1 sovittu asia on avoinna" in words_of(page)

    kaisa.post(address, {"key": "follow_ups", "wish": "take"})
    kaisa.post(address, {"key": "follow_ups", "wish": "take"})
    kaisa.post(address, {"key": "newcomers", "wish": "drop"})

    item = meeting.agenda.get()
    assert (item.title_fi, item.title_sv, item.minutes) == (
        "Mitä sovittiin ja miten se etenee", "Vad vi kom överens om och hur det går", 20,
    )  # fmt: skip
    page = kaisa.get(address)
    assert page.context["proposals"].computed == []  # neither comes back by itself
    assert [each.outcome for each in page.context["proposals"].settled] == ["taken", "dropped"]

    dropped = AgendaProposal.objects.get(key="newcomers")
    kaisa.post(address, {"pk": dropped.pk, "wish": "back"})
    assert {each.key for each in kaisa.get(address).context["proposals"].computed} == {"newcomers"}
    taken = AgendaProposal.objects.get(key="follow_ups")
    for wish in ("back", "drop"):  # what is on the agenda is taken off there
        kaisa.post(address, {"pk": taken.pk, "wish": wish, "answer": "x"})
    taken.refresh_from_db()
    assert taken.outcome == "taken"


def test_what_the_data_no_longer_say_is_not_added_from_an_old_page(cast, reference):
    meeting = network(reference)
    kaisa = client_of(cast.kaisa.user)
    address = reverse("admin:meetings_meeting_proposals", args=[meeting.pk])
    told = kaisa.post(address, {"key": "follow_ups", "wish": "take"}, follow=True)
    assert "tiedot ovat muuttuneet" in words_of(told)
    for posted in ({}, {"pk": "x"}, {"pk": "9" * 30, "wish": "take"}, {"key": "follow_ups"}, {"wish": "take"}):
        assert kaisa.post(address, posted).status_code == 302
    assert not meeting.agenda.exists()
    assert not AgendaProposal.objects.exists()


def test_a_municipalitys_proposal_is_decided_on_by_the_regions_coordinator_alone(cast, reference):
    meeting, other = network(reference), network(reference)
    point = {"title": "Tilat", "why": "Kysytty.", "minutes": 10}
    proposal = propose_point(meeting, reference.oulu, **point, by=cast.ahti.user)
    address = reverse("admin:meetings_meeting_proposals", args=[meeting.pk])
    take = {"pk": proposal.pk, "wish": "take"}
    for person in (cast.outi, cast.leena, cast.ahti):
        assert client_of(person.user).post(address, take).status_code in {302, 404}
    kaisa = client_of(cast.kaisa.user)
    kaisa.post(reverse("admin:meetings_meeting_proposals", args=[other.pk]), take)  # through another meeting
    proposal.refresh_from_db()
    assert proposal.is_open
    form = kaisa.get(reverse("admin:meetings_meeting_change", args=[meeting.pk]))
    assert "Ehdotukset ohjelmaan, odottaa 1" in words_of(form)
    assert "Oulu, 1.9.2026, 10 minuuttia. Kysytty." in words_of(kaisa.get(address))

    kaisa.post(address, take)
    assert meeting.agenda.get().title_fi == "Tilat"
