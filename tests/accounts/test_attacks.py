"""What somebody with bad intentions would try at the doors; each test says what must not happen."""

import datetime as dt
import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client

from accounts.links import make_link
from accounts.models import SecretLink, User
from accounts.readdressing import change_sign_in_address
from mailing.sending import send_waiting
from registry.invitations import invite
from registry.models import Person, SharedMailbox
from tests import factories
from tests.accounts.helpers import (
    PASSWORD,
    after_commit,
    ask_for_code,
    give_code,
    give_totp,
    latest_code,
    sign_in_by_password,
    totp_code,
)
from tests.portal.conftest import client_of

pytestmark = pytest.mark.django_db
EVIL = "https://paha.example/"
TOO_MANY = "Odota vartti"


def is_signed_in(client):
    return "_auth_user_id" in client.session


# --- An address that is no longer the account's -----------------------------------------------------------------------


@pytest.fixture
def newcomer(cast, reference):
    """Somebody with a role whose address was written wrong."""
    person = factories.PersonFactory(email="vaara@example.org", region=reference.pohjois_pohjanmaa)
    factories.AppointmentFactory(person=person, municipality=reference.hailuoto)
    return person


def address_in(letter):
    return re.search(r"http://testserver(/\S*y/\S+)", letter.body)[1]


def test_nothing_sent_to_the_old_address_opens_an_account_that_has_a_new_one(cast, newcomer):
    with after_commit():
        invite(newcomer, by=cast.kaisa.user)
    account = Person.objects.get(pk=newcomer.pk).user
    link, old = address_in(mail.outbox[0]), Client()
    ask_for_code(old, "vaara@example.org")
    code = latest_code()
    signed_in = Client()
    sign_in_by_password(signed_in, account)

    office = client_of(cast.aino)
    office.post(f"/hallinta/accounts/user/{account.pk}/change/", {"email": "oikea@example.org", "is_active": "on"})

    account.refresh_from_db()
    give_code(old, code)
    assert account.email == "oikea@example.org"
    assert (Client().get(link).status_code, Client().post(link).status_code) == (410, 410)
    assert (is_signed_in(old), signed_in.get("/oma/hailuoto/").status_code) == (False, 302)
    assert account.sign_in_events.filter(kind="address_changed", by=cast.aino).count() == 1


def test_a_waiting_invitation_is_not_sent_to_an_address_that_has_been_corrected(cast, newcomer):
    invite(newcomer, by=cast.kaisa.user)
    change_sign_in_address(Person.objects.get(pk=newcomer.pk).user, "Oikea@example.org", by=cast.aino)

    assert (send_waiting(), mail.outbox, SecretLink.objects.count()) == ({"not_wanted": 1}, [], 0)


def test_the_next_invitation_goes_to_the_corrected_address_and_the_first_link_is_dead(cast, newcomer):
    with after_commit():
        invite(newcomer, by=cast.kaisa.user)
    Person.objects.filter(pk=newcomer.pk).update(email="oikea@example.org")
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)), after_commit():
        invite(newcomer, by=cast.kaisa.user)

    first, second = mail.outbox
    assert (first.to, second.to) == (["vaara@example.org"], ["oikea@example.org"])
    assert [Client().get(address_in(letter)).status_code for letter in (first, second)] == [410, 200]
    assert not User.objects.filter(email="vaara@example.org").exists()


@pytest.mark.parametrize("why", ["used", "shared", "taken"])
def test_an_account_keeps_its_address_when_it_is_in_use_or_the_new_one_is_others(cast, reference, newcomer, why):
    with after_commit():
        invite(newcomer, by=cast.kaisa.user)
    account = Person.objects.get(pk=newcomer.pk).user
    if why == "used":
        Client().post(address_in(mail.outbox[0]))
    email = "leena@example.org" if why == "taken" else "toimisto@example.org"
    if why == "shared":
        SharedMailbox.objects.create(municipality=reference.hailuoto, post="Toimisto", email=email)
    Person.objects.filter(pk=newcomer.pk).update(email=email)

    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=2)), after_commit():
        invite(newcomer, by=cast.kaisa.user)

    account.refresh_from_db()
    assert (account.email, mail.outbox[-1].to) == ("vaara@example.org", ["vaara@example.org"])


