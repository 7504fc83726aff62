"""Signing in by code: ten wrong ones lock, and no answer tells whether an address has an account."""

import datetime as dt

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import SignInEvent, User
from tests.accounts.helpers import Walk, ask_for_code, give_code, latest_code, sign_in_by_password

pytestmark = pytest.mark.django_db
MORNING = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
LOCKED = "kymmentä väärää koodia"
KINDS = SignInEvent.Kind


@pytest.fixture(autouse=True)
def _morning():
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def leena(cast):
    return cast.leena.user


def kinds_of(account):
    return [(event.kind, event.means) for event in account.sign_in_events.order_by("pk")]


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.mark.parametrize(
    ("prefix", "subject"), [("", "Kirjautumiskoodisi"), ("/sv", "Din inloggningskod"), ("/en", "Your sign-in code")]
)
def test_a_code_signs_in_and_leads_to_the_portal(leena, prefix, subject):
    client = Client()
    asked = ask_for_code(client, "LEENA@example.org", prefix=prefix)
    letter = mail.outbox[-1]
    answer = give_code(client, latest_code(), prefix=prefix)
    assert (asked.status_code, asked.url) == (302, f"{prefix}/kirjaudu/koodi/vahvista/")
    assert (letter.to, letter.subject.startswith(subject)) == (["leena@example.org"], True)
    assert (answer.status_code, answer.url) == (302, f"{prefix}/oma/")
    assert kinds_of(leena) == [(KINDS.SIGNED_IN, "code")]


def test_a_code_is_good_for_half_an_hour(leena):
    client = Client()
    with time_machine.travel(MORNING, tick=False) as clock:
        ask_for_code(client, leena.email)
        clock.shift(29 * 60)
        answer = give_code(client, latest_code())
    assert (answer.url, is_signed_in(client)) == ("/oma/", True)


def test_a_code_is_no_good_after_half_an_hour(leena):
    client = Client()
    with time_machine.travel(MORNING, tick=False) as clock:
        ask_for_code(client, leena.email)
        clock.shift(31 * 60)
        answer = give_code(client, latest_code())
    assert (answer.url, is_signed_in(client)) == ("/kirjaudu/koodi/", False)


def test_the_page_led_to_is_kept_and_never_another_site(leena):
    for wanted, led in (("/oma/oulu/", "/oma/oulu/"), ("https://paha.example/", "/oma/")):
        client = Client()
        client.post("/kirjaudu/koodi/", {"email": leena.email, "next": wanted})
        ask = Client()
        ask_for_code(ask, leena.email)
        answer = ask.post("/kirjaudu/koodi/vahvista/", {"code": latest_code(), "next": wanted})
        assert answer.url == led


def wrong_codes_by_every_way(email, answers):
    """Give ten wrong codes over two requests and two resends; return the client."""
    client = Client()
    ask_for_code(client, email)
    answers += [give_code(client, "VÄÄR-ÄÄRÄ") for _ in range(3)]
    client.post("/kirjaudu/koodi/vahvista/", {"action": "resend"})
    answers += [give_code(client, "VÄÄR-ÄÄRÄ") for _ in range(3)]
    client = Client()
    ask_for_code(client, email)
    answers += [give_code(client, "VÄÄR-ÄÄRÄ") for _ in range(4)]
    return client


def test_ten_wrong_codes_lock_for_a_quarter_of_an_hour_and_open_by_themselves(leena):
    answers = []
    with time_machine.travel(MORNING, tick=False) as clock:
        client = wrong_codes_by_every_way(leena.email, answers)
        code = latest_code()
        told = [LOCKED in answer.content.decode() for answer in answers]
        right_while_locked = give_code(client, code)
        asked_while_locked = Client().post("/kirjaudu/koodi/", {"email": leena.email}).content.decode()
        clock.shift(14 * 60 + 59)
        right_just_before = give_code(client, code)
        clock.shift(2)
        answer = give_code(client, code)
    assert told == [False] * 9 + [True]
    assert "kello 9.15 asti" in answers[-1].content.decode()
    assert [LOCKED in each.content.decode() for each in (right_while_locked, right_just_before)] == [True, True]
    assert LOCKED in asked_while_locked
    assert (answer.status_code, is_signed_in(client)) == (302, True)
    assert kinds_of(leena) == [(KINDS.REFUSED, "code")] * 9 + [(KINDS.LOCKED, "code"), (KINDS.SIGNED_IN, "code")]


