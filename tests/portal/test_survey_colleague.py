"""A colleague answers one theme by a link: just that theme, while it opens, and nothing typed is lost from sight."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from mailing.models import Letter
from mailing.sending import send_waiting
from surveys.answering import save_answers, start_response, submit_response
from surveys.authoring import close_round
from surveys.delegating import ask_colleague
from surveys.models import Answer, Delegation, PendingSave
from surveys.reading import Reading
from tests.accounts.helpers import after_commit
from tests.portal.survey_world import address

pytestmark = pytest.mark.django_db
ASKED = {
    "post": "kirjastotoimenjohtaja", "name": "Kaino Kollega", "email": "Kaino@example.org", "message": "Tiedät tilat.",
    "language": "sv",
}  # fmt: skip


def ask(client, **more):
    with after_commit():
        return client.post(address("tilat/pyyda/"), ASKED | more)


def path_of_link():
    return re.search(r"http://testserver(/\S*y/\S+)", mail.outbox[-1].body)[1]


@pytest.fixture
def link(survey, begun, leena):
    """The address of the link that a colleague got."""
    ask(leena)
    return path_of_link()


def sent(client, link, **inputs):
    """What the colleague's form sends."""
    form = client.get(link).context["form"]
    marks = {f"{asked.name}--seen": asked.standing.mark for asked in form.asked if asked.standing}
    return marks | {name.replace("__", "--"): value for name, value in inputs.items()}


def noted(text, note):
    return Reading(state="answered", value={"text": text}, note=note)


def values():
    return {answer.question.key: answer.value for answer in Answer.objects.select_related("question__indicator")}


def test_the_letter_goes_in_the_colleagues_language_and_the_link_opens_that_theme_alone(survey, link, cast):
    letter = mail.outbox[-1]
    assert (letter.to, letter.reply_to) == (["kaino@example.org"], ["leena.tyo@example.org"])
    assert "Kaino Kollega" in letter.body
    assert "Tiedät tilat." in letter.body
    assert link.startswith("/sv/y/")
    assert Letter.objects.get().arguments == {"delegation": Delegation.objects.get().pk}

    page = Client().get(link)

    told = page.content.decode()
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
    assert "Kysymys teksti?" in told
    assert "Kysymys toinen?" not in told
    assert "/oma/" not in told


def test_answers_by_the_link_carry_the_post_and_never_the_name(survey, link):
    client = Client()
    assert client.post(link, sent(client, link, teksti="Kirjastossa")).headers["Location"] == link

    answer = Answer.objects.get()
    assert (answer.source, answer.answered_by, answer.answerer_post) == ("delegate", None, "kirjastotoimenjohtaja")
    assert (answer.value, answer.history.get().history_user) == ({"text": "Kirjastossa"}, None)
    told = client.get(link).content.decode()
    assert "kirjastotoimenjohtaja" in told
    assert "Kaino" not in told


def test_a_note_to_the_coordinator_is_not_shown_to_a_colleague_and_stays(survey, begun, link, cast):
    save_answers(begun, {survey.huomio.pk: noted("Leenan", "Vain Kaisalle")}, by=cast.leena.user, versions={})
    client = Client()
    assert "Vain Kaisalle" not in client.get(link).content.decode()

    client.post(link, sent(client, link, huomio="Kollegan"))

    answer = Answer.objects.get(question=survey.huomio)
    assert (answer.value, answer.note) == ({"text": "Kollegan"}, "Vain Kaisalle")


def test_what_is_not_of_the_theme_is_not_saved(survey, link):
    client = Client()
    client.post(link, sent(client, link) | {"toinen": "Muualta", "toinen--seen": "0-0"})

    assert values() == {}


def test_one_answer_is_saved_by_itself_and_too_many_are_refused(survey, link, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"survey_link": "2/m/key"}
    client, headers = Client(), {"Accept": "application/json"}
    data = sent(client, link, teksti="A")

    seen = [client.post(link, data, headers=headers).status_code for _time in range(3)]

    assert seen == [200, 200, 429]
    assert values() == {"teksti": {"text": "A"}}


def test_done_closes_the_link_and_thanks_however_often_it_is_opened(survey, begun, link, leena):
    client = Client()
    client.post(link, sent(client, link, teksti="A", valinta="no") | {"finish": "yes"})

    assert values() == {"teksti": {"text": "A"}, "valinta": {"chosen": ["no"]}}
    assert [client.get(link).status_code for _time in range(2)] == [200, 200]
    assert "form" not in (client.get(link).context or {})
    late = client.post(link, {"teksti": "Vielä tämä", "teksti--seen": "1-x"})
    assert late.status_code == 410
    assert "Vielä tämä" in late.content.decode()
    assert values()["teksti"] == {"text": "A"}


