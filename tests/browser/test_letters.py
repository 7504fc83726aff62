"""The pages of letters in a real browser: those behind a letter's links, the coordinators', the administrators'."""

import datetime as dt

import pytest

from accounts.links import make_link
from mailing.models import Bounce, Letter
from mailing.unsubscribing import hash_of, token_of
from registry.models import AssociationContact, Person
from tests.browser.accessibility import violations
from tests.browser.test_admin import sign_in
from tests.browser.test_public import demo  # noqa: F401 - a fixture
from tests.browser.ways import WAYS

pytestmark = pytest.mark.django_db(transaction=True)
POST = "/hallinta/posti/"
TABLES = "/hallinta/mailing/"


def faults(site, page, addresses):
    """Return what is wrong with each page at two widths, light and dark: axe, sideways scrolling, the CSP."""
    found = {}
    for name, address in addresses.items():
        page.set_viewport_size({"width": 320, "height": 640})
        site(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found[name, 320] = "scrolls sideways"
        if page.complaints:
            found[name] = list(page.complaints)
        for width, scheme in WAYS:
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 900})
            site(address)  # anew: colours on their way from one scheme to the other have no contrast
            if problems := violations(page):
                found[name, width, scheme] = problems
        page.complaints.clear()  # of what axe brings along
    return found


@pytest.fixture
def links(demo):  # noqa: F811
    """The addresses of an association's check and of the link to unsubscribe."""
    contact = AssociationContact.objects.exclude(email="").first()
    _link, token = make_link("association_check", f"contact:{contact.pk}", lifetime=dt.timedelta(days=1))
    letter = Letter.objects.filter(kind="association_letter").first()
    letter.stop_hash = hash_of(token_of(letter))
    letter.save(update_fields=["stop_hash"])
    return {"check": f"/y/{token}/", "stop": f"/sv/y/{token_of(letter)}/"}


def test_the_pages_behind_a_letters_links(links, site, page):
    assert faults(site, page, links) == {}
    page.click("main button")  # no more letters
    page.wait_for_selector("button[value=again]")
    assert violations(page) == []
    site(links["check"])
    page.click("button[value=changed]")  # nothing was changed
    page.wait_for_selector("#errors")
    assert page.evaluate("document.activeElement.id") == "errors"
    assert violations(page) == []
    page.fill("#id_phone", "050 000 0077")
    page.click("button[value=changed]")
    page.wait_for_selector("text=Kiitos")
    assert violations(page) == []


def test_the_coordinators_page_and_a_decision_by_keyboard(demo, site, page):  # noqa: F811
    sign_in(site, page, "coordinator@example.org")
    person = Person.objects.get(email__in=Bounce.objects.holding().values("address"))
    addresses = {
        "to decide": POST,
        "waiting": f"{POST}?tila=odottavat",
        "nothing found": f"{POST}?tila=lahteneet&osoite=zzzz",
        "asked next": f"{POST}seuraavaksi/",
        "jobs": f"/en{POST}ajot/",
        "returned": f"/hallinta/registry/person/{person.pk}/change/",
        "quality": "/hallinta/laatu/?alue=&tarkistus=address_returned",
    }
    assert faults(site, page, addresses) == {}
    site(POST)
    page.focus("button[value=leave]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".messagelist .success")
    assert Letter.objects.get(decision="left").decided_by.email == "coordinator@example.org"


def test_the_administrators_tables(demo, site, page):  # noqa: F811
    sign_in(site, page)
    letter = Letter.objects.filter(state="doubtful").get()
    addresses = {
        "letters": f"{TABLES}letter/",
        "letter": f"{TABLES}letter/{letter.pk}/change/",
        "bounces": f"{TABLES}bounce/",
        "texts": f"{TABLES}lettertext/",
        "text": f"{TABLES}lettertext/add/?kind=association_check&language=sv",
        "quiet periods": f"{TABLES}quietperiod/",
        "runs": "/hallinta/jobs/jobrun/",
    }
    assert faults(site, page, addresses) == {}