# --- Where one is led -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "evil", [EVIL, "//paha.example/", r"/\paha.example/", "javascript:alert(1)", "https:paha.example"]
)
def test_no_door_leads_to_another_site(cast, evil):
    account = cast.leena.user
    account.set_password(PASSWORD)
    account.save()
    _link, token = make_link("signin", "account", lifetime=dt.timedelta(hours=1), account=account)
    answers = [
        Client().post("/kirjaudu/salasana/", {"login": account.email, "password": PASSWORD, "next": evil}),
        Client().post(f"/y/{token}/?next={evil}", {"next": evil}),
        client_of(account).post("/kirjaudu/ulos/", {"next": evil}),
        client_of(account).get("/kirjaudu/", {"next": evil}),
        client_of(account).post("/kirjaudu/varmistus/", {"password": PASSWORD, "next": evil}),
        client_of(cast.kaisa.user).post("/hallinta/alue/", {"next": evil}),
    ]
    code = Client()
    ask_for_code(code, account.email)
    answers.append(code.post("/kirjaudu/koodi/vahvista/", {"code": latest_code(), "next": evil}))
    led = [answer.headers.get("Location", "/") for answer in answers]
    assert [where for where in led if not re.match(r"/(?![/\\])", where)] == []


def test_a_forged_host_is_refused_and_letters_name_the_site(cast):
    client = Client(HTTP_HOST="paha.example")
    assert client.post("/kirjaudu/koodi/", {"email": "leena@example.org"}).status_code == 400
    for email in ("leena@example.org", "nobody@example.org"):
        ask_for_code(Client(HTTP_X_FORWARDED_HOST="paha.example"), email)
    assert (len(mail.outbox), [letter for letter in mail.outbox if "paha.example" in letter.body]) == (2, [])


# --- Sessions ---------------------------------------------------------------------------------------------------------


def test_a_session_that_was_there_before_signing_in_is_not_the_one_after(cast):
    """Somebody may have put the cookie there."""
    client = Client()
    ask_for_code(client, cast.leena.user.email)
    before = client.cookies["sessionid"].value
    give_code(client, latest_code())
    attacker = Client()
    attacker.cookies["sessionid"] = before
    assert (is_signed_in(client), client.cookies["sessionid"].value != before) == (True, True)
    assert attacker.get("/oma/oulu/").status_code == 302


def test_signing_out_ends_the_session_itself(cast):
    client = Client()
    sign_in_by_password(client, cast.leena.user)
    kept = client.cookies["sessionid"].value
    client.post("/kirjaudu/ulos/")
    thief = Client()
    thief.cookies["sessionid"] = kept
    assert thief.get("/oma/oulu/").status_code == 302


def test_a_session_ends_by_itself_after_twelve_hours(cast):
    now = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False) as clock:
        client = client_of(cast.leena.user)
        clock.shift(dt.timedelta(hours=11, minutes=59))
        before = client.get("/oma/oulu/").status_code
        kept = client.cookies["sessionid"].value
        clock.shift(dt.timedelta(minutes=2))
        late = Client()
        late.cookies["sessionid"] = kept
        assert (before, late.get("/oma/oulu/").status_code) == (200, 302)


# --- Guessing ---------------------------------------------------------------------------------------------------------


class CountingHasher(MD5PasswordHasher):
    """Counts the costly work by which a stopwatch could tell one answer from another."""

    n = 0

    def encode(self, password, salt):
        type(self).n += 1
        return super().encode(password, salt)


def test_a_wrong_password_costs_the_same_for_every_address(cast, settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.test_attacks.CountingHasher"]
    sign_in_by_password(Client(), cast.leena.user)
    costs = {}
    for email in ("leena@example.org", "ahti@example.org", "nobody@example.org"):
        CountingHasher.n = 0
        Client().post("/kirjaudu/salasana/", {"login": email, "password": "väärä-salasana"})
        costs[email] = CountingHasher.n
    assert len(set(costs.values())) == 1, costs


def test_ten_wrong_second_factor_codes_stop_the_eleventh_try_and_it_opens_by_itself(cast):
    secret = give_totp(cast.aino)
    with time_machine.travel(dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), tick=False) as clock:
        clients = [Client(), Client()]
        for client in clients:
            sign_in_by_password(client, cast.aino)
        address = "/kirjaudu/tunnistautuminen/vahvista/"
        wrong = [clients[n % 2].post(address, {"code": "000000"}).content.decode() for n in range(10)]
        locked = clients[0].post(address, {"code": totp_code(secret)}).content.decode()
        clock.shift(15 * 60 + 1)
        client = Client()
        sign_in_by_password(client, cast.aino)
        answer = client.post(address, {"code": totp_code(secret)})
    assert [TOO_MANY in text for text in wrong] == [False] * 10
    assert TOO_MANY in locked
    assert (is_signed_in(clients[0]), answer.url) == (False, "/hallinta/")
    kinds = list(cast.aino.sign_in_events.order_by("pk").values_list("kind", flat=True))
    assert (kinds.count("refused"), kinds[-1]) == (11, "signed_in")


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_a_made_up_forwarding_header_escapes_no_limit(cast, header):
    texts = []
    for n in range(25):
        client = Client(**{header: f"198.51.100.{n}"})
        answer = client.post("/kirjaudu/koodi/", {"email": f"nobody{n}@example.org"})
        texts.append(answer.status_code)
    assert (texts[:20], set(texts[20:])) == ([302] * 20, {200})


