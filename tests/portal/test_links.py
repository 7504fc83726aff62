"""Links without sign-in, and the invitation: opening changes nothing, the button works once."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.links import make_link, revoke_links
from accounts.models import SecretLink, SignInEvent, User
from common.partial_dates import PartialDate
from mailing.models import Letter
from mailing.sending import send_waiting
from registry.invitations import invite
from registry.models import Appointment, Person, SharedMailbox
from registry.roles import end_role, save_role
from tests import factories
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
A_DAY = dt.timedelta(days=1)


@pytest.fixture
def newcomer(cast, reference):
    return factories.PersonFactory(
        given_name="Uusi",
        family_name="D'Arc",
        email="Uusi@Example.org",
        region=reference.pohjois_pohjanmaa,
        language="sv",
    )


@pytest.fixture
def appointed(cast, reference, newcomer, django_capture_on_commit_callbacks):
    """The newcomer, appointed by Kaisa; the letter has been sent."""
    appointment = Appointment(municipality=reference.hailuoto, person=newcomer, source="päätös")
    appointment.start = PartialDate.day(dt.date.today())
    with django_capture_on_commit_callbacks(execute=True):
        save_role(appointment, by=cast.kaisa.user)
    return appointment


def address_in(letter):
    return re.search(r"http://testserver(/\S*y/\S+)", letter.body)[1]


def test_an_appointment_brings_an_account_and_one_letter_in_the_persons_language(cast, newcomer, appointed):
    account = Person.objects.get(pk=newcomer.pk).user
    assert (account.email, account.has_usable_password()) == ("uusi@example.org", False)
    letter = mail.outbox[0]
    assert (len(mail.outbox), letter.to, letter.reply_to) == (1, ["uusi@example.org"], ["kaisa.tyo@example.org"])
    assert "Kaisa Koordinaattori" in letter.body
    assert "Uusi D'Arc" in letter.body
    assert "föreningskontaktperson, Karlö" in letter.body
    assert address_in(letter).startswith("/sv/y/")
    assert list(SignInEvent.objects.values_list("account", "kind", "by")) == [
        (account.pk, "invited", cast.kaisa.user.pk)
    ]
    assert Letter.objects.get().arguments == {"person": newcomer.pk, "by": cast.kaisa.user.pk}
    token = address_in(letter).split("/")[-2]
    assert len(token) >= 32
    assert token not in str(list(SecretLink.objects.values()))


def test_a_scanner_opens_the_link_twice_and_it_still_works_once(appointed):
    address = address_in(mail.outbox[0])
    for _time in range(2):
        page = Client().get(address)
        assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "strict-origin")
        assert "no-store" in page.headers["Cache-Control"]
        assert "sivu=" not in page.content.decode()
    client = Client()

    answer = client.post(address)

    assert (answer.status_code, client.get("/oma/hailuoto/").status_code) == (302, 200)
    assert client.session["_auth_user_id"] == str(Person.objects.get(pk=appointed.person_id).user_id)
    again = Client()
    assert (again.get(address).status_code, again.post(address).status_code) == (410, 410)
    assert "_auth_user_id" not in again.session


def test_unknown_used_revoked_and_expired_links_get_one_and_the_same_page(cast):
    links = {}
    for word in ("used", "revoked", "expired", "other_purpose"):
        purpose = "invitation" if word != "other_purpose" else "something"
        links[word] = make_link(purpose, word, lifetime=A_DAY, account=cast.leena.user)
    SecretLink.objects.filter(scope="used").update(used_at=dt.datetime.now(dt.UTC))
    SecretLink.objects.filter(scope="expired").update(expires_at=dt.datetime.now(dt.UTC))
    revoke_links(scope="revoked")
    tokens = {"unknown": "x" * 32} | {word: token for word, (_link, token) in links.items()}

    pages = {word: Client().get(f"/y/{token}/") for word, token in tokens.items()}

    assert {word: page.status_code for word, page in pages.items()} == dict.fromkeys(tokens, 410) | {"unknown": 404}
    assert len({page.content.decode().replace(tokens[word], "") for word, page in pages.items()}) == 1
    assert {Client().post(f"/y/{token}/").status_code for token in tokens.values()} == {404, 410}


def test_a_new_invitation_revokes_the_old_link(cast, newcomer, appointed, django_capture_on_commit_callbacks):
    old = address_in(mail.outbox[0])
    with (
        time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        invite(newcomer, by=cast.kaisa.user)

    assert len(mail.outbox) == 2
    assert (Client().get(old).status_code, Client().get(address_in(mail.outbox[1])).status_code) == (410, 200)
    assert User.objects.filter(email="uusi@example.org").count() == 1


def test_the_link_and_the_waiting_letter_end_with_the_role(cast, newcomer, appointed):
    address = address_in(mail.outbox[0])
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)):
        waiting = invite(newcomer, by=cast.kaisa.user)
    appointed.start = PartialDate.day(dt.date.today() - 3 * A_DAY)
    end_role(appointed, on=PartialDate.day(dt.date.today() - A_DAY), by=None)

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=3)):
        assert send_waiting() == {"not_wanted": 1}
    assert Letter.objects.get(pk=waiting.pk).state == "not_wanted"
    assert (len(mail.outbox), Client().post(address).status_code) == (1, 410)


@pytest.mark.parametrize(
    ("email", "code"),
    [("", "no_address"), ("TOIMISTO@example.org", "shared_mailbox"), ("leena@example.org", "taken")],
)
def test_no_account_is_made_for_such_an_address(cast, reference, newcomer, email, code):
    """The role is recorded all the same; the coordinator sees why nobody was invited."""
    SharedMailbox.objects.create(municipality=reference.hailuoto, post="Toimisto", email="toimisto@example.org")
    Person.objects.filter(pk=newcomer.pk).update(email=email)
    accounts = User.objects.count()
    appointment = Appointment(municipality=reference.hailuoto, person=Person.objects.get(pk=newcomer.pk), source="x")
    appointment.start = PartialDate.day(dt.date.today())

    save_role(appointment, by=cast.kaisa.user)

    assert appointment.pk
    assert (User.objects.count(), Letter.objects.count()) == (accounts, 0)
    with pytest.raises(ValidationError) as refusal:
        invite(newcomer, by=cast.kaisa.user)
    assert refusal.value.code == code


def test_commands_past_roles_and_those_with_an_account_invite_nobody(cast, reference, newcomer):
    yesterday = PartialDate.day(dt.date.today() - A_DAY)
    for person, by, end in [
        (newcomer, None, None), (newcomer, cast.kaisa.user, yesterday), (cast.leena, cast.kaisa.user, None),
    ]:  # fmt: skip
        role = Appointment(
            municipality=factories.MunicipalityFactory(region=reference.pohjois_pohjanmaa), person=person, source="x"
        )
        role.start, role.end = PartialDate.day(dt.date(2024, 1, 1)), end
        save_role(role, by=by)

    assert (Letter.objects.count(), SecretLink.objects.count()) == (0, 0)


def test_a_coordinator_sends_another_invitation_from_the_persons_page(cast, newcomer, appointed, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    kaisa = client_of(cast.kaisa.user)
    page = f"/hallinta/registry/person/{newcomer.pk}/"
    assert f'action="{page}invite/"' in kaisa.get(f"{page}change/").content.decode()
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)):
        kaisa.post(f"{page}invite/")
        assert Letter.objects.count() == 2

    lonely = factories.PersonFactory(region=newcomer.region)
    answer = kaisa.post(f"/hallinta/registry/person/{lonely.pk}/invite/", follow=True)

    assert "Anna henkilölle ensin rooli." in answer.content.decode()
    assert Letter.objects.count() == 2


def test_a_municipalitys_page_leads_its_coordinator_to_the_portal(cast, reference, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    address = f"/hallinta/registry/municipality/{reference.oulu.pk}/change/"

    assert 'href="/oma/oulu/katso/"' in client_of(cast.kaisa.user).get(address).content.decode()
    assert 'href="/oma/oulu/katso/"' not in client_of(cast.aino).get(address).content.decode()
