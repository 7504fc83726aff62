"""The screens of an import in a real browser: accessible at every width, under the strict CSP."""

import pytest

from config.demo import PASSWORD
from registry.models import ImportRun
from tests.browser.accessibility import violations
from tests.browser.ways import WAYS
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def demo(transactional_db):
    load_demo()


def test_axe_finds_nothing_on_the_pages_of_imports(demo, site, page):
    waiting, saved = ImportRun.objects.get(state="checked"), ImportRun.objects.get(state="saved")
    pages = {
        "start": "/hallinta/tuonti/",
        "upload": "/hallinta/tuonti/uusi/appointments/",
        "mapping": f"/hallinta/tuonti/{waiting.pk}/sarakkeet/",
        "preview": f"/hallinta/tuonti/{waiting.pk}/",
        "done": f"/hallinta/tuonti/{saved.pk}/",
        "undo": f"/hallinta/tuonti/{saved.pk}/kumoa/",
    }
    site("/kirjaudu/salasana/?next=/hallinta/tuonti/")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    found = {}
    for name, address in pages.items():
        site(address)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        for width, scheme in WAYS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.wait_for_timeout(300)  # links fade into their colour
            if problems := violations(page):
                found[name, width, scheme] = problems
    page.set_viewport_size({"width": 320, "height": 640})
    for name, address in pages.items():
        site(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found[name, 320] = "scrolls sideways"
    site(pages["preview"])
    page.click("button:has-text('Tallenna 3 riviä')")
    if problems := violations(page):
        found["preview with an error"] = problems
    assert page.locator("[role=alert]").count() == 1
    complaints = [text for text in page.complaints if "status of 422" not in text]
    assert (found, complaints) == ({}, [])
