"""Merging two rows of one person in a real browser: accessible at both widths, light and dark, without scripts too."""

import pytest

from config.demo import PASSWORD
from registry.models import ChangeSet, Person
from tests.browser.accessibility import violations
from tests.browser.ways import WAYS
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def twins(transactional_db):
    """The two rows of one liaison in the demo."""
    load_demo()
    twin = Person.objects.get(tasks__title="Kysy, onko toimenkuva julkaistu")
    return twin, Person.objects.filter(sort_key=twin.sort_key).exclude(pk=twin.pk).get()


def sign_in(site, page, address):
    site(f"/kirjaudu/salasana/?next={address}")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")


def look_at(site, page, addresses):
    """Return what axe finds, and where the page itself is wider than the window."""
    found = {}
    for width, scheme in WAYS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        for address in addresses:
            site(address)
            problems = violations(page)
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                problems.append("wider than the window")
            if problems:
                found[address, width, scheme] = problems
    return found


def test_merging_and_the_list_of_steps_are_accessible_and_work_without_scripts(twins, site, page):
    gone, kept = twins
    merge = f"/hallinta/registry/person/{gone.pk}/merge/"
    page.route("**/*.js", lambda route: route.abort())
    sign_in(site, page, merge)
    found = look_at(site, page, [merge, f"{merge}?q=a", f"{merge}?with={kept.pk}"])

    page.click(".merging .submit-row [type=submit]")
    assert page.url.endswith(f"/hallinta/registry/person/{kept.pk}/change/")
    step = ChangeSet.objects.get(kind="merge")
    pages = ["", f"{step.pk}/change/", f"{step.pk}/undo/"]
    found |= look_at(site, page, [f"/hallinta/registry/changeset/{each}" for each in pages])
    assert found == {}

    page.click(".submit-row [type=submit]")
    assert ChangeSet.objects.get(kind="merge").is_undone
    assert Person.objects.filter(pk=gone.pk).exists()
