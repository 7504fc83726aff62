"""The survey answered in a real browser: by keyboard, without a script, on a phone; what was told as saved is there."""

import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from playwright.sync_api import expect

from accounts.links import make_link
from common.partial_dates import PartialDate
from registry.models import Municipality, Region
from surveys.answering import save_answers, start_response, submit_response
from surveys.authoring import open_round
from surveys.delegating import finish_request
from surveys.models import Answer, Delegation, Response, Round
from surveys.reading import Reading
from surveys.sheet import Sheet
from tests import factories
from tests.browser.accessibility import violations
from tests.conftest import restore_reference
from tests.surveys.default_round import default_round

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "django.contrib.auth.backends.ModelBackend"
ROOT = Path(__file__).resolve().parent.parent.parent
TODAY = dt.date.today()
PREFIXES = {"fi": "", "sv": "/sv", "en": "/en"}
THEMES = ("yhdyshenkilo", "tilat", "avustukset", "hyvinvointityo", "kokonaisuus")


@pytest.fixture
def opened(transactional_db):
    """The default questionnaire, open for answers in Pohjois-Pohjanmaa."""
    restore_reference()
    Region.objects.filter(code="17").update(records_from=dt.date(2021, 1, 1))
    draft = default_round(Region.objects.get(code="17"), TODAY.year)
    days = {"opens_on": TODAY - dt.timedelta(days=1), "closes_on": TODAY + dt.timedelta(days=9)}
    Round.objects.filter(pk=draft.pk).update(**days)
    return open_round(Round.objects.get(pk=draft.pk), by=None)


@pytest.fixture
def leena(opened):
    """The account of Oulu's liaison."""
    account = factories.UserFactory(email="leena@example.org")
    person = factories.PersonFactory(given_name="Leena", family_name="Liesi", user=account, region=opened.region)
    oulu = Municipality.objects.get(code="564")
    factories.AppointmentFactory(
        person=person, municipality=oulu, title="vapaa-aikasihteeri", start=PartialDate.day(dt.date(2022, 1, 1))
    )
    return account


@pytest.fixture
def begun(opened, leena):
    """Oulu's response, begun."""
    return start_response(opened, Municipality.objects.get(code="564"), by=leena)


def become(context, account, url):
    """Let the browser be that of `account`, signed in."""
    client = Client()
    client.force_login(account, backend=BACKEND)
    context.clear_cookies()
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])


@pytest.fixture
def signed_in(leena, live_server, page):
    """Leena's browser."""
    become(page.context, leena, live_server.url)
    return page


def address(theme="", language="fi"):
    return f"{PREFIXES[language]}/oma/oulu/kysely/{TODAY.year}/{theme}{'/' if theme else ''}"


def values():
    return {row.question.key: row.value for row in Answer.objects.select_related("question__indicator")}


# --- Through the whole questionnaire ---------------------------------------------------------------------------------

FOCUSED = """() => {
  const it = document.activeElement;
  return {tag: it.tagName, type: it.type || "", name: it.name || "", value: it.value || "", mode: it.inputMode || "",
          isGroupChecked: !!(it.name && document.querySelector(`[name="${CSS.escape(it.name)}"]:checked`))};
}"""


def answer_by_keyboard(page):
    """Go through the form by Tab alone: choose the first of each choice, type into each text, press the button."""
    chosen = set()
    for _stop in range(250):
        page.keyboard.press("Tab")
        it = page.evaluate(FOCUSED)
        if it["tag"] == "BUTTON" and it["value"] == "after":
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
        is_choice = it["type"] in {"radio", "checkbox"} and not it["name"].endswith("--state")
        if is_choice and not it["isGroupChecked"] and it["name"] not in chosen:
            page.keyboard.press("Space")
            chosen.add(it["name"])
        elif it["type"] in {"textarea", "text"} and not it["value"]:
            page.keyboard.type(_text_for(it))
    raise AssertionError("The button is not reached by keyboard")


def _text_for(it):
    if "period_ends" in it["name"]:
        return "1.9.2026"
    return {"decimal": "7", "numeric": "7", "url": "example.org/sivu"}.get(it["mode"], "Hyvin")


def place_of(page):
    """Return the page's address; browsers carry the mark of a place on over redirects."""
    return page.url.partition("#")[0]


def walk(site, page, language, *, look=lambda _page: None):
    """Answer all of it from the first page to the receipt."""
    site(address(language=language))
    with page.expect_navigation():
        page.click("main form button")
    for theme in THEMES:
        assert place_of(page).endswith(address(theme, language)), page.inner_text("main")[:400]
        look(page)
        for _pass in range(4):  # without a script follow-ups come when what they rest on has been saved
            if place_of(page).endswith(address(theme, language)):
                page.focus("main")
                answer_by_keyboard(page)
    assert place_of(page).endswith(address("tarkista", language))
    look(page)
    with page.expect_navigation():
        page.click(".send button")
    assert place_of(page).endswith(address("kuitti", language))
    look(page)


