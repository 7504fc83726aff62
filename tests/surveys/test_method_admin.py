"""In the administration: weights in one overview, publishing the method, and scores that open."""

import datetime as dt
import json

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from surveys.answering import save_answers, start_response
from surveys.authoring import copy_round, open_round
from surveys.models import Round
from surveys.questionnaires import export_questionnaire
from surveys.reading import Reading
from surveys.weights import change_weights, weights_of
from tests.admin.conftest import as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False):
        yield


def url(name, *args):
    with translation.override("en"):
        return reverse(f"admin:surveys_{name}", args=args)


@pytest.fixture
def draft(reference):
    """Two questions of yes and no for 2 and 0 points, and one of an unscored theme."""
    survey_round = factories.RoundFactory(region=reference.pohjois_pohjanmaa)
    theme = factories.RoundThemeFactory(round=survey_round)
    survey_round.one, survey_round.two = (
        factories.question(theme, "yes_no", ["yes", "no"], wording_fi=f"Pisteet {n}?") for n in (1, 2)
    )
    unscored = factories.RoundThemeFactory(round=survey_round, is_scored=False)
    told = factories.question(unscored, "yes_no", ["yes", "no"], wording_fi="Vain kerrotaan?")
    for question in (survey_round.one, survey_round.two, told):
        question.options.filter(key="yes").update(points=2)
        question.options.filter(key="no").update(points=0)
    survey_round.theme = theme
    return survey_round


def typed(draft, **more):
    names = {f"theme-{draft.theme.pk}": "2", f"question-{draft.one.pk}": "3", f"question-{draft.two.pk}": "1"}
    return names | more


def test_weights_stand_in_one_overview_and_are_changed_there(as_kaisa, as_outi, draft):  # noqa: F811
    page = as_kaisa.get(url("round_weights", draft.pk)).content.decode()
    assert page.count("50 %") == 2
    assert "Vain kerrotaan?" not in page

    as_kaisa.post(url("round_weights", draft.pk), typed(draft, shows_total="on"))

    (part,) = weights_of(Round.objects.get(pk=draft.pk))
    assert (part.theme.weight, [(line.question.weight, line.percent) for line in part.lines]) == (2, [(3, 75), (1, 25)])
    assert Round.objects.get(pk=draft.pk).shows_total
    assert as_outi.get(url("round_weights", draft.pk)).status_code == 404


def test_a_wrong_weight_is_told_beside_it_and_nothing_is_saved(as_kaisa, draft):  # noqa: F811
    wrong = typed(draft, **{f"question-{draft.two.pk}": "-1"})

    answer = as_kaisa.post(url("round_weights", draft.pk), wrong)

    assert answer.status_code == 422
    assert 'value="3"' in answer.content.decode()
    assert "errorlist" in answer.content.decode()
    draft.one.refresh_from_db()
    assert draft.one.weight == 1


def test_weights_and_the_total_are_frozen_with_the_round(as_kaisa, draft, cast):  # noqa: F811
    Round.objects.filter(pk=draft.pk).update(opened_at="2026-09-01T06:00Z")

    as_kaisa.post(url("round_weights", draft.pk), typed(draft, shows_total="on"))

    draft.one.refresh_from_db()
    assert draft.one.weight == 1
    assert 'name="question-' not in as_kaisa.get(url("round_weights", draft.pk)).content.decode()
    with pytest.raises(ValidationError) as refused:
        change_weights(draft, themes={}, questions={}, shows_total=True, by=cast.kaisa.user)
    assert refused.value.code == "frozen"
    with pytest.raises(ValidationError):
        Round.objects.filter(pk=draft.pk).update(shows_total=True)


def test_a_total_goes_into_the_file_and_the_next_round_but_the_announcement_does_not(draft, cast):
    for name, value in (("shows_total", True), ("announced_on", dt.date(2026, 9, 1))):
        setattr(draft, name, value)
    draft.save()
    days = {"opens_on": dt.date(2027, 9, 1), "closes_on": dt.date(2027, 10, 1)}

    copy = copy_round(draft, 2027, by=cast.kaisa.user, **days)

    assert (copy.shows_total, copy.announced_on) == (True, None)
    whole = json.loads(export_questionnaire(draft))
    assert whole["shows_total"] is True
    assert "announced_on" not in whole


def test_the_coordinator_publishes_the_method_and_takes_it_back(as_kaisa, client, draft):  # noqa: F811
    page = "/en/pohjois-pohjanmaa/kysely/2026/menetelma/"
    asked = as_kaisa.get(url("round_announce", draft.pk)).content.decode()
    assert "/pohjois-pohjanmaa/kysely/2026/menetelma/" in asked
    assert client.get(page).status_code == 404

    as_kaisa.post(url("round_announce", draft.pk), {"confirmed": "1"})

    assert "Pisteet 1?" in client.get(page).content.decode()
    assert "Take the method page back" in as_kaisa.get(url("round_change", draft.pk)).content.decode()
    as_kaisa.post(url("round_unannounce", draft.pk), {"confirmed": "1"})
    assert client.get(page).status_code == 404


def test_a_response_shows_each_score_and_every_question_behind_it(as_kaisa, draft, reference, cast):  # noqa: F811
    draft.one.weight = 2
    draft.one.save()
    Round.objects.filter(pk=draft.pk).update(opened_at="2026-09-01T06:00Z")
    opened = Round.objects.get(pk=draft.pk)
    response = start_response(opened, reference.oulu, by=cast.leena.user)
    said = {
        draft.one.pk: Reading(state="answered", value={"chosen": ["yes"]}),
        draft.two.pk: Reading(state="do_not_know"),
    }
    save_answers(response, said, by=cast.leena.user, versions={})

    page = as_kaisa.get(url("response_change", response.pk)).content.decode()

    scores = page.partition('id="scores"')[2]
    assert "not published" in scores
    assert f"{draft.theme}: 100</strong> · known 1/2 (50%) · strong" in scores
    assert "Points 4 of 4 with their weights, which makes 100" in scores
    assert "Do not know: leaves the score as it is and lowers the coverage" in scores
    assert "Vain kerrotaan?" not in scores


def test_opening_keeps_the_day_of_announcing(draft, cast):
    Round.objects.filter(pk=draft.pk).update(announced_on=dt.date(2026, 8, 1))

    opened = open_round(Round.objects.get(pk=draft.pk), by=cast.kaisa.user)

    assert (opened.announced_on, opened.has_method_page) == (dt.date(2026, 8, 1), True)
