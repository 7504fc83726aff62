"""A handover that is corrected: what the earlier version began is taken back; the survey goes over to who follows."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.handover import confirm_successor, hand_over, known_or_new
from registry.models import Appointment, Coordinator, Handover, Person, SituationStatement, Task
from registry.tasks import update_tasks
from surveys.answering import start_response
from surveys.models import Response, Round
from tests import factories
from tests.portal.conftest import client_of
from tests.portal.test_handover import text_of
from tests.registry.helpers import where_stored
from tests.surveys import factories as surveys

pytestmark = pytest.mark.django_db
LAST, NEXT = dt.date(2026, 11, 30), dt.date(2026, 12, 1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), tick=False):
        yield


def day_after():
    return time_machine.travel(dt.datetime(2026, 12, 1, 10, tzinfo=dt.UTC), tick=False)


def newcomer(cast, word, role=None):
    names = {"given_name": word.capitalize(), "family_name": "Uusi", "email": f"{word}@example.org"}
    return known_or_new(role or cast.leena_in_oulu, by=cast.leena.user, **names)


def leave(cast, successor=None, by=None, **more):
    role = Appointment.objects.get(pk=cast.leena_in_oulu.pk)
    return hand_over(role, on=more.pop("on", LAST), by=by or cast.kaisa.user, successor=successor, **more)


def follows(reference):
    """Who has a post in Oulu from the day after."""
    rows = Appointment.objects.current_on(NEXT).filter(municipality=reference.oulu)
    return {role.person.given_name for role in rows.select_related("person")}


def test_another_successor_takes_the_place_of_the_first_and_the_first_gets_no_rights(cast, reference):
    leave(cast, newcomer(cast, "uuno"))
    first = Person.objects.get(email="uuno@example.org")
    leave(cast, newcomer(cast, "urpo"))

    assert follows(reference) == {"Urpo"}
    with day_after():
        assert client_of(first.user).get("/oma/oulu/").status_code == 404
        assert client_of(Person.objects.get(email="urpo@example.org").user).get("/oma/oulu/").status_code == 200
    send_waiting()
    assert set(Letter.objects.filter(arguments__person=first.pk).values_list("state", flat=True)) == {"not_wanted"}


@pytest.mark.parametrize("being_named", [False, True])
def test_nobody_after_all_takes_the_successors_role_back(cast, reference, being_named):
    leave(cast, newcomer(cast, "uuno"))
    leave(cast, is_being_named=being_named)
    assert follows(reference) == set()
    assert SituationStatement.objects.filter(municipality=reference.oulu).count() == being_named


def test_that_somebody_is_being_named_is_taken_back_when_somebody_is_and_follows_the_corrected_day(cast, reference):
    leave(cast, is_being_named=True)
    leave(cast, is_being_named=True, on=dt.date(2026, 11, 29))
    stated = list(reference.oulu.statements.values_list("kind", "start_first"))
    leave(cast, newcomer(cast, "uuno"), on=dt.date(2026, 11, 29))
    assert stated == [("being_named", LAST)]
    assert (reference.oulu.statements.count(), follows(reference)) == (0, {"Uuno"})


def test_a_corrected_day_moves_the_successors_beginning(cast, reference):
    person = newcomer(cast, "uuno")
    leave(cast, person)
    leave(cast, person, on=dt.date(2026, 11, 25))
    assert Appointment.objects.get(person=person).start_last == dt.date(2026, 11, 26)


def test_who_was_only_proposed_is_forgotten_when_another_is_named(cast, reference):
    proposed = newcomer(cast, "uuno")
    leave(cast, proposed, by=cast.leena.user, note="Kysy Uuno Uudelta.")
    leave(cast, newcomer(cast, "urpo"), by=cast.leena.user)
    assert not Person.objects.filter(pk=proposed.pk).exists()
    assert where_stored("uuno@example.org") == []
    assert Task.objects.open().filter(kind="handover").count() == 1


def test_a_leaver_does_not_put_another_in_the_place_of_whom_the_coordinator_has_confirmed(cast, reference):
    handover = leave(cast, newcomer(cast, "uuno"), by=cast.leena.user)
    confirm_successor(handover, by=cast.kaisa.user)
    with pytest.raises(ValidationError) as refused:
        leave(cast, newcomer(cast, "urpo"), by=cast.leena.user)
    assert refused.value.code == "confirmed"
    assert follows(reference) == {"Uuno"}
    leave(cast, Person.objects.get(email="uuno@example.org"), by=cast.leena.user, note="Uusi muistiinpano")
    assert Handover.objects.get().note == "Uusi muistiinpano"


def test_the_form_says_why_and_keeps_what_was_typed(cast, reference):
    confirm_successor(leave(cast, newcomer(cast, "uuno"), by=cast.leena.user), by=cast.kaisa.user)
    data = {"last_day": "30.11.2026", "follows": "nobody", "note": "Pitkä muistiinpano"}
    page = client_of(cast.leena.user).post(f"/oma/oulu/luovutus/{cast.leena_in_oulu.pk}/", data)
    assert (page.status_code, "Uuno Uusi on jo vahvistettu" in text_of(page)) == (422, True)
    assert "Pitkä muistiinpano" in page.content.decode()


def test_a_colleague_who_had_the_post_already_keeps_it(cast, reference):
    person = factories.PersonFactory(region=reference.pohjois_pohjanmaa, given_name="Sanni")
    role = factories.AppointmentFactory(person=person, municipality=reference.oulu)
    leave(cast, person)
    leave(cast, newcomer(cast, "uuno"))
    role.refresh_from_db()
    assert (role.end_last, follows(reference)) == (None, {"Sanni", "Uuno"})


def test_a_role_that_has_begun_is_never_taken_back(cast, reference):
    leave(cast, newcomer(cast, "uuno"), on=dt.date(2026, 11, 22))
    with day_after():
        role = Appointment.objects.get(pk=cast.leena_in_oulu.pk)
        hand_over(role, on=NEXT, by=cast.kaisa.user)
        assert Appointment.objects.filter(person__email="uuno@example.org").exists()


def test_a_coordinators_successor_is_changed_too(cast, reference):
    role = Coordinator.objects.get(person=cast.kaisa)
    for word in ("uuno", "urpo"):
        hand_over(Coordinator.objects.get(pk=role.pk), on=LAST, by=cast.aino, successor=newcomer(cast, word, role))
    rows = Coordinator.objects.current_on(NEXT).filter(region=reference.pohjois_pohjanmaa)
    assert [each.person.given_name for each in rows] == ["Urpo"]


# --- The survey ------------------------------------------------------------------------------------------------------


@pytest.fixture
def response(cast, reference):
    made = surveys.RoundFactory(
        region=reference.pohjois_pohjanmaa, opens_on=dt.date(2026, 11, 1), closes_on=dt.date(2026, 12, 15)
    )
    surveys.question(surveys.RoundThemeFactory(round=made), "short_text")
    Round.objects.filter(pk=made.pk).update(opened_at=dt.datetime.now(dt.UTC))
    return start_response(Round.objects.get(pk=made.pk), reference.oulu, by=cast.leena.user)


def respondent():
    response = Response.objects.select_related("respondent").get()
    return (response.respondent and response.respondent.given_name, response.respondent_post)


def test_an_open_response_is_in_the_pack_and_passes_to_the_successor_on_the_first_day(cast, reference, response):
    handover = leave(cast, newcomer(cast, "uuno"))
    pack = client_of(cast.kaisa.user)
    pack.post("/oma/oulu/katso/")
    page = text_of(pack.get(f"/oma/oulu/luovutus/paketti/{handover.pk}/"))
    update_tasks()
    before = respondent()
    with day_after():
        update_tasks()
        after = respondent()
        update_tasks()

    assert "Kartoitus 2026" in page
    assert (before, after, respondent()) == (
        ("Leena", "vapaa-aikasihteeri"), ("Uuno", "järjestöyhdyshenkilö"), ("Uuno", "järjestöyhdyshenkilö"),
    )  # fmt: skip


def test_without_a_successor_the_only_liaison_answers_and_without_one_nobody(cast, reference, response):
    leave(cast)
    with day_after():
        update_tasks()
        nobody = respondent()
        person = factories.PersonFactory(region=reference.pohjois_pohjanmaa, given_name="Sanni")
        factories.AppointmentFactory(person=person, municipality=reference.oulu, start=PartialDate.day(NEXT))
        update_tasks()
    assert (nobody, respondent()) == ((None, ""), ("Sanni", "järjestöyhdyshenkilö"))


def test_a_response_that_was_sent_in_keeps_its_respondent(cast, reference, response):
    Response.objects.update(submitted_at=dt.datetime.now(dt.UTC))
    leave(cast, newcomer(cast, "uuno"))
    with day_after():
        update_tasks()
    assert respondent() == ("Leena", "vapaa-aikasihteeri")
