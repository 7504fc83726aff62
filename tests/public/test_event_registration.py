"""Anyone registers for a meeting on its public page, and is told nothing of others."""

import re

import pytest
from django.core.cache import cache

from mailing.models import Letter
from meetings.models import Invitation, Reply
from meetings.replying import Wanted, save_reply
from registry.models import Person
from tests.meetings.guests import evening, guest

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Rauha Rekisteri", "organisation": "Kuoro", "email": "rauha@example.org", "answer": "comes", "n_people": 2,
}  # fmt: skip


@pytest.fixture
def meeting():
    return evening(takes_registrations=True, capacity=5, party_at_most=3, asks_question=True)


def page_of(meeting, tail="ilmoittaudu/"):
    return f"/{meeting.region.slug}/tapahtumat/{meeting.slug}/{tail}"


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_somebody_registers_and_gets_a_letter(client, meeting):
    assert page_of(meeting) in client.get(page_of(meeting, "")).content.decode(), "the event's page leads there"
    sent = client.post(page_of(meeting), TYPED)
    assert sent.url == page_of(meeting, "ilmoittaudu/kiitos/")
    made = Invitation.objects.get()
    assert (made.name, made.email, made.reply.n_people, made.reply.seat) == (
        "Rauha Rekisteri", "rauha@example.org", 2, "in",
    )  # fmt: skip
    assert [(each.kind, each.address) for each in Letter.objects.all()] == [("meeting_receipt", "rauha@example.org")]
    assert "rauha" not in client.get(sent.url).content.decode()


def test_the_page_tells_a_stranger_nothing_of_who_is_registered(client, meeting):
    client.post(page_of(meeting), TYPED)
    first = client.post(page_of(meeting), TYPED | {"email": "uusi@example.org"})
    again = client.post(page_of(meeting), TYPED | {"name": "Vieras", "n_people": 3})
    assert (first.status_code, first.url) == (again.status_code, again.url)
    assert client.get(first.url).content.decode().count("rauha") == 0
    assert Invitation.objects.filter(email="rauha@example.org").count() == 1
    assert Reply.objects.get(invitation__email="rauha@example.org").n_people == 2, "nobody changes another's reply"


def test_what_is_wrong_is_said_and_everything_typed_stays(client, meeting):
    wrong = client.post(page_of(meeting), TYPED | {"email": "rauha(at)example", "question": "Missä pysäköidään?"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    for kept in ("Rauha Rekisteri", "Missä pysäköidään?", "rauha(at)example"):
        assert kept in page
    many = client.post(page_of(meeting), TYPED | {"n_people": 4})
    assert "n_people" in many.context["form"].errors
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()


def test_a_full_meeting_says_so_before_and_takes_people_on_the_waiting_list(client, meeting):
    save_reply(guest(meeting), Wanted(Reply.Answer.COMES, n_people=3))
    save_reply(guest(meeting), Wanted(Reply.Answer.COMES, n_people=2))
    assert "Tilaisuus on täynnä" in words_of(client.get(page_of(meeting)))
    client.post(page_of(meeting), TYPED)
    assert Reply.objects.get(invitation__email="rauha@example.org").seat == "waiting"


def test_where_registration_is_not_taken_here_there_is_no_page(client):
    for columns in (
        {},
        {"takes_registrations": True, "published_at": None},
        {"takes_registrations": True, "is_public": False},
    ):
        meeting = evening(**columns)
        assert client.get(page_of(meeting)).status_code == 404
        assert client.post(page_of(meeting), TYPED).status_code == 404
    assert not Invitation.objects.exists()


def test_too_many_registrations_from_one_place_wait(client, meeting, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"meeting_registration": "2/h/ip"}
    cache.clear()
    told = [client.post(page_of(meeting), TYPED | {"email": f"a{n}@example.org"}).status_code for n in range(3)]
    assert told == [302, 302, 429]
    assert Invitation.objects.count() == 2


def test_registering_makes_nobody_a_person_of_the_registry(client, meeting):
    before = Person.objects.count()
    client.post(page_of(meeting), TYPED)
    assert Person.objects.count() == before
