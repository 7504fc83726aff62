"""Before a sensitive step the person shows once more that it is them, also with an account that has only codes."""

import datetime as dt

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from accounts.models import SignInEvent
from tests.accounts.helpers import (
    after_commit,
    ask_for_code,
    give_code,
    give_totp,
    latest_code,
    sign_in_by_password,
)

pytestmark = pytest.mark.django_db
CODE = "/kirjaudu/varmistus/koodi/"
SET = "/kirjaudu/salasana/aseta/"
SENSITIVE = (SET, "/kirjaudu/tunnistautuminen/sovellus/", "/kirjaudu/tunnistautuminen/avaimet/uusi/")


@pytest.fixture(autouse=True)
def only_codes(cast):
    """Leena's account has no password, as an invitation makes it."""
    cast.leena.user.set_unusable_password()
    cast.leena.user.save()


@pytest.fixture
def leena(cast):
    """A browser in which Leena signed in by code an hour ago."""
    client = Client()
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)):
        ask_for_code(client, cast.leena.user.email)
        give_code(client, latest_code())
    mail.outbox.clear()
    return client


def send(client, leads=SET):
    with after_commit():
        return client.post(f"{CODE}?next={leads}", {"send": "1"})


def give(client, code, leads=SET):
    return client.post(f"{CODE}?next={leads}", {"code": code})


@pytest.mark.parametrize("address", SENSITIVE)
def test_sensitive_steps_ask_an_account_of_codes_first(leena, address):
    assert [leena.get(address).url, leena.post(address, {"password1": "x"}).url] == [
        f"{CODE}?next={address.replace('/', '%2F')}"
    ] * 2


def test_looking_sends_nothing_the_button_does_and_the_code_leads_on(leena):
    looked = leena.get(f"{CODE}?next={SET}")
    letters = len(mail.outbox)
    send(leena)
    answer = give(leena, latest_code())

    assert (looked.status_code, letters, mail.outbox[0].to) == (200, 0, ["leena@example.org"])
    assert (answer.url, leena.get(SET).status_code) == (SET, 200)
    assert give(leena, latest_code()).url == f"{CODE}?next={SET.replace('/', '%2F')}"  # used up


def test_a_confirmation_is_over_after_a_quarter_of_an_hour(leena):
    send(leena)
    give(leena, latest_code())
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=16)):
        assert leena.get(SET).status_code == 302


def test_a_code_given_just_now_when_signing_in_is_enough(cast):
    client = Client()
    ask_for_code(client, cast.leena.user.email)
    give_code(client, latest_code())
    assert client.get(SET).status_code == 200


def test_wrong_codes_lock_the_address_and_are_in_the_log(cast, leena):
    now = dt.datetime.now(dt.UTC)
    send(leena)
    for number in range(10):
        with time_machine.travel(now + dt.timedelta(seconds=10 * number)):
            page = give(leena, "väärä").content.decode()

    with time_machine.travel(now + dt.timedelta(minutes=3)):
        assert "lukittu" in page
        assert give(leena, latest_code()).status_code == 200
        assert leena.get(SET).status_code == 302
    kinds = list(SignInEvent.objects.filter(account=cast.leena.user).order_by("pk").values_list("kind", flat=True))
    assert kinds[1:] == ["refused"] * 9 + ["locked"]


def test_a_code_sent_anew_makes_the_earlier_one_useless_and_only_three_are_sent_anew(leena):
    send(leena)
    first = latest_code()
    for _time in range(5):
        send(leena)
    wrong = give(leena, first)

    assert (len(mail.outbox), wrong.status_code) == (4, 200)
    assert give(leena, latest_code()).url == SET


def test_a_second_factor_is_never_gone_round_by_a_code(cast, leena):
    give_totp(cast.leena.user)
    assert leena.get("/kirjaudu/tunnistautuminen/sovellus/poista/").url.startswith(
        "/kirjaudu/tunnistautuminen/varmistus/"
    )
    assert leena.get(CODE).url.startswith("/kirjaudu/tunnistautuminen/varmistus/")
    assert leena.post(CODE, {"send": "1"}).status_code == 302
    assert (mail.outbox, Authenticator.objects.count()) == ([], 1)


def test_whoever_has_a_password_may_choose_a_code_instead(cast):
    client = Client()
    sign_in_by_password(client, cast.leena.user)
    page = client.get("/kirjaudu/varmistus/")
    send(client, "/kirjaudu/tunnistautuminen/sovellus/")
    answer = give(client, latest_code(), "/kirjaudu/tunnistautuminen/sovellus/")

    assert CODE in page.content.decode()
    assert (answer.url, client.get(answer.url).status_code) == ("/kirjaudu/tunnistautuminen/sovellus/", 200)
