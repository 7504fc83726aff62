"""A municipality's own sign-in, at a real OpenID Connect server: it lets in whom the registry knows, nobody else."""

import re

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import SignInEvent, User
from config.settings import municipal_sign_ins
from tests.accounts.helpers import give_totp, sign_in_by_password
from tests.identity_server import IdentityServer
from tests.registry.helpers import where_stored

pytestmark = pytest.mark.django_db
START = "/kirjaudu/kunta/oulu/"
REFUSED = "Et ole kirjautunut sisään"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = IdentityServer(tmp_path_factory.mktemp("identity"))
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def oulu(server, settings):
    """Oulu's sign-in is switched on."""
    switch_on(settings, server.provider())


def switch_on(settings, *providers):
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": municipal_sign_ins(providers)}}


def go_there(client, prefix="", **data):
    """Press the button of the sign-in page and sign in at the municipality; return the address that leads back."""
    page = client.post(f"{prefix}{START}", data)
    address = re.search(r'<a href="(http://127[^"]+)"', page.content.decode())[1].replace("&amp;", "&")
    return requests.get(address, allow_redirects=False, timeout=10).headers["Location"]


def come_back(client, address):
    return client.get(address.removeprefix("http://testserver"))


def sign_in(client, prefix="", **data):
    return come_back(client, go_there(client, prefix, **data))


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("prefix", ["", "/sv"])
def test_whom_the_registry_knows_is_let_in_and_it_is_written_down(cast, server, prefix):
    server.is_somebody(sub="1", email="Leena@Example.org", email_verified=True, name="Salainen Nimi")
    client = Client()
    page = client.get(f"{prefix}/kirjaudu/").content.decode()

    answer = sign_in(client, prefix, next="/oma/oulu/tehtavat/")

    assert f'action="{prefix}{START}"' in page
    assert (answer.url, client.get(answer.url).status_code) == ("/oma/oulu/tehtavat/", 200)
    assert list(SignInEvent.objects.values_list("account", "kind", "means")) == [
        (cast.leena.user.pk, "signed_in", "socialaccount")
    ]
    assert list(SocialAccount.objects.values_list("user", "provider", "uid", "extra_data")) == [
        (cast.leena.user.pk, "oulu", "1", {})
    ]
    assert where_stored("Salainen Nimi") == []


def test_the_persons_password_stays(cast, server):
    sign_in_by_password(Client(), cast.leena.user)
    server.is_somebody(sub="1", email="leena@example.org", email_verified=True)
    sign_in(Client())
    assert sign_in_by_password(Client(), User.objects.get(email="leena@example.org")).url == "/oma/"


REFUSALS = {
    "no account": {"email": "nobody@example.org", "email_verified": True},
    "address not verified": {"email": "leena@example.org", "email_verified": False},
    "verified in words": {"email": "leena@example.org", "email_verified": "true"},
    "nothing of verifying": {"email": "leena@example.org"},
    "no address": {},
    "another's domain": {"email": "outi@example.com", "email_verified": True},
    "a closed account": {"email": "suljettu@example.org", "email_verified": True},
    "another person's details": {"email": "leena@example.org", "email_verified": True, "userinfo": {"sub": "666"}},
}


def test_everybody_else_gets_the_same_page_and_no_account(cast, server):
    User.objects.create_user("outi@example.com")
    User.objects.create_user("suljettu@example.org", is_active=False)
    accounts = User.objects.count()
    seen = {}
    for number, (why, claims) in enumerate(REFUSALS.items()):
        server.is_somebody(**{"sub": f"x{number}", **claims})
        client = Client()
        answer = sign_in(client)
        seen[why] = (answer.status_code, REFUSED in answer.content.decode(), is_signed_in(client))
    assert seen == dict.fromkeys(REFUSALS, (401, True, False))
    assert (User.objects.count(), SocialAccount.objects.count(), SignInEvent.objects.count()) == (accounts, 0, 0)


