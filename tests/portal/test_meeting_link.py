"""An invitee replies by the link of a letter, without an account: the page, its errors, and what it keeps to itself."""

import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import SecretLink
from meetings.links import reply_address, revoke_link
from meetings.models import DietCount, Invitation, Reply
from meetings.planning import cancel_meeting
from meetings.replying import Wanted, save_reply, withdraw_invitation
from registry.models import AssociationContact
from tests.factories import AssociationFactory
from tests.meetings.guests import evening, guest

pytestmark = pytest.mark.django_db
COMES = Reply.Answer.COMES


def path_of(invitation):
    invitation.refresh_from_db()
    return reply_address(invitation).removeprefix("http://testserver")


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_an_invitee_replies_and_changes_the_reply(client):
    meeting = evening(asks_diet=True, asks_question=True, remote_url="https://example.org/salainen")
    invited = guest(meeting, "Veera Vieras")
    path = path_of(invited)
    asked = client.get(path)
    assert "Veera Vieras" in words_of(asked)
    assert "salainen" not in asked.content.decode()
    assert not Reply.objects.exists(), "opening changes nothing"

    sent = client.post(
        path, {"seen": 0, "answer": "comes", "n_people": 2, "diet_vegan": 1, "question": "Saako tuoda kahvia?"}
    )
    assert sent.status_code == 302
    reply = Reply.objects.get()
    assert (reply.answer, reply.n_people, reply.seat, reply.question) == ("comes", 2, "in", "Saako tuoda kahvia?")
    assert list(DietCount.objects.values_list("diet", "n")) == [("vegan", 1)]
    shown = client.get(path)
    assert "https://example.org/salainen" in shown.content.decode(), "who comes gets the remote link"
    assert shown.context["form"]["diet_vegan"].value() == 1

    client.post(path, {"seen": 1, "answer": "no"})
    reply.refresh_from_db()
    assert (reply.answer, reply.seat) == ("no", "")


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(client):
    invited = guest(evening(party_at_most=3, asks_question=True))
    path = path_of(invited)
    wrong = client.post(path, {"seen": 0, "answer": "comes", "n_people": 9, "question": "Missä pysäköidään?"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Missä pysäköidään?" in page
    assert 'value="9"' in page
    assert "n_people" in wrong.context["form"].errors
    nothing = client.post(path, {"seen": 0})
    assert "answer" in nothing.context["form"].errors
    alone = client.post(path, {"seen": 0, "answer": "deputy"})
    assert "deputy_name" in alone.context["form"].errors
    assert not Reply.objects.exists()


def test_two_tabs_never_overwrite_each_other_silently(client):
    invited = guest(evening())
    path = path_of(invited)
    client.post(path, {"seen": 0, "answer": "comes", "n_people": 1})
    second = client.post(path, {"seen": 0, "answer": "no"})
    assert second.status_code == 422
    assert Reply.objects.get().answer == "comes"
    assert 'name="seen" value="1"' in second.content.decode(), "pressing again saves"


def test_an_offered_place_is_taken_or_let_go_by_a_button_that_keeps_diets(client):
    meeting = evening(capacity=2, asks_diet=True)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES, n_people=2))
    save_reply(second, Wanted(COMES, n_people=2, diets={"vegan": 2}))
    path = path_of(second)
    assert "odotuslistalla" in words_of(client.get(path)) or "jonossa" in words_of(client.get(path))
    save_reply(first, Wanted(Reply.Answer.NO))
    assert 'value="take"' in client.get(path).content.decode()
    client.post(path, {"seen": 2, "wish": "take"})
    assert (Reply.objects.get(invitation=second).seat, DietCount.objects.get().n) == ("in", 2)


def test_a_link_shows_its_own_invitee_alone(client):
    meeting = evening()
    one = guest(meeting, "Ensimmäinen Ensio", email="ensio@example.org")
    other = guest(meeting, "Toinen Toini", email="toini@example.org")
    save_reply(other, Wanted(COMES, question="Toinin kysymys"))
    page = client.get(path_of(one)).content.decode()
    assert "Ensio" in page
    for secret in ("Toini", "toini@", "Toinin kysymys", "ensio@"):
        assert secret not in page
    assert path_of(one) != path_of(other)


