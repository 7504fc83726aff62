"""An interview with the keyboard alone: interrupted, gone on with on the next day, confirmed from the letter."""

import datetime as dt
import re

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from common.partial_dates import PartialDate
from registry.models import Municipality
from surveys.interviewing import note_call
from surveys.models import Answer, Interview, InterviewNote, Response
from surveys.sheet import Sheet
from tests import factories
from tests.browser.accessibility import violations
from tests.browser.test_answering import TODAY, address, become, leena, look, opened  # noqa: F401 - fixtures
from tests.browser.test_public import tab_to

pytestmark = pytest.mark.django_db(transaction=True)
TALK = "haastattelu"
MARK = "[data-ask]"


@pytest.fixture
def kaisa(opened, leena, live_server, page):  # noqa: F811
    """The coordinator's browser; with Oulu a time was agreed for today."""
    account = factories.UserFactory(email="kaisa@example.org")
    person = factories.PersonFactory(given_name="Kaisa", user=account, region=opened.region, email="kaisa@example.org")
    factories.CoordinatorFactory(
        person=person, region=opened.region, start=PartialDate.day(dt.date(2022, 1, 1))
    )  # fmt: skip
    leena.person.email = "leena.tyo@example.org"
    leena.person.save()
    note_call(opened, Municipality.objects.get(code="564"), "agreed", on=TODAY, at=dt.time(9), by=account)
    become(page.context, account, live_server.url)
    page.account = account
    return page


def press(page, *keys):
    """Press keys, the last of which leads to another page."""
    *before, last = keys
    for key in before:
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press(last)


def answer_by_keys(page, number):
    """Answer the question on the screen by quick keys alone, as the kind of its inputs asks for."""
    has = page.evaluate(
        """() => { const ask = document.querySelector('[data-ask]'); const has = (s) => !!ask.querySelector(s); return {
            isFocused: document.activeElement === ask, options: has('.answers .form-check-input'),
            number: has('.line.short input'), line: has('.line input'), ranking: has('.ranking'),
            table: has('.answer-table'),
            date: has('[name*=period_ends]')}; }"""
    )
    assert has["isFocused"]
    if has["options"]:
        return press(page, "k" if number % 7 == 6 else "1", "Enter")
    if has["ranking"]:
        return press(page, "3", "1", "2", "Enter")
    if has["date"]:
        page.keyboard.press("v")
        page.keyboard.type("1.9.2027")
        return press(page, "Enter")
    if has["number"]:
        page.keyboard.type("12")
        return press(page, "Enter")
    if has["table"]:
        return press(page, "t", "Enter")
    page.keyboard.press("v")
    page.keyboard.type("example.org/sivu" if has["line"] else "Sovitaan; k, t ja e ovat tässä kirjaimia.")
    return press(page, "Control+Enter")


def go_through(page, *, at_most=99):
    """Answer questions until there are no more, or so many; return how many."""
    for number in range(at_most):
        if page.locator(MARK).count() == 0:
            return number
        answer_by_keys(page, number)
    return at_most


def test_a_whole_interview_by_keyboard_is_interrupted_gone_on_with_and_confirmed(kaisa, site, live_server):
    site("/oma/haastattelut/")
    tab_to(kaisa, "a.button[href*='oulu']", at_most=60)
    press(kaisa, "Enter")
    tab_to(kaisa, "main form button", at_most=60)
    press(kaisa, "Enter")
    n_first = go_through(kaisa, at_most=18)
    kaisa.keyboard.press("m")
    kaisa.keyboard.type("Soittaa takaisin; muista kysyä s:stä.")
    tab_to(kaisa, "button[value=later]")
    press(kaisa, "Enter")
    left_at = Interview.objects.get().at_question
    assert "Puhelu" not in kaisa.inner_text("main h1")
    assert InterviewNote.objects.get().question == left_at

    with time_machine.travel(timezone.now() + dt.timedelta(days=1)):
        become(kaisa.context, kaisa.account, live_server.url)
        site("/oma/haastattelut/")
        tab_to(kaisa, "a.button[href*='oulu']", at_most=60)
        press(kaisa, "Enter")
        assert kaisa.locator("[data-ask]").get_attribute("data-question") == left_at.key
        n_rest = go_through(kaisa)
        tab_to(kaisa, "button[value=send]")
        press(kaisa, "Enter")

        response = Response.objects.get()
        sheet = Sheet(response.round, response.municipality, response)
        assert response.is_submitted
        assert [each.key for each in sheet.counted if not sheet.has_answer(each)] == []
        assert n_first + n_rest >= 40
        assert {(row.source, row.answerer_post) for row in Answer.objects.all()} == {("phone", "vapaa-aikasihteeri")}

        kaisa.context.clear_cookies()
        (letter,) = [each for each in mail.outbox if each.to == ["leena.tyo@example.org"]]
        site(re.search(r"http://testserver(/y/[\w-]+/)", letter.body)[1])
        tab_to(kaisa, "input[name=digest] ~ button", at_most=60)
        press(kaisa, "Enter")
        assert "vahvistettu" in kaisa.inner_text("h1")

    counted = {each.pk for each in sheet.counted}
    seen = {(row.confirmed_how, row.confirmed_post) for row in Answer.objects.filter(question__in=counted)}
    assert seen == {("link", "vapaa-aikasihteeri")}
    assert kaisa.complaints == []


def test_quick_keys_rest_while_one_writes_and_can_be_turned_off(kaisa, site):
    site(address(f"{TALK}/aloita"))
    with kaisa.expect_navigation():
        kaisa.click("main form button")
    option = kaisa.locator(".answers .form-check-input").first

    kaisa.keyboard.press("m")
    kaisa.keyboard.type("1")
    assert (option.is_checked(), kaisa.input_value("#own-note")) == (False, "1")
    kaisa.keyboard.press("Escape")
    kaisa.uncheck("#keys-on")
    kaisa.focus(MARK)
    kaisa.keyboard.press("1")
    assert not option.is_checked()
    site(address(TALK))
    assert not kaisa.is_checked("#keys-on")
    kaisa.check("#keys-on")
    kaisa.focus(MARK)
    kaisa.keyboard.press("1")
    assert option.is_checked()


def test_axe_finds_nothing_on_the_pages_of_interviews(kaisa, site):
    found = {}
    pages = [("/oma/haastattelut/", "calls"), (address(f"{TALK}/aloita"), "begin")]
    pages += [(address(TALK), "question"), (address(f"{TALK}/paata"), "end"), (address(f"{TALK}/soitto"), "call")]
    for url, name in pages:
        site(url)
        if name == "calls":
            kaisa.eval_on_selector_all("details", "all => all.slice(0, 3).forEach(each => each.open = true)")
        look(kaisa, name, found)
        if name == "begin":
            with kaisa.expect_navigation():
                kaisa.click("main form button")
    assert found == {}
    assert violations(kaisa) == []
    assert kaisa.complaints == []
