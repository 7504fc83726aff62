"""What was said aloud is confirmed by who said it: by the letter's link, or in the portal; or something is wrong."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.models import SecretLink
from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.models import ContactEntry, Region, Task
from registry.quality import open_findings
from registry.roles import end_role
from surveys.answering import reopen_response, save_answers, submit_response
from surveys.confirming import confirmation_state
from surveys.copies import answers_data
from surveys.interviewing import ask_to_confirm
from surveys.models import Answer, Response
from surveys.reading import Reading
from surveys.round_files import export_round, import_round
from tests import factories
from tests.accounts.helpers import after_commit
from tests.portal.interview_world import POST, link_of_letter, states
from tests.portal.survey_world import TODAY, address

pytestmark = pytest.mark.django_db
NOW = dt.datetime.now(dt.UTC)
SPOKEN = ("teksti", "valinta", "luku", "huomio", "toinen")
WAITING = dict.fromkeys(SPOKEN, ("phone", POST, "", ""))
BY_LINK = dict.fromkeys(SPOKEN, ("phone", POST, "link", POST))


def state():
    return confirmation_state(Response.objects.with_unconfirmed().get(round__year=TODAY.year))


def digest_on(client, url):
    page = client.get(url)
    return page.context["page"].digest


def press(client, url):
    """Press the button "these are right" of the page as it is now."""
    return client.post(url, {"digest": digest_on(client, url)})


# --- By the letter's link --------------------------------------------------------------------------------------------


def test_the_letter_takes_the_place_of_the_receipt_and_the_link_shows_every_answer(finished, cast):
    assert [(letter.kind, letter.address) for letter in Letter.objects.order_by("pk")] == [
        ("survey_confirm", "leena.tyo@example.org"), ("survey_receipt", "kaisa.tyo@example.org"),
    ]  # fmt: skip
    letter = next(letter for letter in mail.outbox if letter.to == ["leena.tyo@example.org"])
    assert letter.reply_to == ["kaisa.tyo@example.org"]

    page = Client().get(link_of_letter())

    told = page.content.decode()
    for words in (
        "Kysymys teksti?",
        "Talo",
        "No",
        "7",
        "Paljon",
        "puhelu, kirjaaja koordinaattori",
        "vahvistamatta",
    ):
        assert words in told, words
    assert "Kaisa" not in told
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert (state(), states()) == ("waiting", WAITING)


@pytest.fixture
def link(finished):
    """The address of the link in Leena's letter."""
    return link_of_letter()


def test_one_button_confirms_by_post_and_says_that_it_was_by_the_link(link):
    client = Client()

    assert press(client, link).headers["Location"] == link
    assert press(client, link).headers["Location"] == link

    assert (state(), states()) == ("confirmed", BY_LINK)
    assert {row.confirmed_by for row in Answer.objects.all()} == {None}
    assert Answer.history.filter(confirmed_how="link").count() == len(SPOKEN)
    told = client.get(link).content.decode()
    assert "Kiitos, vastaukset on vahvistettu" in told
    assert f"vahvistettu {TODAY:%-d.%-m.%Y}: {POST} (kirjeen linkillä)" in told


def test_what_has_changed_since_the_page_was_shown_is_not_confirmed_unknowingly(link, cast, survey):
    client = Client()
    digest = digest_on(client, link)
    response = reopen_response(Response.objects.get(), reason="Luku oli väärin.", by=cast.kaisa.user)
    reading = Reading(state="answered", value={"number": "8"})
    said = {"by": cast.kaisa.user, "versions": {survey.luku.pk: 1}, "source": "phone", "post": POST}
    save_answers(response, {survey.luku.pk: reading}, **said)
    with after_commit():
        submit_response(response, by=cast.kaisa.user)
    assert client.get(link).status_code == 410  # opening again has revoked it
    new = link_of_letter()

    refused = client.post(new, {"digest": digest})

    assert refused.status_code == 422
    assert "Jotakin on muutettu" in refused.content.decode()
    assert states() == WAITING
    press(client, new)
    assert states() == BY_LINK


