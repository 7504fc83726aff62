"""What was agreed, in the portal: written by the hosts, settled then and at the next evening, by nobody else."""

import re

import pytest
import time_machine

from common.partial_dates import PartialDate
from meetings.co_hosting import name_co_host
from meetings.decisions import add_decision, agreed_at, settle_decision
from meetings.models import Decision, Meeting, MeetingKind
from meetings.planning import copy_meeting
from registry.models import ActingEntry
from registry.roles import end_role
from tests import factories
from tests.meetings.factories import MeetingFactory, VenueFactory, at
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
START = "/oma/oulu/illat/"
POINT = {"text": "Julkaistaan vuorot", "doer": "Vapaa-aikasihteeri", "due_on": "31.10.2026"}


@pytest.fixture(autouse=True)
def _two_days_later():
    with time_machine.travel(at("2026-09-26 12.00"), tick=False):
        yield


@pytest.fixture
def leena(cast):
    return client_of(cast.leena.user)


def held(reference, slug="ilta", host=None, **values):
    """Return an evening that Oulu, or another host, held on 24.9.2026."""
    place = VenueFactory(municipality=host or reference.oulu)
    values = {"region": reference.pohjois_pohjanmaa, "venue": place, "title_fi": "Syysilta"} | values
    kind = MeetingKind.objects.get(key="association-evening")
    return MeetingFactory(kind=kind, hosts=[host or reference.oulu], slug=slug, **values)


@pytest.fixture
def evening(reference):
    return held(reference)


def agree(meeting, text="Julkaistaan vuorot", **more):
    return add_decision(meeting, text=text, by=None, **more)


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def press(client, decision, wish, slug="ilta", **more):
    return client.post(f"{START}{slug}/sovittu/{decision.pk}/", {"wish": wish} | more, follow=True)


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_a_liaison_writes_one_point_after_another_and_the_list_stands_above(leena, cast, evening):
    page = words_of(leena.get(f"{START}ilta/"))
    assert "Mitään ei ole vielä kirjattu" in page
    assert f"{START}ilta/sovittu/" in leena.get(f"{START}ilta/").content.decode()
    answer = leena.post(f"{START}ilta/sovittu/", POINT, follow=True)
    assert answer.redirect_chain == [(f"{START}ilta/sovittu/", 302)]
    assert "Kirjattu. Kirjaa seuraava" in words_of(answer)
    leena.post(f"{START}ilta/sovittu/", {"text": "Kysytään"})
    text = words_of(leena.get(f"{START}ilta/sovittu/"))
    assert text.index("Julkaistaan vuorot") < text.index("Kysytään") < text.index("Seuraava kohta")
    assert "Vapaa-aikasihteeri, viimeistään 31.10.2026" in text
    first = Decision.objects.first()
    assert (first.meeting, first.history.get().history_user) == (evening, cast.leena.user)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": " "}, "text"), ({"text": "x" * 301}, "text"), ({"doer": "x" * 121}, "doer"),
        ({"due_on": "ensi viikolla"}, "due_on"), ({"due_on": "23.9.2026"}, "due_on"),
        ({"due_on": "31.12.9999"}, "due_on"),
    ],
)  # fmt: skip
def test_mistakes_are_told_beside_the_field_and_above_and_what_was_typed_is_kept(leena, evening, wrong, field):
    answer = leena.post(f"{START}ilta/sovittu/", POINT | wrong)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    source = answer.content.decode()
    assert 'class="error-summary"' in source
    assert f'href="#id_{field}"' in source
    for name, typed in (POINT | wrong).items():
        assert answer.context["form"][name].value() == typed
    assert not Decision.objects.exists()


def test_nothing_is_written_before_it_begins_but_what_is_carried_can_be_settled(leena, reference, evening):
    decision = agree(evening, due_on=at("2026-09-25 0.00").date())
    with time_machine.travel(at("2026-09-26 13.00"), tick=False):
        copy_meeting(evening, starts_at=at("2026-11-24 17.30"), by=None)
    copy = Meeting.objects.get(copied_from=evening)
    page = leena.get(f"{START}{copy.slug}/")
    assert "Auki viime kerrasta" in words_of(page)
    assert "viimeistään 25.9.2026, sovittu 24.9.2026" in words_of(page)
    assert "Auki, päivä on mennyt" in words_of(page)
    assert leena.post(f"{START}{copy.slug}/sovittu/", POINT).status_code == 422
    assert "Kirjaa, mitä sovittiin" not in words_of(page)
    press(leena, decision, "done", slug=copy.slug)
    assert "Tehty 26.9.2026" in words_of(leena.get(f"{START}{copy.slug}/"))
    assert "Tehty 26.9.2026" in words_of(leena.get(f"{START}ilta/"))