def test_a_right_code_begins_the_count_anew(leena):
    for _ in range(2):
        client = Client()
        ask_for_code(client, leena.email)
        answers = [give_code(client, "VÄÄR-ÄÄRÄ").content.decode() for _ in range(9)]
        assert not any(LOCKED in text for text in answers)
        assert give_code(client, latest_code()).url == "/oma/"


def test_one_locked_address_locks_no_other(leena, cast):
    wrong_codes_by_every_way(leena.email, [])
    client = Client()
    ask_for_code(client, cast.kaisa.user.email)
    assert give_code(client, latest_code()).url == "/hallinta/"


def test_the_cache_holds_no_address(leena):
    wrong_codes_by_every_way(leena.email, [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert [key for key in keys if "codes:" in key] != []
    assert [key for key in keys if "leena" in key] == []


def walk(email):
    """Ask, look, fail, ask anew, fail until locked, be refused; return what was seen of each answer."""
    walking = Walk(email)
    walking.go("get", "/kirjaudu/")
    walking.go("post", "/kirjaudu/koodi/", {"email": email})
    walking.go("get", "/kirjaudu/koodi/vahvista/")
    walking.go("get", "/kirjaudu/")
    for _ in range(4):
        walking.go("post", "/kirjaudu/koodi/vahvista/", {"code": "VÄÄR-ÄÄRÄ"})
    for _ in range(4):
        walking.go("post", "/kirjaudu/koodi/vahvista/", {"action": "resend"})
    walking.go("post", "/kirjaudu/ulos/", {"next": "/kirjaudu/"})
    walking.go("post", "/kirjaudu/koodi/", {"email": email})
    for _ in range(8):
        walking.go("post", "/kirjaudu/koodi/vahvista/", {"code": "VÄÄR-ÄÄRÄ"})
    for _ in range(5):
        walking.begin_anew()
        walking.go("post", "/kirjaudu/koodi/", {"email": email})
    return walking.seen


def test_a_known_and_an_unknown_address_are_answered_alike(leena):
    walk("lammitys@example.org")  # what is asked once in a process
    known, unknown = walk(leena.email), walk("nobody@example.org")
    assert len(known) == len(unknown)
    for one, other in zip(known, unknown, strict=True):
        assert one == other
    assert any(LOCKED in each["text"] for each in known)


def test_a_wrong_password_is_answered_alike_for_a_known_and_an_unknown_address(leena, cast):
    sign_in_by_password(Client(), leena)
    seen = []
    for email in ("lammitys@example.org", leena.email, "nobody@example.org"):
        walking = Walk(email)
        walking.go("get", "/kirjaudu/salasana/")
        for _ in range(12):
            walking.go("post", "/kirjaudu/salasana/", {"login": email, "password": "väärä-salasana"})
        seen.append(walking.seen)
    assert seen[1] == seen[2]
    assert "Odota vartti" in seen[1][-1]["text"]


def test_nobody_registers_and_no_link_leads_to_a_page_that_is_not(client, db):
    page = client.get("/kirjaudu/ei-itse/").content.decode()
    assert "täällä ei rekisteröidytä" in page.lower()
    assert client.post("/kirjaudu/ei-itse/", {"email": "uusi@example.org", "password1": "x" * 20}).status_code == 200
    assert not SignInEvent.objects.exists()
    assert not User.objects.filter(email="uusi@example.org").exists()
