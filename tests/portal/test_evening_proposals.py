"""Agents propose points and help to make an evening; hosts decide; it ends with the role."""

import datetime as dt
import re

import pytest
import time_machine

from common.partial_dates import PartialDate
from meetings.co_hosting import name_co_host
from meetings.models import AgendaProposal, CoHost, Meeting, MeetingKind
from meetings.planning import cancel_meeting
from registry.models import ActingEntry, Agent
from registry.roles import end_role
from tests import factories
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of
from tests.portal.test_evenings import agenda_form, edit_form

pytestmark = pytest.mark.django_db
START = "/oma/oulu/illat/"
POINT = {"title": "Tilojen varaaminen", "why": "Moni on kysynyt.", "minutes": "20"}


@pytest.fixture(autouse=True)
def _september():
    with time_machine.travel(at("2026-09-01 12.00"), tick=False):
        yield


@pytest.fixture
def ahti(cast):
    return client_of(cast.ahti.user)


@pytest.fixture
def leena(cast):
    return client_of(cast.leena.user)


def held(reference, key, **values):
    place = VenueFactory(municipality=reference.oulu)
    values = {"region": reference.pohjois_pohjanmaa, "venue": place} | values
    return MeetingFactory(kind=MeetingKind.objects.get(key=key), **values)


@pytest.fixture
def evening(reference):
    """A draft of Oulu's evening."""
    return held(reference, "association-evening", hosts=[reference.oulu], slug="ilta", title_fi="I", published_at=None)


@pytest.fixture
def network(reference):
    return held(reference, "network-meeting", slug="verkosto", title_fi="Verkosto")


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def proposed(client, slug="ilta", **more):
    client.post(f"{START}{slug}/ehdota/", POINT | more)
    return AgendaProposal.objects.get()


def decide(client, proposal, wish, **more):
    return client.post(f"{START}ilta/ehdotus/", {"pk": proposal.pk, "wish": wish} | more, follow=True)


def test_an_agent_proposes_a_host_takes_it_in_and_the_agent_sees_it(ahti, leena, evening, reference):
    proposal = proposed(ahti)
    assert (proposal.meeting, proposal.municipality, proposal.minutes) == (evening, reference.oulu, 20)
    assert "Tilojen varaaminen" in words_of(leena.get(f"{START}ilta/"))
    stale = agenda_form(leena.get(f"{START}ilta/ohjelma/"), [{"title_fi": "Vain tämä", "minutes": "5", "speaker": ""}])

    decide(leena, proposal, "take")
    decide(leena, proposal, "take")  # the button pressed twice

    assert list(evening.agenda.values_list("title_fi", "minutes")) == [("Tilojen varaaminen", 20)]
    assert evening.agenda.get().history.get().history_user_id is not None
    assert "Ohjelmassa" in words_of(ahti.get(f"{START}ilta/ehdota/"))
    # Whoever was writing the agenda meanwhile hears of it.
    assert leena.post(f"{START}ilta/ohjelma/", stale).status_code == 422


def test_a_host_declines_with_a_word_and_can_bring_it_back(ahti, leena, evening):
    proposal = proposed(ahti)
    refused = decide(leena, proposal, "drop", answer=" ")
    assert "Kerro lyhyesti, miksi" in words_of(refused)
    proposal.refresh_from_db()
    assert proposal.is_open

    decide(leena, proposal, "drop", answer="Keväällä on tilaa.")
    page = words_of(ahti.get(f"{START}ilta/ehdota/"))
    assert "Jätetty pois : Keväällä on tilaa." in page.replace("pois:", "pois :")
    assert not evening.agenda.exists()
    decide(leena, proposal, "take")  # an old page: it is brought back first
    assert not evening.agenda.exists()

    decide(leena, proposal, "back")
    proposal.refresh_from_db()
    assert (proposal.is_open, proposal.answer, proposal.settled_at) == (True, "", None)


def test_a_point_is_proposed_for_the_regions_meeting_and_waits_for_the_coordinator(ahti, network, reference):
    held(reference, "advisory-board", slug="neuvottelukunta")
    held(reference, "network-meeting", slug="luonnos", published_at=None)
    held(reference, "network-meeting", slug="muualla", region=reference.keski_suomi)
    held(reference, "association-evening", slug="saaren-ilta", hosts=[reference.hailuoto])
    assert "/illat/verkosto/ehdota/" in ahti.get(START).content.decode()
    for slug in ("neuvottelukunta", "luonnos", "muualla", "saaren-ilta", "ei-ole"):
        assert ahti.get(f"{START}{slug}/ehdota/").status_code == 404
        assert ahti.post(f"{START}{slug}/ehdota/", POINT).status_code == 404
    assert proposed(ahti, "verkosto").meeting == network
    assert "Ei vielä päätetty" in words_of(ahti.get(f"{START}verkosto/ehdota/"))


def test_hosts_of_one_municipality_decide_on_nothing_of_the_regions_or_anothers(ahti, leena, network, evening):
    proposal = proposed(ahti, "verkosto")
    assert leena.post(f"{START}verkosto/ehdotus/", {"pk": proposal.pk, "wish": "take"}).status_code == 404
    decide(leena, proposal, "take")  # through another meeting's address
    proposal.refresh_from_db()
    assert proposal.is_open
    assert not network.agenda.exists()


