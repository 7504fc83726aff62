"""Coordinators see how answering goes, read one response whole, and open it again with a reason."""

import datetime as dt
import json

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from mailing.models import Letter
from registry.models import Municipality
from surveys import models
from surveys.answering import reopen_response, save_answers, start_response, submit_response
from surveys.authoring import copy_round, open_round
from surveys.questionnaires import import_questionnaire
from surveys.reading import Reading
from surveys.responses import lines_of, told_by_theme
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys import factories
from tests.surveys.every_kind import answers, questionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False) as travel:
        yield travel


def url(name, *args):
    with translation.override("en"):
        return reverse(f"admin:surveys_{name}", args=args)


@pytest.fixture
def asked(reference):
    """An open round of Pohjois-Pohjanmaa: one required question, a follow-up and one about an area without Oulu."""
    survey_round = factories.RoundFactory(region=reference.pohjois_pohjanmaa)
    theme = factories.RoundThemeFactory(round=survey_round)
    survey_round.choice = factories.question(theme, "yes_no", ["yes", "no"], is_required=True)
    survey_round.follow_up = factories.question(theme, "short_text", offers_do_not_know=True)
    models.ConditionTerm.objects.create(
        question=survey_round.follow_up, earlier=survey_round.choice, option=survey_round.choice.options.first()
    )
    models.Round.objects.filter(pk=survey_round.pk).update(opened_at="2026-09-01T06:00Z")
    return survey_round


def answer(survey_round, municipality, by, *, key="yes"):
    response = start_response(survey_round, municipality, by=by)
    reading = Reading(state="answered", value={"chosen": [key]})
    save_answers(response, {survey_round.choice.pk: reading}, by=by, versions={})
    return response


def test_each_municipality_has_its_state_how_far_it_is_and_when_it_was_touched(asked, reference, cast, autumn):
    submit_response(answer(asked, reference.oulu, cast.leena.user, key="no"), by=cast.leena.user)
    answer(asked, reference.hailuoto, cast.kaisa.user)
    autumn.shift(3600)
    reopened = submit_response(answer(asked, reference.vaala, cast.kaisa.user), by=cast.kaisa.user)
    reopen_response(reopened, reason="Korjattava.", by=cast.kaisa.user)

    lines = {line.municipality: line for line in lines_of(models.Round.objects.get(pk=asked.pk))}

    def told(place):
        line = lines[place]
        return line.state, line.n_answered, line.n_asked, line.touched_at and line.touched_at.hour

    assert len(lines) == 30
    assert reference.jyvaskyla not in lines
    assert told(reference.oulu) == ("submitted", 1, 1, 9)
    assert told(reference.hailuoto) == ("begun", 1, 2, 9)
    assert told(reference.vaala) == ("reopened", 1, 2, 10)
    others = [line for line in lines.values() if line.response is None]
    assert {(line.state, line.n_answered, line.n_asked, line.touched_at) for line in others} == {
        ("not_begun", 0, 1, None)
    }


def test_the_lines_take_the_same_queries_for_one_response_and_for_three(asked, reference, cast):
    counts = []
    for place in (reference.oulu, reference.hailuoto, reference.vaala):
        answer(asked, place, cast.kaisa.user)
        survey_round = models.Round.objects.get(pk=asked.pk)
        with CaptureQueriesContext(connection) as caught:
            lines_of(survey_round)
        counts.append(len(caught))
    assert counts[0] == counts[-1]


def test_the_page_of_responses_is_ones_own_regions(asked, reference, cast, as_kaisa, as_outi):  # noqa: F811
    response = answer(asked, reference.oulu, cast.leena.user)

    page = as_kaisa.get(url("round_responses", asked.pk)).content.decode()

    assert f'<a href="{url("response_change", response.pk)}">Oulu</a>' in page
    assert "Being answered" in page
    assert "Being answered, 1 of 2" in page
    assert "0 of 30 municipalities have sent in their answers." in page
    assert as_outi.get(url("round_responses", asked.pk)).status_code == 404


