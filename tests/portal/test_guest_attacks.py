"""Who comes to a meeting is its hosts' to see: what strangers, neighbours and crooked forms get."""

import pytest

from mailing.models import Letter
from meetings.models import Invitation, Reply
from meetings.replying import Wanted, register, save_reply, withdraw_invitation
from tests import factories
from tests.meetings.guests import evening, guest
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
COMES = Reply.Answer.COMES
SECRET = "Salla Salainen"


@pytest.fixture
def meeting(cast, reference):
    """Oulu's evening with somebody who comes."""
    made = evening(hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, slug="ilta")
    save_reply(guest(made, SECRET), Wanted(COMES, question="Saako tuoda kahvia?"))
    return made


def pages_of(municipality, invitation):
    own = f"/oma/{municipality.slug}/illat/ilta/kutsutut/"
    return [own, f"{own}kutsu/", f"{own}lisaa/", f"{own}{invitation.pk}/", f"{own}{invitation.pk}/poista/"]


def test_nobody_without_a_role_there_sees_or_writes_anything(cast, reference, meeting):
    invitation = Invitation.objects.get()
    neighbour = factories.AppointmentFactory(
        municipality=reference.hailuoto, person=factories.PersonFactory(user=factories.UserFactory())
    ).person
    for account in (cast.stranger, cast.outi.user, neighbour.user):
        client = client_of(account)
        for municipality in (reference.oulu, reference.hailuoto):
            for address in pages_of(municipality, invitation):
                data = {"seen": 1, "answer": "no", "audiences": "liaisons", "send": 1, "name": "X"}
                for answer in (client.get(address), client.post(address, data)):
                    assert answer.status_code in {404, 405}, (account, address)
                    assert SECRET not in answer.content.decode()
    assert (Reply.objects.get().answer, Invitation.objects.standing().count()) == (COMES, 1)


def test_another_meetings_invitation_has_no_page_under_ones_own_meeting(cast, reference, meeting):
    foreign = guest(evening(hosts=[reference.hailuoto], region=reference.pohjois_pohjanmaa), SECRET)
    own_other = guest(evening(hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, slug="toinen"))
    gone = guest(meeting, SECRET)
    withdraw_invitation(gone)
    client = client_of(cast.leena.user)
    for invitation in (foreign, own_other, gone):
        for address in pages_of(reference.oulu, invitation)[3:]:
            for answer in (client.get(address), client.post(address, {"seen": 0, "answer": "comes"})):
                # Taking back what has been taken back is harmless: the button may be pressed twice.
                is_repeated = invitation is gone and address.endswith("/poista/")
                assert answer.status_code in ({302, 405} if is_repeated else {404, 405}), address
    assert Reply.objects.count() == 1
    assert client.get(f"/oma/oulu/illat/ilta/kutsutut/{10**18}/").status_code == 404


@pytest.mark.parametrize("seen", [None, "", "-1", "0", "9" * 30, "1.0", "٣", "1\x00"])
def test_a_reply_that_was_not_seen_is_not_overwritten(cast, reference, meeting, seen):
    address = pages_of(reference.oulu, Invitation.objects.get())[3]
    data = {"answer": "no"} | ({} if seen is None else {"seen": seen})
    assert client_of(cast.leena.user).post(address, data).status_code == 422
    assert Reply.objects.get().answer == COMES


@pytest.mark.parametrize(
    "wrong",
    [{"n_people": "9" * 30}, {"n_people": "-1"}, {"n_people": "0"}, {"n_people": "1e3"}, {"answer": "x\x00"},
     {"answer": "remote"}, {"question": "x" * 501}, {"diet_vegan": "9" * 20}, {"question": "\x00"}],
)  # fmt: skip
def test_crooked_values_are_refused_beside_their_field(cast, reference, wrong):
    made = evening(
        hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, slug="ilta", asks_diet=True, asks_question=True
    )
    address = pages_of(reference.oulu, guest(made))[3]
    answer = client_of(cast.leena.user).post(address, {"seen": 0, "answer": "comes", "n_people": 1} | wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) & set(wrong)
    assert not Reply.objects.exists()


def test_a_deputy_of_a_listed_address_is_no_second_place_for_it(cast, reference):
    made = evening(hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, slug="ilta")
    one, other = guest(made), guest(made, email="toini@example.org")
    address = pages_of(reference.oulu, one)[3]
    data = {"seen": 0, "answer": "deputy", "deputy_name": "Toini", "deputy_email": "TOINI@example.org"}
    assert client_of(cast.leena.user).post(address, data).status_code == 422
    assert list(Invitation.objects.order_by("pk")) == [one, other]
    assert not Reply.objects.exists()


def test_a_deputy_or_who_registered_sends_no_deputies(cast, reference):
    made = evening(
        hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, slug="ilta", takes_registrations=True
    )  # fmt: skip
    save_reply(guest(made), Wanted(Reply.Answer.DEPUTY, deputy=("Dora", "dora@example.org")))
    register(made, Wanted(COMES), name="Rauha", organisation="", email="rauha@example.org", language="fi")
    client = client_of(cast.leena.user)
    for row in Invitation.objects.filter(audience__in=["deputy", "registered"]):
        data = {"seen": 1, "answer": "deputy", "deputy_name": "Toinen"}
        assert client.post(pages_of(reference.oulu, row)[3], data).status_code == 422
    assert Invitation.objects.count() == 3


def test_registering_the_address_of_somebody_invited_tells_a_stranger_nothing(client, cast, reference):
    made = evening(
        hosts=[reference.oulu], region=reference.pohjois_pohjanmaa, slug="ilta", takes_registrations=True
    )  # fmt: skip
    save_reply(guest(made, SECRET, email="salla@example.org"), Wanted(COMES))
    address = "/pohjois-pohjanmaa/tapahtumat/ilta/ilmoittaudu/"
    told = []
    for email in ("salla@example.org", "uusi@example.org"):
        data = {"name": "Kuka", "email": email, "answer": "comes", "n_people": 1}
        answer = client.post(address, data, follow=True)
        told.append((answer.redirect_chain, answer.content))
    assert told[0] == told[1]
    assert SECRET not in told[0][1].decode()
    assert sorted(Letter.objects.values_list("address", flat=True)) == ["salla@example.org", "uusi@example.org"]
    assert Reply.objects.get(invitation__name=SECRET).n_people == 1