def test_guesses_find_nothing_and_are_slowed_down(client, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"link_guess": "5/m/ip"}
    cache.clear()
    token = path_of(guest(evening())).split("/")[-2]
    guesses = [token[:-1] + ("A" if token[-1] != "A" else "B"), token.lower(), "x" * 32]
    assert [client.get(f"/y/{guess}/").status_code for guess in guesses] == [404, 404, 404]
    told = [client.get(f"/y/{'z' * 30}{n}/").status_code for n in range(4)]
    assert told[-1] == 429
    assert client.get(f"/y/{token}/").status_code == 200, "who has a link is not in the way of guesses"


def test_a_link_ends_with_its_invitation(client):
    meeting = evening()
    invited = guest(meeting)
    path = path_of(invited)
    revoke_link(Invitation.objects.get())
    assert client.get(path).status_code == 410
    other = guest(meeting)
    save_reply(other, Wanted(COMES))
    withdraw_invitation(other)
    gone = client.get(path_of(other))
    assert gone.status_code == 200
    assert "<form" not in gone.content.decode().split("<main")[1].split("</main")[0]
    assert client.post(path_of(other), {"seen": 1, "answer": "no"}).status_code == 422


def test_a_cancelled_meeting_says_so_and_takes_no_reply(client):
    meeting = evening()
    invited = guest(meeting)
    path = path_of(invited)
    cancel_meeting(meeting, because={"fi": "Sali suljettu."}, by=None)
    page = client.get(path)
    assert "Sali suljettu." in words_of(page)
    assert client.post(path, {"seen": 0, "answer": "comes"}).status_code == 422


def test_an_association_can_say_that_it_wants_no_letters():
    contact = AssociationContact.objects.create(
        association=AssociationFactory(), email="kuoro@example.org", source="lomake", basis="given",
        obtained_on=timezone.localdate(),
    )  # fmt: skip
    invited = guest(evening(), "", email="", contact=contact, audience="association")
    client = Client()
    path = path_of(invited)
    assert 'value="stop"' in client.get(path).content.decode()
    assert client.post(path, {"wish": "stop"}).status_code == 302
    contact.refresh_from_db()
    assert contact.no_letters_since == timezone.localdate()


def test_the_same_link_stands_in_each_letter_and_only_its_hash_is_kept():
    invited = guest(evening())
    first = reply_address(invited)
    assert reply_address(Invitation.objects.get()) == first
    assert SecretLink.objects.count() == 1
    token = first.split("/")[-2]
    assert token not in str(SecretLink.objects.values().get())
    assert token not in str(Invitation.objects.values().get())


@pytest.mark.parametrize("n_others", [1, 3])
def test_the_page_costs_the_same_however_many_are_invited(client, n_others, django_assert_max_num_queries):
    meeting = evening(capacity=9, asks_diet=True)
    for _n in range(n_others):
        save_reply(guest(meeting), Wanted(COMES))
    path = path_of(guest(meeting))
    with django_assert_max_num_queries(12):
        client.get(path)


def test_a_name_is_one_line_of_letters(client):
    invited = guest(evening())
    answer = {"seen": 0, "answer": "deputy", "deputy_name": "Dora\r\nBcc: x@example.org\u202e\x00 Deputy"}
    assert client.post(path_of(invited), answer).status_code == 302
    assert Invitation.objects.get(deputy_for=invited).name == "Dora Bcc: x@example.org Deputy"


def test_a_place_taken_twice_says_what_happened_and_nothing_else(client):
    meeting = evening(capacity=1)
    first, second = guest(meeting), guest(meeting)
    save_reply(first, Wanted(COMES))
    save_reply(second, Wanted(COMES))
    save_reply(first, Wanted(Reply.Answer.NO))
    path = path_of(second)
    assert client.post(path, {"seen": 2, "wish": "take"}).status_code == 302
    again = client.post(path, {"seen": 2, "wish": "take"})
    assert (again.status_code, list(again.context["form"].errors)) == (422, ["__all__"])
    assert again.context["form"]["answer"].value() == "comes"
    assert Reply.objects.get(invitation=second).seat == "in"
