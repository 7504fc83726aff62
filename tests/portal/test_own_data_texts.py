"""My data in others' words: the survey, spellings, who else is named there; and the wish of somebody who is needed."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client

from common.partial_dates import PartialDate
from registry import models
from registry.contact_log import record_contact
from registry.models import ContactEntry, Person, Task
from registry.own_data import ask_to_erase, erase_own_data, own_data, own_data_file, own_subject
from registry.privacy import erase_person
from surveys.models import Answer, Question, Response, Round
from tests import factories
from tests.accounts.helpers import ask_for_code, give_code, latest_code
from tests.registry.helpers import where_stored
from tests.surveys import factories as surveys

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)
ERASE = "/oma/tiedot/poista/"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), tick=False):
        yield


def somebody(reference, given_name, family_name, **more):
    account = factories.UserFactory(email=f"{family_name.lower()}@example.org")
    details = {"phone": "050 000 0077", "email": account.email, "region": reference.pohjois_pohjanmaa} | more
    return factories.PersonFactory(given_name=given_name, family_name=family_name, user=account, **details)


@pytest.fixture
def aija(cast, reference):
    """Somebody without a role."""
    return somebody(reference, "Äijä Maria", "Öhman", email="aija.tyo@example.org")


def held(person):
    subject = own_subject(person.user)
    return own_data_file(subject, own_data(subject))


@pytest.fixture
def survey(reference, aija):
    """An opened round in which everything that people write names Äijä Öhman."""
    made = surveys.RoundFactory(region=reference.pohjois_pohjanmaa, introduction_fi="Apua antaa Äijä Öhman.")
    theme = surveys.RoundThemeFactory(round=made)
    question = surveys.question(
        theme, "short_text", wording_fi="Onko Äijä Öhman käynyt?", help_fi="Kysy AIJA OHMANILTA"
    )
    response = Response.objects.create(
        round=made,
        municipality=reference.oulu,
        started_at=dt.datetime.now(dt.UTC),
        decline_reason="Äijä M. Öhman poissa",
    )
    Answer.objects.create(
        response=response, question=question, state="answered", note="Soita Äijä Maria Öhmanille, 0500000077",
        value={"text": "Yhteyshenkilö on Öhman Äijä, aija.tyo@example.org"},
    )  # fmt: skip
    Round.objects.filter(pk=made.pk).update(opened_at=dt.datetime.now(dt.UTC))
    return made


def test_texts_of_the_survey_are_in_the_file_and_forgotten_also_in_an_opened_round(aija, survey):
    content = held(aija)
    wanted = ["Apua antaa", "Onko Äijä Öhman käynyt?", "Kysy AIJA OHMANILTA", "poissa", "Soita", "Yhteyshenkilö on"]
    assert [text for text in wanted if text not in content] == []

    erase_own_data(aija.user)

    left = ["Öhman", "OHMAN", "aija.tyo@example.org", "0500000077"]
    assert {text: where_stored(text) for text in left} == {text: [] for text in left}
    answer, question = Answer.objects.get(), Question.objects.get()
    assert (answer.note, answer.value) == (
        "Soita [poistettu]ille, [poistettu]", {"text": "Yhteyshenkilö on [poistettu], [poistettu]"},
    )  # fmt: skip
    assert (question.wording_fi, question.help_fi) == ("Onko [poistettu] käynyt?", "Kysy [poistettu]ILTA")
    assert Round.objects.get().introduction_fi == "Apua antaa [poistettu]."
    assert Response.objects.get().decline_reason == "[poistettu] poissa"


def test_other_people_in_a_note_about_one_are_masked_and_the_rest_is_as_it_was_written(cast, reference, aija):
    association = factories.AssociationFactory(municipality=reference.oulu)
    models.AssociationContact.objects.create(
        association=association, name="Veikko Vieras", source="x", basis="given", obtained_on=TODAY
    )
    about = (
        "Äijä Öhman ja Leena Liesi riitelivät; Leena Lieden mielestä Veikko Vieraalla on avain. "
        "Veikko Vieras: veikko@example.org, 040 111 2233. Tuntematon Tiina kuuli. Kirjaamo: t@example.org"
    )
    models.SharedMailbox.objects.create(municipality=reference.oulu, post="Toimisto", email="t@example.org")
    record_contact(ContactEntry(municipality=reference.oulu, person=aija, about=about), by=cast.kaisa.user)
    models.Task.objects.create(title="Kysy Leena Lieseltä ja Äijä Öhmanilta", region=reference.pohjois_pohjanmaa)
    content = held(aija)

    assert (
        "Äijä Öhman ja [joku muu] riitelivät; Leena Lieden mielestä Veikko Vieraalla on avain. "
        "[joku muu]: [joku muu], [joku muu]. Tuntematon Tiina kuuli. Kirjaamo: t@example.org"
    ) in content
    assert "Äijä Öhmanilta" in content
    assert ContactEntry.objects.get().about == about


@pytest.mark.parametrize(
    "text",
    [
        "Aija Ohman", "ÄIJÄ ÖHMAN", "Äijä Maria Öhman", "Äijä-Maria Öhman", "Öhman, Äijä Maria", "Äijä M. Öhman",
        "Äijä Öhmanin", "Äijä\u00a0Öhman", "A\u0308ija\u0308 O\u0308hman", "Äijä\nÖhman", "AIJA.TYO@example.org",
        "+358500000077",
    ],
)  # fmt: skip
def test_another_spelling_is_found_and_forgotten(reference, aija, text):
    task = Task.objects.create(title=f"Kysy: {text}", region=reference.pohjois_pohjanmaa)
    assert '"Kysy: ' in held(aija)
    erase_own_data(aija.user)
    task.refresh_from_db()
    assert task.title.startswith("Kysy: [poistettu]")


@pytest.mark.parametrize(
    "text", ["Äijä Öhmanen", "maija.tyo@example.org", "xaija.tyo@example.org", "Äijä ja Olli Öhman"]
)
def test_somebody_elses_name_or_address_is_neither_shown_nor_touched(reference, aija, text):
    task = Task.objects.create(title=f"Kysy: {text}", region=reference.pohjois_pohjanmaa)
    assert '"Kysy: ' not in held(aija)
    erase_own_data(aija.user)
    task.refresh_from_db()
    assert task.title == f"Kysy: {text}"


def test_of_a_near_namesake_only_the_whole_name_counts(reference, aija):
    factories.PersonFactory(given_name="Aija", family_name="Öhman", region=reference.pohjois_pohjanmaa)
    north = reference.pohjois_pohjanmaa
    tasks = [Task.objects.create(title=text, region=north) for text in ("Soita Äijä Öhman", "Soita Äijä Maria Öhman")]
    subject = own_subject(aija.user)
    erase_own_data(aija.user)
    titles = [Task.objects.get(pk=task.pk).title for task in tasks]
    assert (subject.has_namesake, subject.has_near_namesake) == (False, True)
    assert titles == ["Soita Äijä Öhman", "Soita [poistettu]"]


def test_a_namesake_is_one_whatever_the_dots(reference, aija):
    factories.PersonFactory(given_name="Aija Maria", family_name="Ohman", region=reference.pohjois_pohjanmaa)
    assert own_subject(aija.user).has_namesake


# --- Somebody who is still needed ------------------------------------------------------------------------------------


def confirmed_client(account):
    """A browser in which the person has just shown that it is them."""
    account.set_unusable_password()
    account.save()
    client = Client()
    ask_for_code(client, account.email)
    give_code(client, latest_code())
    client.post(f"/kirjaudu/varmistus/koodi/?next={ERASE}", {"send": "1"})
    client.post(f"/kirjaudu/varmistus/koodi/?next={ERASE}", {"code": client.session["confirming_code"]["code"]})
    return client


def test_an_officer_of_today_asks_and_the_coordinator_gets_one_task_that_names_nobody(cast, reference):
    client = confirmed_client(cast.leena.user)
    assert 'name="ask"' in client.get(ERASE).content.decode()
    for _time in range(2):
        answer = client.post(ERASE, {"ask": "1"}, follow=True)

    task = Task.objects.get(kind="erasure")
    assert "koordinaattorilla" in answer.content.decode()
    assert (task.region, task.municipality, task.assigned_to, task.due_on) == (
        reference.pohjois_pohjanmaa, reference.oulu, cast.kaisa, dt.date(2026, 12, 22),
    )  # fmt: skip
    assert (task.title, task.url) == ("Oulu", f"/hallinta/registry/person/{cast.leena.pk}/change/")
    assert Person.objects.filter(pk=cast.leena.pk).exists()
    erase_person(Person.objects.get(pk=cast.leena.pk))
    task.refresh_from_db()
    assert task.done_at is not None


def test_a_coordinators_wish_goes_to_administrators(cast):
    task = ask_to_erase(cast.kaisa.user)
    assert (task.region, task.municipality, task.assigned_to) == (None, None, None)


def test_nobody_asks_for_what_they_can_do_themselves(cast):
    client = confirmed_client(cast.ahti.user)
    assert 'name="ask"' not in client.get(ERASE).content.decode()
    with pytest.raises(ValidationError) as refused:
        ask_to_erase(cast.ahti.user)
    assert (refused.value.code, Task.objects.count()) == ("free", 0)


def test_the_button_for_asking_erases_nothing_when_the_role_has_ended_meanwhile(cast, reference):
    client = confirmed_client(cast.leena.user)
    cast.leena_in_oulu.end = PartialDate.day(dt.date(2026, 11, 21))
    cast.leena_in_oulu.save()
    client.post(ERASE, {"ask": "1"})
    assert Person.objects.filter(pk=cast.leena.pk).exists()


def test_asking_needs_the_code_too(cast):
    client = Client()
    cast.leena.user.set_unusable_password()
    cast.leena.user.save()
    ask_for_code(client, cast.leena.user.email)
    give_code(client, latest_code())
    assert client.post(ERASE, {"ask": "1"}).url.startswith("/kirjaudu/varmistus/koodi/")
    assert not Task.objects.exists()
