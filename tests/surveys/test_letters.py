"""Letters of the survey: who is told, who is not and why, what they say, and that each step tells once."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.models import Appointment, Municipality
from registry.roles import end_role
from surveys import models
from surveys.answering import reopen_response, start_response, submit_response
from surveys.authoring import close_round
from surveys.letters.opened import OPENED
from surveys.letters.to_municipalities import preview_round_letter, send_round_letter
from surveys.respondents import respondent_of
from tests import factories as people
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 10)
FALLBACK = Appointment.Kind.FALLBACK


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


@pytest.fixture
def asked(reference, cast):
    """An open round of Pohjois-Pohjanmaa without required questions."""
    survey_round = factories.RoundFactory(region=reference.pohjois_pohjanmaa, title_fi="Kartoitus 2026")
    factories.question(factories.RoundThemeFactory(round=survey_round), "short_text")
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at="2026-09-01T06:00Z")
    return models.Round.objects.get(pk=survey_round.pk)


def appoint(municipality, word, **role):
    person = people.PersonFactory(
        region=municipality.memberships.first().region, given_name=word, family_name="Testi",
        email=f"{word.lower()}@example.org",
    )  # fmt: skip
    return people.AppointmentFactory(municipality=municipality, person=person, **role)


def sent_to(address):
    return [letter for letter in mail.outbox if letter.to == [address]]


# --- Who answers -----------------------------------------------------------------------------------------------------


def test_one_person_answers_in_the_order_in_which_one_is_looked_for(reference, cast):
    hailuoto = reference.hailuoto
    assert respondent_of(hailuoto, TODAY).person is None
    steps = [
        ("Johtaja", {"kind": FALLBACK, "fallback_post": "3_head", "fallback_reason": "Ei yhdyshenkilöä."}),
        ("Hyte", {"kind": FALLBACK, "fallback_post": "1_wellbeing", "fallback_reason": "Haku on kesken."}),
        ("Hoitaja", {"kind": Appointment.Kind.DUTIES}),
        ("Nimetty", {}),
    ]
    for word, role in steps:
        appoint(hailuoto, word, **role)
        assert respondent_of(hailuoto, TODAY).person.given_name == word
    appoint(hailuoto, "Toinen")
    liaison = Appointment.objects.get(person__given_name="Nimetty")
    assert respondent_of(hailuoto, TODAY).appointment == liaison
    end = PartialDate.day(dt.date(2026, 12, 31))
    appoint(hailuoto, "Sijainen", kind=Appointment.Kind.DEPUTY, deputy_for=liaison, end=end)
    assert respondent_of(hailuoto, TODAY).person.given_name == "Sijainen"


def test_a_fallback_respondent_reads_why(reference, cast):
    appoint(reference.hailuoto, "Hyte", kind=FALLBACK, fallback_post="1_wellbeing", fallback_reason="Haku on kesken.")

    with translation.override("en"):
        assert respondent_of(reference.hailuoto, TODAY).why == "You are asked in place of a liaison: Haku on kesken."


# --- Opened ----------------------------------------------------------------------------------------------------------


def test_the_preview_tells_who_gets_the_letter_who_does_not_and_why(asked, reference, cast, as_kaisa, as_outi):  # noqa: F811
    appoint(reference.vaala, "Vaalan")
    without_address = appoint(reference.hailuoto, "Osoitteeton").person
    without_address.email = ""
    without_address.save()
    submit_response(start_response(asked, reference.vaala, by=cast.kaisa.user), by=cast.kaisa.user)

    preview = preview_round_letter(OPENED, asked)

    assert [each.name for each in preview.going] == [f"Oulu: {cast.leena.name}"]
    reasons = {each.recipient.name: each.reason for each in preview.left_out}
    assert len(reasons) == 29
    assert reasons["Vaala: Vaalan Testi"] == "answered"
    assert reasons["Hailuoto: Osoitteeton Testi"] == "no_address"
    assert set(reasons.values()) == {"answered", "no_address", "nobody_known"}
    with translation.override("en"):
        address = reverse("admin:surveys_round_tell", args=[asked.pk])
    page = as_kaisa.get(address).content.decode()
    assert "Who gets it: 1" in page
    assert f"<li>Oulu: {cast.leena.name}</li>" in page
    assert "Nobody is known who answers" in page
    assert as_outi.get(address).status_code == 404
    assert not Letter.objects.filter(kind="survey_opened").exists()

    told = as_kaisa.post(address, follow=True).content.decode()
    again = as_kaisa.post(address, follow=True).content.decode()

    assert "1 letter goes out." in told
    assert "Nobody would get this letter." in again
    assert Letter.objects.filter(kind="survey_opened").count() == 1


def test_the_preview_takes_the_same_queries_for_one_and_for_three(asked, reference, cast):
    counts = []
    for word, place in (("Yksi", reference.hailuoto), ("Kaksi", reference.vaala), ("Kolme", None)):
        with CaptureQueriesContext(connection) as caught:
            preview_round_letter(OPENED, models.Round.objects.get(pk=asked.pk))
        counts.append(len(caught))
        appoint(place or Municipality.objects.get(code="678"), word)
    assert counts[0] == counts[-1]


def test_the_letter_says_by_when_how_long_where_and_why_just_you(asked, reference, cast):
    send_round_letter(OPENED, asked, by=cast.kaisa.user)
    send_waiting()

    (letter,) = sent_to(cast.leena.email)
    assert letter.subject == "Kysely on auki 15.10.2026 saakka: Oulu"
    for words in (cast.leena.name, "Kartoitus 2026 on auki.", "http://testserver/oma/oulu/", cast.kaisa.email,
                  "tehtäväsi on: järjestö", "noin 1 minuuttia"):  # fmt: skip
        assert words in letter.body.replace("\u00ad", ""), words


def test_a_letter_of_a_round_that_opens_later_waits_for_its_first_day(asked, cast):
    with time_machine.travel(dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC), tick=False):
        send_round_letter(OPENED, asked, by=cast.kaisa.user)
        send_waiting()
        letter = Letter.objects.get(kind="survey_opened")

    assert (letter.state, letter.not_before) == ("waiting", dt.datetime(2026, 9, 1, 5, tzinfo=dt.UTC))


@pytest.mark.parametrize("meanwhile", ["answered", "closed", "left"])
def test_whoever_has_no_use_for_the_letter_any_more_gets_none(asked, reference, cast, meanwhile):
    send_round_letter(OPENED, asked, by=cast.kaisa.user)
    if meanwhile == "answered":
        submit_response(start_response(asked, reference.oulu, by=cast.kaisa.user), by=cast.kaisa.user)
    elif meanwhile == "closed":
        close_round(asked, by=cast.kaisa.user)
    else:
        end_role(cast.leena_in_oulu, on=PartialDate.day(TODAY - dt.timedelta(days=1)), by=None)
    send_waiting()

    letter = Letter.objects.get(kind="survey_opened")
    reasons = {"answered": "answered", "closed": "not_open", "left": "role_ended"}
    assert (letter.state, letter.reason) == ("not_wanted", reasons[meanwhile])


def test_a_closed_round_is_not_told(asked, cast):
    close_round(asked, by=cast.kaisa.user)

    with pytest.raises(ValidationError) as refused:
        send_round_letter(OPENED, asked, by=cast.kaisa.user)

    assert refused.value.code == "not_its_time"


# --- Receipt and opened again ----------------------------------------------------------------------------------------


def test_sending_in_twice_gives_one_receipt_to_the_sender_and_one_to_the_respondent(asked, reference, cast):
    response = start_response(asked, reference.oulu, by=cast.leena.user)
    submit_response(response, by=cast.kaisa.user)
    submit_response(response, by=cast.kaisa.user)
    send_waiting()

    assert {letter.address for letter in Letter.objects.filter(kind="survey_receipt")} == {
        cast.leena.email, cast.kaisa.email,
    }  # fmt: skip
    (letter,) = sent_to(cast.leena.email)
    assert letter.subject == "Vastaukset ovat tulleet perille: Oulu"
    assert "10.9.2026 kello 12.00" in letter.body
    assert "Lähettäjä: koordinaattori" in letter.body


def test_the_receipt_goes_with_the_step_or_not_at_all(asked, reference, cast):
    response = start_response(asked, reference.oulu, by=cast.leena.user)

    before = transaction.savepoint()
    submit_response(response, by=cast.leena.user)
    n_queued = Letter.objects.filter(kind="survey_receipt").count()
    transaction.savepoint_rollback(before)

    assert n_queued == 1
    assert not Letter.objects.filter(kind="survey_receipt").exists()


def test_opening_again_tells_the_reason_and_the_second_sending_has_its_own_receipt(asked, reference, cast, autumn):
    response = submit_response(start_response(asked, reference.oulu, by=cast.leena.user), by=cast.leena.user)
    send_waiting()
    reopen_response(response, reason="Summa {name} on väärin.", by=cast.kaisa.user)
    send_waiting()
    autumn.shift(3600)
    submit_response(response, by=cast.leena.user)
    send_waiting()

    first, reopened, second = sent_to(cast.leena.email)
    assert (first.subject, second.subject) == ("Vastaukset ovat tulleet perille: Oulu",) * 2
    assert reopened.subject == "Vastaukset avattiin uudelleen: Oulu"
    assert "Syy: Summa {name} on väärin." in reopened.body
    assert "15.10.2026" in reopened.body
    assert Letter.objects.filter(kind="survey_receipt").count() == 2


def test_a_receipt_that_has_been_overtaken_is_not_sent(asked, reference, cast):
    response = submit_response(start_response(asked, reference.oulu, by=cast.leena.user), by=cast.leena.user)
    reopen_response(response, reason="Väärä luku.", by=cast.kaisa.user)
    submit_response(response, by=cast.leena.user)
    send_waiting()

    states = dict(Letter.objects.filter(address=cast.leena.email).values_list("kind", "state"))
    assert states["survey_reopened"] == "not_wanted"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_letters_are_in_the_recipients_language(asked, reference, cast, language):
    cast.leena.language = language
    cast.leena.save()
    submit_response(start_response(asked, reference.oulu, by=cast.leena.user), by=cast.leena.user)
    send_waiting()

    (letter,) = sent_to(cast.leena.email)
    assert letter.subject == {
        "fi": "Vastaukset ovat tulleet perille: Oulu",
        "sv": "Svaren har kommit fram: Uleåborg",
        "en": "The answers have come in: Oulu",
    }[language]  # fmt: skip
