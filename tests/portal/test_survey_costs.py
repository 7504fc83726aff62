"""What answering costs: the same few queries for one question and for forty, whatever was answered before."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.models import Appointment
from surveys.models import Answer, Comparability, Question, Response
from tests.portal.survey_world import address, one, typed
from tests.surveys import factories

pytestmark = pytest.mark.django_db


def grown(survey, n_questions):
    """Let the first theme ask so many short texts more; the round is opened anew, so that nothing kept is stale."""
    _unfrozen(survey, None)
    made = [factories.question(survey.one, "short_text", wording_fi="Lisää?") for _number in range(n_questions)]
    _unfrozen(survey, f"2020-02-01T00:{n_questions:02d}Z")
    return made


def _unfrozen(survey, opened_at):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_round SET opened_at = %s WHERE id = %s", [opened_at, survey.pk])


@pytest.mark.parametrize("n_more", [1, 3, 30])
def test_a_theme_is_shown_in_ten_queries_and_saved_in_twelve(
    survey, begun, leena, n_more, django_assert_max_num_queries
):
    more = grown(survey, n_more)
    leena.get(address("tilat/"))
    with django_assert_max_num_queries(10):
        leena.get(address("tilat/"))
    for text in ("Ensin", "Sitten"):
        data = typed(leena, **{question.key: text for question in more})
        with statements() as made:
            assert leena.post(address("tilat/"), data).status_code == 302
        assert len(made) <= 12, made
    assert Answer.objects.count() == n_more


def test_one_answer_costs_the_same_few_queries_in_a_small_and_in_a_large_theme(survey, begun, leena):
    costs = set()
    for n_more in (1, 3, 30):
        grown(survey, n_more)
        leena.get(address("tilat/"))
        data = typed(leena, teksti=f"Talo {n_more}")
        with statements() as made:
            assert one(leena, "teksti", data)[0] == 200
        costs.add(len(made))
    # Two for who is signed in, one for the gate; the save itself: lock, row, history.
    assert costs == {6}


def test_forty_questions_and_ten_rounds_cost_what_one_costs(survey, begun, leena, reference):
    more = grown(survey, 40)
    before = earlier_rounds(survey, more, reference.oulu)
    leena.get(address("tilat/"))

    with statements() as made:
        page = leena.get(address("tilat/")).content.decode()
    assert len(made) == 8, made
    assert page.count("Vuodelta") == len(before) == 40
    data = typed(leena, **{question.key: "Kaikki" for question in more})
    with statements() as made:
        assert leena.post(address("tilat/"), data).status_code == 302
    assert len(made) == 6, made
    assert Answer.history.filter(response=begun).count() == 40
    data = typed(leena, teksti="Yksin")
    with statements() as made:
        assert one(leena, "teksti", data)[0] == 200
    assert len(made) == 6, made


def earlier_rounds(survey, questions, municipality):
    """Let Oulu have answered nine earlier rounds; return the last one's answers, which compare with `questions`."""
    asked, answers = [None] * len(questions), []
    for year in range(survey.year - 9, survey.year + 1):
        is_now = year == survey.year
        survey_round = survey if is_now else factories.RoundFactory(region=survey.region, year=year)
        theme = survey.one if is_now else factories.RoundThemeFactory(round=survey_round, theme=survey.one.theme)
        now = questions
        if not is_now:
            now = Question.objects.bulk_create(
                Question(round=survey_round, round_theme=theme, indicator=each.indicator, kind=each.kind,
                         wording_fi="Aiemmin?", position=each.position)
                for each in questions
            )  # fmt: skip
        if year > survey.year - 9:
            _unfrozen(survey, None)
            Comparability.objects.bulk_create(
                Comparability(round=survey_round, from_question=old, to_question=new, verdict="same")
                for old, new in zip(asked, now, strict=True)
            )
            _unfrozen(survey, "2020-03-01T00:00Z")
        if not is_now:
            response = Response.objects.create(
                round=survey_round, municipality=municipality, started_at=timezone.now(), submitted_at=timezone.now()
            )
            answers = Answer.objects.bulk_create(
                Answer(response=response, question=each, state="answered", value={"text": f"Vuodelta {year}"})
                for each in now
            )
        asked = now
    return answers


def test_a_post_without_a_title_stands_beside_the_answer_in_words(survey, begun, leena, cast):
    Appointment.objects.filter(pk=cast.leena_in_oulu.pk).update(title="")

    assert one(leena, "teksti", typed(leena, teksti="Talo"))[0] == 200

    assert Answer.objects.get().answerer_post == str(Appointment.Kind.LIAISON.label)


@contextmanager
def statements():
    """Collect the SQL that reads or writes; savepoints are the test's own transaction."""
    made = []
    with CaptureQueriesContext(connection) as captured:
        yield made
    made += [
        query["sql"]
        for query in captured.captured_queries
        if not re.match(r"SAVEPOINT|RELEASE|BEGIN|COMMIT", query["sql"])
    ]
