"""The form of a round and the pages on which it is written, in a real browser."""

import datetime as dt

import pytest
from django.test import Client

from common.partial_dates import PartialDate
from registry.models import Municipality, Region
from surveys.authoring import copy_round
from surveys.models import Response
from tests import factories
from tests.browser.accessibility import violations
from tests.conftest import restore_reference
from tests.surveys.default_round import default_round

pytestmark = pytest.mark.django_db(transaction=True)
PREFIXES = {"fi": "", "sv": "/sv", "en": "/en"}


@pytest.fixture
def draft(transactional_db):
    """The default questionnaire as a draft."""
    restore_reference()
    Region.objects.filter(code="17").update(records_from=dt.date(2021, 1, 1))
    return default_round(Region.objects.get(code="17"), 2026)


@pytest.fixture
def signed_in(draft, live_server, page):
    """The region's coordinator."""
    account = factories.UserFactory(email="kaisa@example.org")
    person = factories.PersonFactory(user=account, region=draft.region)
    factories.CoordinatorFactory(person=person, region=draft.region, start=PartialDate.day(dt.date(2022, 1, 1)))
    client = Client()
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    return page


def address(survey_round, name, language="fi"):
    return f"{PREFIXES[language]}/hallinta/surveys/round/{survey_round.pk}/{name}/"


@pytest.mark.parametrize("language", PREFIXES)
def test_the_form_is_accessible_at_both_widths_and_keeps_the_strict_policy(signed_in, site, draft, language):
    found = {}
    for width in (360, 1280):
        signed_in.set_viewport_size({"width": width, "height": 900})
        site(address(draft, "preview", language))
        if problems := violations(signed_in):
            found[width] = problems
        assert signed_in.evaluate("document.documentElement.scrollWidth") <= width
    assert found == {}
    assert signed_in.complaints == []


def test_a_follow_up_appears_by_keyboard_and_goes_again(signed_in, site, draft):
    site(address(draft, "preview"))
    follow_up = signed_in.locator('[data-question="liaison_working_time"]')
    deeper = signed_in.locator('[data-question="liaison_hours_per_week"]')
    assert (follow_up.is_visible(), deeper.is_visible()) == (False, False)

    signed_in.focus("#id_liaison_situation--being_named")
    signed_in.keyboard.press("ArrowUp")
    assert signed_in.locator("#id_liaison_situation--named").is_checked()
    assert follow_up.is_visible()
    signed_in.focus("#id_liaison_working_time--yes")
    signed_in.keyboard.press("Space")
    assert deeper.is_visible()
    signed_in.focus("#id_liaison_situation--named")
    signed_in.keyboard.press("ArrowDown")
    assert (follow_up.is_visible(), deeper.is_visible()) == (False, False)


def test_on_paper_a_follow_up_stands_with_its_condition(signed_in, site, draft):
    site(address(draft, "preview"))
    follow_up = signed_in.locator('[data-question="liaison_hours_per_week"]')
    assert not follow_up.is_visible()

    signed_in.emulate_media(media="print")

    assert follow_up.is_visible()
    assert "Kysytään, jos vastasit" in follow_up.inner_text()


def test_without_a_script_everything_is_shown_with_its_condition_in_words(signed_in, site, draft):
    signed_in.route("**/*.js", lambda route: route.abort())
    site(address(draft, "preview"))

    follow_up = signed_in.locator('[data-question="liaison_hours_per_week"]')
    assert follow_up.is_visible()
    assert "Kysytään, jos vastasit" in follow_up.inner_text()


def test_the_pages_of_a_round_are_accessible(signed_in, site, draft):
    copy = copy_round(draft, 2027, opens_on=dt.date(2027, 9, 1), closes_on=dt.date(2027, 10, 1), by=None)
    copy.questions.filter(indicator__key="premises_cost").update(wording_fi="Onko tiloista maksu?")
    pages = [address(copy, name) for name in ("questions", "differences", "open", "copy", "change")]
    pages += [address(draft, name) for name in ("responses", "tell")]
    oulu = Municipality.objects.get(code="564")
    response = Response.objects.create(round=draft, municipality=oulu, started_at="2026-09-10T09:00Z")
    pages += [
        f"/hallinta/surveys/response/{response.pk}/change/",
        "/hallinta/surveys/response/",
        "/hallinta/surveys/round/import/answers/",
    ]
    pages += [f"/hallinta/surveys/question/{draft.questions.first().pk}/change/", "/hallinta/surveys/round/import/"]
    found = {}
    for width in (360, 1280):
        signed_in.set_viewport_size({"width": width, "height": 900})
        for page in pages:
            site(page)
            if problems := violations(signed_in):
                found[page, width] = problems
            assert signed_in.evaluate("document.documentElement.scrollWidth") <= width, (page, width)
    assert found == {}