def test_mistakes_are_told_and_the_same_twice_is_one(ahti, evening):
    refused = ahti.post(f"{START}ilta/ehdota/", POINT | {"title": " ", "minutes": "0"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {"title", "minutes"}
    assert "Moni on kysynyt." in refused.content.decode()
    proposed(ahti)
    proposed(ahti)


def test_nothing_is_proposed_once_it_has_begun_or_been_cancelled(ahti, leena, reference, cast):
    meeting = held(reference, "association-evening", hosts=[reference.oulu], slug="ilta")
    proposal = proposed(ahti)
    cancel_meeting(meeting, by=None)
    assert ahti.post(f"{START}ilta/ehdota/", POINT | {"title": "Toinen"}).status_code == 422
    decide(leena, proposal, "take")
    assert (AgendaProposal.objects.count(), meeting.agenda.count()) == (1, 0)


def test_a_coordinator_in_somebodys_place_says_how_it_was_asked_for(cast, evening):
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    assert kaisa.post(f"{START}ilta/ehdota/", POINT).status_code == 422
    kaisa.post(f"{START}ilta/ehdota/", POINT | {"source": "phone"})
    assert AgendaProposal.objects.count() == 1
    assert ActingEntry.objects.filter(step="portal_evening_propose", source="phone").count() == 1


# --- Helping to make an evening --------------------------------------------------------------------------------------


def help_of(client, agent, wish="begin"):
    return client.post(f"{START}ilta/apuri/", {"agent": agent.pk, "wish": wish}, follow=True)


def may_write(client):
    return {step: client.get(f"{START}ilta/{step}/").status_code for step in ("muuta", "aika", "ohjelma")}


def test_an_agent_who_helps_writes_the_evening_and_takes_no_step_of_it(ahti, leena, cast, evening):
    assert set(may_write(ahti).values()) == {403}
    help_of(leena, cast.ahti_in_oulu)
    assert set(may_write(ahti).values()) == {200}
    assert "is_remote_public" not in ahti.get(f"{START}ilta/muuta/").context["form"].fields
    page = ahti.get(f"{START}ilta/").content.decode()
    assert "ilta/muuta/" in page
    assert "ilta/julkaise/" not in page
    assert "ilta/poista/" not in page

    ahti.post(f"{START}ilta/muuta/", edit_form(ahti.get(f"{START}ilta/muuta/"), title_fi="Ahdin sanat"))
    agenda = ahti.get(f"{START}ilta/ohjelma/")
    ahti.post(f"{START}ilta/ohjelma/", agenda_form(agenda, [{"title_fi": "Kahvit", "minutes": "15", "speaker": ""}]))
    evening.refresh_from_db()
    assert (evening.title_fi, evening.agenda.get().title_fi) == ("Ahdin sanat", "Kahvit")
    when = {"day": "8.10.2026", "start": "17.30", "end": "20", "seen": evening.version}
    ahti.post(f"{START}ilta/aika/", when)
    evening.refresh_from_db()
    assert evening.starts_at == at("2026-10-08 17.30")

    for step in ("julkaise", "siirra", "peru", "poista", "sulje", "apuri", "ehdotus"):
        assert ahti.post(f"{START}ilta/{step}/").status_code == 403, step
    assert Meeting.objects.get().is_draft


def test_helping_is_for_one_evening_and_ends_by_the_button_or_with_the_role(ahti, leena, cast, evening, reference):
    held(reference, "association-evening", hosts=[reference.oulu], slug="toinen", published_at=None)
    help_of(leena, cast.ahti_in_oulu)
    help_of(leena, cast.ahti_in_oulu)
    assert CoHost.objects.count() == 1
    assert ahti.get(f"{START}toinen/muuta/").status_code == 403
    help_of(leena, cast.ahti_in_oulu, "end")
    assert set(may_write(ahti).values()) == {403}

    help_of(leena, cast.ahti_in_oulu)
    end_role(cast.ahti_in_oulu, on=PartialDate.day(dt.date(2026, 8, 31)), by=None)
    assert set(may_write(ahti).values()) == {404}
    factories.AgentFactory(person=cast.ahti, municipality=reference.oulu, start=PartialDate.day(dt.date(2026, 9, 1)))
    assert set(may_write(ahti).values()) == {403}  # a new role begins without it


def test_only_an_agent_of_the_municipality_is_let_help(leena, cast, evening, reference):
    other = factories.AgentFactory(person=factories.PersonFactory(), municipality=reference.hailuoto)
    former = factories.AgentFactory(
        person=factories.PersonFactory(), municipality=reference.oulu, end=PartialDate.day(dt.date(2026, 8, 31))
    )
    for agent in (other, former):
        help_of(leena, agent)
    leena.post(f"{START}ilta/apuri/", {"agent": "x" * 30})
    assert not CoHost.objects.exists()
    name_co_host(evening, reference.hailuoto, other.pk, by=None)
    help_of(leena, other, "end")  # nor is another host's sent away
    assert CoHost.objects.get().agent == other


@pytest.mark.parametrize("n", [1, 3])
def test_pages_take_the_same_queries_for_any_number(leena, ahti, evening, reference, n, django_assert_num_queries):
    for number in range(n):
        held(reference, "network-meeting", slug=f"verkosto-{number}")
        ahti.post(f"{START}verkosto-{number}/ehdota/", POINT | {"title": f"Kohta {number}"})
        ahti.post(f"{START}ilta/ehdota/", POINT | {"title": f"Kohta {number}"})
        factories.AgentFactory(person=factories.PersonFactory(), municipality=reference.oulu)
    for address, queries in ((START, 10), (f"{START}ilta/", 17)):
        leena.get(address)
        with django_assert_num_queries(queries):
            assert leena.get(address).status_code == 200
    assert Agent.objects.count() == n + 1
