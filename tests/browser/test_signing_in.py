"""Signing in with a real browser: codes in two languages, a virtual passkey, an application's codes; axe."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail

from accounts.models import User
from config.demo import PASSWORD
from config.settings import municipal_sign_ins
from tests.accounts.helpers import latest_code, totp_code
from tests.browser.test_portal import look
from tests.browser.ways import WAYS
from tests.demo_world import load_demo
from tests.identity_server import IdentityServer

pytestmark = pytest.mark.django_db(transaction=True)
OWN = "/kirjaudu/tunnistautuminen/"


@pytest.fixture
def demo():
    """The demo world."""
    load_demo()


def sign_in(site, page, email, leads="/oma/"):
    """Sign in with the password."""
    site(f"/kirjaudu/salasana/?next={leads}")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    press(page)


def press(page):
    """Press the button of the page's first form and wait for the page that answers.

    To wait for the load state alone would find the old page loaded.
    """
    with page.expect_navigation():
        page.click("main [type=submit]")


def confirm_password(page):
    """Write the password once more where a sensitive step asks for it."""
    page.fill("#id_password", PASSWORD)
    press(page)


@pytest.mark.parametrize("prefix", ["", "/sv"])
@pytest.mark.parametrize("scripts", ["on", "off"])
def test_a_code_signs_in(demo, site, page, prefix, scripts):
    if scripts == "off":
        page.route("**/*.js", lambda route: route.abort())
    site(f"{prefix}/kirjaudu/")
    page.fill("#id_email", "liaison.oulu@example.org")
    page.click("main [type=submit]")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", latest_code().lower().replace("-", " "))
    page.click("main [type=submit]")
    page.wait_for_url(re.compile(rf"{prefix}/oma/"))
    assert mail.outbox[-1].to == ["liaison.oulu@example.org"]


def test_a_passkey_opens_the_administration(demo, site, page, settings, live_server):
    settings.SECOND_FACTOR_REQUIRED = True
    # A passkey belongs to a name, never to a number.
    address = live_server.url.replace("127.0.0.1", "localhost")
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    page.goto(f"{address}/hallinta/")
    page.goto(f"{address}/kirjaudu/salasana/?next=/hallinta/")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_url(f"{address}{OWN}")
    page.click("a[href$='/avaimet/uusi/']")
    confirm_password(page)
    labels = [label.strip() for label in page.locator("main label").all_inner_texts()]
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(f"{address}{OWN}varakoodit/")
    codes = page.input_value("#recovery_codes").split()
    page.goto(f"{address}/hallinta/")
    opened = page.url
    page.goto(f"{address}/kirjaudu/ulos/")
    page.click("main [type=submit]")
    page.wait_for_url(f"{address}/kirjaudu/ulkona/")

    page.goto(f"{address}/kirjaudu/salasana/")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_url(f"{address}{OWN}vahvista/")
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url(f"{address}/hallinta/")
    page.goto(f"{address}/kirjaudu/ulos/")
    press(page)
    page.goto(f"{address}/kirjaudu/salasana/")
    page.click("#passkey_login")
    page.wait_for_url(f"{address}/hallinta/")
    events = User.objects.get(email="coordinator@example.org").sign_in_events.order_by("pk")
    assert labels == ["Nimi", "Kirjaudu pelkällä tällä avaimella"]
    assert (opened, len(codes)) == (f"{address}/hallinta/", 10)
    assert [(event.kind, event.means) for event in events if event.kind != "signed_out"] == [
        ("signed_in", "password"),
        ("factor_added", "passkey"),
        ("signed_in", "password"),
        ("signed_in", "passkey"),
    ]


def test_an_authenticator_application_opens_the_administration(demo, site, page, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(site, page, "coordinator@example.org", "/hallinta/")
    page.wait_for_url(f"**{OWN}")
    page.click("a[href$='/sovellus/']")
    confirm_password(page)
    assert page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth > 0")
    page.fill("#id_code", totp_code(page.input_value("#authenticator_secret")))
    page.click("main [type=submit]")
    page.wait_for_url(f"**{OWN}varakoodit/")
    site("/hallinta/")
    assert page.locator("#user-tools").count() == 1
    assert page.complaints == []
    assert sorted(Authenticator.objects.values_list("type", flat=True)) == ["recovery_codes", "totp"]


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_a_municipalitys_own_sign_in_opens_the_portal(demo, site, page, settings, live_server, tmp_path, scripts):
    """The strict policy of forms would stop a redirect to another site, silently."""
    if scripts == "off":
        page.route("**/*.js", lambda route: route.abort())
    server = IdentityServer(tmp_path, live_server.url)
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": municipal_sign_ins([server.provider()])}}
    server.is_somebody(sub="1", email="liaison.oulu@example.org", email_verified=True)
    try:
        site("/sv/kirjaudu/?next=/sv/oma/oulu/tehtavat/")
        page.click("main form[action$='/kunta/oulu/'] button")
        page.wait_for_url(f"{live_server.url}/sv/oma/oulu/tehtavat/")
    finally:
        server.stop()
    complaints = [each for each in page.complaints if "ERR_FAILED" not in each]
    assert (complaints, page.locator(".portal-bar").count()) == ([], 1)


@pytest.mark.parametrize("scripts", ["on", "off"])
def test_axe_finds_nothing_on_the_pages_of_signing_in(demo, site, page, scripts):
    """Clean and with errors; with scripts off the narrow width says enough."""
    found = {}
    ways = WAYS if scripts == "on" else WAYS[:1]
    if scripts == "off":
        page.route("**/*.js", lambda route: route.abort())

    def see(address=""):
        if address:
            site(address)
        found.update(look(page, (address or page.url.rpartition("/kirjaudu/")[2]).strip("/").replace("/", "-"), ways))

    def send(**fields):
        """Fill the form in, send it, and look at the page with its errors."""
        page.eval_on_selector_all("main form", "forms => forms.forEach(form => form.noValidate = true)")
        for name, value in fields.items():
            page.fill(f"#id_{name}", value)
        with page.expect_navigation():
            page.locator(f"#id_{name}").locator("xpath=ancestor::form").locator("[type=submit]").first.click()
        page.wait_for_selector("#errors, .invalid-feedback, .errorlist")
        see()

    for name in ("", "salasana/", "suljettu/", "ei-itse/", "ulkona/", "kunta/peruttu/", "kunta/oulu/paluu/"):
        see(f"/kirjaudu/{name}")
    site("/kirjaudu/salasana/")
    send(login="liaison.oulu@example.org", password="väärä")
    site("/kirjaudu/")
    page.fill("#id_email", "liaison.oulu@example.org")
    page.click("main [type=submit]")
    page.wait_for_selector("#id_code")
    send(code="väärä")
    with page.expect_navigation():
        page.click("[form=logout-from-stage]")
    sign_in(site, page, "coordinator@example.org", "/kirjaudu/loki/")
    for name in ("loki/", "istunnot/", "ulos/", "salasana/vaihda/", "varmistus/", OWN.rpartition("/kirjaudu/")[2]):
        see(f"/kirjaudu/{name}")
    site("/kirjaudu/salasana/vaihda/")
    send(oldpassword="väärä", password1="lyhyt", password2="toinen")
    see(f"{OWN}avaimet/")
    site(f"{OWN}sovellus/")
    send(password="väärä")
    confirm_password(page)
    see(f"{OWN}sovellus/")
    see(f"{OWN}avaimet/uusi/")
    page.goto(page.url.replace("avaimet/uusi/", "sovellus/"))
    send(code="000000")
    page.fill("#id_code", totp_code(page.input_value("#authenticator_secret")))
    page.click("main [type=submit]")
    page.wait_for_url(f"**{OWN}varakoodit/")
    for name in ("", "varakoodit/", "varakoodit/uudet/", "sovellus/poista/", "varmistus/"):
        see(f"{OWN}{name}")
    assert found == {}
    if scripts == "on":
        assert [each for each in page.complaints if "404" not in each] == []
