"""Beside each personal field stands whether and where it is public, by the same rule as the public pages."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone, translation

from common.partial_dates import PartialDate
from registry import models
from registry.admin.public_notes import agent_notes, appointment_notes, mailbox_notes, person_notes
from registry.consents import give_consent, withdraw_consent
from registry.public_details import PublicDetails, duties_shown, standings_of
from tests import factories
from tests.admin.conftest import admin_url, form_data

OULU = "/en/pohjois-pohjanmaa/oulu/"


@pytest.fixture(autouse=True)
def in_english(fresh_process):
    """The notes in English, so that they can be compared."""
    translation.activate("en")


def words(notes):
    """Return notes without their markup, by field."""
    return {name: [re.sub(r"<[^>]+>", "", str(note)) for note in found] for name, found in notes.items()}


def all_of(notes):
    return {note for found in notes.values() for note in found}


def consent(person, field):
    give_consent(person, field, means="paper", given_on=dt.date(2024, 1, 1), by=None)


def agent_of(cast):
    return models.Agent.objects.with_public_fields().get(pk=cast.ahti_in_oulu.pk)


def test_an_officers_fields_say_where_they_are_shown_and_which_is_limited(cast):
    cast.leena_in_oulu.is_email_public = False
    cast.leena_in_oulu.save()
    assert words(person_notes(cast.leena)) == {
        "given_name": ["Shown in public: Oulu (liaison)."],
        "email": ["Not shown in public, Oulu (liaison): limited in this appointment."],
        "phone": ["Shown in public: Oulu (liaison)."],
    }
    assert f'href="{OULU}"' in person_notes(cast.leena)["phone"][0]


def test_a_volunteers_fields_are_shown_by_consent_alone(cast):
    no_consent = "Not shown in public, Oulu (association agent): no consent in force."
    assert all_of(words(person_notes(cast.ahti))) == {no_consent}
    consent(cast.ahti, "phone")
    assert words(person_notes(cast.ahti)) == {
        "given_name": [no_consent],
        "email": [no_consent],
        "phone": ["Shown in public: Oulu (association agent)."],
    }
    withdraw_consent(cast.ahti, "phone", by=None)
    assert all_of(words(person_notes(cast.ahti))) == {no_consent}


def test_a_person_without_a_role_is_shown_nowhere(reference):
    notes = words(person_notes(factories.PersonFactory(region=reference.pohjois_pohjanmaa)))
    assert all_of(notes) == {"Not shown in public: the person has no role today."}


def test_a_fallback_is_hidden_while_a_liaison_is_named(cast, reference):
    fallback = factories.AppointmentFactory(
        municipality=reference.oulu, kind=models.Appointment.Kind.FALLBACK, fallback_reason="x"
    )
    hidden = "the page shows the named liaison or another duty instead"
    assert words(appointment_notes(fallback))["is_name_public"] == [
        f"Not shown in public, Oulu (fallback respondent): {hidden}."
    ]
    cast.leena_in_oulu.end = PartialDate.day(timezone.localdate() - dt.timedelta(days=1))
    cast.leena_in_oulu.save()
    assert words(appointment_notes(fallback))["is_name_public"] == ["Shown in public: Oulu (fallback respondent)."]
    assert "the role does not count today" in words(appointment_notes(cast.leena_in_oulu))["is_name_public"][0]


@pytest.mark.parametrize(
    ("kinds", "shown"),
    [
        (set(), set()),
        ({"liaison", "duties", "fallback", "deputy"}, {"liaison", "deputy"}),
        ({"duties", "fallback"}, {"duties"}),
        ({"fallback", "deputy"}, {"fallback", "deputy"}),
    ],
)
def test_a_page_shows_the_nearest_duty_and_deputies(kinds, shown):
    assert duties_shown(kinds) == shown


def test_an_agents_association_is_told_beside_a_public_name_only(cast):
    assert "it is told beside a public name only" in words(agent_notes(agent_of(cast)))["association"][0]
    consent(cast.ahti, "name")
    assert words(agent_notes(agent_of(cast)))["association"] == ["Shown in public: Oulu (association agent)."]


def test_a_mailbox_says_who_shows_it(cast, reference):
    mailbox = models.SharedMailbox.objects.create(municipality=reference.oulu, post="Kulttuuri", email="k@example.org")
    unused = words(mailbox_notes(mailbox))
    cast.leena_in_oulu.mailbox = mailbox
    cast.leena_in_oulu.save()
    assert (unused["email"], words(mailbox_notes(mailbox))["email"]) == (
        ["Not shown in public: no appointment that is shown uses this mailbox."],
        ["Shown in public: Oulu (Kulttuuri)."],
    )


@pytest.mark.parametrize("flags", range(8))
def test_what_the_notes_call_public_is_what_the_page_shows(cast, flags):
    """Every combination of limits and consents: the public page holds a detail exactly when a note says so."""
    fields = ("name", "email", "phone")
    chosen = {field for number, field in enumerate(fields) if flags >> number & 1}
    for field in fields:
        setattr(cast.leena_in_oulu, f"is_{field}_public", field in chosen)
    cast.leena_in_oulu.save()
    for person, phone in ((cast.leena, "050 000 0021"), (cast.ahti, "050 000 0022")):
        person.phone = phone
        person.save()
    for field in chosen:
        consent(cast.ahti, field)
    page = Client().get(OULU).content.decode()
    for person in (cast.leena, cast.ahti):
        shown = standings_of(person)[0].details
        on_page = PublicDetails(
            *(value if value in page else "" for value in (person.name, person.email, person.phone))
        )
        assert shown == on_page
        assert {field for field in fields if getattr(shown, field)} == chosen


def test_notes_take_the_same_queries_for_one_role_and_three(cast, reference, django_assert_num_queries):
    with django_assert_num_queries(5):
        standings_of(cast.leena)
    for _number in range(2):
        place = factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa)
        factories.AppointmentFactory(person=cast.leena, municipality=place)
    with django_assert_num_queries(5):
        assert len(standings_of(cast.leena)) == 3


def test_the_form_shows_the_notes_and_the_public_page_one_click_away(as_kaisa, cast):
    for model, row, note in (
        (models.Person, cast.leena, "Shown in public"),
        (models.Appointment, cast.leena_in_oulu, "Shown in public"),
        (models.Agent, cast.ahti_in_oulu, "Not shown in public"),
    ):
        page = as_kaisa.get(admin_url(model, "change", row.pk)).content.decode()
        assert note in page
        assert f'<a href="{OULU}" class="viewsitelink">' in page


def messages_after(client, url, **changes):
    data = form_data(client.get(url)) | changes
    answer = client.post(url, data, follow=True)
    return [re.sub(r"<[^>]+>", "", str(each)) for each in answer.context["messages"]]


def test_saving_says_what_is_public_now_and_what_is_next(as_kaisa, cast, reference):
    person = admin_url(models.Person, "change", cast.leena.pk)
    assert "Public now: Oulu: name, e-mail, phone." in messages_after(as_kaisa, person)
    agent = messages_after(as_kaisa, admin_url(models.Agent, "change", cast.ahti_in_oulu.pk))
    assert agent[-3:] == [
        "Nothing of the person is public now.",
        "Nothing of a volunteer is shown without consent. Next, record a consent.",
        "The agent has no working pair yet. When a liaison is agreed on, record the working pair.",
    ]


def test_ending_the_last_liaison_leads_on_to_the_next_or_a_statement(as_kaisa, cast):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    url = admin_url(models.Appointment, "change", cast.leena_in_oulu.pk)
    said = messages_after(as_kaisa, url, end=f"{yesterday:%d.%m.%Y}")
    assert said[-1] == (
        "The page of Oulu now says “no information”. Next, record the next liaison, "
        "or record what is known of the situation."
    )
    assert said[-2] == "Nothing of the person is public now."
