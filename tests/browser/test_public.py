"""Every public page type in a real browser: accessible, at every width, by keyboard, under the strict CSP."""

import datetime as dt

import pytest

from config.demo import PASSWORD
from config.demo_meetings import CANCELLED_IN_KEMPELE, MOVED_IN_HAILUOTO, NEXT_IN_OULU
from registry.models import Region
from tests import factories
from tests.browser.accessibility import violations
from tests.browser.ways import WAYS
from tests.demo_world import load_demo

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = dt.date.today().year  # the demo lives today
PAGES = {
    "home": "/",
    "search": "/?haku=jarvi",
    "search error": "/?haku=%00",
    "region": "/pohjois-pohjanmaa/",
    "region of a year": "/en/keski-suomi/?vuosi=2020&tilanne=no_information",
    "region with errors": "/pohjois-pohjanmaa/?vuosi=1850",
    "municipality": "/pohjois-pohjanmaa/oulu/",
    "municipality with nothing": "/sv/pohjois-pohjanmaa/taivalkoski/",
    "municipality with a fallback": "/pohjois-pohjanmaa/karsamaki/",
    "events": "/pohjois-pohjanmaa/tapahtumat/",
    "events of a municipality by month": "/sv/pohjois-pohjanmaa/tapahtumat/?nakyma=kuukausi&kunta=oulu",
    "events with errors": "/pohjois-pohjanmaa/tapahtumat/?kunta=muu",
    "no event": "/en/pohjois-pohjanmaa/tapahtumat/?kunta=taivalkoski",
    "event": f"/pohjois-pohjanmaa/tapahtumat/{NEXT_IN_OULU}/",
    "event moved": f"/pohjois-pohjanmaa/tapahtumat/{MOVED_IN_HAILUOTO}/",
    "event cancelled": f"/en/pohjois-pohjanmaa/tapahtumat/{CANCELLED_IN_KEMPELE}/",
    "annual clock": "/sv/pohjois-pohjanmaa/oulu/vuosikello/",
    "accessibility": "/saavutettavuus/",
    "privacy": "/sv/tietosuoja/",
    "method of a survey": f"/pohjois-pohjanmaa/kysely/{YEAR}/menetelma/",
    "method of a draft": f"/sv/keski-suomi/kysely/{YEAR + 1}/menetelma/",
    "stories from results": "/pohjois-pohjanmaa/kysely/havainnot/",
    "grants per resident": "/sv/pohjois-pohjanmaa/kysely/avustukset/",
    "grants of a municipality": "/pohjois-pohjanmaa/kysely/avustukset/sievi/",
    "about": "/en/tietoa/",
    "feedback": "/palaute/?sivu=/pohjois-pohjanmaa/oulu/",
    "thanks": "/palaute/kiitos/",
    "not found": "/pohjois-pohjanmaa/pudasjarv/",
}


@pytest.fixture
def demo(transactional_db):
    load_demo()


def tab_to(page, selector, at_most=30):
    """Press Tab until the element has the focus; fails when the keyboard does not reach it."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard")


def test_axe_does_find_faults(page):
    page.set_content(
        "<!DOCTYPE html><html lang=fi><title>Sivu</title><main><h1>Sivu</h1><img src=x>"
        "<p style='color: #aaa; background: #fff'>Himmeä</p></main>"
    )

    assert [rule for rule, _element in violations(page)] == ["color-contrast", "image-alt"]
    assert violations(page, "h1") == []


def test_axe_finds_nothing_on_any_page_type(demo, site, page):
    found = {}
    for name, address in PAGES.items():
        site(address)
        for width, scheme in WAYS:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            if problems := violations(page):
                found[name, width, scheme] = problems
    assert found == {}


def test_axe_finds_nothing_with_scripts_blocked(demo, site, page):
    page.set_viewport_size({"width": 360, "height": 900})
    page.route("**/*.js", lambda route: route.abort())
    found = {}
    for name, address in PAGES.items():
        site(address)
        if problems := violations(page):
            found[name] = problems
    assert found == {}


def test_style_guide_is_accessible(demo, site, page):
    site("/kirjaudu/salasana/?next=/hallinta/tyyliopas/")
    page.fill("#id_login", "coordinator@example.org")
    page.fill("#id_password", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_selector("#marks")
    for width, scheme in WAYS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []


SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-bottom: 2em !important; }"""


