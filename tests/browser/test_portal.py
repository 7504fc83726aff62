"""Every page of the portal in a real browser: accessible at every width, light and dark, with and without scripts."""

import datetime as dt
import os
from pathlib import Path

import pytest
from django.test import Client

from accounts.links import make_link
from accounts.models import User
from meetings.models import Meeting
from registry.models import Appointment, Municipality
from tests.browser.accessibility import violations
from tests.browser.ways import WAYS
from tests.demo_world import load_demo
from tests.portal.conftest import BACKEND

pytestmark = pytest.mark.django_db(transaction=True)
OULU = "/oma/oulu/"


@pytest.fixture
def demo():
    """The demo world."""
    load_demo()


def become(page, live_server, email):
    """Let the browser be that of `email`, signed in."""
    client = Client()
    client.force_login(User.objects.get(email=email), backend=BACKEND)
    page.context.clear_cookies()
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def pages():
    """Return the pages of each reader: name, address, and what to post empty or wrong to see errors, if anything."""
    oulu = Municipality.objects.get(slug="oulu")
    role = Appointment.objects.current().get(municipality=oulu, person__user__email="liaison.oulu@example.org")
    grant, place = oulu.grantperiods.first(), oulu.premises.first()
    coming = Meeting.objects.hosted_by(oulu).published().coming(dt.date.today()).first()
    held = Meeting.objects.hosted_by(oulu).published().past(dt.date.today()).first()
    return {
        "liaison.oulu@example.org": [
            ("overview", OULU, {}),
            ("history", f"{OULU}historia/", {}),
            ("contacts", f"{OULU}yhteystiedot/", {}),
            ("details", f"{OULU}yhteystiedot/muuta/", {"#id_email": "väärä"}),
            ("appointment", f"{OULU}yhteystiedot/tehtava/{role.pk}/", {"#id_hours_per_week": "5", "#id_percent": "5"}),
            ("offers", f"{OULU}tarjonta/", {}),
            ("new grant", f"{OULU}tarjonta/avustus/uusi/", {"#id_closes_on": "x"}),
            ("grant", f"{OULU}tarjonta/avustus/{grant.pk}/", {"#id_closes_on": "1.1.1999", "#id_name": ""}),
            ("place", f"{OULU}tarjonta/tila/{place.pk}/", {"#id_name": ""}),
            ("channel", f"{OULU}tarjonta/kanava/uusi/", {"#id_name": ""}),
            ("tasks", f"{OULU}tehtavat/", {"#id_title": ""}),
            ("meetings", f"{OULU}illat/", {}),
            ("new meeting", f"{OULU}illat/uusi/", {"#id_day": "x", "#id_start": "99"}),
            ("meeting", f"{OULU}illat/{coming.slug}/", {}),
            ("meeting's words", f"{OULU}illat/{coming.slug}/muuta/", {"#id_title_fi": "", "#id_last_day": "x"}),
            ("agenda", f"{OULU}illat/{coming.slug}/ohjelma/", {"#id_form-0-minutes": "-1"}),
            ("move a meeting", f"{OULU}illat/{coming.slug}/siirra/", {"#id_day": "1.1.2020"}),
            ("meeting that was held", f"{OULU}illat/{held.slug}/", {}),
            ("agreed", f"{OULU}illat/{held.slug}/sovittu/", {"#id_due_on": "x"}),
            ("own calendar", "/oma/kalenteri/", {}),
            ("other's", "/oma/hailuoto/", {}),
        ],
        "agent.oulu@example.org": [
            ("agent's overview", OULU, {}),
            ("consents", f"{OULU}yhteystiedot/", {}),
            ("a point to propose", f"{OULU}illat/{coming.slug}/ehdota/", {"#id_title": ""}),
        ],
        "coordinator@example.org": [
            ("start", "/oma/", {}),
            ("look", f"{OULU}katso/", {}),
            ("looking", OULU, {}),
            ("looking at contacts", f"{OULU}yhteystiedot/?henkilo={role.person_id}", {}),
            ("looking at tasks", f"{OULU}tehtavat/", {"#id_title": ""}),
            ("looking at offers", f"{OULU}tarjonta/", {}),
        ],
    }


def look(page, name, ways):
    """Return what is wrong with the open page in each of these ways: (name, width, scheme) → faults."""
    found = {}
    for width, scheme in ways:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        problems = violations(page) + ([("too wide", wide)] if wide > width else [])
        if problems:
            found[name, width, scheme] = problems
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"{name.replace(' ', '-')}-{width}-{scheme}.png", full_page=True)
    return found


def walk(site, page, live_server, ways):
    """Look at every page of the portal, clean and with errors; return what is wrong."""
    found = {}
    for email, rows in pages().items():
        become(page, live_server, email)
        for name, address, wrong in rows:
            site(address)
            if name == "look":
                found |= look(page, name, ways)
                page.click("main [type=submit]")
                page.wait_for_url(f"**{OULU}")
                continue
            found |= look(page, name, ways)
            if wrong:
                page.eval_on_selector_all("main form", "forms => forms.forEach(form => form.noValidate = true)")
                for field, value in wrong.items():
                    page.fill(field, value)
                with page.expect_navigation():
                    page.locator(next(iter(wrong))).locator("xpath=ancestor::form").locator("[type=submit]").click()
                page.wait_for_selector("#errors")
                found |= look(page, f"{name} with errors", ways)
    return found


def test_axe_finds_nothing_in_the_portal(demo, site, page, live_server):
    assert walk(site, page, live_server, WAYS) == {}


def test_axe_finds_nothing_in_the_portal_with_scripts_blocked(demo, site, page, live_server):
    page.route("**/*.js", lambda route: route.abort())
    assert walk(site, page, live_server, WAYS[:1]) == {}


def test_axe_finds_nothing_on_the_pages_of_links(demo, site, page):
    account = User.objects.get(email="liaison.oulu@example.org")
    _link, token = make_link("signin", f"account:{account.pk}", lifetime=dt.timedelta(hours=1), account=account)
    found = {}
    for name, address in {"link": f"/y/{token}/", "gone": "/sv/y/ei-ole-mitaan/"}.items():
        site(address)
        found |= look(page, name, WAYS)
    assert found == {}