@pytest.mark.parametrize("number", [None, "", " ", "missing"], ids=repr)
def test_a_sign_in_that_does_not_say_who_it_is_lets_nobody_in_and_says_so(cast, server, number):
    """Without the number everybody would be one and the same person."""
    told = {"nameless": True} if number == "missing" else {"userinfo": {"sub": number}}
    seen = []
    for email in ("leena@example.org", "kaisa@example.org"):
        server.is_somebody(**{"sub": "1", "email": email, "email_verified": True} | told)
        client = Client()
        answer = sign_in(client)
        seen.append((answer.status_code, "ei kertonut, kuka olet" in answer.content.decode(), is_signed_in(client)))
    assert seen == [(502, True, False)] * 2
    assert SocialAccount.objects.count() == 0


def test_an_address_that_changes_hands_at_the_municipality_opens_no_predecessors_account(cast, server):
    server.is_somebody(sub="1", email="leena@example.org", email_verified=True)
    sign_in(Client())
    # Ahti's number with Leena's address; and Leena's number with Kaisa's.
    server.is_somebody(sub="2", email="leena@example.org", email_verified=True)
    newcomer = Client()
    refused = sign_in(newcomer)
    server.is_somebody(sub="1", email="kaisa@example.org", email_verified=True)
    leena = Client()
    sign_in(leena)

    assert (refused.status_code, is_signed_in(newcomer)) == (401, False)
    assert leena.session["_auth_user_id"] == str(cast.leena.user.pk)


def test_the_second_factor_of_the_account_is_still_asked(cast, server, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    server.is_somebody(sub="3", email="kaisa@example.org", email_verified=True, amr=["mfa"], acr="high")
    without = Client()
    sign_in(without)
    led = without.get("/hallinta/").url
    give_totp(cast.kaisa.user)
    client = Client()

    assert led == "/kirjaudu/tunnistautuminen/"
    assert sign_in(client).url == "/kirjaudu/tunnistautuminen/vahvista/"
    assert not is_signed_in(client)


def test_nobody_connects_a_sign_in_to_the_account_that_is_open(cast, server):
    """The library's own parameter for it, in the address and in the form."""
    server.is_somebody(sub="9", email="stranger@example.com", email_verified=True)
    client = Client()
    client.force_login(cast.leena.user, backend="django.contrib.auth.backends.ModelBackend")
    for data in ({"process": "connect"}, {"process": "redirect", "next": "/oma/"}):
        assert sign_in(client, **data).status_code == 401
    assert SocialAccount.objects.count() == 0


def test_an_answer_without_a_question_and_one_given_twice_open_nothing(cast, server):
    server.is_somebody(sub="1", email="leena@example.org", email_verified=True)
    client, other = Client(), Client()
    address = go_there(client)
    stolen = come_back(other, address)
    come_back(client, address)
    client.post("/kirjaudu/ulos/")
    again = come_back(client, address)
    assert [(answer.status_code, REFUSED in answer.content.decode()) for answer in (stolen, again)] == [(401, True)] * 2
    assert (is_signed_in(other), is_signed_in(client)) == (False, False)


def test_another_site_is_never_led_to(cast, server):
    server.is_somebody(sub="1", email="leena@example.org", email_verified=True)
    assert sign_in(Client(), next="https://paha.example/").url == "/oma/"


def test_who_cancels_and_whose_municipality_does_not_answer_is_told_so(server, settings):
    client = Client()
    state = re.search(r"state=(\w+)", go_there(client))[1]
    cancelled = client.get(f"{START}paluu/?error=access_denied&state={state}")
    settings_of_nobody = server.provider(server="http://127.0.0.1:9")
    switch_on(settings, settings_of_nobody)
    away = Client().post(START)
    assert (cancelled.url, client.get(cancelled.url).status_code) == ("/kirjaudu/kunta/peruttu/", 200)
    assert (away.status_code, "ei vastaa juuri nyt" in away.content.decode()) == (502, True)


def test_switched_off_there_is_no_button_and_nothing_behind_it(settings):
    switch_on(settings)
    client = Client()
    assert START not in client.get("/kirjaudu/").content.decode()
    assert [client.post(START).status_code, client.get(f"{START}paluu/").status_code] == [404, 404]
