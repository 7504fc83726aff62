"""Second factor, links from support, the log, sessions and what the database holds of them."""

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, reverse

from accounts.events import device_words
from accounts.links import find_link, make_link
from accounts.models import SecretLink, SignInEvent, User
from accounts.resetting import reset_second_factor
from accounts.signing_in import LIFETIME, make_sign_in_link, sign_in_by_link
from registry.privacy import erase_person
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
from tests.registry.helpers import where_stored
from tests.test_permissions import addresses

pytestmark = pytest.mark.django_db
KINDS = SignInEvent.Kind
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def kinds_of(account):
    return [(event.kind, event.means) for event in account.sign_in_events.order_by("pk")]


# --- The second factor -----------------------------------------------------------------------------------------------


def admin_pages():
    """Yield every page of the administration; what its arguments name need not exist, since nothing is shown."""
    for name in addresses():
        if not name.startswith("admin:") or name in {"admin:login", "admin:logout"}:
            continue
        for args in ([], [1], ["registry"], ["csv"], [1, 1], [1, "name"]):
            try:
                yield reverse(name, args=args)
                break
            except NoReverseMatch:
                continue


def test_no_page_of_the_administration_opens_without_a_second_factor(cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    client.force_login(cast.aino, backend="django.contrib.auth.backends.ModelBackend")
    pages = [*admin_pages(), "/hallinta/tyyliopas/", "/hallinta/laatu/", "/sv/hallinta/", "/en/hallinta/laatu/"]
    led = {page: (answer.status_code, answer.get("Location", "")) for page in pages for answer in [client.get(page)]}
    assert len(pages) > 150
    assert {page: each for page, each in led.items() if not each[1].endswith("/kirjaudu/tunnistautuminen/")} == {}


def test_with_a_second_factor_the_administration_opens(cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    secret = give_totp(cast.aino)
    client = Client()
    asked = sign_in_by_password(client, cast.aino)
    before = client.get("/hallinta/")
    wrong = client.post("/kirjaudu/tunnistautuminen/vahvista/", {"code": "000000"})
    answer = client.post("/kirjaudu/tunnistautuminen/vahvista/", {"code": totp_code(secret)})
    assert (asked.url, before.status_code, wrong.status_code) == ("/kirjaudu/tunnistautuminen/vahvista/", 302, 200)
    assert (answer.url, client.get("/hallinta/").status_code) == ("/hallinta/", 200)
    assert kinds_of(cast.aino) == [(KINDS.REFUSED, "second_factor"), (KINDS.SIGNED_IN, "password")]


def test_recovery_codes_alone_do_not_open_the_administration(cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    Authenticator.objects.create(user=cast.aino, type=Authenticator.Type.RECOVERY_CODES, data={})
    client = Client()
    client.force_login(cast.aino, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/hallinta/").url == "/kirjaudu/tunnistautuminen/"


def test_the_key_of_an_application_is_stored_encrypted(cast):
    secret = give_totp(cast.aino)
    assert where_stored(secret) == []
    assert Authenticator.objects.get().wrap().validate_code(totp_code(secret)) is True


def test_a_lost_second_factor_is_reset_by_another_administrator(cast):
    give_totp(cast.kaisa.user)
    client = Client()
    client.force_login(cast.kaisa.user, backend="django.contrib.auth.backends.ModelBackend")
    UserSession.objects.create(
        user=cast.kaisa.user, ip="::", session_key=client.session.session_key, user_agent=FIREFOX
    )
    office = Client()
    office.force_login(cast.aino, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/hallinta/accounts/user/{cast.kaisa.user.pk}/reset/"
    looked = office.get(address)
    still = Authenticator.objects.count()
    with after_commit():
        office.post(address, {"confirmed": "yes"})
    assert (looked.status_code, still, Authenticator.objects.count()) == (200, 1, 0)
    assert not Session.objects.filter(session_key=client.session.session_key).exists()
    event = cast.kaisa.user.sign_in_events.get()
    assert (event.kind, event.by) == (KINDS.FACTOR_RESET, cast.aino)
    assert [(letter.to, letter.subject) for letter in mail.outbox] == [
        (["kaisa@example.org"], "Tunnuksesi toinen tunniste on poistettu")
    ]


def test_the_letter_of_a_reset_is_in_the_persons_language(cast):
    """Not in the one in which the administrator works."""
    cast.kaisa.language = "sv"
    cast.kaisa.save()
    give_totp(cast.kaisa.user)
    with after_commit():
        reset_second_factor(User.objects.get(pk=cast.kaisa.user.pk), by=cast.aino)
    assert mail.outbox[0].subject == "Ditt kontos andra faktor har återställts"


@pytest.mark.parametrize(("whose", "code"), [("own", "own"), ("of one without", "none")])
def test_a_reset_is_refused(cast, whose, code):
    give_totp(cast.aino)
    with pytest.raises(ValidationError) as refused:
        reset_second_factor(cast.aino if whose == "own" else cast.stranger, by=cast.aino)
    assert refused.value.code == code
    assert (Authenticator.objects.count(), SignInEvent.objects.count()) == (1, 0)


def test_only_administrators_reset(cast):
    give_totp(cast.leena.user)
    client = Client()
    client.force_login(cast.kaisa.user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/hallinta/accounts/user/{cast.leena.user.pk}/reset/", {"confirmed": "yes"})
    assert (answer.status_code, Authenticator.objects.count()) == (403, 1)


# --- A link from support ---------------------------------------------------------------------------------------------


def press(client, link, method="post"):
    """Press the button of the link's page, within what the site's middleware puts around every page."""
    request = getattr(RequestFactory(), method)("/y/x/")
    request.session, request.user = client.session, AnonymousUser()
    request._messages = CookieStorage(request)
    with context.request_context(request):
        response = sign_in_by_link(request, link)
    return request, response


def test_a_printed_link_signs_in_once_by_its_button(cast, capsys, settings):
    call_command("signin_link", "Leena@example.org")
    printed = capsys.readouterr().out.strip()
    token = printed.rsplit("/", 2)[1]
    link = find_link(token)
    _request, looked = press(Client(), link, "get")
    unused = find_link(token).is_usable
    request, answer = press(Client(), link)
    assert printed == f"{settings.SITE_URL}/y/{token}/"
    assert (looked.status_code, unused) == (405, True)
    assert (answer.url, request.user) == ("/oma/", cast.leena.user)
    assert kinds_of(cast.leena.user) == [(KINDS.LINK_PRINTED, ""), (KINDS.SIGNED_IN, "link")]
    with pytest.raises(ValidationError) as refused:
        press(Client(), link)
    assert refused.value.code == "not_usable"


def test_a_link_still_asks_for_the_second_factor(cast):
    give_totp(cast.aino)
    request, answer = press(Client(), find_link(make_sign_in_link(cast.aino)))
    assert (answer.url, request.user.is_authenticated) == ("/kirjaudu/tunnistautuminen/vahvista/", False)


def test_no_link_for_nobody_and_for_a_closed_account_and_of_another_purpose(cast):
    token = make_sign_in_link(cast.stranger)
    cast.stranger.is_active = False
    cast.stranger.save()
    other, _token = make_link("consent", "person:1", lifetime=LIFETIME, account=cast.leena.user)
    for email in ("nobody@example.org", "stranger@example.org"):
        with pytest.raises(CommandError):
            call_command("signin_link", email)
    for link in (find_link(token), other):
        with pytest.raises(ValidationError):
            press(Client(), link)
    assert SecretLink.objects.usable().count() == 2


# --- The log and the sessions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_words(user_agent, words):
    assert device_words(user_agent) == words


def test_everything_at_the_door_is_in_the_log_and_on_its_page(cast):
    account = cast.leena.user
    client = Client(HTTP_USER_AGENT=FIREFOX)
    sign_in_by_password(client, account)
    with after_commit():
        client.post(
            "/kirjaudu/salasana/vaihda/",
            {"oldpassword": PASSWORD, "password1": "viisi-vanhaa-mustikkaa", "password2": "viisi-vanhaa-mustikkaa"},
        )
    client.post("/kirjaudu/salasana/", {"login": account.email, "password": "x"})
    page = client.get("/kirjaudu/loki/").content.decode()
    client.post("/kirjaudu/ulos/")
    Client(HTTP_USER_AGENT=FIREFOX).post("/kirjaudu/salasana/", {"login": account.email, "password": "väärä-sana"})
    assert kinds_of(account) == [
        (KINDS.SIGNED_IN, "password"),
        (KINDS.PASSWORD_CHANGED, ""),
        (KINDS.SIGNED_OUT, ""),
        (KINDS.REFUSED, "password"),
    ]
    assert set(account.sign_in_events.values_list("device", flat=True)) == {"Firefox, Windows"}
    assert ("Kirjautui sisään" in page, "Salasana vaihdettiin" in page) == (True, True)
    assert mail.outbox[-1].to == ["leena@example.org"]
    assert "127.0.0.1" not in mail.outbox[-1].body


def test_nobody_reads_anybody_elses_log(cast):
    SignInEvent.objects.create(account=cast.leena.user, kind=KINDS.SIGNED_IN, device="Salainen laite")
    client = Client()
    client.force_login(cast.aino, backend="django.contrib.auth.backends.ModelBackend")
    assert "Salainen laite" not in client.get("/kirjaudu/loki/").content.decode()


def test_no_network_address_is_stored(cast):
    client = Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT=FIREFOX)
    sign_in_by_password(client, cast.leena.user)
    client.post(
        "/kirjaudu/salasana/vaihda/",
        {"oldpassword": PASSWORD, "password1": "viisi-vanhaa-mustikkaa", "password2": "viisi-vanhaa-mustikkaa"},
    )
    client = Client(REMOTE_ADDR="203.0.113.77")
    ask_for_code(client, cast.kaisa.user.email)
    give_code(client, latest_code())
    assert set(UserSession.objects.values_list("ip", flat=True)) == {"::"}
    assert where_stored("203.0.113.77") == []


def test_other_sessions_are_ended(cast):
    here, there = Client(), Client(HTTP_USER_AGENT=FIREFOX)
    sign_in_by_password(here, cast.leena.user)
    there.post("/kirjaudu/salasana/", {"login": "leena@example.org", "password": PASSWORD})
    page = here.get("/kirjaudu/istunnot/").content.decode()
    here.post("/kirjaudu/istunnot/")
    assert "Firefox, Windows" in page
    assert [each.get("/kirjaudu/loki/").status_code for each in (here, there)] == [200, 302]


def test_erasing_a_person_takes_everything_of_the_account(cast):
    client = Client()
    sign_in_by_password(client, cast.leena.user)
    give_totp(cast.leena.user)
    make_sign_in_link(cast.leena.user)
    erase_person(cast.leena)
    left = [table.objects.count() for table in (Authenticator, UserSession, SignInEvent, SecretLink)]
    assert left == [0, 0, 0, 0]
    assert where_stored("leena@example.org") == []
    assert client.get("/oma/").status_code == 302


@pytest.mark.parametrize(
    ("prefix", "word", "library"), [("", "ääsyavain", "urva-avain"), ("/sv", "yckel", "äkerhetsnyckel")]
)
def test_a_passkey_has_one_name_on_every_page_and_in_every_letter(cast, prefix, word, library):
    client, own = Client(), f"{prefix}/kirjaudu/tunnistautuminen/"
    sign_in_by_password(client, cast.leena.user)
    client.post("/kirjaudu/varmistus/", {"password": PASSWORD})
    texts = [client.get(own).content.decode(), client.get(f"{own}avaimet/uusi/").content.decode()]
    key = Authenticator.objects.create(user=cast.leena.user, type="webauthn", data={"name": "x", "credential": {}})
    texts += [client.get(f"{own}avaimet/{page}").content.decode() for page in ("", f"{key.pk}/nimi/")]
    texts.append(client.get(f"{own}avaimet/{key.pk}/poista/").content.decode())
    with after_commit():
        texts.append(client.post(f"{own}avaimet/{key.pk}/poista/", follow=True).content.decode())
    texts.append(mail.outbox[-1].subject + mail.outbox[-1].body)
    assert [(word in text, library in text) for text in texts] == [(True, False)] * 7