def test_a_withdrawn_link_opens_nothing_and_what_was_answered_stays(survey, link, leena):
    client = Client()
    data = sent(client, link, teksti="A")
    client.post(link, data)
    delegation = Delegation.objects.get()

    leena.post(address(f"pyynto/{delegation.pk}/"))

    assert client.get(link).status_code == 410
    refused = client.post(link, data | {"teksti": "B"})
    assert (refused.status_code, values()) == (410, {"teksti": {"text": "A"}})
    assert "B" in refused.content.decode()
    assert client.post(link, data, headers={"Accept": "application/json"}).json()["state"] == "closed"


def test_a_request_withdrawn_before_its_letter_went_sends_none(survey, begun, leena, cast):
    ask_colleague(begun, survey.one, post="sihteeri", email="kaino@example.org", by=cast.leena.user)
    leena.post(address(f"pyynto/{Delegation.objects.get().pk}/"))

    assert send_waiting() == {"not_wanted": 1}
    assert mail.outbox == []


@pytest.mark.parametrize("how", ["submitted", "closed", "expired"])
def test_the_link_ends_with_the_round_and_with_sending_in(survey, begun, link, cast, how):
    client = Client()
    assert client.get(link).status_code == 200
    moment = dt.datetime.now(dt.UTC)
    if how == "submitted":
        answer = Reading(state="answered", value={"chosen": ["no"]})
        save_answers(begun, {survey.valinta.pk: answer}, by=cast.leena.user, versions={})
        submit_response(begun, by=cast.leena.user)
    elif how == "closed":
        close_round(survey, by=cast.kaisa.user)
    else:
        moment += dt.timedelta(days=5)

    with time_machine.travel(moment):
        assert client.get(link).status_code == 410
        assert client.post(link, {"teksti": "x", "teksti--seen": "0-0"}).status_code == 410
    assert "teksti" not in values()


def test_a_colleague_and_the_liaison_at_once_get_both_versions(survey, begun, link, cast):
    client = Client()
    data = sent(client, link, teksti="Kollegan")
    save_answers(
        begun, {survey.teksti.pk: Reading(state="answered", value={"text": "Leenan"})}, by=cast.leena.user, versions={}
    )

    assert client.post(link, data).headers["Location"] == f"{link}#choose"
    page = client.get(link)
    (choice,) = page.context["page"].choices
    assert (choice.typed_lines, choice.saved_lines) == (["Kollegan"], ["Leenan"])
    assert "Leena" not in page.content.decode().replace("Leenan", "").replace("Leena Liesi ber", "")
    client.post(link, {"settle": "yes", "teksti--pick": "mine", "teksti--version": "1"})

    assert values() == {"teksti": {"text": "Kollegan"}}
    assert PendingSave.objects.get().body == {}


def test_asking_is_refused_with_reasons_and_everything_typed_stays(survey, begun, leena, cast):
    empty = leena.post(address("tilat/pyyda/"), {"message": "Kirjoitettu"})
    assert (empty.status_code, Delegation.objects.count()) == (422, 0)
    assert "Kirjoitettu" in empty.content.decode()
    ask(leena)

    again = leena.post(address("tilat/pyyda/"), ASKED | {"email": "KAINO@example.org"})

    assert (again.status_code, Delegation.objects.count()) == (422, 1)
    for number in range(9):
        ask_colleague(begun, survey.two, post="sihteeri", email=f"k{number}@example.org", by=cast.leena.user)
    with pytest.raises(ValidationError) as refused:
        ask_colleague(begun, survey.two, post="sihteeri", email="yksi@example.org", by=cast.leena.user)
    assert refused.value.code == "too_many"


def test_another_municipalitys_request_is_not_found(survey, begun, leena, cast, reference):
    other = start_response(survey, reference.hailuoto, by=cast.kaisa.user)
    foreign = Delegation.objects.create(response=other, round_theme=survey.one, post="x", email="x@example.org")

    assert leena.post(address(f"pyynto/{foreign.pk}/")).status_code == 404
    assert Delegation.objects.get(pk=foreign.pk).finished_at is None