def test_a_response_is_read_whole_with_who_when_how_and_last_years(reference, cast, as_kaisa, as_outi, autumn):  # noqa: F811
    first_days, days = [(dt.date(year, 9, 1), dt.date(year, 10, 15)) for year in (2025, 2026)]
    first = open_round(
        import_questionnaire(json.dumps(questionnaire(2025, *first_days)), reference.pohjois_pohjanmaa, by=None),
        by=None,
    )
    readings = answers()
    autumn.move_to(dt.datetime(2025, 9, 10, 9, tzinfo=dt.UTC))
    response = start_response(first, reference.oulu, by=cast.leena.user)
    asked = {each.key: each.pk for each in first.questions.select_related("indicator")}
    save_answers(response, {asked[key]: each for key, each in readings.items()}, by=cast.leena.user, versions={})
    submit_response(response, by=cast.leena.user)
    autumn.move_to(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC))
    second = copy_round(first, 2026, opens_on=days[0], closes_on=days[1], by=None)
    second = open_round(second, by=None)
    this_year = start_response(second, reference.oulu, by=cast.leena.user)
    euro = second.questions.get(indicator__key="k_euro")
    reading = Reading(state="answered", value={"number": "2000"})
    save_answers(this_year, {euro.pk: reading}, by=cast.kaisa.user, versions={}, source="phone")

    old = as_kaisa.get(url("response_change", response.pk)).content.decode()
    new = as_kaisa.get(url("response_change", this_year.pk)).content.decode()

    for words in ("Hyvin, kiitos äö", "c: jotain muuta", "toimisto@example.org", "Note to the coordinator: Soitathan.",
                  "nformation not obtained", "Ompeluseura", "vapaa-aikasihteeri", "10.9.2025"):  # fmt: skip
        assert words in old, words
    assert "phone call, written down by the coordinator, not confirmed yet" in new
    assert "Last time (10.9.2025): 1\u00a0250,5" in new or "Last time (10.9.2025): 1250.5" in new or "1,250.5" in new
    assert "An answer is missing" in new
    assert as_outi.get(url("response_change", response.pk)).status_code == 302


def test_a_response_takes_the_same_queries_for_one_answer_and_for_two(asked, reference, cast):
    counts = []
    response = answer(asked, reference.oulu, cast.leena.user)
    told_by_theme(response)  # what is asked is kept from the first time on
    for _time in range(2):
        fresh = models.Response.objects.of_year(reference.oulu, 2026)
        with CaptureQueriesContext(connection) as caught:
            told_by_theme(fresh)
        counts.append(len(caught))
        reading = {asked.follow_up.pk: Reading(state="do_not_know")}
        save_answers(response, reading, by=cast.leena.user, versions={})
    assert counts[0] == counts[1]


def test_opening_again_asks_the_reason_tells_what_happens_and_writes_to_who_sent_it_in(
    asked, reference, cast, as_kaisa, as_outi  # noqa: F811
):  # fmt: skip
    response = answer(asked, reference.oulu, cast.leena.user)
    address = url("response_reopen", response.pk)
    open_already = as_kaisa.post(address, {"reason": "Luku.", "confirmed": "yes"}).content.decode()
    submit_response(response, by=cast.leena.user)

    without = as_kaisa.post(address, {"reason": " ", "confirmed": "yes"})
    confirming = as_kaisa.post(address, {"reason": "Summa on väärin."}).content.decode()
    assert as_outi.post(address, {"reason": "x", "confirmed": "yes"}).status_code == 404
    response.refresh_from_db()
    assert response.is_submitted
    done = as_kaisa.post(address, {"reason": "Summa on väärin.", "confirmed": "yes"})

    response.refresh_from_db()
    assert "The response has not been sent in." in open_already
    assert "This field is required." in without.content.decode()
    assert "Summa on väärin." in confirming
    assert done.url == url("response_change", response.pk)
    assert (response.is_submitted, response.reopen_reason) == (False, "Summa on väärin.")
    assert response.reopened_by == cast.kaisa.user
    assert Letter.objects.get(kind="survey_reopened").address == cast.leena.email
    page = as_kaisa.get(done.url).content.decode()
    assert address not in page
    assert "Summa on väärin." in page


@pytest.mark.parametrize("state", ["begun", "submitted", "reopened", "declined"])
def test_the_list_is_narrowed_by_state(asked, reference, cast, as_kaisa, state):  # noqa: F811
    begun = answer(asked, reference.oulu, cast.kaisa.user)
    made = {"begun": begun, "submitted": answer(asked, reference.hailuoto, cast.kaisa.user)}
    submit_response(made["submitted"], by=cast.kaisa.user)
    made["reopened"] = submit_response(answer(asked, reference.vaala, cast.kaisa.user), by=cast.kaisa.user)
    reopen_response(made["reopened"], reason="x", by=cast.kaisa.user)
    made["declined"] = answer(asked, Municipality.objects.get(code="678"), cast.kaisa.user)
    models.Response.objects.filter(pk=made["declined"].pk).update(declined_at="2026-09-09T09:00Z")

    shown = as_kaisa.get(url("response_changelist"), {"state": state}).context["cl"].result_list

    assert [row.pk for row in shown] == [made[state].pk]