@pytest.mark.parametrize(
    ("viewport", "scale", "css"),
    [((320, 256), 4, ""), ((320, 640), 1, SPACING)],
    ids=["400 % zoom", "text spacing"],
)
def test_zoom_and_text_spacing_keep_all_content(demo, live_server, browser, viewport, scale, css):
    """Nothing is cut off or covered, and nothing but wide tables scrolls sideways (WCAG 1.4.10, 1.4.12)."""
    context = browser.new_context(
        viewport={"width": viewport[0], "height": viewport[1]}, device_scale_factor=scale, bypass_csp=True,
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    faults = {}
    for name, address in PAGES.items():
        page.goto(live_server.url + address)
        if css:
            page.add_style_tag(content=css)
        faults[name] = page.evaluate(
            """() => [...document.querySelectorAll("main *, header *, footer *")].filter((e) => {
                const box = e.getBoundingClientRect(), style = getComputedStyle(e);
                const isScrolled = e.closest(".table-scroll, svg, .visually-hidden, .not-for-people, .skip");
                return box.width && !isScrolled && (box.right > innerWidth + 1
                    || (style.overflow === "hidden" && e.scrollHeight > e.clientHeight + 1));
            }).map((e) => e.outerHTML.slice(0, 80))"""
        )
    context.close()
    assert faults == {name: [] for name in PAGES}


def test_municipality_is_found_with_one_keystroke(demo, site, page):
    site("/")
    page.locator("#id_haku").press_sequentially("å")
    page.locator("#id_haku").fill("")
    page.locator("#id_haku").press_sequentially("p")
    names = page.locator("[data-found] li").all_inner_texts()
    assert names == ["Petäjävesi", "Pihtipudas", "Pudasjärvi", "Pyhäjoki", "Pyhäjärvi", "Pyhäntä"]
    page.locator("[data-found] a", has_text="Pudasjärvi").click()
    assert page.url.endswith("/pohjois-pohjanmaa/pudasjarvi/")


def test_no_page_type_scrolls_sideways_at_320_px_or_complains(demo, site, page):
    page.set_viewport_size({"width": 320, "height": 640})
    too_wide = []
    for name, address in PAGES.items():
        site(address)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            too_wide.append(name)
    assert too_wide == []
    complaints = [text for text in page.complaints if "status of 40" not in text]
    assert complaints == []


def test_feedback_by_keyboard_alone_without_scripts(demo, site, page):
    page.route("**/*.js", lambda route: route.abort())
    site("/palaute/?sivu=/pohjois-pohjanmaa/oulu/")
    page.focus("[name=kind]")
    page.keyboard.press("Space")
    tab_to(page, "main button[type=submit]")
    page.keyboard.press("Enter")
    assert page.locator(".error-summary a").get_attribute("href") == "#id_message"
    page.locator(".error-summary a").press("Enter")
    page.locator("#id_message").fill("Linkki ei toimi.")
    page.locator("main button[type=submit]").press("Enter")
    page.wait_for_url("**/palaute/kiitos/*")
    assert page.locator("h1").count() == 1


def test_municipality_is_found_from_the_front_page_and_the_language_kept(demo, site, page):
    site("/sv/")
    page.fill("#id_haku", "pudasj")
    page.keyboard.press("Enter")
    page.click("text=Pudasjärvi")
    assert page.url.endswith("/sv/pohjois-pohjanmaa/pudasjarvi/")
    assert page.get_attribute("html", "lang") == "sv"


def test_choosing_on_a_phone_lands_at_the_list_with_the_choice_in_words(demo, site, page):
    page.set_viewport_size({"width": 360, "height": 640})
    site("/pohjois-pohjanmaa/")
    page.click("details.filter summary")
    page.select_option("#id_tilanne", "none")
    page.click("details.filter button")
    page.wait_for_selector(".chosen")
    assert page.evaluate("scrollY") > 0
    assert page.locator("details.filter[open]").count() == 0
    shown = page.locator("#municipalities, .chosen, tbody tr >> visible=true").all()[:3]
    assert [round(part.bounding_box()["y"]) in range(640) for part in shown] == [True] * 3


def test_very_long_names_stay_within_a_phone(demo, site, page):
    region = Region.objects.get(code="17")
    municipality = factories.MunicipalityFactory(region=region, name_fi="Pitkänimenkirkkonummenlahdenperäkylänjärvi")
    person = factories.PersonFactory(region=region, family_name="Esimerkkilä-Kuvitelmanharjunniemeläinen")
    person.email = "kielo-orvokki.esimerkkila-kuvitelmanharjunniemelainen@kaupunginhallitus.example.org"
    person.save()
    factories.AppointmentFactory(municipality=municipality, person=person, title="kulttuuripalvelukoordinaattori" * 2)
    page.set_viewport_size({"width": 320, "height": 640})
    for address in [f"/pohjois-pohjanmaa/{municipality.slug}/", "/pohjois-pohjanmaa/", "/?haku=pitka"]:
        site(address)
        assert page.evaluate("document.documentElement.scrollWidth") == 320, address


def test_focus_is_visible_on_everything_that_takes_it(demo, site, page):
    site("/pohjois-pohjanmaa/oulu/")
    n_links = page.locator("a, button, input, summary, [tabindex='0']").count()
    invisible = []
    for _ in range(n_links):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.outerHTML.slice(0, 80), s.outlineStyle, parseFloat(s.outlineWidth)]; }"""
        )
        if focused[1] == "none" or focused[2] < 2:
            invisible.append(focused[0])
    assert invisible == []
