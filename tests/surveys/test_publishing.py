"""Results become public all at once, as they were put together, and stay as they were published."""

import datetime as dt
import json
from collections import Counter

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.utils import timezone

from registry.models import Municipality, SiteState
from surveys.models import (
    Answer,
    MunicipalityResult,
    QuestionResult,
    Reply,
    ReplyComment,
    Response,
    ResultAnswer,
    ResultEdition,
    ResultScore,
    Round,
)
from surveys.publishing import preview_of, publish_results, stage_results
from surveys.questionnaires import FORMAT, import_questionnaire
from surveys.scores import score_responses
from tests.surveys.published_round import closed_round

pytestmark = pytest.mark.django_db
ROWS = (ResultEdition, MunicipalityResult, ResultScore, ResultAnswer, QuestionResult)


@pytest.fixture
def asked(reference):
    """A closed round that Oulu and Hailuoto have answered, of the thirty that were asked."""
    return closed_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto])


def publish_as(publicity, question):
    """Let a frozen question be public so: past the freeze, as a round would have been written."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE surveys_question SET publicity = %s WHERE id = %s", [publicity, question.pk])


def code_of(refused):
    return {error.code for error in refused.value.error_list}


def test_an_edition_holds_every_municipality_that_was_asked_and_the_scores_of_those_that_answered(asked, reference):
    edition = publish_results(asked, by=None)

    assert edition.number == 1
    assert edition.results.count() == 30
    assert Counter(edition.results.values_list("state", flat=True)) == {"answered": 2, "missing": 28}
    scores = score_responses(asked, asked.responses.all())
    for response in asked.responses.all():
        shown = ResultScore.objects.filter(result__municipality=response.municipality, round_theme__isnull=False)
        assert {each.round_theme_id: (each.value, each.n_known, each.n_applying) for each in shown} == {
            each.subject.pk: (each.value, each.coverage.count, each.coverage.out_of)
            for each in scores[response.pk].themes
        }
        assert {(row.question_id, row.outcome) for row in ResultAnswer.objects.filter(
            result__municipality=response.municipality, points__isnull=False
        )} == {
            (each.question.pk, each.outcome) for score in scores[response.pk].themes
            for each in score.questions if each.points is not None
        }  # fmt: skip


def test_the_preview_shows_what_will_be_published(asked, reference):
    def told(rows):
        return [
            [{name: getattr(row, name) for name in names} for row in some]
            for names, some in (
                (("state", "population", "size_class_id", "n_asked", "n_answered", "respondent_post"), [rows[0]]),
                (("round_theme_id", "criterion_id", "value", "points", "maximum", "n_known"), rows[1]),
                (("question_id", "state", "value", "outcome", "points", "source", "answered_on"), rows[2]),
            )
        ]

    preview = preview_of(Response.objects.get(round=asked, municipality=reference.oulu))
    edition = publish_results(asked, by=None)

    result = edition.results.get(municipality=reference.oulu)
    published = result, list(result.scores.order_by("pk")), list(result.answers.order_by("pk"))
    assert told((preview.result, preview.scores, preview.answers)) == told(published)
    assert len(preview.answers) > 20


def test_what_is_not_public_is_not_copied(asked, reference):
    private, counted, shown = asked.questions.for_municipalities().filter(kind="yes_no")[:3]
    for question, publicity in ((private, "private"), (counted, "counts")):
        publish_as(publicity, question)
    Answer.objects.filter(question__in=[private, counted, shown]).delete()
    key = {each.pk: each.options.first().key for each in (private, counted, shown)}
    places = Municipality.objects.exclude(responses__round=asked).members_of(asked.region, asked.opens_on)[:2]
    for place in places:
        Response.objects.create(round=asked, municipality=place, started_at=timezone.now(), submitted_at=timezone.now())
    for response in asked.responses.all():
        for question in (private, counted, shown):
            if question != counted or response.municipality != reference.oulu:
                Answer.objects.create(
                    response=response, question=question, state="answered",
                    value={"chosen": [key[question.pk]]}, note="vain koordinaattorille",
                )  # fmt: skip

    edition = publish_results(asked, by=None)

    answered = set(ResultAnswer.objects.of_edition(edition).values_list("question", flat=True))
    assert shown.pk in answered
    assert not answered & {private.pk, counted.pk}
    rows = {row.question_id: row for row in edition.questions.all()}
    assert private.pk not in rows
    assert rows[counted.pk].n_answered == 3
    assert rows[counted.pk].counts["chosen"][key[counted.pk]] == 3
    whole = json.dumps([list(model.objects.values()) for model in ROWS], default=str)
    assert "vain koordinaattorille" not in whole


def test_counts_alone_of_fewer_than_three_are_not_shown(asked, reference):
    question = asked.questions.for_municipalities().filter(kind="yes_no", conditions=None).first()
    publish_as("counts", question)
    Answer.objects.filter(question=question).delete()
    option = question.options.first()
    for response in asked.responses.all():
        Answer.objects.create(response=response, question=question, state="answered", value={"chosen": [option.key]})

    row = publish_results(asked, by=None).questions.get(question=question)

    assert row.n_answered == 2
    assert (row.counts, row.states) == ({}, {})


def test_contact_details_stay_out(reference):
    whole = {
        "format": FORMAT, "year": 2025, "title": {"fi": "Kartoitus"}, "opens_on": "2025-09-01",
        "closes_on": "2025-10-01", "languages": ["fi"],
        "themes": [{"key": "t", "name": {"fi": "Teema"}, "in_round": {"is_scored": False}, "questions": [
            {"indicator": {"key": "keneen", "name": {"fi": "Keneen"}, "theme": "t"}, "kind": "contact",
             "wording": {"fi": "Keneen otetaan yhteyttä?"}},
        ]}],
    }  # fmt: skip
    survey_round = import_questionnaire(json.dumps(whole), reference.pohjois_pohjanmaa, by=None)
    Round.objects.filter(pk=survey_round.pk).update(opened_at="2025-09-01T06:00Z")
    survey_round.refresh_from_db()
    response = Response.objects.create(
        round=survey_round, municipality=reference.oulu, started_at=timezone.now(), submitted_at=timezone.now()
    )
    value = {"text": {"name": "Keksitty Henkilö", "email": "keksitty@example.org"}}
    Answer.objects.create(response=response, question=survey_round.questions.get(), state="answered", value=value)

    publish_results(survey_round, by=None)

    row = ResultAnswer.objects.get()
    assert (row.state, row.value) == ("answered", None)


# --- When it may be published ----------------------------------------------------------------------------------------


def test_a_round_waits_for_its_closing_for_answers_for_comments_and_for_decisions(asked, reference):
    Round.objects.filter(pk=asked.pk).update(closes_on=timezone.localdate())
    with pytest.raises(ValidationError) as refused:
        publish_results(Round.objects.get(pk=asked.pk), by=None)
    assert code_of(refused) == {"open"}

    Round.objects.filter(pk=asked.pk).update(closes_on=timezone.localdate() - dt.timedelta(days=3))
    oulu, hailuoto = asked.responses.order_by("municipality__name_fi", "pk").reverse()
    comment = ReplyComment.objects.create(response=oulu, text="Luku on vanha.")
    with pytest.raises(ValidationError) as refused:
        publish_results(Round.objects.get(pk=asked.pk), by=None)
    assert code_of(refused) == {"reply_days", "undecided"}

    comment.decision, comment.decided_at = "kept", timezone.now()
    comment.save()
    for response in (oulu, hailuoto):
        Reply.objects.create(response=response)
    assert publish_results(Round.objects.get(pk=asked.pk), by=None).number == 1


def test_nothing_is_published_of_a_round_that_nobody_answered(reference):
    empty = closed_round(reference.pohjois_pohjanmaa, [])
    with pytest.raises(ValidationError) as refused:
        publish_results(empty, by=None)
    assert code_of(refused) == {"nothing"}
    assert not ResultEdition.objects.exists()


# --- Editions stay ---------------------------------------------------------------------------------------------------


def test_a_correction_is_a_new_edition_with_its_reason_and_the_first_stays(asked, reference):
    first = publish_results(asked, by=None)
    before = [list(model.objects.order_by("pk").values()) for model in ROWS]
    with pytest.raises(ValidationError) as refused:
        publish_results(asked, by=None)
    assert code_of(refused) == {"reason"}

    Answer.objects.filter(response__municipality=reference.oulu).update(state="do_not_know", value=None)
    second = publish_results(asked, by=None, corrections={"fi": "Oulun vastaukset puuttuvat.", "sv": "", "en": ""})

    assert (first.number, second.number) == (1, 2)
    assert second.correction_fi == "Oulun vastaukset puuttuvat."
    for model, rows in zip(ROWS, before, strict=True):
        kept = list(model.objects.filter(pk__in=[row["id"] for row in rows]).order_by("pk").values())
        assert kept == rows
    assert set(second.results.get(municipality=reference.oulu).answers.values_list("value", flat=True)) == {None}


def test_nothing_published_is_changed_or_deleted(asked):
    edition = publish_results(asked, by=None)
    result = edition.results.filter(state="answered").first()
    score = result.scores.first()
    attempts = [
        lambda: ResultScore.objects.update(value=100), lambda: score.save(), lambda: score.delete(),
        lambda: ResultScore.objects.all().delete(), lambda: edition.delete(), lambda: edition.results.all().delete(),
        lambda: ResultEdition.objects.all().delete(), lambda: ResultEdition.objects.update(number=7),
        lambda: edition.questions.all().delete(), lambda: result.answers.update(state="unanswered"),
    ]  # fmt: skip
    for attempt in attempts:
        with pytest.raises(ValidationError) as refused:
            attempt()
        assert code_of(refused) == {"immutable"}
    ResultEdition.objects.update(published_by=None)  # an account that is erased


# --- All at once -----------------------------------------------------------------------------------------------------


class BreakError(OperationalError):
    """The database went away."""


def breaking_at(number):
    """Return a wrapper of the database that breaks the writing statement of this number."""
    seen = []

    def execute(run, sql, params, many, context):
        if sql.startswith(("INSERT", "UPDATE", "DELETE")):
            seen.append(sql)
            if len(seen) == number:
                raise BreakError
        return run(sql, params, many, context)

    execute.seen = seen
    return execute


@pytest.mark.django_db(transaction=True)
def test_wherever_it_breaks_the_old_state_stays_whole_and_publishing_again_succeeds(reference):
    survey_round = closed_round(reference.pohjois_pohjanmaa, [reference.oulu, reference.hailuoto])
    first = publish_results(survey_round, by=None)
    public = list(ResultEdition.objects.published().values())
    version = SiteState.objects.get().version
    words = {"fi": "Korjattu."}
    n_broken = 0
    while True:
        with connection.execute_wrapper(breaking_at(n_broken + 1)):
            try:
                publish_results(survey_round, by=None, corrections=words)
            except BreakError:
                n_broken += 1
            else:
                break
        assert list(ResultEdition.objects.published().values()) == public
        assert SiteState.objects.get().version == version
        assert ResultEdition.objects.latest_of(survey_round) == first
    assert n_broken > 8
    assert SiteState.objects.get().version != version  # every cached page is made anew
    assert ResultEdition.objects.latest_of(survey_round).number == 2
    assert ResultEdition.objects.count() == 2
    assert MunicipalityResult.objects.count() == 60


@pytest.mark.django_db(transaction=True)
def test_an_answer_that_changes_meanwhile_holds_it_back(reference):
    survey_round = closed_round(reference.pohjois_pohjanmaa, [reference.oulu])
    answer = Answer.objects.filter(response__round=survey_round).first()
    staged = []

    def change(run, sql, params, many, context):
        if sql.startswith("INSERT") and "questionresult" in sql and not staged:
            staged.append(True)
            Answer.objects.filter(pk=answer.pk).update(version=answer.version + 1)
        return run(sql, params, many, context)

    with connection.execute_wrapper(change), pytest.raises(ValidationError) as refused:
        publish_results(survey_round, by=None)
    assert code_of(refused) == {"changed"}
    assert not ResultEdition.objects.published().exists()
    assert publish_results(survey_round, by=None).number == 1
    assert ResultEdition.objects.count() == 1


def test_what_was_staged_by_somebody_else_is_not_published_twice(asked):
    stage_results(asked)
    assert ResultEdition.objects.staged().count() == 1
    publish_results(asked, by=None)
    assert not ResultEdition.objects.staged().exists()
