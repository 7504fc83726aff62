"""Writing a round in the administration: in order, in one's own region, and not after opening."""

import datetime as dt
import json

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from surveys import models
from surveys.authoring import copy_round, open_round
from surveys.default_questionnaire import FILE
from surveys.models import Question, Round
from surveys.questionnaires import export_questionnaire
from tests.admin.conftest import as_aino, as_kaisa, as_outi  # noqa: F401 - fixtures
from tests.surveys import factories
from tests.surveys.default_round import default_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _autumn():
    with time_machine.travel(dt.datetime(2026, 9, 10, 9, tzinfo=dt.UTC), tick=False):
        yield


def url(name, *args):
    """Return the English address of a page, so that texts can be compared."""
    with translation.override("en"):
        return reverse(f"admin:surveys_{name}", args=args)


@pytest.fixture
def draft(reference):
    """The default questionnaire as Pohjois-Pohjanmaa's draft."""
    return default_round(reference.pohjois_pohjanmaa, 2026)


def asked(survey_round, key):
    return survey_round.questions.for_municipalities().get(indicator__key=key)


def test_the_questions_page_shows_order_kind_points_conditions_and_what_is_missing(as_kaisa, draft):  # noqa: F811
    question = asked(draft, "premises_cost")
    question.wording_sv = ""
    question.save()

    page = as_kaisa.get(url("round_questions", draft.pk)).content.decode()

    keys = [each.key for each in draft.questions.in_order().select_related("indicator")]
    assert [page.index(f'id="q{each.pk}"') for each in draft.questions.in_order()] == sorted(
        page.index(f'id="q{each.pk}"') for each in draft.questions.all()
    )
    assert len(keys) == page.count("<code>")
    assert "at most 3 points" in page
    assert "Asked if you answered “Yes”" in page
    assert "The wording is missing in sv." in page
    assert "minutes to answer" in page


def test_the_questions_page_takes_the_same_queries_for_one_and_three(as_aino, django_assert_num_queries):  # noqa: F811
    pages = []
    for n in (1, 3):
        first = factories.RoundThemeFactory(is_scored=False)
        for _ in range(n):
            made = factories.question(first, options=["yes", "no"])
        pages.append(url("round_questions", first.round_id))
    as_aino.get(pages[0])
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for page in pages:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            as_aino.get(page)
        counts.append(len(caught))
    assert made.pk
    assert counts[0] == counts[1]


def test_a_question_moves_without_a_script(as_kaisa, draft):  # noqa: F811
    first, second = draft.questions.in_order().filter(round_theme__theme__key="tilat")[:2]

    as_kaisa.post(f"{url('round_questions', draft.pk)}?question={second.pk}", {"up": "1"})

    assert list(draft.questions.in_order().filter(round_theme__theme__key="tilat")[:2]) == [second, first]


def test_a_move_that_a_condition_forbids_is_told(as_kaisa, draft):  # noqa: F811
    resting = asked(draft, "liaison_working_time")

    page = as_kaisa.post(f"{url('round_questions', draft.pk)}?question={resting.pk}", {"up": "1"}, follow=True)

    assert "so it stays after it" in page.content.decode()


def test_a_new_question_gets_what_its_kind_always_has(as_kaisa, draft):  # noqa: F811
    theme = draft.themes.get(theme__key="tilat")
    indicator = factories.IndicatorFactory(region=draft.region, theme=theme.theme)
    data = {
        "round_theme": theme.pk, "indicator": indicator.pk, "audience": "municipality", "kind": "yes_no",
        "wording_fi": "Uusi?", "publicity": "public", "weight": "1", "counts": "answer", "concerns": "all",
    }  # fmt: skip

    answer = as_kaisa.post(url("question_add"), data)

    made = Question.objects.get(indicator=indicator)
    assert answer.url == url("question_change", made.pk)
    assert [option.key for option in made.options.all()] == ["yes", "no"]
    assert made.round == draft
    assert "Asked if" in as_kaisa.get(answer.url).content.decode()


