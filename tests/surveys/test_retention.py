"""What the survey knows of people goes when its time is over; what a municipality answered stays."""

import datetime as dt

import pytest
import time_machine

from registry.models import Municipality
from registry.privacy import enforce_retention
from surveys import models
from surveys.models import Answer
from tests.surveys import factories

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 15)


@pytest.fixture(autouse=True)
def _midsummer():
    with time_machine.travel(dt.datetime(2026, 6, 15, 9, tzinfo=dt.UTC), tick=False):
        yield


def answered(closes_on, kind="single", value=None, publicity="public", **fields):
    """Return an answer in a round that closed on this day."""
    survey_round = factories.RoundFactory(year=closes_on.year, opens_on=closes_on, closes_on=closes_on)
    question = factories.question(factories.RoundThemeFactory(round=survey_round), kind, publicity=publicity)
    response = models.Response.objects.create(
        round=survey_round, municipality=Municipality.objects.get(code="564"), language="fi"
    )
    return Answer.objects.create(
        response=response, question=question, state="answered", value=value or {"chosen": ["yes"]}, **fields
    )


LIMIT = dt.date(2023, 6, 15)
BEFORE = dt.date(2023, 6, 14)


def test_private_words_go_36_months_after_closing_and_what_was_answered_stays(reference):
    old = [
        answered(BEFORE, note="Soita Maijalle"),
        answered(BEFORE, "contact", {"text": {"name": "Maija"}}),
        answered(BEFORE, value={"chosen": ["a"], "text": {"a": "Maija"}}, publicity="private"),
    ]
    kept = [answered(LIMIT, note="Soita Maijalle"), answered(BEFORE, "long_text", {"text": "Hyvin menee"})]

    assert enforce_retention(today=TODAY, preview=True)["answer"] == 3
    assert enforce_retention(today=TODAY)["answer"] == 3
    assert enforce_retention(today=TODAY)["answer"] == 0

    assert [(Answer.objects.get(pk=each.pk).note, Answer.objects.get(pk=each.pk).value) for each in old] == [
        ("", {"chosen": ["yes"]}), ("", {}), ("", {"chosen": ["a"]}),
    ]  # fmt: skip
    assert [Answer.objects.get(pk=each.pk).value for each in kept] == [each.value for each in kept]
    assert Answer.objects.get(pk=kept[0].pk).note == "Soita Maijalle"


def test_pending_forms_and_colleagues_go_in_their_time(reference, cast):
    answer = answered(dt.date(2026, 6, 1))
    theme = answer.question.round_theme

    def noon(day):
        return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)

    for on in (dt.date(2025, 6, 15), dt.date(2025, 6, 14)):
        models.Delegation.objects.create(
            response=answer.response, round_theme=theme, post="sihteeri", name="Maija", asked_at=noon(on)
        )
    for on in (dt.date(2026, 5, 15), dt.date(2026, 5, 14)):
        models.PendingSave.objects.create(
            response=answer.response, round_theme=theme, account=cast.leena.user, cause="expired", body={},
            received_at=noon(on),
        )  # fmt: skip

    counts = enforce_retention(today=TODAY)

    assert (counts["delegation"], counts["pendingsave"]) == (1, 1)
    assert (models.Delegation.objects.count(), models.PendingSave.objects.count()) == (1, 1)


def test_history_keeps_keys_and_numbers_and_no_words(reference):
    answer = answered(dt.date(2026, 6, 1), value={"chosen": ["other"], "text": {"other": "Maija tietää"}}, note="Kysy")
    answer.value = {"chosen": ["other"], "text": {"other": "Matti tietää"}}
    answer.save()

    newest, first = (row.value for row in answer.history.all())
    assert newest["chosen"] == first["chosen"] == ["other"]
    assert newest["text"]["other"] != first["text"]["other"]
    assert all(len(row["text"]["other"]) == 17 for row in (newest, first))
    assert answer.history.first().note.startswith("~")
    assert Answer.objects.get(pk=answer.pk).value["text"]["other"] == "Matti tietää"


def test_interviews_and_the_interviewers_notes_go_24_months_after_closing_with_their_history(reference):
    limit = dt.date(2024, 6, 15)
    for closes_on in (limit, limit - dt.timedelta(days=1)):
        answer = answered(closes_on, source="phone")
        held = models.Interview.objects.create(
            round=answer.response.round, municipality=answer.response.municipality, best_time="aamuisin"
        )
        models.InterviewNote.objects.create(interview=held, question=answer.question, text="Kuulosti väsyneeltä.")

    gone = enforce_retention(today=TODAY)

    assert (gone["interview"], gone["interviewnote"]) == (1, 1)
    left = [row.closes_on for row in models.Round.objects.filter(interviews__isnull=False)]
    assert left == [limit]
    tables = (models.Interview.history, models.InterviewNote.history, models.InterviewNote.objects)
    assert [rows.count() for rows in tables] == [1, 1, 1]
    assert Answer.objects.count() == 2
