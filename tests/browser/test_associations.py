"""An association answers from the QR code on a phone, with and without a script; the pages are accessible."""

import re

import pytest
from playwright.sync_api import expect

from registry.models import Municipality
from surveys.association_answers import enter_papers
from surveys.editions import put_together
from surveys.models import AssociationTally, PaperBatch
from surveys.open_links import make_open_link, token_of
from tests.browser.accessibility import violations
from tests.browser.test_answering import PREFIXES, TODAY, become, leena, opened  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def open_link(opened):  # noqa: F811
    """Oulu's open link in the default questionnaire."""
    return make_open_link(opened, Municipality.objects.get(code="564"), by=None)


@pytest.mark.parametrize("has_scripts", [True, False])
def test_an_association_answers_in_twelve_touches_on_a_phone_and_a_repeat_is_told_so(
    open_link, live_server, browser, has_scripts
):
    """Each tap lands on the label that a thumb meets: eight questions, one button."""
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, java_script_enabled=has_scripts
    )
    page = context.new_page()
    address = f"{live_server.url}/y/{token_of(open_link)}/"
    n_touches = 0
    page.goto(address)
    questions = page.locator("fieldset")
    for number in range(questions.count()):
        label = questions.nth(number).locator(".answers label, .states label").nth(number % 2)
        assert label.bounding_box()["height"] >= 40
        label.tap()
        n_touches += 1
    page.get_by_role("button", name="Lähetä vastaukset").tap()
    n_touches += 1

    expect(page.locator("h1")).to_have_text("Kiitos, vastauksesi on laskettu mukaan")
    assert questions.count() == 0
    assert n_touches == 9
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Tällä selaimella on jo vastattu")
    tally = AssociationTally.objects.get()
    assert (tally.n_sheets, sum(sum(each.values()) for each in tally.counts.values())) == (1, 8)
    assert {cookie["value"] for cookie in context.cookies()} == {"1"}
    context.close()


def look_at(page, site, address, found):
    """Add what axe finds at both widths, and whether the page is wider than the phone."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        site(address)
        if problems := violations(page):
            found[width, address] = problems
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_axe_finds_nothing_on_the_pages_of_either_side(open_link, opened, leena, site, page, live_server):  # noqa: F811
    oulu = open_link.municipality
    counts = {"premises_cost": {"free": 4, "paid": 9, "~do_not_know": 1}}
    enter_papers(opened, oulu, label="Yhdistysilta", collected_on=TODAY, n_papers=14, counts=counts, by=leena)
    put_together(opened, by=leena)
    batch, token, found = PaperBatch.objects.get(), token_of(open_link), {}
    own = f"/oma/oulu/kysely/{TODAY.year}/yhdistykset/"
    for prefix in PREFIXES.values():
        look_at(page, site, f"{prefix}/y/{token}/", found)
        page.locator("form[method=post] button").last.click()
        expect(page.locator(".error-summary")).to_be_visible()
        if problems := violations(page):
            found[prefix, "errors"] = problems
        look_at(page, site, f"{prefix}/y/{token}/?kiitos", found)
    become(page.context, leena, live_server.url)
    for prefix in PREFIXES.values():
        for address in ("", "paperit/", f"paperit/{batch.key}/", f"paperit/{batch.key}/peru/"):
            look_at(page, site, f"{prefix}{own}{address}", found)
    assert found == {}
    assert [each for each in page.complaints if not re.search("422", each)] == []
