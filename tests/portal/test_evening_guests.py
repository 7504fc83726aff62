"""A municipality invites to its evening, sees who comes, and writes down what is said by telephone."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from mailing.models import Letter
from mailing.reasons import reason_in_words
from meetings.models import Invitation, MeetingKind, Reply
from meetings.replying import Wanted, save_reply
from registry.models import AssociationContact, AssociationField
from tests.factories import AssociationFactory
from tests.meetings.guests import evening, guest
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
COMES = Reply.Answer.COMES
QUERIES = 10


@pytest.fixture
def leena(cast):
    return client_of(cast.leena.user)


@pytest.fixture
def meeting(cast, reference):
    kind = MeetingKind.objects.get(key="association-evening")
    return evening(hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, kind=kind, slug="oulun-ilta", capacity=9)


def address(name, *more):
    return reverse(name, args=["oulu", "oulun-ilta", *more])


def contact(reference, name, **columns):
    association = AssociationFactory(municipality=reference.oulu, name=name, field=columns.pop("field", None))
    return AssociationContact.objects.create(
        association=association, source="lomake", basis="given", obtained_on=timezone.localdate(),
        **({"email": f"{name.lower()}@example.org"} | columns),
    )  # fmt: skip


def words_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_liaison_sees_first_who_gets_the_invitation_and_then_sends_it(leena, meeting, reference):
    contact(reference, "Kuoro")
    contact(reference, "Seura", no_letters_since=timezone.localdate())
    contact(reference, "Puhelinkerho", email="", phone="050 000 0001")
    page = leena.get(address("portal_evening_invite"))
    assert page.context["form"].initial["audiences"], "the usual invitees of the kind are chosen"

    shown = leena.post(address("portal_evening_invite"), {"audiences": ["associations"]})
    assert shown.status_code == 200
    assert "Kuoro" in words_of(shown)
    left_out = {each.recipient.name: reason for reason, group in shown.context["inviting"].left_out for each in group}
    assert left_out == {"Seura": reason_in_words("unsubscribed"), "Puhelinkerho": reason_in_words("no_address")}
    assert not Invitation.objects.exists()
    assert not Letter.objects.exists()

    sent = leena.post(address("portal_evening_invite"), {"audiences": ["associations"], "send": "1"}, follow=True)
    assert [each.address for each in Letter.objects.all()] == ["kuoro@example.org"]
    assert "1 kirje lähtee" in words_of(sent)
    # Who has no address is on the list to be telephoned, who wants no letters is not.
    assert {each.invitee for each in Invitation.objects.with_invitee()} == {"Kuoro", "Puhelinkerho"}
    assert "Ei sähköpostiosoitetta: soita." in words_of(sent)


def test_associations_are_chosen_by_their_field(leena, meeting, reference):
    fields = list(AssociationField.objects.all()[:2])
    contact(reference, "Kuoro", field=fields[0])
    contact(reference, "Seura", field=fields[1])
    typed = {"audiences": ["associations"], "fields_of_associations": [fields[1].pk], "send": "1"}
    leena.post(address("portal_evening_invite"), typed)
    assert [each.invitee for each in Invitation.objects.with_invitee()] == ["Seura"]


def test_what_is_wrong_with_the_choice_is_said(leena, meeting):
    nothing = leena.post(address("portal_evening_invite"), {})
    assert nothing.status_code == 422
    assert "Valitse vähintään yksi." in words_of(nothing)
    nobody = leena.post(address("portal_evening_invite"), {"audiences": ["coordinators"], "send": "1"})
    assert not Letter.objects.filter(kind="association_invitation").exists()
    assert nobody.status_code in {302, 422}


def test_a_reply_by_telephone_is_marked_and_who_answered_is_told(leena, meeting, cast):
    invited = guest(meeting, "Veera Vieras", email="veera@example.org")
    typed = {"seen": 0, "answer": "comes", "n_people": 2}
    leena.post(address("portal_evening_guest", invited.pk), typed)
    reply = Reply.objects.get()
    assert (reply.source, reply.by, reply.n_people) == (Reply.Source.BEHALF, cast.leena.user, 2)
    assert [each.kind for each in Letter.objects.all()] == ["meeting_receipt"]
    page = words_of(leena.get(address("portal_evening_guests")))
    assert "Kirjattu puolesta" in page
    assert "2 henkilöä" in page
    wrong = leena.post(address("portal_evening_guest", invited.pk), typed | {"seen": 0, "n_people": 3})
    assert wrong.status_code == 422, "somebody else had the page open, too"
    assert Reply.objects.get().n_people == 2


def test_somebody_without_an_address_is_added_and_written_down_at_once(leena, meeting):
    made = leena.post(address("portal_evening_guest_new"), {"name": "Ville Vieras", "language": "fi"})
    added = Invitation.objects.get()
    assert made.url == address("portal_evening_guest", added.pk)
    twice = {"name": "Toinen", "email": "veera@example.org", "language": "fi"}
    leena.post(address("portal_evening_guest_new"), twice)
    again = leena.post(address("portal_evening_guest_new"), twice)
    assert again.status_code == 422
    assert "Tämä osoite on jo listalla." in words_of(again)
    assert Invitation.objects.count() == 2


def test_an_invitation_is_taken_back_once(leena, meeting):
    invited = guest(meeting)
    save_reply(invited, Wanted(COMES))
    for _time in range(2):
        assert leena.post(address("portal_evening_guest_remove", invited.pk)).status_code == 302
    assert [each.kind for each in Letter.objects.all()] == ["meeting_withdrawn"]
    assert leena.get(address("portal_evening_guest", invited.pk)).status_code == 404


def test_invitees_of_another_meeting_are_not_reached_by_their_number(leena, meeting):
    other = guest(evening(), "Salainen Sanna")
    assert leena.get(address("portal_evening_guest", other.pk)).status_code == 404
    assert leena.post(address("portal_evening_guest_remove", other.pk)).status_code == 404
    other.refresh_from_db()
    assert other.withdrawn_at is None


def test_the_list_tells_sums_questions_and_diets(leena, meeting):
    meeting.asks_diet = meeting.asks_question = True
    meeting.save()
    for n in range(2):
        save_reply(guest(meeting), Wanted(COMES, n_people=2, diets={"vegan": 1}, question=f"Kysymys {n}?"))
    save_reply(guest(meeting), Wanted(Reply.Answer.NO))
    guest(meeting)
    page = words_of(leena.get(address("portal_evening_guests")))
    for told in ("4 henkilöä. 5 paikkaa on vapaana.", "vegaaninen 2", "Kysymys 0?", "Kysymys 1?"):
        assert told in page


@pytest.mark.parametrize("n", [1, 3])
def test_the_list_costs_the_same_however_many_are_on_it(leena, meeting, n, django_assert_num_queries):
    for _each in range(n):
        save_reply(guest(meeting), Wanted(COMES, diets={"vegan": 1}))
    leena.get(address("portal_evening_guests"))
    with django_assert_num_queries(QUERIES):
        leena.get(address("portal_evening_guests"))
