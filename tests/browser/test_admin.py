"""The administration in a real browser: accessible in light and dark, at every width, by keyboard, under the CSP."""

import pytest

from config.demo import PASSWORD
from meetings.models import Meeting
from registry import models
from tests.browser.accessibility import violations
from tests.browser.test_public import demo, tab_to  # noqa: F401 - a fixture
from tests.browser.ways import WAYS

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = "/hallinta/registry/"


@pytest.fixture
def addresses(demo):  # noqa: F811
    """Every type of page with its address."""
    oulu = models.Municipality.objects.get(code="564")
    appointment = oulu.appointments.current().first()
    agent = oulu.agents.current().first()
    association = models.Association.objects.filter(municipality=oulu).first()
    area = oulu.area_memberships.current().first().area
    network = Meeting.objects.filter(proposals__isnull=False, kind__key="network-meeting").first()
    return {
        "index": "/hallinta/",
        "tables": TABLES,
        "list": f"{TABLES}municipality/",
        "list by area": f"{TABLES}municipality/?in_area={area.pk}",
        "list filtered and searched": f"{TABLES}appointment/?kind__exact=liaison&q=oulu",
        "list with actions": f"{TABLES}task/",
        "list of people": f"{TABLES}person/",
        "empty list": f"{TABLES}person/?q=zzzz",
        "new row": f"{TABLES}appointment/add/",
        "new person": f"{TABLES}person/add/",
        "new figure": f"{TABLES}publishedfigure/add/",
        "row with related lists": f"{TABLES}municipality/{oulu.pk}/change/",
        "appointment": f"{TABLES}appointment/{appointment.pk}/change/",
        "officer": f"{TABLES}person/{appointment.person_id}/change/",
        "volunteer with consents": f"{TABLES}person/{agent.person_id}/change/",
        "row with rows inside": f"{TABLES}agent/{agent.pk}/change/",
        "history": f"{TABLES}person/{appointment.person_id}/history/",
        "delete": f"{TABLES}association/{association.pk}/delete/",
        "step": f"{TABLES}municipality/{oulu.pk}/merge/",
        "meeting with its agenda": f"/hallinta/meetings/meeting/{network.pk}/change/",
        "kind of meeting": f"/hallinta/meetings/meetingkind/{network.kind_id}/change/",
        "proposals for an agenda": f"/hallinta/meetings/meeting/{network.pk}/proposals/",
        "accounts": "/hallinta/accounts/user/",
    }


def sign_in(site, page, email="admin@example.org"):
    site("/kirjaudu/salasana/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_selector("#user-tools")


def all_faults(site, page, addresses, scheme):
    """Return what axe finds on the sign-in page, on every page, and on forms with errors, in the ways of a scheme."""
    found = {}
    page.add_init_script("localStorage.removeItem('theme')")

    def look(name, address, prepare=lambda: None):
        page.emulate_media(color_scheme=scheme)
        site(address)
        prepare()
        for width in [width for width, its_scheme in WAYS if its_scheme == scheme]:
            page.set_viewport_size({"width": width, "height": 900})
            if problems := violations(page):
                found[name, width] = problems

    def send_empty():
        page.click("[type=submit].default, .submit-row [type=submit]")
        page.wait_for_selector(".errorlist")

    look("sign-in", "/kirjaudu/salasana/")
    sign_in(site, page)
    for name, address in addresses.items():
        look(name, address)
    look("form with errors", addresses["new row"], send_empty)
    look("step with errors", addresses["step"], send_empty)
    look("row with rows inside with errors", f"{TABLES}agent/add/", send_empty)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page_type(addresses, site, page, scheme):
    assert all_faults(site, page, addresses, scheme) == {}


def test_nothing_scrolls_sideways_at_320_px_but_tables_and_the_csp_is_kept(addresses, site, page):
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(site, page)
    too_wide = []
    for name, address in addresses.items():
        site(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            too_wide.append(name)
    assert too_wide == []
    assert page.complaints == []


def test_a_coordinator_chooses_the_area_and_records_by_keyboard_alone(addresses, site, page):
    sign_in(site, page, "coordinator@example.org")
    site(addresses["list by area"])
    tab_to(page, ".area-note button", at_most=120)
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    assert page.locator(".area-note button").inner_text() == "Avaa luettelot taas kaikilla alueilla"
    site(addresses["new person"])
    page.keyboard.press("Enter")  # saves, from the first field, which has the focus
    page.wait_for_selector(".error-summary")
    assert page.evaluate("document.activeElement.id") == "errors"
    tab_to(page, ".error-summary a", at_most=2)
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_given_name"


def test_focus_is_visible_and_not_hidden_under_the_row_of_buttons(addresses, site, page):
    page.set_viewport_size({"width": 1280, "height": 800})
    sign_in(site, page)
    site(addresses["appointment"])
    page.focus("#id_municipality")
    faults = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, is_visible, is_covered = page.evaluate(
            """() => { const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
            const row = document.querySelector(".submit-row").getBoundingClientRect();
            return [e.outerHTML.slice(0, 80), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
                !e.closest(".submit-row") && box.bottom > row.top && box.top < row.bottom]; }"""
        )
        if not name.startswith("<body") and (not is_visible or is_covered):
            faults.append((name, is_visible, is_covered))
    assert faults == []


def test_the_theme_is_chosen_and_kept_under_the_csp(addresses, site, page):
    page.emulate_media(color_scheme="light")
    sign_in(site, page)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click(".theme-toggle")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    site(addresses["list"])
    assert (light, dark) == ("rgb(251, 249, 244)", "rgb(16, 33, 28)")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.complaints == []