def test_a_changed_answer_is_not_confirmed_any_more_and_the_others_stay_so(link, cast, survey):
    press(Client(), link)
    response = reopen_response(Response.objects.get(), reason="Luku oli väärin.", by=cast.kaisa.user)
    reading = Reading(state="answered", value={"number": "8"})
    said = {"by": cast.kaisa.user, "versions": {survey.luku.pk: 1}, "source": "phone", "post": POST}

    save_answers(response, {survey.luku.pk: reading}, **said)

    assert states() == BY_LINK | {"luku": WAITING["luku"]}
    assert state() == ""
    submit_response(response, by=cast.kaisa.user)
    assert state() == "waiting"


def test_something_wrong_becomes_a_task_of_the_interviewer_and_confirms_nothing(link, cast):
    client = Client()

    answer = client.post(link, {"wrong": "yes", "message": "Summa on 9 eikä 7."})
    client.post(link, {"wrong": "yes", "message": "Summa on 9 eikä 7."})

    assert "Viestisi on koordinaattorin listalla" in client.get(answer.headers["Location"]).content.decode()
    entry = ContactEntry.objects.get(about__contains="Summa on 9")
    assert (entry.person, entry.task.assigned_to) == (cast.leena, cast.kaisa)
    assert entry.task.due_on == TODAY + dt.timedelta(days=7)
    assert Task.objects.open().count() == 1
    assert (state(), states()) == ("waiting", WAITING)
    assert client.post(link, {"wrong": "yes", "message": " "}).status_code == 422


def test_the_link_ends_with_the_role_with_time_and_when_the_answers_are_opened_again(link, cast):
    client, digest = Client(), digest_on(Client(), link)
    with time_machine.travel(NOW + dt.timedelta(days=61)):
        assert client.post(link, {"digest": digest}).status_code == 410
    end_role(cast.leena_in_oulu, on=PartialDate.day(TODAY - dt.timedelta(days=1)), by=None)
    assert client.get(link).status_code == 410
    assert client.post(link, {"digest": digest}).status_code == 410
    assert states() == WAITING


def test_the_letter_goes_to_nobody_who_has_confirmed_or_left(finished, cast, leena):
    """Asked when it is sent: what was confirmed in the portal meanwhile needs no letter."""
    Letter.objects.all().delete()
    letter = ask_to_confirm(finished, by=cast.kaisa.user)
    with pytest.raises(ValidationError) as refused:
        ask_to_confirm(finished, by=cast.kaisa.user)
    assert refused.value.code == "today"
    leena.post(address("vahvista/"), {"digest": digest_on(leena, address("tarkista/"))})
    mail.outbox.clear()

    send_waiting()

    letter.refresh_from_db()
    assert (letter.state, letter.reason) == (Letter.State.NOT_WANTED, "confirmed")
    assert mail.outbox == []


def test_each_new_letter_makes_the_earlier_link_open_nothing(link, cast):
    Letter.objects.all().delete()
    with after_commit():
        ask_to_confirm(Response.objects.get(), by=cast.kaisa.user)

    assert Client().get(link).status_code == 410
    assert Client().get(link_of_letter()).status_code == 200
    assert SecretLink.objects.usable().filter(purpose="survey_confirm").count() == 1


# --- In the portal ---------------------------------------------------------------------------------------------------


def test_the_liaison_confirms_on_the_page_with_everything_and_the_agent_only_reads(finished, leena, cast):
    url = address("tarkista/")
    agent = Client()
    agent.force_login(cast.ahti.user, backend="django.contrib.auth.backends.ModelBackend")
    assert "5 vastausta on annettu suullisesti" in agent.get(url).content.decode()
    assert "Nämä ovat oikein" in leena.get(url).content.decode()
    assert leena.post(address("vahvista/"), {"digest": "muu"}).headers["Location"] == url
    assert states() == WAITING

    leena.post(address("vahvista/"), {"digest": digest_on(leena, url)})

    assert states() == dict.fromkeys(SPOKEN, ("phone", POST, "portal", POST))
    assert {row.confirmed_by for row in Answer.objects.all()} == {cast.leena.user}
    assert "Nämä ovat oikein" not in leena.get(url).content.decode()


def test_the_first_page_asks_the_liaison_to_confirm_until_it_is_done(finished, leena):
    def asked():
        return [ask.what for ask in leena.get("/oma/oulu/").context["asks"] if "haastattelun" in ask.what]

    assert asked() == [f"Vahvista haastattelun vastaukset: Kartoitus {TODAY.year}"]
    leena.post(address("vahvista/"), {"digest": digest_on(leena, address("tarkista/"))})
    assert asked() == []


