"""Where an answer and the registry differ: both are told, one button makes one task, and the rule says what counts."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string

from common.partial_dates import PartialDate
from registry.models import GrantPeriod, Premises, Task
from registry.models.roles import Situation
from registry.roles import end_role
from surveys import models
from surveys.answering import save_answers, start_response
from surveys.facts import beside_answers, propose_update
from surveys.reading import Reading
from surveys.sheet import Sheet
from tests.portal.conftest import client_of
from tests.surveys import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 10)
KEYS = {
    "liaison_situation": ("single", "liaison", ["named", "being_named", "duties", "no"], {"counts": "registry"}),
    "premises_cost": ("single", "premises", ["free", "partly", "paid", "none"], {}),
    "pays_grants": ("yes_no", "grant_periods", ["yes", "no"], {}),
    "grants_period_ends": ("date", "grant_periods", [], {}),
    "other": ("yes_no", "", ["yes", "no"], {}),
}


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def response(reference, cast):
    """Oulu's response to a round that asks what the registry knows, too."""
    survey_round = factories.RoundFactory(region=reference.pohjois_pohjanmaa)
    theme = factories.RoundThemeFactory(round=survey_round)
    for key, (kind, fact, options, more) in KEYS.items():
        made = factories.question(
            theme, kind, options, indicator=factories.IndicatorFactory(key=key), registry_fact=fact, **more
        )
        made.options.update(points=1)
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at="2026-09-01T06:00Z")
    survey_round.refresh_from_db()
    return start_response(survey_round, reference.oulu, by=cast.leena.user)


def answer(response, by, **said):
    asked = {each.key: each for each in response.round.questions.select_related("indicator")}
    readings = {
        asked[key].pk: Reading(
            state="answered", value={"date": value} if asked[key].kind == "date" else {"chosen": [value]}
        )
        for key, value in said.items()
    }
    saved = {each.question_id: each.version for each in response.answers.all()}
    save_answers(response, readings, by=by, versions=saved)


def beside(response):
    found = beside_answers(Sheet(response.round, response.municipality))
    return {each.question.key: each for each in found.values()}


def place(response, price):
    return Premises.objects.create(municipality=response.municipality, name="Talo", price=price)


def test_each_fact_is_told_beside_its_answer(response, cast, django_assert_num_queries):
    place(response, "free")
    place(response, "paid")
    GrantPeriod.objects.create(municipality=response.municipality, name="Avustus", closes_on=dt.date(2026, 10, 31))
    answer(response, cast.leena.user, liaison_situation="no", premises_cost="free", pays_grants="yes",
           grants_period_ends="2026-11-30", other="yes")  # fmt: skip

    found = beside(response)

    assert {key: each.differs for key, each in found.items()} == {
        "liaison_situation": True, "premises_cost": True, "pays_grants": False, "grants_period_ends": True,
    }  # fmt: skip
    assert found["liaison_situation"].known.lines == [str(Situation.NAMED.label)]
    assert found["premises_cost"].known.lines == ["1 paikka: maksuton yhdistyksille", "1 paikka: maksullinen"]
    assert found["grants_period_ends"].known.lines == ["Avustus, 31.10.2026 asti"]
    sheet = Sheet(response.round, response.municipality)
    assert sheet.counted
    with django_assert_num_queries(4):
        beside_answers(sheet)


@pytest.mark.parametrize(
    ("prices", "option"),
    [
        (["free", "free"], "free"),
        (["paid"], "paid"),
        (["free", "paid"], "partly"),
        (["partly"], "partly"),
        (["free", "unknown"], None),
        ([], None),
    ],
)
def test_prices_of_premises_make_one_option_or_none(response, prices, option):
    for price in prices:
        place(response, price)

    assert beside(response)["premises_cost"].known.values == (frozenset({option}) if option else frozenset())


