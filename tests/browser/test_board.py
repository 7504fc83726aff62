"""The board and the contact log's form in a real browser: accessible at both widths, in both colours, by keyboard."""

import pytest

from config.demo import PASSWORD
from registry.models import ContactEntry, Municipality, Task
from tests.browser.accessibility import violations
from tests.browser.ways import WAYS
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def signed_in(transactional_db, site, page):
    """The demo's coordinator, on the board."""
    load_demo()
    site("/kirjaudu/salasana/?next=/hallinta/")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_selector("table.board")
    return page


def test_axe_finds_nothing_on_the_board_and_the_form(signed_in, site):
    oulu = Municipality.objects.get(code="564").pk
    addresses = {
        "board": "/hallinta/",
        "board of what is missing": "/hallinta/?puute=pair&jarjestys=-yhteys&alue=",
        "board with nothing": "/sv/hallinta/?puute=x&alue=x",
        "form": f"/hallinta/registry/contactentry/add/?municipality={oulu}",
        "all tables": "/hallinta/taulut/",
    }
    found = {}
    for width, scheme in WAYS:
        signed_in.set_viewport_size({"width": width, "height": 900})
        signed_in.emulate_media(color_scheme=scheme)
        for name, address in addresses.items():
            site(address)
            if problems := violations(signed_in):
                found[name, width, scheme] = problems
    assert found == {}


def test_the_board_keeps_the_strict_policy(signed_in, site):
    site("/hallinta/?puute=pair")
    assert signed_in.complaints == []


def test_nothing_but_the_table_scrolls_sideways(signed_in, site):
    for width in (320, 360, 1280):
        signed_in.set_viewport_size({"width": width, "height": 900})
        for address in ("/hallinta/", "/hallinta/registry/contactentry/add/"):
            site(address)
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, (width, address)


def test_two_clicks_from_the_board_and_back_to_it(signed_in, live_server):
    before = ContactEntry.objects.count()
    row = signed_in.locator("table.board tbody tr", has_text="Hailuoto")
    row.locator("a.record").click()
    signed_in.fill("#id_about", "Esimerkkipuhelu")
    signed_in.click("input[name=_save]")
    signed_in.wait_for_selector("table.board")
    assert signed_in.url == f"{live_server.url}/hallinta/"
    assert ContactEntry.objects.count() == before + 1
    assert ContactEntry.objects.latest("pk").municipality.name_fi == "Hailuoto"


def test_a_task_is_done_from_the_board(signed_in, live_server):
    before = Task.objects.open().count()
    signed_in.locator(".task-list button").first.click()
    signed_in.wait_for_selector(".messagelist .success")
    assert signed_in.url == f"{live_server.url}/hallinta/"
    assert Task.objects.open().count() == before - 1
