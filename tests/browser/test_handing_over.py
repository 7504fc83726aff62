"""Handing over, the directory and one's own data in a real browser: what is said, without JavaScript too; axe."""

import re

import pytest
from django.core import mail

from registry.models import Appointment, Handover
from tests.accounts.helpers import latest_code
from tests.browser.accessibility import violations
from tests.browser.test_signing_in import sign_in
from tests.browser.ways import WAYS
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo():
    """The demo world."""
    load_demo()


def look(site, page, found, address):
    """Keep what axe finds at `address`."""
    for width, scheme in WAYS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        site(address)
        if problems := violations(page):
            found[address, width] = problems
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found[address, width, "wide"] = True


def test_axe_finds_nothing_on_the_new_pages_of_the_portal(demo, site, page):
    found = {}
    own = Appointment.objects.current().get(person__user__email="liaison.oulu@example.org")
    pack = Handover.objects.get()
    sign_in(site, page, "liaison.oulu@example.org")
    addresses = [
        "/oma/oulu/", "/oma/oulu/yhteystiedot/", f"/oma/oulu/luovutus/{own.pk}/",
        f"/oma/oulu/luovutus/paketti/{pack.pk}/",
        "/oma/oulu/hakemisto/", "/oma/oulu/hakemisto/?aihe=premises", "/oma/oulu/hakemisto/kysy/?aihe=premises",
        f"/oma/oulu/yhteystiedot/aiheet/{own.pk}/", "/oma/tiedot/", "/kirjaudu/varmistus/koodi/",
    ]  # fmt: skip
    for address in addresses:
        look(site, page, found, address)
    site("/oma/tiedot/")
    for summary in page.locator("summary").all():
        summary.click()
    if problems := violations(page):
        found["opened"] = problems
    site(f"/oma/oulu/luovutus/{own.pk}/")
    page.click("main [type=submit]")
    page.wait_for_selector("#errors")
    if problems := violations(page):
        found["errors"] = problems
    site("/oma/tiedot/poista/")
    page.click("a[href*='koodi']")
    page.click("main [type=submit]")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", latest_code())
    page.click("main .reading > form:first-of-type [type=submit]")
    page.wait_for_url(re.compile("/oma/tiedot/poista/"))
    look(site, page, found, "/oma/tiedot/poista/")
    assert found == {}
    assert [text for text in page.complaints if "422" not in text] == []


def test_axe_finds_nothing_on_a_coordinators_handover(demo, site, page):
    found = {}
    sign_in(site, page, "coordinator@example.org", "/oma/luovutus/")
    look(site, page, found, "/oma/luovutus/")
    role = page.locator("main .offers a").first.get_attribute("href")
    look(site, page, found, role)
    assert found == {}
    page.fill("#id_last_day", "31.12.2099")
    page.check("#id_follows_2")
    page.click("main [type=submit]")
    page.wait_for_url(re.compile("/paketti/"))
    look(site, page, found, page.url.partition("/oma/")[1] + page.url.partition("/oma/")[2])
    assert found == {}
    assert page.complaints == []


@pytest.mark.parametrize("prefix", ["", "/sv", "/en"])
def test_a_liaison_hands_over_without_javascript(demo, site, page, prefix):
    page.route("**/*.js", lambda route: route.abort())
    own = Appointment.objects.current().get(person__user__email="liaison.hailuoto@example.org")
    sign_in(site, page, "liaison.hailuoto@example.org", f"{prefix}/oma/hailuoto/yhteystiedot/")
    page.click(f"a[href='{prefix}/oma/hailuoto/luovutus/{own.pk}/']")
    page.fill("#id_last_day", "31.12.2099")
    page.check("#id_follows_1")
    for field, value in (("given_name", "Uuno"), ("family_name", "Uusi"), ("email", "uuno@example.org")):
        page.fill(f"#id_{field}", value)
    page.fill("#id_note", "Kysy avainta.")
    page.click("main [type=submit]")
    page.wait_for_url(re.compile(f"{prefix}/oma/hailuoto/luovutus/paketti/"))
    assert "Kysy avainta." in page.inner_text("main")
    own.refresh_from_db()
    assert str(own.end_last) == "2099-12-31"
    assert "uuno@example.org" not in {address for letter in mail.outbox for address in letter.to}
