"""A question filled into its kept markup is the one that the template would have rendered, whatever its kind."""

import datetime as dt
import json
from itertools import product

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from surveys.blanks import question_html
from surveys.forms import build_theme_form
from surveys.models import Answer
from surveys.questionnaire import Questionnaire
from surveys.questionnaires import import_questionnaire
from surveys.theme_page import Standing
from tests.surveys import every_kind

pytestmark = pytest.mark.django_db
TODAY = dt.date.today()
HOSTILE = "<script>\"&'{0}{text}</script>"


def rendered(asked):
    return render_to_string("surveys/question.html", {"asked": asked})


@pytest.fixture
def questions(reference, cast, monkeypatch):
    monkeypatch.setattr("surveys.models.rounds.HOLIDAY_MONTH", 0)
    data = every_kind.questionnaire(TODAY.year, TODAY, TODAY + dt.timedelta(days=3))
    survey_round = import_questionnaire(json.dumps(data), reference.pohjois_pohjanmaa, by=cast.kaisa.user)
    return Questionnaire(survey_round).questions


def answers_of(questions):
    said = every_kind.answers()
    return {
        question.pk: Answer(
            pk=1, question=question, state=reading.state, value=reading.value, note=HOSTILE,
            evidence_url="https://example.org/?a=1&b=2", may_be_quoted=False,
        )
        for question in questions
        if (reading := said.get(question.key))
    }  # fmt: skip


STANDINGS = [
    None,
    Standing("1-abc", "", False),
    Standing(HOSTILE, HOSTILE, True, [HOSTILE, "toinen"], HOSTILE, may_confirm=True),
    Standing("2-abc", "joku", False, not_compared=HOSTILE),
]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_kind_is_filled_as_the_template_renders_it(questions, language):
    with translation.override(language):
        for answers, standing, is_hidden in product([{}, answers_of(questions)], STANDINGS, [True, False]):
            for asked in build_theme_form(questions, answers=answers).asked:
                asked.standing, asked.is_hidden, asked.hides_note = standing, is_hidden, is_hidden
                assert question_html(asked) == rendered(asked)
                assert question_html(asked) == rendered(asked)


def test_what_is_typed_is_shown_again_and_errors_beside_it(questions):
    typed = {"k_short_text": HOSTILE, "k_integer": "kaksi", "k_yes_no": "~do_not_know", "k_long_text--note": HOSTILE}

    for asked in build_theme_form(questions, data=typed).asked:
        assert question_html(asked) == rendered(asked)


def test_nothing_that_anybody_answered_is_kept(questions):
    for asked in build_theme_form(questions, answers=answers_of(questions)).asked:
        asked.standing = Standing("1-salaisuus", "Salainen Sanoja", False, ["Salainen vastaus"], "Salainen Sanoja")
        question_html(asked)

    kept = [vars(blank) for question in questions for blank in vars(question).get("_blanks", {}).values()]
    assert len(kept) > 20
    for secret in ("salaisuus", "Salainen", "kiitos", "toimisto@example.org", "script"):
        assert secret not in str(kept)
