"""The public pages of results in a real browser: accessible at every width, and nothing scrolls sideways but tables."""

import pikepdf
import pytest

from registry.models import Municipality, Region
from registry.reference import load_reference_data
from surveys.publishing import publish_results
from tests.browser.test_public import violations
from tests.browser.ways import WAYS
from tests.surveys.published_round import closed_round

pytestmark = pytest.mark.django_db(transaction=True)
ROUND = "/pohjois-pohjanmaa/kysely/2025/"
PAGES = {
    "round": ROUND,
    "municipality": f"{ROUND}oulu/",
    "municipality without answers": f"/sv{ROUND}siikajoki/",
    "question": f"{ROUND}kysymys/liaison_situation/",
    "question public as counts": f"/en{ROUND}kysymys/cooperation_promoters_words/",
    "years": "/pohjois-pohjanmaa/kysely/",
    "compare": "/en/pohjois-pohjanmaa/vertaa/?kunnat=oulu,hailuoto,ii",
    "evening": f"/sv{ROUND}oulu/ilta/",
    "wellbeing report": f"/en{ROUND}oulu/hyvinvointikertomus/",
}


@pytest.fixture
def published(transactional_db):
    """A published round that Oulu, Hailuoto and three small municipalities have answered."""
    if not Region.objects.exists():
        load_reference_data()
    region = Region.objects.get(code="17")
    Region.objects.filter(pk=region.pk).update(records_from="2021-01-01")
    places = Municipality.objects.filter(code__in=["564", "072", "009", "071", "139"])
    survey_round = closed_round(region, list(places))
    publish_results(survey_round, by=None)
    publish_results(survey_round, by=None, corrections=dict.fromkeys(("fi", "sv", "en"), "Korjaus."))


def test_axe_finds_nothing_and_no_page_scrolls_sideways(published, site, page):
    found = {}
    for name, address in PAGES.items():
        for place in (address, f"{ROUND}oulu/?painos=1") if name == "municipality" else (address,):
            assert site(place).status == 200, place
            page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
            for width, scheme in [*WAYS, (320, "light")]:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                if problems := violations(page):
                    found[place, width, scheme] = problems
                if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                    found[place, width] = "scrolls sideways"
    assert found == {}
    assert page.complaints == []


def test_the_evening_sheet_prints_on_two_pages_the_sides_and_the_workshop(published, site, page, tmp_path):
    assert site(f"{ROUND}oulu/ilta/").status == 200

    page.pdf(path=tmp_path / "sheet.pdf", prefer_css_page_size=True)

    with pikepdf.open(tmp_path / "sheet.pdf") as pdf:
        assert len(pdf.pages) == 2
        assert [round(float(side)) for side in pdf.pages[0].MediaBox[2:]] == [595, 842]