@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("fi", True),
        pytest.param("fi", False, marks=pytest.mark.slow),
        pytest.param("sv", True, marks=pytest.mark.slow),
        pytest.param("en", False, marks=pytest.mark.slow),
    ],
)
def test_the_default_questionnaire_runs_through_by_keyboard_on_a_phone(signed_in, site, opened, language, script):
    """Every page fits 360 px; axe looks at them all in the tests below."""
    if not script:
        signed_in.route("**/*.js", lambda route: route.abort())
    signed_in.set_viewport_size({"width": 360, "height": 800})
    wide = []

    walk(
        site, signed_in, language, look=lambda page: wide.append(page.evaluate("document.documentElement.scrollWidth"))
    )

    response = Response.objects.get()
    assert response.submitted_post == "vapaa-aikasihteeri"
    assert set(wide) == {360}
    sheet = Sheet(response.round, response.municipality, response)
    # A ranking's selects are left as they are; everything else has been answered.
    assert [each.key for each in sheet.counted if not sheet.has_answer(each)] == ["biggest_challenge"]


def look(page, name, found):
    """Add what axe finds at both widths."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        if problems := violations(page):
            found[name, width] = problems
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing_on_a_theme_clean_with_errors_and_locked(signed_in, site, begun, leena, theme):
    found = {}
    site(address(theme))
    look(signed_in, "clean", found)
    signed_in.eval_on_selector_all("[data-question][hidden]", "all => all.forEach(each => each.hidden = false)")
    for field in signed_in.locator(".question input[type=text]:visible").all()[:3]:
        field.evaluate("(it) => { it.removeAttribute('maxlength'); it.value = 'x'.repeat(900); }")
    for area in signed_in.locator(".question textarea:visible").all()[:1]:
        area.evaluate("(it) => { it.value = 'x'.repeat(9000); }")
    with signed_in.expect_navigation():
        signed_in.locator(".survey-steps [value=here]").click()
    look(signed_in, "with errors", found)
    required = begun.round.questions.filter(is_required=True)
    first = {each.pk: Reading(state="do_not_know") for each in required}
    seen = {row.question_id: row.version for row in begun.answers.all()}
    save_answers(begun, first, by=leena, versions=seen)
    submit_response(begun, by=leena)
    site(address(theme))
    look(signed_in, "locked", found)
    assert found == {}


def test_axe_finds_nothing_on_the_other_pages(signed_in, site, begun, leena):
    found = {}
    theme = begun.round.themes.first()
    link, token = make_link("survey_theme", "delegation:1", lifetime=dt.timedelta(hours=1))
    asked = Delegation.objects.create(
        response=begun, round_theme=theme, link=link, post="sihteeri", email="a@example.org", asked_by=leena
    )
    site(f"/y/{token}/")
    look(signed_in, "link", found)
    finish_request(asked)
    site(f"/y/{token}/")
    look(signed_in, "link done", found)
    for page in ("", "tarkista", "tilat/pyyda"):
        site(address(page))
        look(signed_in, page, found)
    required = begun.round.questions.filter(is_required=True)
    save_answers(begun, {each.pk: Reading(state="do_not_know") for each in required}, by=leena, versions={})
    submit_response(begun, by=leena)
    for page in ("kuitti", ""):
        site(address(page))
        look(signed_in, f"{page} after", found)
    assert found == {}
    assert signed_in.complaints == []


# --- Nothing is lost -------------------------------------------------------------------------------------------------

# Twelve fields of the theme of wellbeing work that are always asked, with what is put into each.
TWELVE = {
    "#id_part_in_service_development--yes": True, "#id_experience_knowledge--regularly": True,
    "#id_wellbeing_group--member": True, "#id_wellbeing_report--content": True, "#id_working_groups--youth": True,
    "#id_communication_channels--website": True, "#id_feedback_channels--form": True,
    "#id_service_development_how": "Yhdessä", "#id_experience_knowledge_how": "Kyselyllä",
    "#id_cooperation_forms--events": True, "#id_residents_take_part--panel": True,
    "#id_agents_attitude--note": "Hyvä pari",
}  # fmt: skip
WELLBEING = "hyvinvointityo"


SAVED = re.compile(r"^tallennettu \d{1,2}\.\d\d$")


def put(page, field, value):
    """Fill one field as people do, and leave it."""
    if value is True:
        page.check(field)
    else:
        page.fill(field, value)
        page.press(field, "Tab")


def said(page, field):
    """The line beside the question of a field."""
    return page.locator(f".question:has({field}) [data-said]")


def stands(page, field, value):
    """Whether the field shows the value."""
    return page.is_checked(field) if value is True else page.input_value(field) == value


def put_and_wait(page, fields):
    for field, value in fields.items():
        put(page, field, value)
        expect(said(page, field)).to_have_text(SAVED, timeout=20_000)


def test_a_closed_tab_loses_nothing_that_was_told_as_saved(signed_in, site, begun, live_server):
    site(address(WELLBEING))
    put_and_wait(signed_in, TWELVE)
    signed_in.set_content("")

    again = signed_in.context.new_page()
    again.goto(live_server.url + address(WELLBEING))

    assert {field for field, value in TWELVE.items() if not stands(again, field, value)} == set()


def test_a_cut_network_leaves_what_was_typed_and_saves_it_later(signed_in, site, begun):
    site(address(WELLBEING))
    fields = list(TWELVE.items())
    put_and_wait(signed_in, dict(fields[:2]))
    signed_in.context.set_offline(True)
    for field, value in fields[2:]:
        put(signed_in, field, value)
    expect(signed_in.locator("[data-told]")).to_have_class("saving is-failed")
    assert {field for field, value in TWELVE.items() if not stands(signed_in, field, value)} == set()
    assert len(values()) == 2

    signed_in.context.set_offline(False)

    for field in TWELVE:
        expect(said(signed_in, field)).to_have_text(SAVED, timeout=40_000)
    site(address(WELLBEING))
    assert {field for field, value in TWELVE.items() if not stands(signed_in, field, value)} == set()


@pytest.mark.parametrize("script", [True, False])
def test_one_invalid_field_loses_none_of_the_others(signed_in, site, begun, script):
    if not script:
        signed_in.route("**/*.js", lambda route: route.abort())
    site(address("avustukset"))
    signed_in.check("#id_partnership_agreements--yes")
    signed_in.check("#id_pays_grants--yes")
    signed_in.eval_on_selector_all("[data-question][hidden]", "all => all.forEach(each => each.hidden = false)")
    put(signed_in, "#id_partnership_agreements_number", "monta")
    with signed_in.expect_navigation():
        signed_in.locator(".survey-steps [value=after]").click()

    assert signed_in.input_value("#id_partnership_agreements_number") == "monta"
    assert signed_in.locator("#errors a").get_attribute("href") == "#id_partnership_agreements_number"
    assert values() == {"partnership_agreements": {"chosen": ["yes"]}, "pays_grants": {"chosen": ["yes"]}}


@pytest.mark.parametrize("script", [True, False])
def test_after_the_session_the_whole_form_stands_beside_what_is_saved(
    signed_in, site, begun, leena, live_server, script
):
    answer = {begun.round.questions.get(indicator__key="wellbeing_group").pk: Reading(state="do_not_know")}
    save_answers(begun, answer, by=leena, versions={})
    if not script:
        signed_in.route("**/*.js", lambda route: route.abort())
    site(address(WELLBEING))
    Session.objects.all().delete()
    if not script:
        signed_in.eval_on_selector_all("[data-question][hidden]", "all => all.forEach(each => each.hidden = false)")
    for field, value in TWELVE.items():
        put(signed_in, field, value)
        if script:
            expect(said(signed_in, field).get_by_role("link")).to_be_visible(timeout=20_000)
    if not script:
        with signed_in.expect_navigation():
            signed_in.locator(".survey-steps [value=after]").click()
    sign_in = signed_in.locator("a[href*='kirjaudu/?next=']").first.get_attribute("href")
    assert set(values()) == {"wellbeing_group"}

    become(signed_in.context, leena, live_server.url)
    site(sign_in)  # whoever is signed in is led on
    signed_in.wait_for_url(f"**{address(WELLBEING)}*")

    chosen = signed_in.locator("input[value=mine]")
    assert chosen.count() == 12
    for each in chosen.all():
        each.check()
    with signed_in.expect_navigation():
        signed_in.click("[name=settle]")
    site(address(WELLBEING))
    assert {field for field, value in TWELVE.items() if not stands(signed_in, field, value)} == set()


@pytest.fixture
def server(tmp_path, page, leena, begun):
    """A function that starts a server process of its own on a copy of the database, in a file."""
    if connection.vendor != "sqlite":
        pytest.skip("the copy is made by SQLite")
    file, processes = tmp_path / "copy.sqlite3", []
    become(page.context, leena, "http://127.0.0.1")
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM INTO '{file}'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "on", "SITE_URL": url,
        "DATABASE_URL": f"sqlite:///{file}",
    }  # fmt: skip

    def start():
        command = [sys.executable, "manage.py", "runserver", str(port), "--noreload"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        processes.append(process)
        for _try in range(300):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=5)  # noqa: S310
                return process
            except OSError:
                time.sleep(0.2)
        raise AssertionError("The server did not start")

    start.url = url
    yield start
    for process in processes:
        process.kill()


@pytest.mark.slow
def test_a_server_killed_between_two_saves_loses_nothing_that_it_acknowledged(page, server):
    """SIGKILL gives no time to finish: what was told as saved is in the file, the rest is saved when it is back."""
    process = server()
    page.goto(server.url + address(WELLBEING))
    fields = list(TWELVE.items())
    put_and_wait(page, dict(fields[:6]))
    process.send_signal(signal.SIGKILL)
    process.wait()
    for field, value in fields[6:]:
        put(page, field, value)
    expect(page.locator("[data-told]")).to_have_class("saving is-failed")

    server()

    for field in TWELVE:
        expect(said(page, field)).to_have_text(SAVED, timeout=60_000)
    page.goto(server.url + address(WELLBEING))
    assert {field for field, value in TWELVE.items() if not stands(page, field, value)} == set()