def test_the_letter_sent_again_goes_to_who_answers_after_the_respondent(finished, cast, reference):
    """Leena has left: the record keeps whose words they are, her successor is asked."""
    end_role(cast.leena_in_oulu, on=PartialDate.day(TODAY - dt.timedelta(days=1)), by=None)
    with pytest.raises(ValidationError) as refused:
        ask_to_confirm(finished, by=cast.kaisa.user)
    assert refused.value.code == "nobody"
    heir = factories.PersonFactory(email="seuraaja@example.org", region=reference.pohjois_pohjanmaa)
    factories.AppointmentFactory(person=heir, municipality=reference.oulu, title="kulttuurisihteeri")

    with after_commit():
        assert ask_to_confirm(finished, by=cast.kaisa.user).address == "seuraaja@example.org"
    press(Client(), link_of_letter())

    assert states() == dict.fromkeys(SPOKEN, ("phone", POST, "link", "kulttuurisihteeri"))
    assert Response.objects.get().respondent_post == POST


def test_what_is_not_asked_any_more_is_not_confirmed(survey, interview, cast, leena):
    """The follow-up's answer stays, does not count and is not shown."""
    response, by = Response.objects.get(), cast.kaisa.user
    said = {"by": by, "source": "phone", "post": POST}
    yes, no = ({survey.valinta.pk: Reading(state="answered", value={"chosen": [key]})} for key in ("yes", "no"))
    save_answers(response, yes, versions={}, **said)
    follow_up = {survey.jatko.pk: Reading(state="answered", value={"text": "Koska"})}
    save_answers(response, follow_up, versions={}, **said)
    save_answers(response, no, versions={survey.valinta.pk: 1}, **said)
    submit_response(response, by=by)

    leena.post(address("vahvista/"), {"digest": digest_on(leena, address("tarkista/"))})

    assert {key: how for key, (_s, _p, how, _by) in states().items()} == {"valinta": "portal", "jatko": ""}
    assert state() == "confirmed"


# --- Where it is seen ------------------------------------------------------------------------------------------------


def test_source_post_and_confirmation_stand_wherever_answers_are_read(link, finished, leena, kaisa):
    def seen():
        admin = kaisa.get(f"/hallinta/surveys/response/{finished.pk}/change/").content.decode()
        printed = str(answers_data(Response.objects.get(), "fi")["themes"])
        pages = [leena.get(address(page)).content.decode() for page in ("tarkista/", "tilat/")]
        return [" ".join(text.split()) for text in (admin, printed, *pages)]

    assert all("vahvistamatta" in text for text in seen())
    assert all(POST in text and "puhelu, kirjaaja" in text for text in seen())
    press(Client(), link)
    words = f"vahvistettu {TODAY:%-d.%-m.%Y}: {POST} (kirjeen linkillä)"
    assert all(words in text for text in seen())
    assert not any("vahvistamatta" in text for text in seen())


def test_a_rounds_file_brings_back_who_confirmed_and_how(link, finished, survey):
    press(Client(), link)
    text = export_round(survey, by=None)
    Answer.objects.all().delete()
    Response.objects.all().delete()
    region = Region.objects.get(code="13")
    moved = text.replace('"region": "17"', '"region": "13"').replace('"municipality": "564"', '"municipality": "179"')

    again = import_round(moved, [region], by=None)

    assert states() == BY_LINK
    assert Response.objects.get().confirmed_at is not None
    back = export_round(again, by=None)
    assert (
        back.replace('"region": "13"', '"region": "17"').replace('"municipality": "179"', '"municipality": "564"')
        == text
    )


def test_an_interview_that_nobody_confirms_is_found_after_two_weeks(finished, reference):
    def found():
        report = open_findings([reference.pohjois_pohjanmaa.pk], timezone.localdate())
        return [each for each in report if each.check == "interview_unconfirmed"]

    assert found() == []
    with time_machine.travel(NOW + dt.timedelta(days=15)):
        assert [each.places for each in found()] == [(reference.oulu.pk,)]
    Response.objects.update(confirmed_at=NOW)
    with time_machine.travel(NOW + dt.timedelta(days=15)):
        assert found() == []