def test_an_evening_made_from_the_last_one_goes_through_what_is_open(leena, evening):
    agree(evening)
    leena.post(f"{START}uusi/", {"earlier": evening.pk, "day": "24.11.2026", "start": "17.30", "end": "20"})
    copy = Meeting.objects.get(copied_from=evening)
    page = words_of(leena.get(f"{START}{copy.slug}/"))
    assert "Mitä 24.9.2026 sovittiin ja miten se etenee" in page
    assert "1 kohta on auki: Julkaistaan vuorot" in page
    leena.post(f"{START}{copy.slug}/ehdotus/", {"key": "decisions", "wish": "take"})
    assert copy.agenda.get().title_fi == "Mitä 24.9.2026 sovittiin ja miten se etenee"
    assert "1 kohta on auki" not in words_of(leena.get(f"{START}{copy.slug}/"))


# --- Settling ---------------------------------------------------------------------------------------------------------


def test_buttons_settle_open_again_and_take_away_a_mistake_after_closing_too(leena, evening):
    decision, mistake = agree(evening), agree(evening, "Näppäilyvirhe")
    Meeting.objects.update(closed_at=at("2026-09-25 9.00"))
    assert "Kerro lyhyesti, miksi asiasta luovutaan" in words_of(press(leena, decision, "dropped"))
    assert Decision.objects.get(pk=decision.pk).is_open
    told = press(leena, decision, "dropped", note="Ei ole\r\nvaraa.\x00")
    assert told.redirect_chain == [(f"{START}ilta/#agreed", 302)]
    assert "Luovuttu 26.9.2026: Ei ole varaa." in words_of(told)
    late = words_of(press(leena, decision, "done", note="Vuorot ovat verkossa"))
    assert "Joku muu on jo merkinnyt" in late
    assert "Vuorot ovat verkossa" in late, "what was typed is kept"
    press(leena, decision, "again")
    press(leena, decision, "done", note="x" * 301)
    assert Decision.objects.get(pk=decision.pk).is_open
    listed = press(leena, mistake, "remove", **{"from": "list"})
    assert listed.redirect_chain == [(f"{START}ilta/sovittu/#agreed", 302)]
    assert [each.text for each in agreed_at(evening).own] == ["Julkaistaan vuorot"]
    for wish in ("", "open", "delete"):
        press(leena, decision, wish)
    assert Decision.objects.get().is_open


def test_a_get_changes_nothing(leena, evening):
    decision = agree(evening)
    assert leena.get(f"{START}ilta/sovittu/{decision.pk}/?wish=done").status_code == 405
    leena.get(f"{START}ilta/sovittu/?text=x")
    assert Decision.objects.get().is_open


def test_a_coordinator_in_somebodys_place_says_how_it_was_asked_for(cast, evening):
    decision = agree(evening)
    kaisa = client_of(cast.kaisa.user)
    kaisa.post("/oma/oulu/katso/")
    assert kaisa.post(f"{START}ilta/sovittu/", POINT | {"text": "Toinen"}).status_code == 422
    press(kaisa, decision, "done")
    assert (Decision.objects.count(), Decision.objects.get().is_open) == (1, True)
    kaisa.post(f"{START}ilta/sovittu/", POINT | {"text": "Toinen", "source": "phone"})
    press(kaisa, decision, "done", source="phone")
    assert sorted(ActingEntry.objects.filter(source="phone").values_list("step", flat=True)) == [
        "portal_evening_agreed", "portal_evening_decision",
    ]  # fmt: skip
    assert [each.outcome for each in agreed_at(evening).own] == ["done", "open"]


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_an_agent_reads_and_writes_nothing_also_when_helping(cast, evening):
    decision = agree(evening)
    name_co_host(held_next(evening), evening.hosts.get().municipality, cast.ahti_in_oulu.pk, by=None)
    ahti = client_of(cast.ahti.user)
    page = ahti.get(f"{START}ilta/")
    assert "Julkaistaan vuorot" in words_of(page)
    assert "/sovittu/" not in page.content.decode()
    for slug in ("ilta", Meeting.objects.get(copied_from=evening).slug):
        assert ahti.get(f"{START}{slug}/sovittu/").status_code == 403
        assert ahti.post(f"{START}{slug}/sovittu/", POINT).status_code == 403
        for wish in ("done", "remove", "again"):
            assert ahti.post(f"{START}{slug}/sovittu/{decision.pk}/", {"wish": wish}).status_code == 403
    assert Decision.objects.get().is_open