def test_the_rule_says_which_side_counts_and_where_the_registry_knows_nothing_it_is_the_answer(response, cast):
    answer(response, cast.leena.user, liaison_situation="no", premises_cost="free")
    place(response, "paid")

    found = beside(response)

    assert (found["liaison_situation"].counted, found["premises_cost"].counted) == ("named", "free")
    assert found["liaison_situation"].rule == "Pisteissä ratkaisee rekisteri."
    assert found["premises_cost"].rule == "Pisteissä ratkaisee vastaus."
    assert found["pays_grants"].counted is None
    end_role(cast.leena_in_oulu, on=PartialDate.day(dt.date(2026, 9, 1)), by=None)
    unknown = beside(response)["liaison_situation"]
    assert (unknown.known.values, unknown.counted, unknown.differs) == (frozenset(), "no", True)


def test_one_button_makes_one_task_on_the_list_of_who_keeps_the_fact(response, cast):
    place(response, "paid")
    answer(response, cast.leena.user, liaison_situation="no", premises_cost="free")
    sheet = Sheet(response.round, response.municipality)

    first = propose_update(sheet, "premises_cost", by=cast.leena.user)
    again = propose_update(sheet, "premises_cost", by=cast.kaisa.user)
    liaison = propose_update(sheet, "liaison_situation", by=cast.leena.user)

    assert first == again
    assert (first.audience, first.municipality, first.url) == ("pair", response.municipality, "/oma/oulu/tarjonta/")
    assert first.title == "Tarkista rekisteristä: tilat ja niiden hinnat. Vastaus vuoden 2026 kyselyssä: Free"
    assert (liaison.audience, liaison.assigned_to) == ("coordinators", cast.kaisa)
    assert liaison.url == f"/hallinta/registry/municipality/{response.municipality.pk}/change/"
    assert Task.objects.count() == 2
    assert beside(response)["premises_cost"].is_proposed
    assert Premises.objects.get().price == "paid"


def test_what_does_not_differ_or_is_no_fact_is_refused(response, cast):
    place(response, "free")
    answer(response, cast.leena.user, premises_cost="free", other="yes")
    sheet = Sheet(response.round, response.municipality)

    for key, code in (("premises_cost", "same"), ("pays_grants", "same"), ("other", "question"), ("x", "question")):
        with pytest.raises(ValidationError) as refused:
            propose_update(sheet, key, by=cast.leena.user)
        assert refused.value.code == code
    assert not Task.objects.exists()


def test_the_button_works_in_the_portal_and_says_what_came_of_it(response, cast):
    place(response, "paid")
    answer(response, cast.leena.user, premises_cost="free")
    browser = client_of(cast.leena.user)

    done = browser.post("/oma/oulu/kysely/2026/rekisteri/premises_cost/", {"next": "/oma/oulu/tehtavat/"}, follow=True)
    same = browser.post("/oma/oulu/kysely/2026/rekisteri/pays_grants/", follow=True)

    assert done.redirect_chain == [("/oma/oulu/tehtavat/", 302)]
    assert "Ehdotettu." in done.content.decode()
    assert "tilat ja niiden hinnat" in done.content.decode()
    assert "Vastaus ja rekisteri kertovat samaa." in same.content.decode()
    assert browser.post("/oma/oulu/kysely/1999/rekisteri/premises_cost/").status_code == 404
    assert client_of(cast.ahti.user).post("/oma/oulu/kysely/2026/rekisteri/premises_cost/").status_code == 403
    assert Task.objects.count() == 1


def test_the_part_of_a_page_shows_both_sides_and_the_button_only_where_it_may_be_pressed(response, cast):
    place(response, "paid")
    answer(response, cast.leena.user, premises_cost="free", pays_grants="no")
    found = beside(response)["premises_cost"]

    told = render_to_string("surveys/facts.html", {"beside": found})
    offered = render_to_string("surveys/facts.html", {"beside": found, "url": "/x/", "next": "/y/", "csrf_token": "z"})
    propose_update(Sheet(response.round, response.municipality), "premises_cost", by=None)
    after = render_to_string("surveys/facts.html", {"beside": beside(response)["premises_cost"], "url": "/x/"})

    assert "Free" in told
    assert "1 paikka: maksullinen" in told
    assert ("<button" in told, "<button" in offered, "<button" in after) == (False, True, False)
    assert 'action="/x/"' in offered
    assert 'name="csrfmiddlewaretoken" value="z"' in offered
    assert "on ehdotettu" in after