def test_behind_a_proxy_only_the_address_that_it_added_counts(cast, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    statuses = []
    for n in range(25):
        client = Client(HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.7")
        statuses.append(client.post("/kirjaudu/koodi/", {"email": f"nobody{n}@example.org"}).status_code)
    other = Client(HTTP_X_FORWARDED_FOR="203.0.113.8")
    assert (statuses[:20], set(statuses[20:])) == ([302] * 20, {200})
    assert other.post("/kirjaudu/koodi/", {"email": "nobody@example.org"}).status_code == 302


@pytest.mark.parametrize("path", ["/kirjaudu/avain/", "/kirjaudu/ei-itse/"])
def test_no_other_door_tells_whether_an_address_has_an_account(cast, path):
    answers = []
    for email in ("leena@example.org", "nobody@example.org"):
        client = Client()
        answer = client.post(path, {"email": email, "login": email, "credential": "{}", "password1": "x" * 20})
        answers.append((answer.status_code, answer.content.decode().replace(email, ""), sorted(answer.cookies)))
    assert answers[0] == answers[1]
    assert mail.outbox == []


def test_a_code_of_an_application_and_a_recovery_code_work_once(cast):
    secret = give_totp(cast.aino)
    RecoveryCodes.activate(cast.aino)
    recovery = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    address = "/kirjaudu/tunnistautuminen/vahvista/"
    for code in (totp_code(secret), recovery):
        seen = []
        for _time in (1, 2):
            client = Client()
            sign_in_by_password(client, cast.aino)
            client.post(address, {"code": code})
            seen.append(is_signed_in(client))
        assert seen == [True, False]


def test_a_code_of_an_application_is_no_good_to_whoever_saw_it_as_long_as_it_is_valid(cast):
    secret = give_totp(cast.aino)
    address = "/kirjaudu/tunnistautuminen/vahvista/"
    with time_machine.travel(dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), tick=False) as clock:
        code, seen = totp_code(secret), []
        for _later in range(3):
            client = Client()
            sign_in_by_password(client, cast.aino)
            client.post(address, {"code": code})
            seen.append(is_signed_in(client))
            clock.shift(25)
        late = Client()
        sign_in_by_password(late, cast.aino)
        late.post(address, {"code": totp_code(secret)})
        opened = is_signed_in(late)
        sensitive = "/kirjaudu/tunnistautuminen/varmistus/?next=/kirjaudu/tunnistautuminen/sovellus/poista/"
        clock.shift(31)
        repeated = late.post(sensitive, {"code": totp_code(secret)}).status_code
        again = late.post(sensitive, {"code": totp_code(secret)}).status_code
    assert (seen, opened, repeated, again) == ([True, False, False], True, 302, 200)


# --- What belongs to others -------------------------------------------------------------------------------------------


def test_nobody_renames_or_removes_anybody_elses_passkey(cast):
    key = Authenticator.objects.create(user=cast.aino, type="webauthn", data={"name": "Ainon avain", "credential": {}})
    client = Client()
    sign_in_by_password(client, cast.leena.user)
    client.post("/kirjaudu/varmistus/", {"password": PASSWORD})
    for step in ("poista", "nimi"):
        path = f"/kirjaudu/tunnistautuminen/avaimet/{key.pk}/{step}/"
        assert [client.get(path).status_code, client.post(path, {"name": "x"}).status_code] == [404, 404]
    key.refresh_from_db()
    assert key.data["name"] == "Ainon avain"


def test_no_other_site_signs_anybody_in_or_out(cast):
    """Signed in as the attacker, a victim would write into the attacker's pages."""
    account = cast.leena.user
    account.set_password(PASSWORD)
    account.save()
    link, token = make_link("signin", "account", lifetime=dt.timedelta(hours=1), account=account)
    posts = {
        f"/y/{token}/": {},
        "/kirjaudu/salasana/": {"login": account.email, "password": PASSWORD},
        "/kirjaudu/koodi/": {"email": account.email},
    }
    seen = {}
    for path, data in posts.items():
        client = Client(enforce_csrf_checks=True)
        answer = client.post(path, data, headers={"origin": "https://paha.example"})
        seen[path] = (answer.status_code, is_signed_in(client))
    victim = Client(enforce_csrf_checks=True)
    victim.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    out = victim.post("/kirjaudu/ulos/", headers={"origin": "https://paha.example"})
    link.refresh_from_db()
    assert seen == dict.fromkeys(posts, (403, False))
    assert (out.status_code, is_signed_in(victim), link.is_usable, mail.outbox) == (403, True, True, [])
