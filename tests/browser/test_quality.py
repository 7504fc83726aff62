"""The page of data quality in a real browser: accessible, at every width, and a finding is accepted and taken back."""

import pytest

from config.demo import PASSWORD
from registry.models import QualityException
from tests.browser.accessibility import violations
from tests.browser.ways import WAYS
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {
    "all checks": "/hallinta/laatu/",
    "one check": "/sv/hallinta/laatu/?tarkistus=contact_stale",
    "accepted": "/en/hallinta/laatu/?nayta=hyvaksytyt",
}


@pytest.fixture
def coordinator(transactional_db, site, page):
    """A coordinator of the demo, signed in."""
    load_demo()
    site("/kirjaudu/salasana/?next=/hallinta/laatu/")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_selector(".quality")


def test_axe_finds_nothing_and_nothing_scrolls_sideways(coordinator, site, page):
    accepted = QualityException.objects.get()
    form = f"/hallinta/laatu/{accepted.region.slug}/{accepted.check_key}/{accepted.subject}/"
    found = {}
    for width, scheme in [(320, "light"), *WAYS]:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for name, address in {**PAGES, "form": form}.items():
            site(address)
            problems = violations(page, "#content") if width > 320 else []
            problems += page.evaluate(
                """() => [...document.querySelectorAll(".quality *")].filter((each) => {
                    const box = each.getBoundingClientRect();
                    return box.width && !each.closest("thead, .visually-hidden") && box.right > innerWidth + 1;
                }).map((each) => each.outerHTML.slice(0, 80))"""
            )
            if problems:
                found[name, width, scheme] = problems
    site(form)
    page.click("[type=submit].default")  # the reason is missing
    page.wait_for_selector(".errorlist")
    assert violations(page, "#content") == []
    assert found == {}


def test_a_finding_is_accepted_and_taken_back_without_scripts(coordinator, site, page):
    page.route("**/*.js", lambda route: route.abort())
    site("/en/hallinta/laatu/?alue=&tarkistus=grants_closed")
    assert page.locator(".quality tbody tr").count() == 1
    page.click(".quality-steps a:has-text('It is right so')")
    page.fill("#id_reason", "Kunta ei jaa avustuksia ensi vuonna.")
    page.click("[type=submit].default")
    page.wait_for_selector(".quality-well")
    page.click("text=Accepted as right (1)")
    page.click("button:has-text('Take back')")
    page.wait_for_selector(".messagelist :text('Shown again')")
    page.click(".quality-views a:has-text('To look at')")
    page.wait_for_selector(".quality tbody tr")
    assert "grants_closed" not in QualityException.objects.values_list("check_key", flat=True)