def test_nothing_of_an_opened_round_changes_through_the_administration(as_aino, draft):  # noqa: F811
    open_round(draft, by=None)
    before = export_questionnaire(draft)
    question = asked(draft, "premises_cost")
    option = question.options.first()
    data = {
        "round_theme": question.round_theme_id, "indicator": question.indicator_id, "audience": "municipality",
        "kind": "single", "wording_fi": "Muutettu?", "publicity": "public", "weight": "9", "counts": "answer",
        "concerns": "all", "options-TOTAL_FORMS": "1", "options-INITIAL_FORMS": "1", "options-0-id": option.pk,
        "options-0-question": question.pk, "options-0-key": "free", "options-0-points": "99", "post": "yes",
    }  # fmt: skip

    answers = [
        as_aino.post(url("question_change", question.pk), data, follow=True),
        as_aino.post(url("question_delete", question.pk), data, follow=True),
        as_aino.post(url("question_changelist"), {
            "action": "delete_selected", "_selected_action": question.pk, "post": "yes",
        }, follow=True),
        as_aino.post(url("question_add"), data | {"indicator": factories.IndicatorFactory().pk}),
        as_aino.post(f"{url('round_questions', draft.pk)}?question={question.pk}", {"up": "1"}, follow=True),
        as_aino.post(url("round_delete", draft.pk), {"post": "yes"}),
    ]  # fmt: skip

    assert export_questionnaire(Round.objects.get(pk=draft.pk)) == before
    assert "The survey of 2026 has been opened" in answers[0].content.decode()
    assert "The survey of 2026 has been opened" in answers[1].content.decode()
    assert [answer.status_code for answer in answers][-1] == 403


def test_a_misspelling_is_corrected_through_the_administration(as_kaisa, draft, cast):  # noqa: F811
    open_round(draft, by=None)
    question = asked(draft, "premises_cost")
    data = {"place": f"question-{question.pk}-wording-fi", "new": "Ovatko tilat maksuttomia?", "reason": "Lyöntivirhe"}
    address = f"{url('round_correct', draft.pk)}?kysymys=premises_cost"

    asking = as_kaisa.post(address, data)
    assert "Ovatko tilat maksuttomia?" in asking.content.decode()
    assert not models.WordingCorrection.objects.exists()
    as_kaisa.post(address, data | {"confirmed": "yes"})

    logged = models.WordingCorrection.objects.get()
    assert (logged.place, logged.corrected_by) == ("premises_cost/wording", cast.kaisa.user)


def test_the_differences_page_shows_old_and_new_and_takes_the_decision(as_kaisa, draft):  # noqa: F811
    copy = copy_round(
        open_round(draft, by=None), 2027, by=None, opens_on=dt.date(2027, 9, 1), closes_on=dt.date(2027, 10, 1)
    )
    question = asked(copy, "premises_rules")
    question.wording_sv = "Finns det regler?"
    question.save()

    page = as_kaisa.get(url("round_differences", copy.pk)).content.decode()
    assert page.count('class="difference"') == 1
    assert "<ins>Finns det regler?</ins>" in page
    sent = {"indicator": "premises_rules", "audience": "municipality", "verdict": "changed", "reason_fi": "Syy"}
    refused = as_kaisa.post(url("round_differences", copy.pk), sent)
    assert (refused.status_code, "in each language" in refused.content.decode()) == (422, True)
    as_kaisa.post(url("round_differences", copy.pk), sent | {"reason_sv": "Orsak", "reason_en": "Reason"})

    row = copy.comparabilities.get(to_question=question)
    assert (row.verdict, row.reason_sv) == ("changed", "Orsak")


def test_opening_is_refused_with_every_reason_and_then_done(as_kaisa, draft):  # noqa: F811
    option = asked(draft, "premises_cost").options.first()
    option.label_sv = ""
    option.save()

    refused = as_kaisa.post(url("round_open", draft.pk), {"confirmed": "yes"}).content.decode()
    assert "The label of “free” is missing in sv." in refused
    option.label_sv = "Avgiftsfria"
    option.save()
    as_kaisa.post(url("round_open", draft.pk), {"confirmed": "yes"})

    assert Round.objects.get(pk=draft.pk).is_open


def test_a_file_becomes_a_draft_of_ones_own_region(as_kaisa, as_outi, draft):  # noqa: F811
    text = as_kaisa.get(url("round_export_file", draft.pk)).content
    days = {"year": "2028", "opens_on": "1.9.2028", "closes_on": "1.10.2028"}

    def send(client, content, region):
        file = SimpleUploadedFile("kysely.json", content)
        return client.post(url("round_import"), days | {"region": region.pk, "file": file})

    assert send(as_outi, text, draft.region).status_code == 422
    assert send(as_kaisa, b"\xff", draft.region).status_code == 422
    assert Round.objects.count() == 1
    assert send(as_kaisa, text, draft.region).status_code == 302
    made = json.loads(export_questionnaire(Round.objects.get(year=2028)))
    assert made["themes"] == json.loads(FILE.read_text(encoding="utf-8"))["themes"]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_preview_shows_the_form_in_its_language(as_kaisa, draft, language):  # noqa: F811
    with translation.override(language):
        address = reverse("admin:surveys_round_preview", args=[draft.pk])
        expected = [str(question) for question in draft.questions.for_municipalities()]

    page = as_kaisa.get(address).content.decode()

    assert f'<html lang="{language}"' in page
    assert all(wording in page for wording in expected)
    assert page.count('data-question="') == len(expected)