def held_next(evening):
    return copy_meeting(evening, starts_at=at("2026-11-24 17.30"), by=None)


def test_anothers_decision_is_not_reached_through_ones_own_evening(cast, reference, leena, evening):
    foreign = agree(held(reference, "hailuodon-ilta", reference.hailuoto), "Saaren asia")
    of_region = MeetingFactory(kind=MeetingKind.objects.get(key="network-meeting"), region=reference.pohjois_pohjanmaa)
    settled = settle_decision(agree(of_region, "Maakunnan asia"), "done", by=None)
    own_other = agree(held(reference, "toinen"), "Toisen illan asia")
    for decision in (foreign, settled, own_other):
        for wish in ("done", "dropped", "remove", "again"):
            answer = press(leena, decision, wish, note="x")
            assert "Tätä ei enää ole sovittujen asioiden joukossa" in words_of(answer)
        assert leena.post(f"{START}hailuodon-ilta/sovittu/{decision.pk}/", {"wish": "done"}).status_code == 404
    for number in (0, 10**18, 10**30):
        assert leena.post(f"{START}ilta/sovittu/{number}/", {"wish": "done"}).status_code == 302
    assert [each.outcome for each in Decision.objects.order_by("pk")] == ["open", "done", "open"]
    for text in ("Saaren asia", "Maakunnan asia", "Toisen illan asia"):
        assert text not in words_of(leena.get(f"{START}ilta/"))


def test_a_carried_point_is_the_earlier_meetings_to_take_away(leena, evening):
    decision = agree(evening)
    copy = held_next(evening)
    press(leena, decision, "remove", slug=copy.slug)
    copy.carried_decisions.clear()
    press(leena, decision, "remove", slug=copy.slug)
    assert Decision.objects.filter(pk=decision.pk).exists()


def test_a_meeting_of_others_is_not_copied_with_what_was_agreed_there(leena, reference, evening):
    foreign = held(reference, "hailuodon-ilta", reference.hailuoto)
    agree(foreign, "Saaren asia")
    begin = {"earlier": foreign.pk, "day": "24.11.2026", "start": "17.30", "end": "20"}
    assert leena.post(f"{START}uusi/", begin).status_code == 422
    assert Meeting.objects.filter(copied_from=foreign).count() == 0


def test_strangers_and_those_whose_role_has_ended_find_nothing(cast, reference, leena, evening):
    decision = agree(evening)
    neighbour = factories.AppointmentFactory(
        municipality=reference.hailuoto, person=factories.PersonFactory(user=factories.UserFactory())
    ).person
    end_role(cast.leena_in_oulu, on=PartialDate.day(at("2026-09-25 0.00").date()), by=None)
    for client in (leena, client_of(cast.stranger), client_of(cast.outi.user), client_of(neighbour.user)):
        for municipality in ("oulu", "hailuoto"):
            own = f"/oma/{municipality}/illat/ilta/sovittu/"
            for answer in (
                client.get(own),
                client.post(own, POINT),
                client.post(f"{own}{decision.pk}/", {"wish": "done"}),
            ):
                assert answer.status_code == 404
                assert "Julkaistaan" not in answer.content.decode()
    assert [each.outcome for each in Decision.objects.all()] == ["open"]


@pytest.mark.parametrize("n", [1, 3])
def test_pages_take_the_same_queries_for_any_number(leena, evening, n, django_assert_num_queries):
    for number in range(n):
        agree(evening, f"Asia {number}")
    copy = held_next(evening)
    for address, queries in ((f"{START}ilta/", 13), (f"{START}ilta/sovittu/", 8), (f"{START}{copy.slug}/", 15)):
        leena.get(address)
        with django_assert_num_queries(queries):
            assert leena.get(address).status_code == 200
